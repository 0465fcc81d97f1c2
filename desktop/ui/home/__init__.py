"""The conferences on this device."""
