"""What the inbox says of incidents: it speaks of tickets, and accuses nobody who may not have been there."""

from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop.door import Door
from desktop.ui.problems import incidents
from desktop.ui.problems.cards import ProblemCard
from desktop.ui.problems.problems_screen import ProblemsScreen
from shared.access.access import EnrolDevice
from shared.checkin.verdict import MAY_PASS, Direction, Finding, Pass, Passage
from shared.checkin.views import Incident
from shared.conference.conference import Conference, EditConference
from shared.kernel.decider import Actor, Role
from shared.kernel.edits import Edit
from shared.kernel.ids import DeviceId, OrderId, PersonId, TicketId
from shared.registration.assignments import AssignSeat, UnassignSeat
from shared.registration.order_state import Order
from tests.desktop.ui.conftest import Open
from tests.desktop.ui.stage import CONFERENCE, DOOR, Stage, StagedDesk, code_of

_NAME = "Gathering of Sciences 2026"
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def _incident(finding: Finding, ticket: str | None) -> Incident:
    passage = Passage(scan="scan", direction=Direction.ENTRY, gate="North gate", device=DeviceId("gate-west"), at=AT)
    return Incident(
        finding=finding,
        area=DOOR,
        ticket=None if ticket is None else TicketId(ticket),
        first=None,
        second=passage,
        reason="",
        since=AT,
        is_withdrawn=False,
    )


def _li(stage: Stage) -> Pass:
    return next(one for one in stage.laptop.workspace.rows(Pass).values() if one.last_name == "Li")


@pytest.mark.parametrize("finding", sorted(set(Finding) - MAY_PASS))
def test_no_finding_says_that_a_person_was_let_in(stage: Stage, finding: Finding) -> None:
    heading = incidents.heading(stage.laptop.workspace, _incident(finding, _li(stage).ticket))
    assert not heading.startswith("Bo Li")
    assert "Main door" in heading
    assert "was let in" in heading


@pytest.mark.parametrize("finding", sorted(set(Finding) - MAY_PASS))
def test_every_finding_can_be_told_of_a_ticket_that_is_not_known_here(stage: Stage, finding: Finding) -> None:
    heading = incidents.heading(stage.laptop.workspace, _incident(finding, None))
    assert heading.startswith(("A ", "The same ticket"))
    assert "Main door" in heading


def test_a_replaced_ticket_names_its_holder_of_now_as_that(stage: Stage, open_window: Open) -> None:
    west = stage.desktop("gate-west")
    west.sync()
    row = _li(stage)
    order = next(id for id, one in stage.laptop.workspace.rows(Order).items() if one.last_name == "Li")
    stage.run(UnassignSeat(order=OrderId(order), position=row.position), actor=Actor(role=Role.REGISTRANT, id="web"))
    stage.run(
        AssignSeat(
            order=OrderId(order),
            position=row.position,
            attendee=PersonId("goran"),
            first_name="Goran",
            last_name="Šimić",
            email="goran@example.org",
            company="",
        ),
        actor=Actor(role=Role.REGISTRANT, id="web"),
    )
    gate = Door(west.workspace, area=DOOR, gate="North gate", direction=Direction.ENTRY)
    seen = gate.see(code_of(row))
    gate.record(seen, gate.verdict(seen))
    west.sync()
    stage.laptop.sync()
    window = open_window(StagedDesk(stage.laptop))
    window.open_conference(CONFERENCE, "problems")
    assert window.screens is not None
    (card,) = window.screens.made("problems", ProblemsScreen).cards
    assert card.heading.text() == "An earlier version of the ticket that is now Goran Šimić’s was let in at Main door"
    texts = [one.text() for one in card.findChildren(QLabel)]
    assert "North gate" in texts, "the name of the gate stands alone"
    assert "Gate" in texts
    assert not any("gate North gate" in one for one in texts)


