"""Pictures of the real screens, from the laptops' own profiles, while the headless programs are shut."""

import subprocess
import sys
from typing import Final

from demo.telling import Untrue
from demo.world import NORTH, World

FOLDER: Final = "pictures"
_LOAD_QT: Final = "import PySide6.QtWidgets, PySide6.QtMultimedia, PySide6.QtTest"
_TIME_S: Final = 60.0


def take(world: World) -> int:
    """How many pictures were taken; none where Qt cannot be loaded. The laptops are shut.

    B's window scans a ticket that is inside already, so that its picture shows a verdict.
    """
    if subprocess.run([sys.executable, "-c", _LOAD_QT], capture_output=True, check=False).returncode:
        return 0
    folder = world.folder / FOLDER
    folder.mkdir(exist_ok=True)
    plans = {
        "office": (world.a.profile, folder),
        "door": (world.b.profile, folder, world.areas["Main door"], NORTH, world.group["Ada"].code),
    }
    started = {
        kind: world.processes.start(f"pictures-{kind}", "demo.shots", kind, *map(str, words), environment={})
        for kind, words in plans.items()
    }
    for kind, process in started.items():
        if process.wait(_TIME_S):
            raise Untrue(f"The pictures of the {kind} failed: {world.processes.log_of(f'pictures-{kind}')}")
    world.turned_away += 1
    return len(list(folder.glob("*.png")))
