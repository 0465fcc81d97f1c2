"""The activity is searched by what it says, and filtered by what became of it."""

import pytest
from pytestqt.qtbot import QtBot

from desktop.ui.activity.activity_screen import ActivityScreen
from desktop.ui.orders.orders_screen import OrdersScreen
from shared.conference.conference import EditConference
from shared.kernel.decider import Actor, Role
from shared.kernel.edits import Edit
from tests.desktop.ui.conftest import Open
from tests.desktop.ui.stage import CONFERENCE, Stage, StagedDesk

_TAGLINE = "Three days of open questions"


@pytest.fixture
def screen(stage: Stage, open_window: Open) -> ActivityScreen:
    """With a refused edit of the tagline, and one of the location that waits."""
    workspace = stage.laptop.workspace
    theirs = EditConference(tagline=Edit(seen=_TAGLINE, new="Theirs"))
    stage.run(theirs, actor=Actor(role=Role.ORGANIZER, id="office"))
    workspace.issue(EditConference(tagline=Edit(seen=_TAGLINE, new="Mine")))
    stage.laptop.sync()
    workspace.issue(EditConference(location=Edit(seen="Łódź", new="Wrocław")))
    window = open_window(StagedDesk(stage.laptop))
    window.open_conference(CONFERENCE, "activity")
    assert window.screens is not None
    return window.screens.made("activity", ActivityScreen)


def _choose(screen: ActivityScreen, text: str) -> None:
    place = screen.filter.findText(text)
    screen.filter.setCurrentIndex(place)
    screen.filter.activated.emit(place)


def test_it_is_filtered_by_what_became_of_it(screen: ActivityScreen) -> None:
    total = screen.model.rowCount()
    for text, number in (("Refused", 1), ("Waiting for the server", 1), ("Done", total - 2), ("Everything", total)):
        _choose(screen, text)
        assert screen.model.rowCount() == number, text
    _choose(screen, "Kept by the server")
    assert screen.stack.currentIndex() == 2


def test_it_is_searched_by_the_words_of_its_sentences(stage: Stage, screen: ActivityScreen, qtbot: QtBot) -> None:
    total = screen.model.rowCount()
    screen.search.setText("seat WORKSHOP")
    qtbot.waitUntil(lambda: screen.model.rowCount() == 1)
    assert "Workshop: proofs by hand" in str(screen.model.index(0, 1).data())
    assert f"1 of {total} entries" in screen.subtitle.text()
    screen.search.setText("somebody else")
    qtbot.waitUntil(lambda: "Refused" in str(screen.model.index(0, 2).data()))
    assert screen.model.rowCount() == 1, "the reason of a refusal is searched, too"
    screen.search.setText("nothing like this")
    qtbot.waitUntil(lambda: screen.stack.currentIndex() == 2)
    screen.search.clear()
    qtbot.waitUntil(lambda: screen.model.rowCount() == total)
    stage.laptop.workspace.issue(EditConference(location=Edit(seen="Wrocław", new="Gdańsk")))
    qtbot.waitUntil(lambda: screen.model.rowCount() == total + 1)


def test_the_filter_is_remembered(stage: Stage, open_window: Open) -> None:
    for number in range(2):
        window = open_window(StagedDesk(stage.laptop))
        window.open_conference(CONFERENCE, "activity")
        assert window.screens is not None
        activity = window.screens.made("activity", ActivityScreen)
        orders = window.screens.made("orders", OrdersScreen).list
        window.go("orders")
        if number:
            assert activity.filter.currentText() == "Refused"
            assert activity.model.rowCount() == 0
            assert orders.filter.currentData() == "expired"
            assert orders.model.rowCount() == 0
        else:
            _choose(activity, "Refused")
            orders.filter.setCurrentIndex(orders.filter.findData("expired"))
            orders.filter.activated.emit(orders.filter.currentIndex())
        window.close()
