"""Scenes of the desktop for pictures: each module stages some screens, and yields them by the names of their files."""
