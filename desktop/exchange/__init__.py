"""Lists of attendees as files: in and out. No Qt."""
