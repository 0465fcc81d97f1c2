"""Closing over facts that are on this device only."""

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.ui.desk import Connection, Line
from desktop.ui.door.door_screen import DoorScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.unsent_dialog import UnsentDialog
from tests.desktop.ui.conftest import Open
from tests.desktop.ui.stage import CONFERENCE, Stage, StagedDesk


def _unsent(window: MainWindow) -> None:
    """A scan that the server does not have."""
    window.open_conference(CONFERENCE, "door")
    assert window.screens is not None
    window.screens.made("door", DoorScreen).scan("https://example.org/badge/17")


def test_closing_over_facts_that_nobody_else_has_says_so(stage: Stage, open_window: Open, qtbot: QtBot) -> None:
    desk = StagedDesk(stage.laptop, line=Connection(line=Line.ALONE))
    window = open_window(desk)
    _unsent(window)
    assert not window.close()
    dialog = window._leaving.dialog
    assert isinstance(dialog, UnsentDialog)
    assert ": 1." in " ".join(one.text() for one in dialog.findChildren(QLabel))
    dialog.stay.click()
    assert window.isVisible()
    window.close()
    assert isinstance(window._leaving.dialog, UnsentDialog), "asked again"
    with qtbot.waitSignal(window.closed):
        window._leaving.dialog.close_anyway.click()
    assert len(stage.laptop.workspace.pending) == 1, "it stays"


def test_closing_asks_nothing_of_facts_that_are_being_sent(stage: Stage, open_window: Open, qtbot: QtBot) -> None:
    window = open_window(StagedDesk(stage.laptop))
    _unsent(window)
    with qtbot.waitSignal(window.closed):
        assert window.close()
