"""The demo: the whole road once, with real processes, on the schedule of a real congress. `python -m demo` plays it."""
