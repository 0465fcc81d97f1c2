"""Import and export as a user does them: columns, preview, errors by row, progress, cancel."""

import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.exchange.importing import Part
from desktop.exchange.sheets import read_table
from desktop.ui import words
from desktop.ui.attendees.attendees_screen import AttendeesScreen
from desktop.ui.exchange.export_dialog import ExportDialog, named
from desktop.ui.exchange.import_dialog import ImportDialog
from desktop.ui.parts.job import Job
from shared.checkin.verdict import Pass
from shared.kernel.decider import Actor, Role
from shared.kernel.ids import OrderId
from shared.registration.assignments import UnassignSeat
from shared.registration.order_state import Order
from tests.desktop.ui.conftest import Open
from tests.desktop.ui.stage import CONFERENCE, Stage, StagedDesk


@pytest.fixture
def locator(stage: Stage) -> str:
    """Of an order whose only seat is free."""
    id, row = next((id, one) for id, one in stage.laptop.workspace.rows(Order).items() if one.last_name == "Li")
    stage.run(UnassignSeat(order=OrderId(id), position=0), actor=Actor(role=Role.REGISTRANT, id="web"))
    stage.laptop.sync()
    return row.locator or ""


def _import(stage: Stage, qtbot: QtBot, file: Path | None) -> ImportDialog:
    dialog = ImportDialog(stage.laptop.workspace, StagedDesk(stage.laptop), None, lambda _: file)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.choose.click()
    qtbot.waitUntil(lambda: not dialog.is_busy)
    return dialog


def _results(dialog: ImportDialog) -> list[str]:
    return [str(dialog.model.index(row, 4).data()) for row in range(dialog.model.rowCount())]


def test_people_are_imported_after_a_preview(stage: Stage, qtbot: QtBot, tmp_path: Path, locator: str) -> None:
    file = tmp_path / "people.csv"
    rows = ["Vorname;Nachname;E-Mail;Bestellung", f"지우;김;kim@example.org;{locator}", f"Eve;;e@example.org;{locator}"]
    file.write_text("\n".join(rows), "utf-8")
    dialog = _import(stage, qtbot, file)
    qtbot.waitUntil(lambda: _results(dialog) == ["Last name is missing.", "Gets seat 1"])
    assert stage.laptop.workspace.pending == []
    dialog.start.click()
    qtbot.waitUntil(lambda: not dialog.is_busy)
    assert "1 row imported." in dialog.told.text()
    assert _results(dialog) == ["Last name is missing."]
    stage.laptop.sync()
    assert "김" in {one.last_name for one in stage.laptop.workspace.rows(Pass).values()}