def _conflicts(stage: Stage) -> None:
    """Three edits of the laptop are refused, because the office was first."""
    stage.run(EnrolDevice(device=DeviceId("office"), label="Office computer", role=Role.ORGANIZER))
    stage.laptop.sync()
    office = Actor(role=Role.ORGANIZER, id="office")
    theirs, mine = (
        (
            EditConference(tagline=Edit(seen="Three days of open questions", new=new)),
            EditConference(location=Edit(seen="Łódź", new=new)),
            EditConference(name=Edit(seen=_NAME, new=new)),
        )
        for new in ("Theirs", "Mine")
    )
    for edit in theirs:
        stage.run(edit, actor=office)
    for edit in mine:
        stage.laptop.workspace.issue(edit)
    stage.laptop.sync()
    assert len(stage.laptop.workspace.problems()) == 3


def _problems(stage: Stage, open_window: Open) -> ProblemsScreen:
    window = open_window(StagedDesk(stage.laptop))
    window.open_conference(CONFERENCE, "problems")
    assert window.screens is not None
    return window.screens.made("problems", ProblemsScreen)


def test_several_refused_commands_are_reapplied_at_once(stage: Stage, open_window: Open, qtbot: QtBot) -> None:
    _conflicts(stage)
    screen = _problems(stage, open_window)
    screen.together.all.click()
    assert all(one.box.isChecked() for one in screen.cards if isinstance(one, ProblemCard))
    screen.together.again.click()
    qtbot.waitUntil(lambda: not screen.together.is_busy)
    stage.laptop.sync()
    qtbot.waitUntil(lambda: screen.cards == [])
    row = stage.laptop.workspace.get(Conference)
    assert row is not None
    assert (row.tagline, row.location, row.name) == ("Mine", "Mine", "Mine")
    assert "3 entries dealt with" in screen.together.told.text()


def test_those_that_were_chosen_are_dropped_and_the_others_stay(stage: Stage, open_window: Open, qtbot: QtBot) -> None:
    _conflicts(stage)
    screen = _problems(stage, open_window)
    assert not screen.together.drop.isEnabled()
    first, second, third = (one for one in screen.cards if isinstance(one, ProblemCard))
    stays = third.heading.text()
    for card in (first, second):
        card.box.click()
    assert screen.together.told.text() == "2 of 3 chosen"
    screen.together.drop.click()
    qtbot.waitUntil(lambda: len(screen.cards) == 1)
    assert screen.cards[0].heading.text() == stays
    assert stage.laptop.workspace.pending == []
    row = stage.laptop.workspace.get(Conference)
    assert row is not None
    assert row.name == "Theirs"


def test_a_choice_can_be_taken_back(stage: Stage, open_window: Open) -> None:
    _conflicts(stage)
    screen = _problems(stage, open_window)
    screen.together.all.click()
    screen.together.none.click()
    assert not any(one.box.isChecked() for one in screen.cards if isinstance(one, ProblemCard))
    assert not screen.together.again.isEnabled()


def test_what_was_dropped_comes_back(stage: Stage, open_window: Open, qtbot: QtBot) -> None:
    _conflicts(stage)
    screen = _problems(stage, open_window)
    before = len(screen.cards)
    assert not screen.undo.isVisible()
    card = next(one for one in screen.cards if isinstance(one, ProblemCard))
    next(one for one in card.findChildren(QPushButton) if one.text() == "&Drop").click()
    qtbot.waitUntil(lambda: len(screen.cards) == before - 1)
    assert screen.undo.told.text() == "1 entry dropped. Activity keeps it."
    screen.undo.button.click()
    qtbot.waitUntil(lambda: len(screen.cards) == before)
    assert not screen.undo.isVisible()
    screen.together.all.click()
    screen.together.drop.click()
    qtbot.waitUntil(lambda: not screen.together.is_busy and not screen.cards)
    screen.undo.button.click()
    qtbot.waitUntil(lambda: len(screen.cards) == before)


def test_theirs_says_from_which_device_it_is(stage: Stage, open_window: Open) -> None:
    _conflicts(stage)
    screen = _problems(stage, open_window)
    texts = [one.text() for one in screen.findChildren(QLabel)]
    assert "Theirs, from Office computer: Theirs" in texts
