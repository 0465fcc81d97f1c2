"""The devices of a conference."""
