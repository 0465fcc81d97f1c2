"""The conference editor."""
