"""What an incident says, without widgets. It speaks of tickets: who came with one, nobody can know."""

from dataclasses import dataclass
from typing import Final

from desktop.ui import words
from desktop.ui.translation import QT_TRANSLATE_NOOP
from desktop.workspace import Workspace
from shared.checkin.verdict import Finding, Pass
from shared.checkin.views import Incident


@dataclass(frozen=True, slots=True)
class Telling:
    """What a card says of a finding. `nameless` is the heading where nobody has the ticket, or it is not known here."""

    heading: str
    nameless: str
    told: str


_LATER: Final = QT_TRANSLATE_NOOP("words", "The gate could not know that when it let them in.")
_DEVICE: Final = QT_TRANSLATE_NOOP(
    "words", "The device at the gate found that itself, and let them in without an override. Have a look at the device."
)
_TELLINGS: Final = {
    Finding.ALREADY_INSIDE: Telling(
        QT_TRANSLATE_NOOP("words", "The ticket of {name} was let in twice at {area}"),
        QT_TRANSLATE_NOOP("words", "The same ticket was let in twice at {area}"),
        QT_TRANSLATE_NOOP("words", "No exit was recorded between the two entries."),
    ),
    Finding.REVOKED: Telling(
        QT_TRANSLATE_NOOP("words", "An earlier version of the ticket that is now {name}’s was let in at {area}"),
        QT_TRANSLATE_NOOP("words", "A version of a ticket that is not valid any more was let in at {area}"),
        QT_TRANSLATE_NOOP("words", "The seat has a newer code. The gate could not know that when it let them in."),
    ),
    Finding.CANCELLED: Telling(
        QT_TRANSLATE_NOOP("words", "The cancelled ticket of {name} was let in at {area}"),
        QT_TRANSLATE_NOOP("words", "A cancelled ticket was let in at {area}"),
        _LATER,
    ),
    Finding.WRONG_AREA: Telling(
        QT_TRANSLATE_NOOP("words", "The ticket of {name} was let in at {area}, where it is not valid"),
        QT_TRANSLATE_NOOP("words", "A ticket was let in at {area}, where it is not valid"),
        _LATER,
    ),
    # The name of now is of somebody who got the seat later.
    Finding.NOT_ASSIGNED: Telling(
        QT_TRANSLATE_NOOP("words", "A ticket that nobody had then was let in at {area}"),
        QT_TRANSLATE_NOOP("words", "A ticket that nobody has was let in at {area}"),
        _LATER,
    ),
    Finding.UNKNOWN: Telling(
        QT_TRANSLATE_NOOP("words", "A ticket that the server did not know was let in at {area}"),
        QT_TRANSLATE_NOOP("words", "A ticket that the server did not know was let in at {area}"),
        "",
    ),
    Finding.UNKNOWN_AREA: Telling(
        QT_TRANSLATE_NOOP("words", "The ticket of {name} was let in at an area that is no more: {area}"),
        QT_TRANSLATE_NOOP("words", "A ticket was let in at an area that is no more: {area}"),
        _LATER,
    ),
    Finding.OUT_OF_TIME: Telling(
        QT_TRANSLATE_NOOP("words", "The ticket of {name} was let in at {area} outside its time"),
        QT_TRANSLATE_NOOP("words", "A ticket was let in at {area} outside its time"),
        _DEVICE,
    ),
    Finding.FORGED: Telling(
        QT_TRANSLATE_NOOP("words", "A code that is not genuine was let in at {area}"),
        QT_TRANSLATE_NOOP("words", "A code that is not genuine was let in at {area}"),
        _DEVICE,
    ),
    Finding.OTHER_CONFERENCE: Telling(
        QT_TRANSLATE_NOOP("words", "A ticket of another conference was let in at {area}"),
        QT_TRANSLATE_NOOP("words", "A ticket of another conference was let in at {area}"),
        _DEVICE,
    ),
    Finding.UNREADABLE: Telling(
        QT_TRANSLATE_NOOP("words", "A code that is no ticket was let in at {area}"),
        QT_TRANSLATE_NOOP("words", "A code that is no ticket was let in at {area}"),
        _DEVICE,
    ),
}
"""Every finding that can speak against an entry."""


def heading(workspace: Workspace, incident: Incident) -> str:
    """What happened, accusing nobody."""
    telling = _TELLINGS[incident.finding]
    row = None if incident.ticket is None else workspace.get(Pass, incident.ticket)
    is_named = row is not None and row.attendee is not None
    name = words.holder(row) if row is not None and is_named else ""
    return words.say(
        telling.heading if is_named else telling.nameless, name=name, area=words.area(workspace, incident.area)
    )


def told(incident: Incident) -> str:
    """Why it could happen, and the reason that was given."""
    parts = [words.say(one) for one in (_TELLINGS[incident.finding].told,) if one]
    if incident.reason:
        parts.append(words.say("Reason given: {reason}.", reason=incident.reason))
    return " ".join(parts)
