"""What an administrator does to a server's data, beside its running: each module has one or two of the commands."""
