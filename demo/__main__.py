"""`python -m demo` plays the story, and ends with 0 only if all it claims was so; with --ui it opens windows on it."""

import argparse
import signal
import sys
from pathlib import Path
from typing import Final

from demo.processes import ROOT
from demo.story import play
from demo.telling import Telling, Untrue

_FOLDER: Final = ROOT / "build" / "demo"


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m demo", description="The whole of Lanyard at work.")
    parser.add_argument("--ui", action="store_true", help="open the desktop on the story's data")
    parser.add_argument("--data", type=Path, default=_FOLDER, help="folder for the data; what is in it is replaced")
    given = parser.parse_args()
    folder = given.data.absolute()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as with Ctrl-C, and every process with it
    try:
        if given.ui:
            from demo.window import show

            return show(folder)
        return _tell(folder)
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted; every process of the demo was ended.\n")
        return 130


def _tell(folder: Path) -> int:
    told = Telling()
    print("Lanyard: a conference from a train to the door. Each ✓ is a claim that was checked at this moment.")
    try:
        play(folder, told)
    except Untrue as untrue:
        sys.stderr.write(f"\n✗ {untrue}\n  What the processes said is in {folder / 'logs'}.\n")
        return 1
    print(f"\n{told.claims} claims were checked, and all held. It took {told.elapsed_s:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
