"""Who waits for seats."""
