"""What a new device shows: it is asked to enrol, is refused, has no conference yet, and makes one."""

from pathlib import Path

from PySide6.QtCore import QSettings

from demo.scenes.stages import Pictures, founded, settle, shown
from desktop.ui import words
from desktop.ui.desk import Refused
from tests.desktop.ui.stage import StagedDesk

_UNREACHABLE = "The server does not answer. Check its address, and that this device is online."


def pictures(folder: Path, settings: QSettings) -> Pictures:
    """On the way to the first conference."""
    stage = founded(folder)
    desk = StagedDesk(stage.laptop, is_empty=True, may_create=False)
    with shown(desk, settings) as window:
        yield "enrol", window
        desk.refusal = Refused(words.say(_UNREACHABLE), "server")
        assert window.enrolment is not None
        window.enrolment.server.show_value("https://lanyard.example.org")
        window.enrolment.code.show_value("AB12-CD34")
        window.enrolment._send.click()
        settle()
        yield "enrol-refused", window
    with shown(StagedDesk(stage.laptop, is_empty=True), settings) as window:
        yield "home-empty", window