def test_columns_can_be_chosen_and_an_order_given_for_all(
    stage: Stage, qtbot: QtBot, tmp_path: Path, locator: str
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("who,where\nKim,kim@example.org\n", "utf-8")
    dialog = _import(stage, qtbot, file)
    assert dialog.fields[Part.EMAIL].complaint
    assert not dialog.start.isEnabled()
    for part, column in ((Part.LAST_NAME, "0"), (Part.EMAIL, "1")):
        dialog.fields[part].show_value(column)
    dialog.order.show_value(locator)
    dialog.order.edited.emit()
    qtbot.waitUntil(lambda: _results(dialog) == ["Gets seat 1"])
    assert dialog.start.isEnabled()


def test_a_file_that_is_no_table_is_told(stage: Stage, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "people.xlsx"
    file.write_bytes(b"no")
    dialog = _import(stage, qtbot, file)
    assert not dialog.start.isEnabled()
    assert dialog.model.rowCount() == 0


def test_nothing_of_an_earlier_file_is_left_beside_the_name_of_another(
    stage: Stage, qtbot: QtBot, tmp_path: Path, locator: str
) -> None:
    good, bad = tmp_path / "people.csv", tmp_path / "people.xlsx"
    good.write_text(f"Name,E-mail,Order\nKim,kim@example.org,{locator}\n", "utf-8")
    bad.write_bytes(b"no")
    files = [good, bad]
    dialog = ImportDialog(stage.laptop.workspace, StagedDesk(stage.laptop), None, lambda _: files.pop(0))
    qtbot.addWidget(dialog)
    dialog.choose.click()
    qtbot.waitUntil(lambda: _results(dialog) == ["Gets seat 1"])
    assert "New: 1" in dialog.told.text()
    dialog.choose.click()
    qtbot.waitUntil(lambda: not dialog.is_busy)
    assert dialog.error.text() == "people.xlsx cannot be read as a spreadsheet."
    assert (dialog.told.text(), dialog.fields) == ("", {})
    dialog.order.show_value(locator)
    dialog.order.edited.emit()
    dialog._pause.timeout.emit()
    assert not dialog.is_busy
    assert _results(dialog) == []


def test_a_cancelled_preview_says_so(stage: Stage, qtbot: QtBot, tmp_path: Path, locator: str) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Name,E-mail,Order\n" + f"Kim,kim@example.org,{locator}\n" * 20, "utf-8")
    dialog = ImportDialog(stage.laptop.workspace, StagedDesk(stage.laptop), None, lambda _: file)
    qtbot.addWidget(dialog)
    dialog.choose.click()
    dialog.close_button.click()
    qtbot.waitUntil(lambda: not dialog.is_busy)
    assert dialog.told.text().startswith(("Cancelled. Choose the file again", "New:"))


def test_tab_goes_through_an_import_from_above_to_below(
    stage: Stage, qtbot: QtBot, tmp_path: Path, locator: str
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"Name,E-mail,Order\nKim,kim@example.org,{locator}\n", "utf-8")
    dialog = _import(stage, qtbot, file)
    qtbot.waitUntil(dialog.start.isEnabled)
    dialog.choose.setFocus()
    chain = [*(one.control for one in dialog.fields.values()), dialog.order.control, dialog.preview]
    for expected in (*chain, dialog.close_button, dialog.start):
        dialog.focusNextChild()
        assert dialog.focusWidget() is expected


def test_an_export_to_where_nothing_can_be_written_says_why(stage: Stage, qtbot: QtBot, tmp_path: Path) -> None:
    for name in ("people.csv", "people.xlsx"):
        dialog = ExportDialog(stage.laptop.workspace, None, lambda _, name=name: tmp_path / "missing" / name)  # type: ignore[misc]
        qtbot.addWidget(dialog)
        dialog.start.click()
        qtbot.waitUntil(lambda dialog=dialog: not dialog.is_busy)  # type: ignore[misc]
        assert "No such file or directory" in dialog.error.text()
        assert dialog.start.isEnabled()


def test_a_file_s_name_tells_what_is_in_it() -> None:
    assert named(Path("people.CSV"), ".xlsx") == Path("people.CSV")
    assert named(Path("people of 2026.11"), ".csv") == Path("people of 2026.11.csv")
    assert named(Path("people"), ".xlsx") == Path("people.xlsx")


@pytest.mark.parametrize("name", ["people.csv", "people.xlsx"])
def test_attendees_are_exported(stage: Stage, qtbot: QtBot, tmp_path: Path, name: str) -> None:
    dialog = ExportDialog(stage.laptop.workspace, None, lambda _: tmp_path / name)
    qtbot.addWidget(dialog)
    dialog.start.click()
    qtbot.waitUntil(lambda: not dialog.is_busy)
    assert dialog.told.text() == f"4 rows written to {name}."
    assert len(read_table(tmp_path / name).rows) == 4


def test_a_cancelled_export_leaves_no_file(stage: Stage, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ExportDialog(stage.laptop.workspace, None, lambda _: tmp_path / "people.csv")
    qtbot.addWidget(dialog)
    dialog.start.click()
    dialog.close_button.click()
    qtbot.waitUntil(lambda: not dialog.is_busy)
    assert dialog.told.text().startswith(("Cancelled.", "4 rows"))
    assert not list(tmp_path.glob("*.part"))


def test_a_job_stops_at_its_next_step(qtbot: QtBot) -> None:
    seen: list[int] = []

    def work(job: Job) -> int:
        for number in job.each(range(10)):
            seen.append(number)
            if number == 3:
                job.cancel()
        return 10

    job = Job(work)
    with qtbot.waitSignal(job.ended) as ended:
        job.start()
    assert ended.args == [None]
    assert seen == [0, 1, 2, 3]


def test_a_job_that_fails_ends_and_is_told_of(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda said: told.append(said.exc_value))

    def work(_: Job) -> int:
        raise KeyError("a mistake")

    job = Job(work)
    with qtbot.waitSignal(job.ended) as ended:
        job.start()
    assert ended.args == told
    assert isinstance(told[0], KeyError)
    assert words.problem(told[0]) == "Something went wrong in Lanyard."


def test_both_are_found_above_the_attendees_and_import_by_organizers_only(stage: Stage, open_window: Open) -> None:
    window = open_window(StagedDesk(stage.laptop))
    window.open_conference(CONFERENCE, "attendees")
    assert window.screens is not None
    screen = window.screens.made("attendees", AttendeesScreen)
    screen.import_asked.emit()
    screen.export_asked.emit()
    assert window.findChild(ImportDialog) is not None
    assert window.findChild(ExportDialog) is not None
