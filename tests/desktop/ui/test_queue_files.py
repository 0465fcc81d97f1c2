"""Queues as files: exported here, delivered elsewhere, done once."""

from pathlib import Path

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.door import Door
from desktop.ui.connection_details import ConnectionDetails
from desktop.ui.desk import Connection, Line, Refused
from shared.checkin.areas import Arrivals
from shared.checkin.verdict import Direction, Pass
from tests.desktop.ui.stage import DOOR, Stage, StagedDesk, code_of
from tests.sync.world import Desktop


def _details(qtbot: QtBot, desk: StagedDesk, file: Path | None) -> ConnectionDetails:
    made = ConnectionDetails(desk, desk.device.workspace, None, lambda _: file, lambda _: file)
    qtbot.addWidget(made)
    return made


def _said(details: ConnectionDetails) -> str:
    return " ".join(one.text() for one in details.findChildren(QLabel))


def _deliver(qtbot: QtBot, details: ConnectionDetails) -> None:
    details.deliver.click()
    assert not details.deliver.isEnabled()
    qtbot.waitUntil(details.deliver.isEnabled)


def _scan_alone(stage: Stage) -> Desktop:
    """The west gate admits somebody while it has no network."""
    west = stage.desktop("gate-west")
    west.sync()
    gate = Door(west.workspace, area=DOOR, gate="West", direction=Direction.ENTRY)
    row = next(one for one in west.workspace.rows(Pass).values() if one.last_name == "Li")
    seen = gate.see(code_of(row))
    gate.record(seen, gate.verdict(seen))
    return west


def _admitted(stage: Stage) -> int:
    stage.laptop.sync()
    row = stage.laptop.workspace.get(Arrivals, DOOR)
    return 0 if row is None else sum(row.admitted.values())


def test_a_gates_queue_is_delivered_by_a_laptop_and_done_once(stage: Stage, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "queue.lanyard"
    west = _scan_alone(stage)
    exporting = _details(qtbot, StagedDesk(west), file)
    exporting.export.click()
    assert "1 command written to queue.lanyard" in _said(exporting)
    assert "can read the names" in _said(exporting)
    assert len(west.workspace.pending) == 1
    details = _details(qtbot, StagedDesk(stage.laptop), file)
    for _ in range(2):
        _deliver(qtbot, details)
        assert "1 command delivered. What the server knew already was not done again." in _said(details)
        assert _admitted(stage) == 1
    west.sync()
    assert west.workspace.pending == []
    assert _admitted(stage) == 1


def test_a_queue_that_its_device_has_sent_meanwhile_is_not_done_again(
    stage: Stage, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "queue.lanyard"
    west = _scan_alone(stage)
    details = _details(qtbot, StagedDesk(west), file)
    details.export.click()
    west.sync()
    assert _admitted(stage) == 1
    _deliver(qtbot, details)
    assert "This device had exported them itself." in _said(details)
    assert _admitted(stage) == 1


def test_a_file_that_is_no_queue_says_so(stage: Stage, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "holiday.lanyard"
    file.write_bytes(b"sun")
    details = _details(qtbot, StagedDesk(stage.laptop), file)
    _deliver(qtbot, details)
    assert "Not delivered: This file is no exported queue" in _said(details)


def test_a_refusal_of_the_server_is_told(stage: Stage, qtbot: QtBot, tmp_path: Path) -> None:
    desk = StagedDesk(stage.laptop, refusal=Refused("The server does not answer."))
    details = _details(qtbot, desk, tmp_path / "queue.lanyard")
    _deliver(qtbot, details)
    assert "Not delivered: The server does not answer." in _said(details)


def test_who_chooses_no_file_changes_nothing(stage: Stage, qtbot: QtBot) -> None:
    details = _details(qtbot, StagedDesk(stage.laptop), None)
    before = _said(details)
    details.deliver.click()
    assert details.deliver.isEnabled()
    assert _said(details) == before


def test_a_device_that_the_server_does_not_know_cannot_deliver(stage: Stage, qtbot: QtBot) -> None:
    desk = StagedDesk(stage.laptop, line=Connection(line=Line.NOT_ENROLLED))
    assert not _details(qtbot, desk, None).deliver.isEnabled()
