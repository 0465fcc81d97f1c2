"""Pictures of every screen, in light and dark, of an invented conference, and of the registrants' pages.

python -m demo.screens [FOLDER]
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QLocale, QSettings
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QScrollArea, QWidget

from demo import pages
from demo.browser import CHROMIUM, MISSING
from desktop.ui.attendees.attendees_screen import AttendeesScreen
from desktop.ui.dashboard.dashboard_screen import DashboardScreen
from desktop.ui.desk import Line
from desktop.ui.discounts.discounts_screen import DiscountsScreen
from desktop.ui.door.door_screen import DoorScreen
from desktop.ui.editor.editor_screen import EditorScreen
from desktop.ui.home.create_dialog import CreateDialog
from desktop.ui.main_window import MainWindow
from desktop.ui.orders.orders_screen import OrdersScreen
from desktop.ui.theme import Theme
from desktop.ui.tokens import DARK, LIGHT
from shared.access.access import EnrolDevice
from shared.checkin.verdict import Pass
from shared.conference.conference import Conference, EditConference
from shared.kernel.decider import Actor, Role
from shared.kernel.edits import Edit
from shared.kernel.ids import DeviceId
from shared.registration.order import CancelOrder
from tests.desktop.ui import money_stage
from tests.desktop.ui.stage import DINNER, DOOR, FULL, OTHER, PEOPLE, WORKSHOP, Stage, StagedDesk, code_of
from tests.sync.world import Clock, creation

_FIRST: Final = ("Ana", "Ben", "Chiara", "Dmitri", "Emma", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kofi", "Linh")
_LAST: Final = (
    "Abebe",
    "Brandt",
    "Costa",
    "Dubois",
    "Eriksen",
    "Fischer",
    "García",
    "Haddad",
    "Ito",
    "Jansen",
    "Kovač",
)
_MORE: Final = 70


def main() -> int:
    """The exit code."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "docs" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    app = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as scratch:
        for colours in (LIGHT, DARK):
            Theme.use(app, colours)
            name = "dark" if colours.is_dark else "light"
            for shot, picture in _pictures(_staged(Path(scratch) / name)):
                file = folder / f"{shot}-{name}.png"
                if not picture.grab().save(str(file)):
                    print(f"{file} could not be written")
                    return 1
                print(file.name)
        if CHROMIUM is None:
            print(f"The registrants' pages are left out: {MISSING}")
            return 0
        for file in pages.take(folder, Path(scratch) / "pages"):
            print(file.name)
    return 0


def _staged(folder: Path) -> Stage:
    """The conference on its first day, with two gates that did not hear of each other for a while."""
    now = datetime.now(UTC)
    stage = Stage(folder, Clock(now - timedelta(hours=5)))
    stage.found(now.date())
    random = Random(31)
    for person in PEOPLE:
        stage.sell(person, *((FULL, WORKSHOP, DINNER) if person[1] in ("Wiśniewska", "王") else (FULL,)))
    for _ in range(_MORE):
        person = (random.choice(_FIRST), random.choice(_LAST), random.choice(("", "", "Northern Tools", "Studio Fünf")))
        stage.sell(person, *random.choice(((FULL,), (FULL, DINNER), (FULL, WORKSHOP), (WORKSHOP,))))
    stage.run(EnrolDevice(device=DeviceId("office"), label="Office computer", role=Role.ORGANIZER))
    stage.laptop.sync()
    stage.clock.now = now
    return stage


