"""The yardstick of a start and of memory: a window of Qt with nothing in it.

python -m bench.empty_window STARTED
"""

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QMainWindow


class First(QObject):
    """Prints the seconds until the first picture, and the MB of the process."""

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            started = float(sys.argv[1])
            print(time.monotonic() - started, memory_mb("VmRSS"), flush=True)
            QApplication.quit()
        return False


def memory_mb(line: str) -> float:
    """A line of what Linux tells of this process: VmRSS is what it has in memory now, VmHWM the most it ever had."""
    told = Path("/proc/self/status").read_text()
    return int(told.partition(f"{line}:")[2].split()[0]) / 1024


def main() -> int:
    """The exit code."""
    app = QApplication(sys.argv[:1])
    window, first = QMainWindow(), First(app)
    window.installEventFilter(first)
    window.resize(1280, 800)
    window.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
