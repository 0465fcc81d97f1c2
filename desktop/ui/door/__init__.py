"""The door: scan, verdict, card, search."""
