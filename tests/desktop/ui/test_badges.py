"""Badges: the layout and its preview, paper, printing on admission, reprints; and the name put right at the door."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PySide6.QtWidgets import QDoubleSpinBox
from pytestqt.qtbot import QtBot

from desktop.door import Door
from desktop.store.files import EnvironmentProblem
from desktop.store.search import folded
from desktop.ui.badges.badges_screen import BadgesScreen
from desktop.ui.badges.draft import new_layout
from desktop.ui.badges.paint import Face, sheet
from desktop.ui.badges.run import PART, Wish, chosen, print_all, write_all
from desktop.ui.badges.run_dialog import RunDialog
from desktop.ui.door.door_screen import DoorScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.parts.field import Field
from desktop.ui.parts.job import Cancelled, Job
from desktop.ui.parts.paper import Sheet, picture
from desktop.ui.sale.sale_screen import SaleScreen
from desktop.ui.unsaved_dialog import UnsavedDialog
from shared.checkin.badges import Badge, BadgeLayout, Content, DefineBadgeLayout, EditBadgeLayout
from shared.checkin.correction import CorrectAttendee
from shared.checkin.ticket_code import badge_code
from shared.checkin.verdict import MAY_PASS, Direction, Finding, Pass
from shared.checkin.views import Incident
from shared.kernel.ids import ConferenceId, PersonId, SeatTypeId
from shared.registration.assignments import AssignSeat
from shared.registration.views import OrderByLocator
from tests.desktop.ui.conftest import Open
from tests.desktop.ui.stage import CONFERENCE, DOOR, FULL, PEOPLE, ROOM, WORKSHOP, Stage, StagedDesk, code_of
from tests.desktop.ui.test_sale import PaperTray
from tests.sync.world import Desktop

LAYOUT = new_layout("Name badge")


@pytest.fixture
def west(stage: Stage) -> Desktop:
    stage.laptop.workspace.issue(
        DefineBadgeLayout(
            layout="layout-1",
            name=LAYOUT.name,
            page_width=LAYOUT.page_width,
            page_height=LAYOUT.page_height,
            fields=LAYOUT.fields,
            colours={FULL: "#0a7f5c"},
            marks={WORKSHOP: "WS"},
        )
    )
    stage.laptop.sync()
    made = stage.desktop("gate-west")
    made.sync()
    return made


def _door(window: MainWindow) -> DoorScreen:
    window.open_conference(CONFERENCE, "door")
    assert window.screens is not None
    return window.screens.made("door", DoorScreen)


def _tray(window: MainWindow) -> PaperTray:
    assert window.screens is not None
    tray = PaperTray()
    window.screens.badges.spool.press = tray
    return tray


def _row(device: Desktop, last_name: str) -> Pass:
    rows = device.workspace.rows(Pass).values()
    return next(one for one in rows if one.last_name == last_name and one.seat_type == FULL)


def _screen(window: MainWindow) -> BadgesScreen:
    window.open_conference(CONFERENCE, "badges")
    assert window.screens is not None
    return window.screens.made("badges", BadgesScreen)


def _spin(field: Field) -> QDoubleSpinBox:
    assert isinstance(field.control, QDoubleSpinBox)
    return field.control


def test_a_badge_on_paper_has_the_code_that_a_gate_reads(qtbot: QtBot) -> None:
    code = "LANYARD" * 30
    face = Face(
        first_name="소연", last_name="김", seat_type=SeatTypeId("full"), seat_type_name="Full conference", code=code
    )
    image = picture(sheet(LAYOUT, face, "Badge"), 300 / 25.4)
    assert (image.width(), image.height()) == (1110, 638)
    (read,) = zxingcpp.read_barcodes(image)
    assert read.text == code


def test_the_type_stands_on_its_colour(qtbot: QtBot) -> None:
    face = Face(first_name="Bo", last_name="Li", seat_type=SeatTypeId("full"), seat_type_name="")
    layout = replace(LAYOUT, colours={SeatTypeId("full"): "#0a7f5c"})
    band = next(one for one in layout.fields if one.content is Content.SEAT_TYPE)
    image = picture(sheet(layout, face, "Badge"), 10)
    assert image.pixelColor(band.left + 20, band.top + 20).name() == "#0a7f5c"
    assert image.pixelColor(5, 5).name() == "#ffffff"


def _scanned_from(window: MainWindow, row: Pass) -> str:
    """What a scanner reads from the printed badge."""
    assert window.screens is not None
    image = picture(window.screens.badges.badge(row), 300 / 25.4)
    (read,) = zxingcpp.read_barcodes(image)
    return read.text


def test_the_badge_of_somebody_found_by_name_opens_the_doors_of_all_their_seats(
    west: Desktop, open_window: Open, stage: Stage
) -> None:
    window = open_window(StagedDesk(west))
    door, row = _door(window), _row(west, PEOPLE[0][1])
    code = _scanned_from(window, row)
    assert code != code_of(row), "this device never saw the signed one"
    for finding in (Finding.ADMIT, Finding.ALREADY_INSIDE):
        door.scan(code)
        assert door.card.scanned is not None
        assert door.card.scanned.finding is finding
    workshop = Door(west.workspace, area=ROOM, gate="room", direction=Direction.ENTRY)
    found = workshop.verdict(workshop.see(code))
    assert (found.finding, found.seat_type) == (Finding.ADMIT, WORKSHOP)
    west.sync()
    assert west.workspace.problems() == []
    stage.laptop.sync()
    assert stage.laptop.workspace.rows(Incident) == {}, "the server judges as the gate did"


def _give_to_cy(stage: Stage, row: Pass) -> None:
    known = stage.laptop.workspace.get(OrderByLocator, row.locator or "")
    assert known is not None
    stage.laptop.workspace.issue(
        AssignSeat(
            order=known.order,
            position=row.position,
            attendee=PersonId("cy"),
            first_name="Cy",
            last_name="Young",
            email="cy@example.org",
        )
    )
    stage.laptop.sync()


def test_a_badge_says_nothing_at_a_gate_without_data_or_after_the_seat_went_to_somebody_else(
    west: Desktop, open_window: Open, stage: Stage
) -> None:
    window = open_window(StagedDesk(west))
    _door(window)
    row = _row(west, PEOPLE[0][1])
    code = _scanned_from(window, row)
    east = stage.desktop("gate-east")
    empty = Door(east.workspace, area=DOOR, gate="east", direction=Direction.ENTRY)
    assert empty.verdict(empty.see(code)).finding not in MAY_PASS
    _give_to_cy(stage, row)
    for device in (west, east):
        device.sync()
        gate = Door(device.workspace, area=DOOR, gate="gate", direction=Direction.ENTRY)
        assert gate.verdict(gate.see(code)).finding is Finding.REVOKED
        now = device.workspace.get(Pass, row.ticket)
        assert now is not None
        assert row.attendee is not None
        at_home = badge_code(ConferenceId(CONFERENCE), row.ticket, now.version, row.attendee)
        assert gate.verdict(gate.see(at_home)).finding is Finding.FORGED
        assert gate.verdict(gate.see(_scanned_from(window, now))).finding is Finding.ADMIT


def test_an_organizer_lays_out_a_badge_and_changes_it(stage: Stage, open_window: Open, tmp_path: Path) -> None:
    screen = _screen(open_window(StagedDesk(stage.laptop)))
    workspace = stage.laptop.workspace
    screen.save_button.click()
    (saved,) = workspace.rows(BadgeLayout).values()
    assert saved == screen.draft
    assert not screen.save_button.isEnabled()
    screen.list.setCurrentRow(1)
    _spin(screen.form.fields["left"]).setValue(7.5)
    screen.types.colour(FULL, "#aa2200")
    screen.save_button.click()
    command = workspace.pending[-1].command
    assert isinstance(command, EditBadgeLayout)
    assert command.fields is not None
    assert command.fields.new[1].left == 75
    assert command.name is None
    (saved,) = workspace.rows(BadgeLayout).values()
    assert saved.colours == {FULL: "#aa2200"}
    screen.content.setCurrentIndex(screen.content.findData("text"))
    screen.add.click()
    assert screen.draft.fields[-1].content is Content.TEXT
    screen.drop.click()
    assert len(screen.draft.fields) == len(saved.fields)
    _spin(screen.page["page_width"]).setValue(30)
    screen._edit_page()
    screen.save_button.click()
    assert screen.error.text(), "its fields are not on the page any more"
    file = tmp_path / "badge.pdf"
    screen._ask_file = lambda _parent, _name: file
    screen.save_pdf()
    assert file.read_bytes().startswith(b"%PDF")
    stage.laptop.sync()
    assert workspace.problems() == []


def test_a_layout_goes_on_other_paper_with_its_fields(stage: Stage, open_window: Open) -> None:
    screen = _screen(open_window(StagedDesk(stage.laptop)))
    assert screen.paper.currentData() == "940 540"
    for size in ("890 360", "620 1000", "1050 1480", "940 540"):
        screen.paper.setCurrentIndex(screen.paper.findData(size))
        screen.paper.activated.emit(screen.paper.currentIndex())
        assert f"{screen.draft.page_width} {screen.draft.page_height}" == size
        (code,) = (one for one in screen.draft.fields if one.content is Content.QR)
        assert code.width == code.height >= 150
        screen.save_button.click()
        assert not screen.error.text(), "each fits on its page"
    assert _spin(screen.page["page_width"]).value() == 94
    _spin(screen.page["page_width"]).setValue(96)
    screen._edit_page()
    assert screen.paper.currentData() == ""


def test_a_field_is_moved_by_dragging_it(stage: Stage, open_window: Open) -> None:
    screen = _screen(open_window(StagedDesk(stage.laptop)))
    screen.preview.moved.emit(1, 55, 60)
    assert (screen.draft.fields[1].left, screen.draft.fields[1].top) == (55, 60)
    assert screen.form.field.left == 55


def test_door_staff_change_no_layout(west: Desktop, open_window: Open) -> None:
    screen = _screen(open_window(StagedDesk(west)))
    assert not screen.save_button.isEnabled()
    assert not screen.form.isEnabled()
    assert screen.desk.layouts.currentText() == "Name badge"


def test_a_badge_is_printed_on_the_first_admission_alone(west: Desktop, open_window: Open, qtbot: QtBot) -> None:
    window = open_window(StagedDesk(west))
    door, tray = _door(window), _tray(window)
    assert window.screens is not None
    window.screens.badges.print_on_admission(True)
    row = _row(west, "Wiśniewska")
    door.scan(code_of(row))
    qtbot.waitUntil(lambda: len(tray.sheets) == 1)
    assert window.screens.badges.code(row) == code_of(row), "the code that was scanned is on the badge"
    assert list(window.screens.badges.face(row).others) == [WORKSHOP]
    door.scan(code_of(row))
    qtbot.wait(10)
    assert len(tray.sheets) == 1
    assert door.card.holder.badge.text() == "&Badge again (1)"
    door.card.holder.badge.click()
    badge = west.workspace.get(Badge, row.ticket)
    assert badge is not None
    assert badge.times == 2
    west.sync()
    assert west.workspace.problems() == []


def test_without_a_printer_the_card_says_so_and_nothing_is_counted(west: Desktop, open_window: Open) -> None:
    window = open_window(StagedDesk(west))
    door, row = _door(window), _row(west, "Li")
    assert window.screens is not None
    window.screens.badges.spool.press = Jammed("This computer has no printer. Set one up, or save as PDF.")
    door.scan(code_of(row))
    door.card.holder.badge.click()
    assert door.card.holder.told.text() == "This computer has no printer. Set one up, or save as PDF."
    assert west.workspace.get(Badge, row.ticket) is None


def test_a_name_is_put_right_without_a_network(west: Desktop, open_window: Open) -> None:
    door = _door(open_window(StagedDesk(west)))
    row = _row(west, "Li")
    door.scan(code_of(row))
    holder = door.card.holder
    holder.correct.click()
    assert holder.is_correcting
    holder.last_name.setText("")
    holder.save()
    assert holder.told.text(), "a name is needed"
    holder.last_name.setText("Lee")
    holder.save()
    assert door.card.name.text() == "Bo Lee"
    assert holder._form.isHidden()
    command = west.workspace.pending[-1].command
    assert isinstance(command, CorrectAttendee)
    assert (command.last_name, command.company) == ("Lee", "Li & Li")
    west.sync()
    assert west.workspace.problems() == []


def test_a_further_seat_is_sold_from_the_card(west: Desktop, open_window: Open) -> None:
    window = open_window(StagedDesk(west))
    door = _door(window)
    door.scan(code_of(_row(west, "Li")))
    door.card.holder.further.click()
    assert window.place == "sale"
    assert window.screens is not None
    known = window.screens.made("sale", SaleScreen).counter.person.known
    assert known is not None
    assert known.last_name == "Li"


def _run(window: MainWindow, file: Path, qtbot: QtBot) -> RunDialog:
    screen = _screen(window)
    screen._ask_file = lambda _parent, _name: file
    screen.in_advance.click()
    dialog = screen.dialog
    assert isinstance(dialog, RunDialog)
    qtbot.waitUntil(lambda: dialog.rows is not None)
    return dialog


def test_all_badges_are_printed_in_advance_sorted_and_once(
    west: Desktop, open_window: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window(StagedDesk(west))
    dialog = _run(window, tmp_path / "badges.pdf", qtbot)
    tray = _tray(window)
    assert dialog.found.text() == "3 badges", "one a person, whatever seats they have"
    dialog.print.click()
    qtbot.waitUntil(lambda: dialog.told.text() == "3 badges at the printer.")
    names = [row.last_name for row in dialog_rows(west)]
    assert len(tray.sheets) == 3
    assert names == sorted(names, key=lambda one: folded(str(one)))
    qtbot.waitUntil(lambda: dialog.rows == [])
    assert not dialog.print.isEnabled()
    dialog.not_printed.click()
    qtbot.waitUntil(lambda: dialog.rows is not None and len(dialog.rows) == 3)
    dialog.seat_type.setCurrentIndex(dialog.seat_type.findData(WORKSHOP))
    dialog.look()
    qtbot.waitUntil(lambda: dialog.rows == [])
    west.sync()
    assert west.workspace.problems() == []
    assert {one.times for one in west.workspace.rows(Badge).values()} == {1}


def dialog_rows(west: Desktop) -> list[Pass]:
    wish = Wish(seat_types=(FULL, WORKSHOP), not_printed_alone=False)
    return chosen(west.workspace, wish, (FULL, WORKSHOP))


@pytest.mark.parametrize("on_pages", [True, False])
def test_all_badges_are_written_as_one_pdf_and_counted(
    west: Desktop,
    open_window: Open,
    qtbot: QtBot,
    tmp_path: Path,
    on_pages: bool,  # noqa: FBT001 - a column
) -> None:
    file = tmp_path / "badges.pdf"
    dialog = _run(open_window(StagedDesk(west)), file, qtbot)
    dialog.on_pages.setChecked(on_pages)
    dialog.pdf.click()
    qtbot.waitUntil(lambda: dialog.told.text() == "3 badges written to badges.pdf.")
    assert file.read_bytes().startswith(b"%PDF")
    assert [one.name for one in tmp_path.glob("*.part")] == []
    assert len(west.workspace.rows(Badge)) == 3


def test_a_run_that_meets_a_jam_counts_what_was_printed_before_it(
    west: Desktop, open_window: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window(StagedDesk(west))
    dialog = _run(window, tmp_path / "badges.pdf", qtbot)
    assert window.screens is not None
    window.screens.badges.spool.press = Jammed()
    dialog.print.click()
    qtbot.waitUntil(lambda: bool(dialog.error.text()))
    assert "has stopped" in dialog.error.text()
    qtbot.waitUntil(lambda: dialog.rows is not None)
    assert len(dialog.rows or ()) == 3
    assert west.workspace.rows(Badge) == {}


def test_a_run_that_is_stopped_prints_no_further_part(west: Desktop, open_window: Open, qtbot: QtBot) -> None:
    window = open_window(StagedDesk(west))
    _screen(window)
    tray = _tray(window)
    assert window.screens is not None
    badges, rows = window.screens.badges, dialog_rows(west) * PART
    job = Job(lambda _: None)
    assert print_all(job, badges, rows) == len(rows) == len(tray.sheets)
    job.cancel()
    assert print_all(job, badges, rows) == 0
    with pytest.raises(Cancelled):
        write_all(job, badges, rows, Path("nowhere"), on_pages=False)


class Jammed(PaperTray):
    """A press that prints nothing, and says why."""

    def __init__(
        self, why: str = "The printer “{printer}” has stopped. Look at its paper and cover, then print again."
    ) -> None:
        super().__init__()
        self._why = why

    def print(self, sheets: Sequence[Sheet], printer: str) -> None:
        raise EnvironmentProblem(self._why, printer="Labels")


def test_a_jam_is_told_at_the_door_and_stops_nobody(west: Desktop, open_window: Open, qtbot: QtBot) -> None:
    window = open_window(StagedDesk(west))
    door = _door(window)
    assert window.screens is not None
    window.screens.badges.spool.press = Jammed()
    window.screens.badges.print_on_admission(does=True)
    row = _row(west, "Li")
    door.scan(code_of(row))
    qtbot.waitUntil(lambda: "has stopped" in door.card.holder.told.text())
    assert door.card.scanned is not None
    assert door.card.scanned.finding is Finding.ADMIT
    assert west.workspace.get(Badge, row.ticket) is None, "what was not printed is not counted"


def test_closing_over_a_layout_that_is_not_saved_asks(stage: Stage, west: Desktop, open_window: Open) -> None:
    window = open_window(StagedDesk(stage.laptop))
    window.open_conference(CONFERENCE, "badges")
    assert window.screens is not None
    screen = window.screens.made("badges", BadgesScreen)
    screen.open("layout-1")
    assert not window.screens.is_laying_out
    screen.drop_field()
    left = len(screen.draft.fields)
    assert not window.close()
    asked = window._leaving.dialog
    assert isinstance(asked, UnsavedDialog)
    asked.keep.click()
    assert len(screen.draft.fields) == left
    assert not window.close()
    asked = window._leaving.dialog
    assert isinstance(asked, UnsavedDialog)
    asked.save.click()
    saved = stage.laptop.workspace.get(BadgeLayout, "layout-1")
    assert saved is not None
    assert len(saved.fields) == left
    assert not window.isVisible()


def test_a_first_layout_is_unsaved_once_it_is_changed(stage: Stage, open_window: Open) -> None:
    window = open_window(StagedDesk(stage.laptop))
    window.open_conference(CONFERENCE, "badges")
    assert window.screens is not None
    screen = window.screens.made("badges", BadgesScreen)
    before = screen.is_unsaved
    screen.drop_field()
    assert (before, screen.is_unsaved) == (False, True)
    screen.save()
    assert not window.screens.is_laying_out


def test_a_desk_that_lays_out_nothing_is_not_asked(west: Desktop, open_window: Open) -> None:
    window = open_window(StagedDesk(west))
    window.open_conference(CONFERENCE, "badges")
    assert window.screens is not None
    screen = window.screens.made("badges", BadgesScreen)
    screen.drop_field()
    assert not screen.is_unsaved
