"""Adapters to the outside world, each with a local stand-in that speaks the real protocol."""
