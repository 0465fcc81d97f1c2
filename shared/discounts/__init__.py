"""Discounts: codes that make seats cheaper."""
