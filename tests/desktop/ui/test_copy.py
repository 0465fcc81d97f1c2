"""A conference is copied from its card, with new days and a new address, without a network."""

from uuid import uuid4

import pytest
from pytestqt.qtbot import QtBot

from desktop.ui.home.conference_card import ConferenceCard
from desktop.ui.home.create_dialog import CreateDialog
from desktop.ui.main_window import MainWindow
from desktop.workspace import Workspace
from shared.checkin.areas import Area
from shared.conference.conference import Conference, CreateConference, EditConference, Owner
from shared.conference.seat_types import SeatType
from shared.copying import NEXT_TIME
from shared.discounts.discount import DefineDiscount, Discount
from shared.kernel.edits import Edit
from shared.registration.order_state import Order
from tests.desktop.ui.conftest import Open
from tests.desktop.ui.stage import CONFERENCE, FULL, OTHER, Stage, StagedDesk


class CopyingDesk(StagedDesk):
    """Has the files for a second conference."""

    has_new_ids = True

    def new_id(self) -> str:
        return str(uuid4()) if self.has_new_ids else super().new_id()

    def create(self, command: CreateConference) -> Workspace:
        made = Stage(self.device.folder.parent / "other", self.device.clock, OTHER).laptop.workspace
        made.issue(command)
        self.others[OTHER] = made
        return made


@pytest.fixture
def window(stage: Stage, open_window: Open) -> MainWindow:
    workspace = stage.laptop.workspace
    workspace.issue(EditConference(hold_s=Edit(seen=900, new=600), links=Edit(seen="", new="https://example.org")))
    workspace.issue(DefineDiscount(code="EARLY", percentage=20_00, seat_types=(FULL,)))
    stage.laptop.sync()
    made = open_window(CopyingDesk(stage.laptop))
    made.go("home")
    return made


def _ask(window: MainWindow) -> CreateDialog:
    (card,) = window.home.findChildren(ConferenceCard)
    card.copy.click()
    return next(one for one in window.findChildren(CreateDialog) if one.isVisible())


def test_a_copy_has_what_was_set_up_and_nobody_in_it(stage: Stage, window: MainWindow, qtbot: QtBot) -> None:
    dialog = _ask(window)
    assert dialog.fields["name"].value == "Gathering of Sciences 2027"
    assert dialog.fields["slug"].value == "gathering_of_sciences_2027"
    assert not dialog.fields["currency"].isEnabled(), "prices are taken over, and with them their currency"
    dialog.save.click()
    qtbot.waitUntil(lambda: window.screens is not None and window.screens.workspace.conference == OTHER)
    assert window.screens is not None
    copy, model = window.screens.workspace, stage.laptop.workspace
    made, known = copy.get(Conference), model.get(Conference)
    assert made is not None
    assert known is not None
    assert made.starts_on == known.starts_on + NEXT_TIME
    assert (made.tagline, made.links, made.hold_s) == (known.tagline, "https://example.org", 600)
    assert not made.is_published
    names = [one.name for one in model.rows(SeatType).values()]
    assert sorted(one.name for one in copy.rows(SeatType).values()) == sorted(names)
    assert {one.name for one in copy.rows(Area).values()} == {"Main door", "Workshop room"}
    (code,) = copy.rows(Discount).values()
    (full,) = (id for id, one in copy.rows(SeatType).items() if one.name == "Full conference")
    assert (code.percentage, code.seat_types) == (20_00, (full,))
    assert not copy.rows(Order)
    owner, before = copy.get(Owner), model.get(Owner)
    assert owner is not None
    assert before is not None
    assert (owner.name, owner.email) == (before.name, before.email)
    assert copy.conference != CONFERENCE


def test_what_the_rules_of_today_refuse_is_said_and_the_rest_is_there(window: MainWindow, qtbot: QtBot) -> None:
    CopyingDesk.has_new_ids = False  # the rules of seat types refuse such ids
    try:
        dialog = _ask(window)
        dialog.save.click()
        dialog.reject()
        assert dialog.isVisible(), "what was begun is brought to its end"
        qtbot.waitUntil(lambda: dialog.save.text() == "&Open it")
    finally:
        CopyingDesk.has_new_ids = True
    assert dialog.error.text().startswith("The copy was made, but not all of it:")
    dialog.save.click()
    assert window.screens is not None
    assert window.screens.workspace.conference == OTHER
    assert len(window.screens.workspace.rows(Discount)) == 0
    assert len(window.screens.workspace.rows(Area)) == 2


def test_an_address_that_is_none_is_said_at_its_field(window: MainWindow) -> None:
    dialog = _ask(window)
    dialog.fields["slug"].show_value("no address")
    dialog.save.click()
    assert dialog.isVisible()
    assert dialog.fields["slug"].complaint


def test_only_who_may_create_can_copy(stage: Stage, open_window: Open) -> None:
    window = open_window(StagedDesk(stage.laptop, may_create=False))
    window.go("home")
    (card,) = window.home.findChildren(ConferenceCard)
    assert not card.copy.isVisible()
