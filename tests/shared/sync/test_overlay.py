"""What a desktop shows: the base with its pending commands on top, decided again where somebody else touched them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.checkin.admission import Action, RecordScan, ScanRecorded
from shared.checkin.ticket_code import Evidence
from shared.checkin.verdict import Admission, Direction, Seen
from shared.conference.conference import (
    Conference,
    EditConference,
    PublishConference,
    UnpublishConference,
)
from shared.execute import Undecided
from shared.kernel.decider import Actor, Context, Key, Rejected, Role, key
from shared.kernel.edits import Edit
from shared.kernel.ids import AreaId, OrderId, TicketId
from shared.kernel.messages import wire_of
from shared.registration.order import PlaceOrder
from shared.registration.order_state import Order, OrderState
from shared.registration.pricing import Wanted
from shared.registration.seats import Reservation, SeatsOfType
from shared.sync.overlay import Overlay, Rebase, Standing
from tests.shared.registration.world import VIP, World
from tests.spec import DOOR, NOW, OFFLINE, Memory

CONFERENCE = key(Conference)


class Base:
    """A device's rows. It says what it was asked for, and has no views but those of its role."""

    def __init__(self, memory: Memory, *missing: type) -> None:
        self.memory = memory
        self.missing = {wire_of(kind).name for kind in missing}
        self.asked: list[Key] = []

    def fetch(self, keys: Iterable[Key]) -> Mapping[Key, Any]:
        asked = list(keys)
        self.asked += asked
        if any(one.view in self.missing for one in asked):
            raise Undecided
        return self.memory.fetch(asked)

    def push(self, rows: Mapping[Key, Any]) -> set[Key]:
        """Take over rows from the server."""
        self.memory.update(rows)
        return set(rows)


class Device:
    """An overlay with the calls of a workspace around it."""

    def __init__(self, *missing: type, world: World | None = None) -> None:
        self.world = world or World()
        self.base = Base(Memory(self.world.memory.rows), *missing)
        self.overlay = Overlay(self.base)
        self.issued = 0

    def issue(self, command: Any, context: Context = OFFLINE) -> Any:
        self.issued += 1
        decided = self.overlay.decide(command, replace(context, command_id=f"command-{self.issued}"))
        self.overlay.add(decided)
        return decided

    def rebase(self, changed: Collection[Key], settled: Collection[str]) -> set[Key]:
        """Take over a new base, as a workspace does."""
        rebase = Rebase(self.overlay, self.base, changed, settled)
        rebase.catch_up()
        self.overlay = rebase.after
        return rebase.looks

    def shown(self, kind: type, id: str = "") -> Any:
        return self.overlay.fetch([key(kind, id)])[key(kind, id)]

    def push_conference(self, **changed: Any) -> set[Key]:
        """Somebody else changed the conference, and the server said so."""
        conference = self.base.memory.rows[CONFERENCE]
        return self.base.push({CONFERENCE: replace(conference, **changed)})


def tagline(new: str, seen: str = "") -> EditConference:
    return EditConference(tagline=Edit(seen=seen, new=new))


def scan(number: str = "scan-1") -> RecordScan:
    seen = Seen(
        area=AreaId("nowhere"),
        gate="west",
        direction=Direction.ENTRY,
        evidence=Evidence.GENUINE,
        ticket=TicketId("ticket-1"),
        scanned_at=NOW,
    )
    return RecordScan(scan=number, seen=seen, action=Action.ADMITTED)


# Issuing


def test_what_was_issued_shows_at_once_on_top_of_the_base() -> None:
    device = Device()
    decided = device.issue(tagline("Snakes"))
    assert decided.standing is Standing.WAITING
    assert device.shown(Conference).tagline == "Snakes"
    assert list(device.overlay.touched) == [CONFERENCE]
    assert device.base.memory.rows[CONFERENCE].tagline == ""


def test_nothing_shows_before_it_is_added() -> None:
    device = Device()
    decided = device.overlay.decide(tagline("Snakes"), OFFLINE)
    assert device.shown(Conference).tagline == ""
    assert device.overlay.add(decided) == {CONFERENCE}
    assert device.shown(Conference).tagline == "Snakes"


def test_an_intent_that_is_refused_here_is_not_queued() -> None:
    device = Device()
    with pytest.raises(Rejected, match="changed_meanwhile"):
        device.issue(tagline("Snakes", seen="Pythons"))
    assert not device.overlay.pending


def test_each_command_is_decided_on_what_the_user_sees() -> None:
    device = Device()
    device.issue(tagline("Snakes"))
    device.issue(tagline("More snakes", seen="Snakes"))
    assert device.shown(Conference).tagline == "More snakes"
    assert [one.command.tagline.new for one in device.overlay.pending] == ["Snakes", "More snakes"]


def test_a_command_is_decided_at_the_time_of_its_issue() -> None:
    """An order that was placed an hour ago on a train is not decided by the clock of today."""
    device = Device()
    early = replace(OFFLINE, now=NOW - timedelta(hours=1))
    decided = device.issue(PlaceOrder(order=OrderId("o1"), lines=(Wanted(seat_type=VIP, quantity=1),)), early)
    assert decided.changes[key(Order, "o1")].placed_at == early.now


