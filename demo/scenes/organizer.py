"""The organizer's laptop: home, the editor with a conflict, attendees, dashboard, badges, problems, devices."""

from dataclasses import replace

from PySide6.QtCore import QSettings
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QScrollArea

from demo.scenes.stages import Pictures, screens, settle, shown, until
from desktop.ui.attendees.attendees_screen import AttendeesScreen
from desktop.ui.badges.draft import new_layout
from desktop.ui.dashboard.dashboard_screen import DashboardScreen
from desktop.ui.editor.editor_screen import EditorScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.sale.sale_screen import SaleScreen
from shared.checkin.badges import DefineBadgeLayout
from shared.conference.conference import Conference, EditConference
from shared.kernel.decider import Actor, Role
from shared.kernel.edits import Edit
from tests.desktop.ui.stage import FULL, OTHER, WORKSHOP, Stage, StagedDesk
from tests.sync.world import creation

_PLACES = ("badges", "devices", "problems", "activity")


def pictures(stage: Stage, settings: QSettings) -> Pictures:
    """After the gates have sent what they did; a second conference is a draft."""
    draft = Stage(stage.folder / "draft", stage.clock, conference=OTHER)
    draft.laptop.workspace.issue(
        replace(creation(), name="Łódzkie Dni Otwartej Nauki", slug="lodzkie_dni", location="Łódź")
    )
    desk = StagedDesk(stage.laptop)
    desk.others = {OTHER: draft.laptop.workspace}
    desk.line = replace(desk.line, heard_at=stage.clock.now, is_equal=True)
    _disagree(stage)
    with shown(desk, settings) as window:
        window.open_conference(stage.server.conference, "conference")
        yield from _editor(window)
        window.go("attendees")
        attendees = screens(window).made("attendees", AttendeesScreen)
        until(lambda: attendees.model.rowCount() > 0)
        attendees.table.selectRow(3)
        settle()
        yield "attendees", window
        yield from dashboard(window)
        for place in _PLACES:
            window.go(place)
            settle()
            yield place, window
        screens(window).made("sale", SaleScreen).all_desks.click()
        window.go("sale")
        settle()
        yield "desks", window
        window.go("home")
        settle()
        yield "home", window


def dashboard(window: MainWindow) -> Pictures:
    """With all numbers counted."""
    window.go("dashboard")
    screen = screens(window).made("dashboard", DashboardScreen)
    until(lambda: screen.counting.is_complete)
    screen.refresh()
    settle()
    yield "dashboard", window


def _disagree(stage: Stage) -> None:
    """Two organizers changed the same field, and the laptop has more that waits."""
    laptop = stage.laptop
    laptop.sync()
    known = laptop.workspace.get(Conference)
    assert known is not None
    theirs = "Three days of open questions, one evening of answers"
    stage.run(
        EditConference(tagline=Edit(seen=known.tagline, new=theirs)), actor=Actor(role=Role.ORGANIZER, id="office")
    )
    issue = laptop.workspace.issue
    issue(EditConference(tagline=Edit(seen=known.tagline, new="Open questions, open doors")))
    laptop.sync()
    layout = new_layout("Name badge")
    issue(
        DefineBadgeLayout(
            layout="layout-1",
            name=layout.name,
            page_width=layout.page_width,
            page_height=layout.page_height,
            fields=layout.fields,
            colours={FULL: "#0a7f5c"},
            marks={WORKSHOP: "WS"},
        )
    )
    issue(EditConference(location=Edit(seen=known.location, new=f"{known.location}, EC1")))
    issue(EditConference(hold_s=Edit(seen=known.hold_s, new=known.hold_s + 300)))


def _editor(window: MainWindow) -> Pictures:
    editor = screens(window).made("conference", EditorScreen)
    settle()
    editor.seat_types.table.selectRow(0)
    settle()
    yield "conference", window
    email = editor.owner.fields["email"].control
    assert isinstance(email, QLineEdit)
    QTest.keyClicks(email, "x")
    scroll = editor.findChild(QScrollArea)
    assert isinstance(scroll, QScrollArea)
    scroll.ensureWidgetVisible(editor.areas)
    settle()
    yield "conference-unsaved", window
    editor.owner.revert()
