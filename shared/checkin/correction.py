"""A name put right at the door, which knows passes and no e-mail addresses: the seat stays with whoever has it.

The pass shows it at once; the assignment follows where it is known, see `process.py`.
"""

from collections.abc import Iterable, Sequence

from shared.checkin.verdict import Pass
from shared.kernel import checks
from shared.kernel.decider import Changes, Context, Decider, Found, Key, Rejected, key, members
from shared.kernel.ids import PersonId, TicketId
from shared.kernel.messages import message
from shared.kernel.personal import OfAttendee


@message("checkin.correct_attendee")
class CorrectAttendee:
    """`attendee` is who the desk saw: a seat that somebody else has by now is not renamed."""

    ticket: TicketId
    attendee: PersonId
    first_name: OfAttendee
    last_name: OfAttendee
    company: str = ""


Command = CorrectAttendee


@message("checkin.attendee_corrected")
class AttendeeCorrected:
    ticket: TicketId
    locator: str | None
    position: int
    attendee: PersonId
    first_name: OfAttendee
    last_name: OfAttendee
    company: str


Event = AttendeeCorrected


def needs(command: Command, found: Found) -> Iterable[Key]:
    yield key(Pass, command.ticket)


def decide(command: Command, found: Found, context: Context) -> Sequence[Event]:
    known = found.get(Pass, command.ticket)
    if known is None:
        raise Rejected("unknown_ticket", ticket=command.ticket)
    if known.is_cancelled:
        raise Rejected("seat_cancelled", position=known.position)
    if known.attendee != command.attendee:
        raise Rejected("attendee_changed", ticket=command.ticket)
    checks.text("first_name", command.first_name, most=100)
    checks.text("last_name", command.last_name, least=1, most=100)
    checks.text("company", command.company, most=200)
    new = (command.first_name, command.last_name, command.company)
    if new == (known.first_name, known.last_name, known.company):
        return []
    return [
        AttendeeCorrected(
            ticket=command.ticket,
            locator=known.locator,
            position=known.position,
            attendee=command.attendee,
            first_name=command.first_name,
            last_name=command.last_name,
            company=command.company,
        )
    ]


def evolve(found: Found, event: Event) -> Changes:
    return {}  # `views.py` keeps the pass


decider: Decider[Command, Event] = Decider(
    name="corrections",
    commands=members(Command),
    events=members(Event),
    rows=(),
    needs=needs,
    decide=decide,
    evolve=evolve,
)
