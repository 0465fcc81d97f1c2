"""Tests of devices, held facts and erased persons."""
