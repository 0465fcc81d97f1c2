"""The local log, readable."""
