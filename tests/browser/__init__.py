"""The registrants' pages in a real browser."""
