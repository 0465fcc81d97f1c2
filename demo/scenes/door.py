"""The door: scans at a gate that is alone for a while, a search, the kiosk, and the sale beside it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget

from demo.scenes.stages import Pictures, screens, settle, shown, stand_at, ticket_of
from desktop.ui.desk import Line
from desktop.ui.door.door_screen import DoorScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.sale.sale_screen import SaleScreen
from shared.checkin.verdict import Pass
from tests.desktop.ui.stage import DINNER, FULL, Stage, StagedDesk, code_of
from tests.sync.world import Desktop


def pictures(stage: Stage, settings: QSettings) -> Pictures:
    """Scans at the west gate, while the east gate admits one of the same people; then both hear of it."""
    conference = stage.server.conference
    west, east = stage.desktop("gate-west"), stage.desktop("gate-east")
    for one in (west, east):
        one.sync()
    desk = StagedDesk(west, label="West tablet", may_create=False)
    desk.line = replace(desk.line, line=Line.ALONE, heard_at=datetime.now(UTC) - timedelta(minutes=7), is_equal=True)
    stand_at(settings, conference, "West")
    with shown(desk, settings) as window:
        window.open_conference(conference, "door")
        yield from _scans(window, west.workspace.rows(Pass))
        yield from _kiosk(window)
    stand_at(settings, conference, "East")
    west.sync()
    with shown(StagedDesk(east, label="East tablet"), settings) as window:
        window.open_conference(conference, "door")
        door = screens(window).made("door", DoorScreen)
        door.scan(code_of(ticket_of(east.workspace.rows(Pass), "Li")))
    east.sync()
    west.sync()
    yield from _sale(west, settings)
    for one in (west, east):
        one.close()


def _scans(window: MainWindow, rows: dict[str, Pass]) -> Iterator[tuple[str, QWidget]]:
    door = screens(window).made("door", DoorScreen)
    settle()
    yield "door-ready", window
    for last_name in ("Müller-Lüdenscheidt", "Li", "Ñíguez", "O’Brien", "Østergård", "الحسن", "田中"):
        door.scan(code_of(ticket_of(rows, last_name)))
    door.scan("https://example.org/some-other-code")
    door.scan(code_of(ticket_of(rows, "Wiśniewska")))
    settle()
    yield "door-admit", window
    door.scan(code_of(ticket_of(rows, "王")))
    door.scan(code_of(ticket_of(rows, "王")))
    settle()
    yield "door-double", window
    door.scan(code_of(ticket_of(rows, "Li"), version=0))
    settle()
    yield "door-stop", window
    door.field.setText("lu")
    settle()
    door.results.enter()
    settle()
    yield "door-search", window
    door.field.setText("nobody of this name")
    settle()
    yield "door-search-empty", window
    door.field.clear()


def _kiosk(window: MainWindow) -> Pictures:
    window.kiosk.begin("4711")
    window.showNormal()
    window.resize(1280, 800)
    settle()
    yield "kiosk", window
    window.kiosk._end()
    settle()


def _sale(west: Desktop, settings: QSettings) -> Pictures:
    """The same desk sells: before it has seats, with a walk-in half typed, sold, and the count of the till."""
    desk = StagedDesk(west, label="West tablet", may_create=False)
    desk.line = replace(desk.line, heard_at=desk.now(), is_equal=True)
    with shown(desk, settings) as window:
        window.open_conference(west.workspace.conference, "sale")
        sale = screens(window).made("sale", SaleScreen)
        settle()
        yield "sale-no-seats", window
        for one in (FULL, DINNER):
            sale.till_page.seat_type.setCurrentIndex(sale.till_page.seat_type.findData(one))
            sale.till_page.quantity.setValue(3)
            sale.till_page.lease.click()
        west.sync()
        sale.refresh()
        for name, text in (("first_name", "소연"), ("last_name", "김"), ("company", "서울대학교")):
            sale.counter.person.fields[name].show_value(text)
        sale.counter.seats.choose((FULL, DINNER))
        sale.counter.payment.given.setValue(320)
        settle()
        yield "sale", window
        sale.counter.payment.sell.click()
        settle()
        yield "sale-sold", window
        sale.behind.click()
        settle()
        yield "till", window