# Rows that the device does not hold


def test_a_command_whose_rows_are_not_held_is_queued_undecided_and_never_refused_for_that() -> None:
    device = Device(Order)
    place = PlaceOrder(order=OrderId("o1"), lines=(Wanted(seat_type=VIP, quantity=99),))
    decided = device.issue(place)
    assert (decided.standing, decided.refusal, decided.changes) == (Standing.UNDECIDED, None, {})
    assert not device.overlay.touched
    assert len(device.overlay.pending) == 1


def test_a_desktop_leaves_out_the_reactions_whose_rows_it_lacks() -> None:
    device = Device(Reservation)
    device.issue(PlaceOrder(order=OrderId("o1"), lines=(Wanted(seat_type=VIP, quantity=2),)))
    assert device.shown(Order, "o1").state is OrderState.RESERVING
    assert device.shown(SeatsOfType, VIP).available == 5


def test_an_undecided_command_is_decided_once_the_device_holds_its_rows() -> None:
    device = Device(Order)
    device.issue(PlaceOrder(order=OrderId("o1"), lines=(Wanted(seat_type=VIP, quantity=2),)))
    device.base.missing = set()
    looks = device.rebase({key(Order, "o1")}, ())
    assert [one.standing for one in device.overlay.pending] == [Standing.WAITING]
    assert key(SeatsOfType, VIP) in looks
    assert device.shown(SeatsOfType, VIP).available == 3


def test_the_door_may_not_place_an_order_and_that_is_no_question_of_rows() -> None:
    device = Device(Order)
    place = PlaceOrder(order=OrderId("o1"), lines=(Wanted(seat_type=VIP, quantity=2),))
    with pytest.raises(Rejected, match="forbidden"):
        device.issue(place, replace(OFFLINE, actor=DOOR))


# Facts


def test_a_fact_is_queued_whatever_speaks_against_it() -> None:
    device = Device()
    decided = device.issue(scan(), replace(OFFLINE, actor=DOOR))
    assert decided.standing is Standing.WAITING
    assert any(isinstance(event, ScanRecorded) for event in decided.events)


def test_a_fact_that_this_device_may_not_record_is_queued_all_the_same() -> None:
    """Its role was changed while it was offline: what happened at the gate is sent, and the server keeps it."""
    device = Device()
    decided = device.issue(scan(), replace(OFFLINE, actor=Actor(role=Role.REGISTRANT, id="x")))
    assert decided.standing is Standing.DOUBTFUL
    assert decided.refusal is not None
    assert decided.refusal.code == "forbidden"
    assert len(device.overlay.pending) == 1


def test_a_fact_whose_rows_are_not_held_is_queued_undecided() -> None:
    device = Device(Admission)
    assert device.issue(scan(), replace(OFFLINE, actor=DOOR)).standing is Standing.UNDECIDED


# Rebasing


def test_somebody_elses_change_of_another_field_is_joined_by_the_pending_one() -> None:
    device = Device()
    device.issue(tagline("Snakes"))
    looks = device.rebase(device.push_conference(location="Oslo"), ())
    conference = device.shown(Conference)
    assert (conference.tagline, conference.location) == ("Snakes", "Oslo")
    assert looks == {CONFERENCE}


def test_somebody_elses_change_of_the_same_field_makes_the_pending_one_doubtful_and_keeps_it() -> None:
    device = Device()
    decided = device.issue(tagline("Snakes"))
    device.rebase(device.push_conference(tagline="Birds", edited_by={"tagline": "laptop-2"}), ())
    (now,) = device.overlay.pending
    assert (now.command, now.standing) == (decided.command, Standing.DOUBTFUL)
    assert now.refusal is not None
    assert now.refusal.values == {"fields": {"tagline": {"theirs": "Birds", "mine": "Snakes", "by": "laptop-2"}}}
    assert device.shown(Conference).tagline == "Birds"


def test_a_doubtful_command_recovers_when_what_spoke_against_it_is_gone() -> None:
    device = Device()
    device.issue(tagline("Snakes"))
    device.rebase(device.push_conference(tagline="Birds"), ())
    device.rebase(device.push_conference(tagline=""), ())
    (now,) = device.overlay.pending
    assert (now.standing, now.refusal) == (Standing.WAITING, None)
    assert device.shown(Conference).tagline == "Snakes"


def test_a_command_that_stands_on_a_doubtful_one_is_doubtful_too() -> None:
    device = Device()
    device.issue(tagline("Snakes"))
    device.issue(tagline("More snakes", seen="Snakes"))
    device.rebase(device.push_conference(tagline="Birds"), ())
    assert [one.standing for one in device.overlay.pending] == [Standing.DOUBTFUL, Standing.DOUBTFUL]
    assert all(one.refusal is not None for one in device.overlay.pending)
    assert device.shown(Conference).tagline == "Birds"
    assert not device.overlay.touched


