"""What is plugged into the machine. Nothing here knows a conference."""
