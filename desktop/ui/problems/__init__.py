"""The inbox of what needs a decision."""
