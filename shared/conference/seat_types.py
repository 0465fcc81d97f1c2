"""Seat types: what a conference offers, with quota and price. Before the first publish they may be deleted.

Registration learns of them through `registration/process.py`, which also refuses a quota below what is taken.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, assert_never

from shared.conference.conference import Conference
from shared.kernel import checks
from shared.kernel.decider import Changes, Context, Decider, Found, Key, Rejected, drop, key, members, put
from shared.kernel.edits import Edit, changed_fields, set_fields
from shared.kernel.ids import SeatTypeId
from shared.kernel.messages import message, row

QUOTA_MOST: Final = 100_000
PRICE_MOST: Final = 50_000_00

# Commands


@message("conference.add_seat_type")
class AddSeatType:
    seat_type: SeatTypeId
    name: str
    description: str = ""
    quota: int
    price: int


@message("conference.edit_seat_type")
class EditSeatType:
    seat_type: SeatTypeId
    name: Edit[str] | None = None
    description: Edit[str] | None = None
    quota: Edit[int] | None = None
    price: Edit[int] | None = None


@message("conference.delete_seat_type")
class DeleteSeatType:
    seat_type: SeatTypeId


Command = AddSeatType | EditSeatType | DeleteSeatType

# Events


@message("conference.seat_type_added")
class SeatTypeAdded:
    seat_type: SeatTypeId
    name: str
    description: str
    quota: int
    price: int


@message("conference.seat_type_edited")
class SeatTypeEdited:
    seat_type: SeatTypeId
    by: str
    name: str | None = None
    description: str | None = None
    quota: int | None = None
    price: int | None = None


@message("conference.seat_type_deleted")
class SeatTypeDeleted:
    seat_type: SeatTypeId


Event = SeatTypeAdded | SeatTypeEdited | SeatTypeDeleted

# State


@row("conference.seat_types")
class SeatType:
    seat_type: SeatTypeId
    name: str
    description: str
    quota: int
    price: int
    edited_by: dict[str, str]


# Rules


def needs(command: Command, found: Found) -> Iterable[Key]:
    yield key(Conference)
    yield key(SeatType, command.seat_type)


def decide(command: Command, found: Found, context: Context) -> Sequence[Event]:
    conference = found.get(Conference)
    if conference is None:
        raise Rejected("unknown_conference")
    match command:
        case AddSeatType():
            if found.get(SeatType, command.seat_type) is not None:
                raise Rejected("seat_type_exists", seat_type=command.seat_type)
            checks.uuid("seat_type", command.seat_type)
            _check_seat_type(command.name, command.description, command.quota, command.price)
            return [
                SeatTypeAdded(
                    seat_type=command.seat_type,
                    name=command.name,
                    description=command.description,
                    quota=command.quota,
                    price=command.price,
                )
            ]
        case EditSeatType():
            return _edit_seat_type(command, _seat_type(command.seat_type, found), context)
        case DeleteSeatType(seat_type=seat_type):
            _seat_type(seat_type, found)
            if conference.was_published:
                raise Rejected("seat_type_was_published", seat_type=seat_type)
            return [SeatTypeDeleted(seat_type=seat_type)]
        case _:
            assert_never(command)


def _edit_seat_type(command: EditSeatType, seat_type: SeatType, context: Context) -> Sequence[Event]:
    changed = changed_fields(command, seat_type, seat_type.edited_by)
    after = replace(seat_type, **changed)
    _check_seat_type(after.name, after.description, after.quota, after.price)
    return [SeatTypeEdited(seat_type=command.seat_type, by=context.actor.id, **changed)] if changed else []


def _seat_type(seat_type: SeatTypeId, found: Found) -> SeatType:
    known = found.get(SeatType, seat_type)
    if known is None:
        raise Rejected("unknown_seat_type", seat_type=seat_type)
    return known


def _check_seat_type(name: str, description: str, quota: int, price: int) -> None:
    checks.text("name", name, least=2, most=70)
    checks.text("description", description, most=250)
    checks.number("quota", quota, least=0, most=QUOTA_MOST)
    checks.number("price", price, least=0, most=PRICE_MOST)


def evolve(found: Found, event: Event) -> Changes:
    conference = found.get(Conference)
    assert conference is not None, "a conference is created before its seat types"
    match event:
        case SeatTypeAdded():
            added = SeatType(
                seat_type=event.seat_type,
                name=event.name,
                description=event.description,
                quota=event.quota,
                price=event.price,
                edited_by={},
            )
            grown = replace(conference, seat_types=(*conference.seat_types, event.seat_type))
            return put(grown) | put(added, event.seat_type)
        case SeatTypeEdited(seat_type=seat_type):
            known = found.get(SeatType, seat_type)
            assert known is not None, "an edited seat type exists"
            changed = set_fields(event, besides=("by", "seat_type"))
            by = known.edited_by | dict.fromkeys(changed, event.by)
            return put(replace(known, edited_by=by, **changed), seat_type)
        case SeatTypeDeleted(seat_type=seat_type):
            left = tuple(one for one in conference.seat_types if one != seat_type)
            return put(replace(conference, seat_types=left)) | drop(SeatType, seat_type)
        case _:
            assert_never(event)


decider: Decider[Command, Event] = Decider(
    name="seat_types",
    commands=members(Command),
    events=members(Event),
    rows=(SeatType,),
    needs=needs,
    decide=decide,
    evolve=evolve,
)
