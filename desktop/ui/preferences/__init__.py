"""What the user may have otherwise: language, looks, kiosk mode."""
