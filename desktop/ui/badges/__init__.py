"""Badges: how they look, and what prints them."""
