"""Blank tickets of a desk's lease, signed by the server: what is sold offline with one is verified at every gate.

A desktop signs nothing, so a lease that waits for the server has no blanks yet.
"""

import base64
from collections.abc import Iterable, Sequence
from typing import Final, assert_never

from shared.checkin.ticket_code import TicketCode, issue, key_id
from shared.kernel.codec import AwareTime
from shared.kernel.decider import Changes, Context, Decider, Found, Key, drop, key, members, put
from shared.kernel.ids import ConferenceId, SeatTypeId, TicketId
from shared.kernel.messages import message, row, value

FIRST_VERSION: Final = 1


@value
class Blank:
    """A ticket that nobody has yet. `code` is the text of its QR code."""

    ticket: TicketId
    code: str


@message("checkin.issue_blanks")
class IssueBlanks:
    """From the process, when a desk leased seats."""

    allotment: str
    seat_type: SeatTypeId
    tickets: tuple[TicketId, ...]
    valid_from: AwareTime
    valid_until: AwareTime


@message("checkin.withdraw_blanks")
class WithdrawBlanks:
    """From the process, when the lease is over: what is left of them is sold to nobody."""

    allotment: str


Command = IssueBlanks | WithdrawBlanks


@message("checkin.blanks_issued")
class BlanksIssued:
    allotment: str
    blanks: tuple[Blank, ...]


@message("checkin.blanks_withdrawn")
class BlanksWithdrawn:
    allotment: str


Event = BlanksIssued | BlanksWithdrawn


@row("checkin.blanks")
class Blanks:
    """In the order in which the desk uses them; its id is the allotment's."""

    blanks: tuple[Blank, ...]


def needs(command: Command, found: Found) -> Iterable[Key]:
    yield key(Blanks, command.allotment)


def decide(command: Command, found: Found, context: Context) -> Sequence[Event]:
    known = found.get(Blanks, command.allotment)
    match command:
        case IssueBlanks():
            return [] if known is not None else _issue(command, context)
        case WithdrawBlanks(allotment=allotment):
            return [] if known is None else [BlanksWithdrawn(allotment=allotment)]
        case _:
            assert_never(command)


def _issue(command: IssueBlanks, context: Context) -> Sequence[BlanksIssued]:
    if context.sign is None or context.ticket_key is None:
        return []
    blanks = []
    for ticket in command.tickets:
        code = TicketCode(
            conference=ConferenceId(context.conference),
            ticket=ticket,
            version=FIRST_VERSION,
            seat_type=command.seat_type,
            valid_from=command.valid_from,
            valid_until=command.valid_until,
            key_id=key_id(base64.b64decode(context.ticket_key)),
        )
        blanks.append(Blank(ticket=ticket, code=issue(code, context.sign)))
    return [BlanksIssued(allotment=command.allotment, blanks=tuple(blanks))]


def evolve(found: Found, event: Event) -> Changes:
    match event:
        case BlanksIssued(allotment=allotment):
            return put(Blanks(blanks=event.blanks), allotment)
        case BlanksWithdrawn(allotment=allotment):
            return drop(Blanks, allotment)
        case _:
            assert_never(event)


decider: Decider[Command, Event] = Decider(
    name="blanks",
    commands=members(Command),
    events=members(Event),
    rows=(Blanks,),
    needs=needs,
    decide=decide,
    evolve=evolve,
)
