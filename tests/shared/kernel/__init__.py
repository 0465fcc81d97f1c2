"""Tests of what every aggregate is made of."""
