"""Orders: the list of all, and everything about one."""
