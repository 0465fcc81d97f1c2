"""The adapters to the outside world and their stand-ins."""
