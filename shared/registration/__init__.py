"""Orders, the seats they hold, and who sits where."""
