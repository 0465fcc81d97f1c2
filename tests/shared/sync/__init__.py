"""Tests of the contract between the two ends."""
