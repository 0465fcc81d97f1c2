"""The two kinds of encrypted files: the log of what was issued here, and one base a conference of what was pushed."""
