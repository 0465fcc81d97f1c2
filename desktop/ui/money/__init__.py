"""The money of the conference."""
