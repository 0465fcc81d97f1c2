"""Payments through a third party."""
