"""Every message, row and structure of the protocol as it was released: one line each, and lines are only ever added.

`python -m tests.golden` adds what is missing. A line that is here is on somebody's disk, so it never changes.
"""
