"""Lists of attendees from files and into files."""
