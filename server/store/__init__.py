"""Where the server keeps commits, rows and the rest, the same on SQLite and PostgreSQL.

Every function takes a connection and neither commits nor rolls back: the caller's transaction is the unit.
"""
