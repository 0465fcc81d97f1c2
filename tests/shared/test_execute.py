"""One command to its outcome: rights, rules, reactions and views; and what a desktop leaves out for lack of rows."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from shared.conference.conference import (
    ClaimSlug,
    Conference,
    ConferenceCreated,
    SlugClaimed,
)
from shared.conference.seat_types import EditSeatType
from shared.domain import DOMAIN, Domain
from shared.execute import Recorder, Scratch, Undecided, execute, gather
from shared.kernel.decider import (
    Actor,
    Changes,
    Context,
    Decider,
    Found,
    Key,
    Mail,
    Process,
    Recorded,
    Rejected,
    Role,
    View,
    key,
    put,
)
from shared.kernel.edits import Edit
from shared.kernel.ids import OrderId
from shared.kernel.messages import message, row, wire_of
from shared.registration.order import OrderPlaced, PlaceOrder
from shared.registration.order_state import Order, OrderState
from shared.registration.pricing import Wanted
from shared.registration.seats import ReserveSeats, SeatsOfType, SeatsReserved
from shared.registration.views import OrderByLocator
from tests.shared.conference.test_conference import CREATE
from tests.shared.registration.world import VIP, World
from tests.spec import CONTEXT, DOOR, OFFLINE, REGISTRANT, Memory, replace_actor

ORDER = OrderId("order-1")
PLACE = PlaceOrder(order=ORDER, lines=(Wanted(seat_type=VIP, quantity=2),))


class Held:
    """The rows of an end that does not hold some views."""

    def __init__(self, memory: Memory, *missing: type) -> None:
        self._memory = memory
        self._missing = {wire_of(kind).name for kind in missing}

    def fetch(self, keys: Iterable[Key]) -> Mapping[Key, Any]:
        asked = list(keys)
        if any(one.view in self._missing for one in asked):
            raise Undecided
        return self._memory.fetch(asked)


def placed(*missing: type, context: Context = CONTEXT, speculative: bool = True) -> Any:
    """An order placed on a published conference, at an end that lacks these views."""
    return execute(PLACE, context, Held(World().memory, *missing), speculative=speculative)


def kinds(messages: Iterable[Any]) -> list[type]:
    return [type(one) for one in messages]


# With authority


def test_a_command_gives_its_events_their_reactions_and_its_rows() -> None:
    done = placed(speculative=False)
    assert kinds(done.messages)[:4] == [PlaceOrder, OrderPlaced, ReserveSeats, SeatsReserved]
    assert done.events == [one for one in done.messages if type(one) in DOMAIN.decider_by_event]
    order = done.changes[key(Order, ORDER)]
    assert (order.state, order.total) == (OrderState.RESERVED, 200)
    assert done.changes[key(SeatsOfType, VIP)].available == 3
    assert done.changes[key(OrderByLocator, order.locator)].order == ORDER


def test_effects_come_in_the_order_in_which_they_were_asked_for() -> None:
    done = execute(CREATE, CONTEXT, Memory())
    assert done.effects == [Mail(template="access_code", about="")]
    assert {ConferenceCreated, ClaimSlug, SlugClaimed} <= set(kinds(done.messages))


def test_the_rows_below_stay_as_they_are() -> None:
    memory = World().memory
    before = dict(memory.rows)
    execute(PLACE, CONTEXT, memory)
    assert memory.rows == before


def test_who_may_not_issue_a_command_is_refused() -> None:
    with pytest.raises(Rejected) as raised:
        execute(CREATE, replace_actor(DOOR), Memory())
    assert (raised.value.code, raised.value.values) == ("forbidden", {"role": "door"})


def test_a_reaction_that_is_refused_refuses_the_whole_command() -> None:
    """The quota is checked by SeatsAvailability, after the conference's own rules let the edit pass."""
    world = World()
    world.place("order-1", vip=4)
    with pytest.raises(Rejected) as raised:
        world.send(EditSeatType(seat_type=VIP, quota=Edit(seen=5, new=3)))
    assert (raised.value.code, raised.value.values["least"]) == ("quota_too_small", 4)
    assert world.seats().quota == 5


# Speculatively


def test_a_command_whose_own_rows_are_not_held_is_undecided() -> None:
    with pytest.raises(Undecided):
        placed(Order)


def test_the_door_may_not_place_an_order_whatever_it_holds() -> None:
    with pytest.raises(Rejected, match="forbidden"):
        placed(Order, context=replace_actor(DOOR))
    assert placed(context=replace_actor(REGISTRANT)).events


def test_a_desktop_makes_no_locator_and_no_access_code() -> None:
    done = execute(PLACE, OFFLINE, World().memory, speculative=True)
    assert done.changes[key(Order, ORDER)].locator is None
    assert [one for one in done.changes if one.view == wire_of(OrderByLocator).name] == []
    created = execute(CREATE, OFFLINE, Memory(), speculative=True)
    assert created.events[0].access_code is None


# A lamp, a meter that counts how often it was lit, and a list of what was lit: each part lacks its row in turn


@message("tests.light_lamp")
class LightLamp:
    pass


@message("tests.lamp_lit")
class LampLit:
    pass


@message("tests.count_use")
class CountUse:
    pass


@message("tests.use_counted")
class UseCounted:
    total: int


@row("tests.lamps")
class Lamp:
    is_lit: bool


@row("tests.switches")
class Switch:
    """What the process reads."""

    is_metered: bool