def test_a_settled_command_is_gone_and_the_base_shows_through() -> None:
    device = Device()
    device.issue(tagline("Snakes"))
    looks = device.rebase(device.push_conference(tagline="Snakes"), ["command-1"])
    assert not device.overlay.pending
    assert not device.overlay.touched
    assert device.shown(Conference).tagline == "Snakes"
    assert looks == {CONFERENCE}


def test_a_command_that_the_server_refused_leaves_no_trace_on_the_rows() -> None:
    device = Device()
    device.issue(tagline("Snakes"))
    looks = device.rebase((), ["command-1"])
    assert looks == {CONFERENCE}
    assert device.shown(Conference).tagline == ""


def test_what_is_settled_and_was_never_pending_here_is_nothing_to_do() -> None:
    device = Device()
    device.issue(tagline("Snakes"))
    assert device.rebase((), ["somebody-elses"]) == set()
    assert device.shown(Conference).tagline == "Snakes"


def test_rebasing_decides_again_only_what_was_touched() -> None:
    device = Device()
    device.issue(tagline("Snakes"))
    seats = key(SeatsOfType, VIP)
    device.issue(PlaceOrder(order=OrderId("o1"), lines=(Wanted(seat_type=VIP, quantity=2),)))
    device.base.asked.clear()
    fewer = replace(device.base.memory.rows[seats], available=1, quota=1)
    looks = device.rebase(device.base.push({seats: fewer}), ())
    assert CONFERENCE not in device.base.asked
    assert CONFERENCE not in looks
    assert seats in device.base.asked
    assert device.shown(Order, "o1").state is OrderState.PARTIALLY_RESERVED
    assert device.shown(Conference).tagline == "Snakes"


def test_rows_that_nobody_here_read_cost_no_decision() -> None:
    device = Device()
    device.issue(tagline("Snakes"))
    device.base.asked.clear()
    unrelated = Key("checkin.expected", "vip")
    assert device.rebase({unrelated}, ()) == {unrelated}
    assert device.base.asked == []


def test_a_change_goes_on_through_what_stands_on_it() -> None:
    """The second order reads seats that the first one took; the first one's refusal gives them back to it."""
    device = Device(world=World(vip=2))
    place = PlaceOrder(order=OrderId("o1"), lines=(Wanted(seat_type=VIP, quantity=2),))
    device.issue(place)
    device.issue(replace(place, order=OrderId("o2")))
    assert device.shown(Order, "o2").state is OrderState.PARTIALLY_RESERVED
    looks = device.rebase((), ["command-1"])
    assert device.shown(Order, "o1") is None
    assert device.shown(Order, "o2").state is OrderState.RESERVED
    assert {key(Order, "o1"), key(Order, "o2"), key(SeatsOfType, VIP)} <= looks


steps = st.lists(
    st.one_of(
        st.tuples(st.just("issue"), st.sampled_from(["tagline", "location"]), st.sampled_from(["a", "b", "c"])),
        st.tuples(st.just("publish"), st.booleans(), st.none()),
        st.tuples(st.just("push"), st.sampled_from(["tagline", "location"]), st.sampled_from(["a", "b", "c"])),
        st.tuples(st.just("settle"), st.integers(0, 5), st.none()),
    ),
    max_size=12,
)


@given(script=steps)
def test_what_a_rebase_leaves_is_what_deciding_everything_anew_would(script: list[tuple[str, Any, Any]]) -> None:
    device = Device()
    for kind, what, new in script:
        if kind == "issue":
            edit: Edit[str] = Edit(seen=getattr(device.shown(Conference), what), new=new)
            fields: dict[str, Any] = {what: edit}
            device.issue(EditConference(**fields))
        elif kind == "publish":
            device.issue(PublishConference() if what else UnpublishConference())
        elif kind == "push":
            device.rebase(device.push_conference(**{what: new}), ())
        else:
            device.rebase((), [one.context.command_id for one in device.overlay.pending][what : what + 1])
        anew = Overlay(device.base)
        for pending in device.overlay.pending:
            try:
                anew.add(anew.decide(pending.command, pending.context))
            except Rejected:
                assert pending.standing is Standing.DOUBTFUL
            else:
                assert pending.standing is Standing.WAITING
        assert anew.fetch([CONFERENCE]) == device.overlay.fetch([CONFERENCE])


def test_what_is_issued_while_others_are_decided_again_is_taken_over_too() -> None:
    device = Device()
    device.issue(tagline("Snakes"))
    rebase = Rebase(device.overlay, device.base, device.push_conference(location="Oslo"), ())
    rebase.catch_up()
    device.issue(EditConference(description=Edit(seen="", new="Long")))
    assert rebase.after.fetch([CONFERENCE])[CONFERENCE].description == ""
    rebase.catch_up()
    rebase.catch_up()
    conference = rebase.after.fetch([CONFERENCE])[CONFERENCE]
    assert (conference.tagline, conference.description, conference.location) == ("Snakes", "Long", "Oslo")
    assert len(rebase.after.pending) == 2