def _pictures(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """Each screen by the name of its picture."""
    settings = QSettings(str(stage.folder / "window.ini"), QSettings.Format.IniFormat)
    desk = StagedDesk(stage.laptop)
    desk.line = replace(desk.line, heard_at=stage.clock.now, is_equal=True)
    with _window(StagedDesk(stage.laptop, is_empty=True, may_create=False), settings) as window:
        yield "enrol", window
    with _window(StagedDesk(stage.laptop, is_empty=True), settings) as window:
        yield "home-empty", window
    draft = Stage(stage.folder / "draft", stage.clock, conference=OTHER)
    draft.laptop.workspace.issue(
        replace(creation(), name="Łódzkie Dni Otwartej Nauki", slug="lodzkie_dni", location="Łódź")
    )
    desk.others = {OTHER: draft.laptop.workspace}
    with _window(desk, settings) as window:
        dialog = CreateDialog(desk, window)
        with _open(dialog):
            yield "create", dialog
    yield from _door(stage, settings)
    yield from _organizer(stage, desk, settings)
    yield from _office(stage.folder / "office", settings)


def _door(stage: Stage, settings: QSettings) -> Iterator[tuple[str, QWidget]]:
    """Scans at the west gate, which is alone, while the east gate admits one of the same people."""
    west, east = stage.desktop("gate-west"), stage.desktop("gate-east")
    for one in (west, east):
        one.sync()
    desk = StagedDesk(west, label="West tablet", may_create=False)
    desk.line = replace(desk.line, line=Line.ALONE, heard_at=datetime.now(UTC) - timedelta(minutes=7), is_equal=True)
    for gate, name in (("West", "west"), ("East", "east")):
        settings.setValue(f"door/{stage.server.conference}/gate", gate)
        settings.setValue(f"door/{stage.server.conference}/area", DOOR)
        settings.setValue(f"door/{stage.server.conference}/operator", "Maya")
        if name == "east":
            break
        with _window(desk, settings) as window:
            window.open_conference(stage.server.conference, "door")
            yield from _scans(window, west.workspace.rows(Pass))
    west.sync()
    with _window(StagedDesk(east, label="East tablet"), settings) as window:
        window.open_conference(stage.server.conference, "door")
        assert window.screens is not None
        door = window.screens.made("door", DoorScreen)
        door.scan(code_of(_row(east.workspace.rows(Pass), "Li")))
    east.sync()
    west.sync()
    west.close()
    east.close()


def _scans(window: MainWindow, rows: dict[str, Pass]) -> Iterator[tuple[str, QWidget]]:
    assert window.screens is not None
    door = window.screens.made("door", DoorScreen)
    _settle()
    yield "door-ready", window
    for last_name in ("Müller-Lüdenscheidt", "Li", "Ñíguez", "O’Brien", "Østergård", "الحسن", "田中"):
        door.scan(code_of(_row(rows, last_name)))
    door.scan("https://example.org/some-other-code")
    door.scan(code_of(_row(rows, "Wiśniewska")))
    _settle()
    yield "door-admit", window
    door.scan(code_of(_row(rows, "王")))
    door.scan(code_of(_row(rows, "王")))
    _settle()
    yield "door-double", window
    door.scan(code_of(_row(rows, "Li"), version=0))
    _settle()
    yield "door-stop", window
    door.field.setText("lu")
    _settle()
    door.results.enter()
    _settle()
    yield "door-search", window
    door.field.clear()


def _organizer(stage: Stage, desk: StagedDesk, settings: QSettings) -> Iterator[tuple[str, QWidget]]:
    """The laptop: a conflict with another organizer, fields that wait, and news from the gates."""
    laptop = stage.laptop
    laptop.sync()
    shown = laptop.workspace.get(Conference)
    assert shown is not None
    theirs = "Three days of open questions, one evening of answers"
    office = Actor(role=Role.ORGANIZER, id="office")
    stage.run(EditConference(tagline=Edit(seen=shown.tagline, new=theirs)), actor=office)
    laptop.workspace.issue(EditConference(tagline=Edit(seen=shown.tagline, new="Open questions, open doors")))
    laptop.sync()
    laptop.workspace.issue(EditConference(location=Edit(seen=shown.location, new=f"{shown.location}, EC1")))
    laptop.workspace.issue(EditConference(hold_s=Edit(seen=shown.hold_s, new=shown.hold_s + 300)))
    desk.line = replace(desk.line, heard_at=stage.clock.now - timedelta(minutes=3))
    with _window(desk, settings) as window:
        window.open_conference(stage.server.conference, "conference")
        _settle()
        assert window.screens is not None
        window.screens.made("conference", EditorScreen).seat_types.table.selectRow(0)
        _settle()
        yield "conference", window
        editor = window.screens.made("conference", EditorScreen)
        email = editor.owner.fields["email"].control
        assert isinstance(email, QLineEdit)
        QTest.keyClicks(email, "x")
        scroll = editor.findChild(QScrollArea)
        assert isinstance(scroll, QScrollArea)
        scroll.ensureWidgetVisible(editor.areas)
        _settle()
        yield "conference-unsaved", window
        editor.owner.revert()
        window.go("attendees")
        attendees = window.screens.made("attendees", AttendeesScreen)
        place = next(at for at in range(attendees.model.rowCount()) if _is_of(attendees.model.row_at(at), "Wiśniewska"))
        attendees.table.selectRow(place)
        attendees.table.scrollTo(attendees.model.index(place, 0))
        _settle()
        yield "attendees", window
        window.go("dashboard")
        dashboard = window.screens.made("dashboard", DashboardScreen)
        _until(lambda: dashboard.counting.is_complete)
        dashboard.refresh()
        _settle()
        yield "dashboard", window
        for name in ("devices", "problems", "activity"):
            window.go(name)
            _settle()
            yield name, window
        window.show_connection()
        dialog = next(one for one in window.findChildren(QDialog) if one.isVisible())
        _settle()
        yield "connection", dialog
        dialog.close()
        window.go("home")
        _settle()
        yield "home", window


def _office(folder: Path, settings: QSettings) -> Iterator[tuple[str, QWidget]]:
    """Orders in every state, and the money of all of them; the laptop waits for the server with one."""
    now = datetime.now(UTC)
    stage = Stage(folder, Clock(now - timedelta(hours=5)))
    stage.found(now.date())
    for person in PEOPLE:
        stage.sell(person, FULL, WORKSHOP)
    desk = StagedDesk(stage.laptop)
    with _window(desk, settings) as window:
        window.open_conference(stage.server.conference, "waitlist")
        _settle()
        yield "waitlist-empty", window
        made = money_stage.busy(stage)
        stage.laptop.sync()
        stage.laptop.workspace.issue(CancelOrder(order=made["discounted"]))
        for place in ("orders", "attention", "money", "discounts", "waitlist"):
            window.go(place)
            _settle()
            yield place, window
        assert window.screens is not None
        for name in ("late", "discounted", "invoiced"):
            window.screens.open_order(made[name])
            _settle()
            yield f"order-{name}", window
        page = window.screens.made("orders", OrdersScreen).page
        page.money.payment_asked.emit()
        _settle()
        yield "payment", next(one for one in page.findChildren(QDialog) if one.isVisible())
        discount = window.screens.made("discounts", DiscountsScreen).open_form("")
        discount.fields["valid_until"].show_value("next week")
        discount.save()
        _settle()
        yield "discount-error", discount


def _is_of(found: tuple[str, Pass] | None, last_name: str) -> bool:
    return found is not None and found[1].last_name == last_name


def _row(rows: dict[str, Pass], last_name: str) -> Pass:
    return next(one for one in rows.values() if one.last_name == last_name and one.seat_type == FULL)


@contextmanager
def _window(desk: StagedDesk, settings: QSettings) -> Iterator[MainWindow]:
    settings.remove("window")
    window = MainWindow(desk, settings)
    window.resize(1280, 800)
    window.show()
    _settle()
    try:
        yield window
    finally:
        window.close()
        window.deleteLater()
        _settle()


@contextmanager
def _open(dialog: QDialog) -> Iterator[None]:
    dialog.open()
    _settle()
    try:
        yield
    finally:
        dialog.close()


def _settle() -> None:
    QTest.qWait(260)


def _until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        QTest.qWait(20)


if __name__ == "__main__":
    sys.exit(main())