@row("tests.meters")
class Meter:
    total: int


@row("tests.lists")
class Listed:
    lit: int


def count_use(command: CountUse, found: Found, context: Context) -> list[UseCounted]:
    meter = found.get(Meter)
    return [UseCounted(total=1 if meter is None else meter.total + 1)]


def meter_use(event: LampLit, found: Found, context: Context) -> list[CountUse]:
    switch = found.get(Switch)
    return [CountUse()] if switch is not None and switch.is_metered else []


def list_lamp(event: LampLit, found: Found, recorded: Recorded) -> Changes:
    listed = found.get(Listed) or Listed(lit=0)
    return put(Listed(lit=listed.lit + 1))


lamp: Decider[LightLamp, LampLit] = Decider(
    name="lamp",
    commands=(LightLamp,),
    events=(LampLit,),
    rows=(Lamp, Switch),
    needs=lambda _command, _found: [key(Lamp)],
    decide=lambda _command, _found, _context: [LampLit()],
    evolve=lambda _found, _event: put(Lamp(is_lit=True)),
)
meter: Decider[CountUse, UseCounted] = Decider(
    name="meter",
    commands=(CountUse,),
    events=(UseCounted,),
    rows=(Meter,),
    needs=lambda _command, _found: [key(Meter)],
    decide=count_use,
    evolve=lambda _found, event: put(Meter(total=event.total)),
)
LAMPS = Domain(
    deciders=(lamp, meter),
    processes=(
        Process(name="metering", events=(LampLit,), needs=lambda _event, _found: [key(Switch)], react=meter_use),
    ),
    views=(View(row=Listed, events=(LampLit,), needs=lambda _event, _found: [key(Listed)], fold=list_lamp),),
    roles_by_command={LightLamp: frozenset(Role), CountUse: frozenset({Role.SERVER})},
    hidden={},
)
METERED: dict[Key, Any] = put(Switch(is_metered=True))


def lit(*missing: type, speculative: bool = True) -> tuple[list[type], set[str]]:
    """What came of lighting the lamp where these views are not held: events, and the views that changed."""
    done = execute(LightLamp(), CONTEXT, Held(Memory(METERED), *missing), speculative=speculative, domain=LAMPS)
    return kinds(done.events), {at.view for at in done.changes}


def test_where_every_row_is_held_all_happens_on_both_ends() -> None:
    everything = ([LampLit, UseCounted], {"tests.lamps", "tests.lists", "tests.meters"})
    assert lit() == lit(speculative=False) == everything


def test_a_desktop_leaves_out_a_reaction_whose_rows_it_lacks() -> None:
    assert lit(Meter) == ([LampLit], {"tests.lamps", "tests.lists"})


def test_a_desktop_leaves_out_a_process_whose_rows_it_lacks() -> None:
    assert lit(Switch) == ([LampLit], {"tests.lamps", "tests.lists"})


def test_a_desktop_leaves_out_a_view_whose_rows_it_lacks() -> None:
    assert lit(Listed) == ([LampLit, UseCounted], {"tests.lamps", "tests.meters"})


@pytest.mark.parametrize("missing", [Lamp, Meter, Switch, Listed])
def test_with_authority_nothing_is_left_out(missing: type) -> None:
    with pytest.raises(Undecided):
        lit(missing, speculative=False)


def test_the_command_itself_is_never_left_out() -> None:
    with pytest.raises(Undecided):
        lit(Lamp)


# Parts


def test_a_scratch_shows_its_changes_on_top_of_what_is_below() -> None:
    below = Memory({Key("a", "1"): "one", Key("a", "2"): "two"})
    scratch = Scratch(below)
    scratch.changes[Key("a", "1")] = None
    scratch.changes[Key("a", "3")] = "three"
    asked = [Key("a", "1"), Key("a", "2"), Key("a", "3"), Key("a", "4")]
    assert list(scratch.fetch(asked).values()) == [None, "two", "three", None]
    assert below.fetched == 2
    scratch.fetch([Key("a", "1")])
    assert below.fetched == 2


def test_a_recorder_keeps_what_was_asked_for() -> None:
    recorder = Recorder(Memory())
    recorder.fetch([Key("a", "1")])
    recorder.fetch(iter([Key("a", "2")]))
    assert recorder.keys == {Key("a", "1"), Key("a", "2")}


def test_needs_are_asked_again_with_what_was_found() -> None:
    memory = Memory({Key("list", ""): ("1", "2"), Key("entry", "1"): "one", Key("entry", "2"): "two"})

    def needs(found: Found) -> Iterable[Key]:
        yield Key("list", "")
        for id in found.rows.get(Key("list", ""), ()):
            yield Key("entry", id)

    assert gather(needs, memory).rows == memory.rows
    assert memory.fetched == 3


def test_to_read_what_was_not_asked_for_is_a_bug() -> None:
    with pytest.raises(KeyError):
        Found().get(Conference)


def test_an_actor_may_have_no_label() -> None:
    assert Actor(role=Role.SERVER, id="server").label == ""


def test_an_id_that_no_database_indexes_is_refused() -> None:
    rows = Memory()
    gather(lambda _: [key(Order, "x" * 200)], rows)
    with pytest.raises(Rejected) as raised:
        gather(lambda _: [key(Order, "x" * 201)], rows)
    assert raised.value.values == {"field": "id", "rule": "too_long", "most": 200}
