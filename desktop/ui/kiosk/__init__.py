"""The window of a door, which is left only with a PIN."""
