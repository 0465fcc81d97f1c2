"""The dashboard: numbers that agree with the rows, kept up as these change, counted beside the screens."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop.door import Door
from desktop.reading import each
from desktop.store.tally import Part
from desktop.ui.dashboard.dashboard_screen import DashboardScreen
from desktop.ui.dashboard.figures import OTHERS, entries_series, figures, sales_series
from desktop.ui.dashboard.plot import step_of
from desktop.ui.dashboard.tally import Tally
from desktop.ui.main_window import MainWindow
from shared.access.access import HoldFact
from shared.checkin.verdict import Direction, Pass
from shared.conference.conference import EditConference
from shared.conference.seat_types import AddSeatType
from shared.kernel.edits import Edit
from shared.kernel.ids import DeviceId, SeatTypeId
from shared.registration.seats import SeatsOfType
from tests.desktop.ui.conftest import Open
from tests.desktop.ui.stage import CONFERENCE, DOOR, FULL, PEOPLE, WORKSHOP, Stage, StagedDesk, code_of

_FIRST, _LAST = SeatTypeId("00000000-0000-7000-8000-000000000000"), SeatTypeId("ffffffff-0000-7000-8000-000000000000")


def _dashboard(window: MainWindow, qtbot: QtBot) -> DashboardScreen:
    window.open_conference(CONFERENCE, "dashboard")
    assert window.screens is not None
    made = window.screens.made("dashboard", DashboardScreen)
    qtbot.waitUntil(lambda: made.counting.is_complete)
    made.refresh()
    return made


def _texts(screen: DashboardScreen) -> str:
    return " ".join(one.text() for one in screen.findChildren(QLabel) if not one.isHidden())


def _sold(screen: DashboardScreen) -> float:
    return sum(sum(bar.values()) for bar in screen.sales.plot.series.bars)


def _admit(stage: Stage, last_name: str) -> None:
    gate = Door(stage.laptop.workspace, area=DOOR, gate="West", direction=Direction.ENTRY)
    row = next(one for one in stage.laptop.workspace.rows(Pass).values() if one.last_name == last_name)
    seen = gate.see(code_of(row))
    gate.record(seen, gate.verdict(seen))


def test_it_tells_what_was_sold_what_it_brought_and_what_is_left(stage: Stage, open_window: Open, qtbot: QtBot) -> None:
    screen = _dashboard(open_window(StagedDesk(stage.laptop)), qtbot)
    qtbot.waitUntil(lambda: "780.00 EUR" in _texts(screen) and "3 sold" in _texts(screen))
    texts = _texts(screen)
    assert "3 sold · 0 held · 397 left of 400" in texts
    assert "1 sold · 0 held · 29 left of 30" in texts
    assert "Nothing needs attention." in texts
    assert "Nobody was admitted yet." in texts
    assert _sold(screen) == 4
    assert "4 seats sold" in screen.sales.plot.accessibleDescription()
    assert list(screen.sales.plot.series.names) == [FULL, WORKSHOP]


def test_it_keeps_up_with_sales_and_admissions(stage: Stage, open_window: Open, qtbot: QtBot) -> None:
    screen = _dashboard(open_window(StagedDesk(stage.laptop)), qtbot)
    stage.sell(PEOPLE[3], FULL)
    stage.laptop.sync()
    qtbot.waitUntil(lambda: _sold(screen) == 5)
    qtbot.waitUntil(lambda: "4 sold · 0 held" in _texts(screen))
    _admit(stage, "Li")
    qtbot.waitUntil(lambda: len(screen.entries.plot.series.bars) == 1)
    assert screen.entries.plot.series.bars == [{DOOR: 1.0}]
    assert "At most 1.0 a minute." in _texts(screen)


def test_what_waits_counts_once_before_and_after_the_server_has_it(
    stage: Stage, open_window: Open, qtbot: QtBot
) -> None:
    _admit(stage, "Li")
    screen = _dashboard(open_window(StagedDesk(stage.laptop)), qtbot)
    assert screen.entries.plot.series.highest == 1
    counted: list[int] = []
    screen.counting.counted.connect(lambda: counted.append(1))
    _admit(stage, "王")
    qtbot.waitUntil(lambda: screen.entries.plot.series.highest == 2)
    stage.laptop.sync()
    assert not stage.laptop.workspace.is_pending
    qtbot.waitUntil(lambda: len(counted) >= 2)
    screen.refresh()
    assert screen.entries.plot.series.highest == 2


def test_it_says_that_it_counts_while_the_file_of_an_older_release_is_counted(
    stage: Stage, open_window: Open, qtbot: QtBot
) -> None:
    base = stage.laptop.workspace._base
    base._writer.execute("PRAGMA user_version = 1")
    window = open_window(StagedDesk(stage.laptop))
    with base._writing:
        window.open_conference(CONFERENCE, "dashboard")
        assert window.screens is not None
        screen = window.screens.made("dashboard", DashboardScreen)
        assert "Counting…" in _texts(screen)
        assert "780.00 EUR" in _texts(screen), "and nothing else waits"
    qtbot.waitUntil(lambda: _sold(screen) == 4)


def test_what_needs_attention_leads_to_where_it_is_done(stage: Stage, open_window: Open, qtbot: QtBot) -> None:
    stage.run(HoldFact(held="h", device=DeviceId("gate-west"), name="x", version=1, reason="device_revoked"))
    stage.laptop.sync()
    window = open_window(StagedDesk(stage.laptop))
    screen = _dashboard(window, qtbot)
    assert "1 thing refused or contradictory" in _texts(screen)
    next(one for one in screen.findChildren(QPushButton) if one.text() == "Look").click()
    assert window.place == "problems"


def test_a_conference_without_anything_says_so(stage: Stage, open_window: Open, qtbot: QtBot) -> None:
    empty = Stage(stage.folder / "empty", stage.clock)
    window = open_window(StagedDesk(empty.laptop))
    screen = _dashboard(window, qtbot)
    qtbot.waitUntil(lambda: "There are no seat types yet." in _texts(screen))
    texts = _texts(screen)
    assert "Nothing was sold yet." in texts
    assert "0.00 EUR" in texts


def test_a_view_is_read_in_pieces_with_what_waits(stage: Stage) -> None:
    workspace = stage.laptop.workspace
    workspace.issue(AddSeatType(seat_type=_FIRST, name="First", quota=1, price=0))
    workspace.issue(AddSeatType(seat_type=_LAST, name="Last", quota=1, price=0))
    for chunk in (1, 2, 3, 4, 5, 100):
        assert dict(each(workspace, SeatsOfType, chunk=chunk)) == workspace.rows(SeatsOfType)
        assert dict(each(workspace, Pass, chunk=chunk)) == workspace.rows(Pass)


def test_seat_types_that_do_not_fit_are_drawn_as_one(stage: Stage) -> None:
    names = [str(number) for number in range(6)]
    series = sales_series(stage.laptop.workspace, {100: dict.fromkeys(names, 2)})
    assert series.bars == [{"0": 2, "1": 2, "2": 2, OTHERS: 6}]
    assert list(series.names) == ["0", "1", "2", OTHERS]
    assert series.names[OTHERS] == "Other types"


def test_long_sales_are_drawn_in_few_bars_with_days_below(stage: Stage) -> None:
    start = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) // 3600
    series = sales_series(stage.laptop.workspace, {start + hour: {FULL: 1} for hour in range(24 * 200)})
    assert 20 < len(series.bars) <= 60
    assert sum(sum(bar.values()) for bar in series.bars) == 24 * 200
    assert 2 <= len(series.marks) <= 7


def test_entries_are_those_of_the_last_day_and_per_minute(stage: Stage) -> None:
    noon = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()) // 60
    series = entries_series(stage.laptop.workspace, {noon - 5000: {DOOR: 9}, noon: {DOOR: 30}, noon + 118: {DOOR: 3}})
    assert len(series.bars) <= 61
    assert series.highest == pytest.approx(15)
    assert series.names == {DOOR: "Main door"}


@given(st.floats(0, 10**9), st.sampled_from([1, 0.1]))
def test_an_axis_has_few_lines_at_round_numbers(highest: float, finest: float) -> None:
    step = step_of(highest, finest)
    assert step >= finest * 0.999
    assert highest / step <= 4.001
    assert round(step / 10 ** int(f"{step:e}".partition("e")[2]), 6) in (1, 2, 5)


_PARTS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab"), st.integers(1, 5)), max_size=3)


@given(st.lists(st.tuples(st.sampled_from("xyz"), _PARTS), max_size=20))
def test_sums_are_those_of_the_rows_as_they_are_now(changes: list[tuple[str, list[Part]]]) -> None:
    tally, last = Tally(), dict(changes)
    for id, parts in changes:
        tally.put(id, parts)
    expected: dict[int, dict[str, int]] = {}
    for bucket, name, number in (part for parts in last.values() for part in parts):
        sums = expected.setdefault(bucket, {})
        sums[name] = sums.get(name, 0) + number
    assert tally.on({}) == expected


def test_figures_are_of_the_conference_as_it_is_seen_here(stage: Stage) -> None:
    workspace = stage.laptop.workspace
    workspace.issue(EditConference(tagline=Edit(seen="Three days of open questions", new="Two")))
    assert figures(workspace).types[0].name == "Full conference"
    assert figures(workspace).admitted == 0
    _admit(stage, "Li")
    now = figures(workspace)
    assert (now.admitted, now.inside, now.area) == (1, 1, "Main door")
