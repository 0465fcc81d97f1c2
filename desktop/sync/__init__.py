"""Sync: `session` says what to send and what an answer means, without any I/O; `client` does the I/O."""
