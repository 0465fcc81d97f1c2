"""What organizers and door staff use: a local log, a base of pushed rows, sync, and the screens. Qt allowed in `ui`."""
