"""Tests of Conference Management."""
