"""Settings of the interpreter for a program in which somebody waits at a door."""

import gc
import sys
from typing import Final

_SWITCH_S: Final = 0.0005
_YOUNG_MOST: Final = 50_000


def be_prompt() -> None:
    """Let a verdict wait neither for the sync threads nor for the garbage collector."""
    # How long another thread may keep the interpreter; Python's 5 ms would be seen.
    sys.setswitchinterval(_SWITCH_S)
    # Rows seldom form cycles, and a change brings many of them.
    gc.set_threshold(_YOUNG_MOST, 20, 100)
