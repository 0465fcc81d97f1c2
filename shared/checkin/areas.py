"""Areas: the main door, a workshop's room, the dinner. Each names the seat types that it admits."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, assert_never

from shared.kernel import checks
from shared.kernel.decider import Changes, Context, Decider, Found, Key, Rejected, drop, key, members, put
from shared.kernel.edits import Edit, changed_fields, set_fields
from shared.kernel.ids import AreaId, SeatTypeId
from shared.kernel.messages import message, row

SEAT_TYPES_MOST: Final = 100

# Commands


@message("checkin.define_area")
class DefineArea:
    area: AreaId
    name: str
    seat_types: tuple[SeatTypeId, ...]


@message("checkin.edit_area")
class EditArea:
    area: AreaId
    name: Edit[str] | None = None
    seat_types: Edit[tuple[SeatTypeId, ...]] | None = None


@message("checkin.remove_area")
class RemoveArea:
    """Removes an area at which nothing was scanned yet."""

    area: AreaId


Command = DefineArea | EditArea | RemoveArea

# Events


@message("checkin.area_defined")
class AreaDefined:
    area: AreaId
    name: str
    seat_types: tuple[SeatTypeId, ...]


@message("checkin.area_edited")
class AreaEdited:
    """The fields that changed; None for the others."""

    area: AreaId
    by: str
    name: str | None = None
    seat_types: tuple[SeatTypeId, ...] | None = None


@message("checkin.area_removed")
class AreaRemoved:
    area: AreaId


Event = AreaDefined | AreaEdited | AreaRemoved

# State


@row("checkin.areas")
class Area:
    area: AreaId
    name: str
    seat_types: tuple[SeatTypeId, ...]
    edited_by: dict[str, str]


@row("checkin.arrivals")
class Arrivals:
    """What was scanned at an area, in numbers; `views.py` keeps it. There is none before the first scan."""

    admitted: dict[SeatTypeId, int]
    """Effective admissions, by the ticket's seat type; an empty one where nobody knew it."""
    inside: int
    """Tickets whose latest passage by claimed time is an entry."""
    entries: dict[str, int]
    """Entries by gate, re-entries and doubles included."""
    turned_away: int


# Rules


def needs(command: Command, _found: Found) -> Iterable[Key]:
    yield key(Area, command.area)
    if isinstance(command, RemoveArea):
        yield key(Arrivals, command.area)


def decide(command: Command, found: Found, context: Context) -> Sequence[Event]:
    area = found.get(Area, command.area)
    if isinstance(command, DefineArea):
        if area is not None:
            raise Rejected("area_exists", area=command.area)
        _check(command.name, command.seat_types)
        return [AreaDefined(area=command.area, name=command.name, seat_types=command.seat_types)]
    if area is None:
        raise Rejected("unknown_area", area=command.area)
    match command:
        case EditArea():
            changed = changed_fields(command, area, area.edited_by)
            after = replace(area, **changed)
            _check(after.name, after.seat_types)
            return [AreaEdited(area=command.area, by=context.actor.id, **changed)] if changed else []
        case RemoveArea():
            if found.get(Arrivals, command.area) is not None:
                raise Rejected("area_was_used", area=command.area)
            return [AreaRemoved(area=command.area)]
        case _:
            assert_never(command)


def _check(name: str, seat_types: Sequence[SeatTypeId]) -> None:
    checks.text("name", name, least=1, most=70)
    checks.number("seat_types", len(seat_types), least=1, most=SEAT_TYPES_MOST)


def evolve(found: Found, event: Event) -> Changes:
    match event:
        case AreaDefined(area=area):
            return put(Area(area=area, name=event.name, seat_types=event.seat_types, edited_by={}), area)
        case AreaEdited(area=area):
            known = found.get(Area, area)
            assert known is not None, "an edited area exists"
            changed = set_fields(event, besides=("area", "by"))
            return put(replace(known, edited_by=known.edited_by | dict.fromkeys(changed, event.by), **changed), area)
        case AreaRemoved(area=area):
            return drop(Area, area)
        case _:
            assert_never(event)


decider: Decider[Command, Event] = Decider(
    name="areas",
    commands=members(Command),
    events=members(Event),
    rows=(Area,),
    needs=needs,
    decide=decide,
    evolve=evolve,
)
