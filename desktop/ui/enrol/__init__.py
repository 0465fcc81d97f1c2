"""Enrolment of this device."""
