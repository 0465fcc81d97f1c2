"""A replay gives the rows that commits left: at the position of the last real change, tombstones included."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from shared.access.access import ErasedPerson, PersonErased
from shared.access.access import decider as access
from shared.domain import Domain
from shared.kernel.decider import Actor, Decider, Found, Key, Recorded, Role, key
from shared.kernel.ids import PersonId
from shared.kernel.messages import message, row
from shared.kernel.personal import ERASED, OfAttendee
from shared.replay import Replay, is_same, without


@row("test.badges")
class Badge:
    attendee: PersonId
    name: OfAttendee
    color: str


@message("test.print_badge")
class PrintBadge:
    badge: str


@message("test.badge_printed")
class BadgePrinted:
    badge: str
    attendee: PersonId
    name: OfAttendee
    color: str = "red"


@message("test.badge_lost")
class BadgeLost:
    badge: str


def _needs(command: PrintBadge, _found: Found) -> Iterable[Key]:
    yield key(Badge, command.badge)


def _evolve(_found: Found, event: BadgePrinted | BadgeLost) -> Mapping[Key, Any]:
    at = key(Badge, event.badge)
    if isinstance(event, BadgeLost):
        return {at: None}
    return {at: Badge(attendee=event.attendee, name=event.name, color=event.color)}


BADGES: Decider[Any, Any] = Decider(
    name="badges",
    commands=(PrintBadge,),
    events=(BadgePrinted, BadgeLost),
    rows=(Badge,),
    needs=_needs,
    decide=lambda _command, _found, _context: [],
    evolve=_evolve,
)
DOMAIN = Domain(deciders=(BADGES, access), processes=(), views=(), roles_by_command={}, hidden={})
RECORDED = Recorded(
    at=datetime(2026, 11, 23, tzinfo=UTC), actor=Actor(role=Role.SERVER, id="server"), command_id="command-1"
)
BO = PersonId("bo")
AT = key(Badge, "b1")


class Placed(NamedTuple):
    """A row with the position of its last change."""

    position: int
    row: Any


def replayed(*commits: list[Any]) -> dict[Key, Placed]:
    replay = Replay(DOMAIN)
    for position, events in enumerate(commits, start=1):
        replay.commit(position, events, RECORDED)
    return {at: Placed(replay.positions[at], row) for at, row in replay.rows.items()}


def printed(name: Any = "Bo", color: str = "red") -> BadgePrinted:
    return BadgePrinted(badge="b1", attendee=BO, name=name, color=color)


def test_a_row_has_the_position_of_its_last_real_change() -> None:
    assert replayed([printed()], [printed(color="blue")], [printed(color="blue")])[AT].position == 2


def test_a_row_that_a_commit_makes_and_deletes_was_never_there() -> None:
    assert replayed([printed(), BadgeLost(badge="b1")]) == {}


def test_a_deleted_row_stays_as_a_tombstone() -> None:
    rows = replayed([printed()], [BadgeLost(badge="b1")], [BadgeLost(badge="b1")])
    assert rows == {AT: Placed(2, None)}


def test_an_unreadable_name_is_the_same_as_an_unreadable_name() -> None:
    assert replayed([printed(ERASED)], [printed(ERASED)])[AT].position == 1
    badge = Badge(attendee=BO, name=ERASED, color="red")
    assert is_same(badge, Badge(attendee=BO, name=ERASED, color="red"))
    assert not is_same(badge, Badge(attendee=BO, name="Bo", color="red"))
    assert not is_same(badge, None)


def test_an_erasure_counts_as_a_change_of_every_row_that_names_the_person_also_when_read_from_the_beginning() -> None:
    gone = PersonErased(person=BO)
    live, later = replayed([printed()], [gone]), replayed([printed(ERASED)], [gone])
    assert {at: one.position for at, one in live.items()} == {at: one.position for at, one in later.items()}
    assert live[AT].position == 2
    assert is_same(live[AT].row, later[AT].row)
    assert live[key(ErasedPerson, "bo")].position == 2


def test_who_is_not_named_is_not_touched() -> None:
    rows = {AT: Badge(attendee=BO, name="Bo", color="red"), key(Badge, "b2"): None}
    assert without(rows, "ann") == {}
