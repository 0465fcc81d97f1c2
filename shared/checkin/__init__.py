"""Check-in: areas, admissions, tickets that a gate verifies alone."""
