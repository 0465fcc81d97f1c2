"""The list of attendees."""
