"""The public web API, against the real application on SQLite."""
