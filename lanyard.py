"""The `lanyard` command. It loads only the end that was asked for: the desktop and the server are installed apart."""

import sys
from importlib import import_module


def main() -> None:
    """`lanyard desktop ...` starts the desktop; every other word is a command of the server."""
    if sys.argv[1:2] == ["desktop"]:
        del sys.argv[1]
        end = "desktop"
    else:
        end = "server"
    sys.exit(import_module(f"{end}.__main__").main())


if __name__ == "__main__":
    main()
