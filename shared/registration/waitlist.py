"""WaitList: its commands, its events and its state. The rules are in `waitlist_rules.py`."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from shared.kernel.ids import OrderId, PersonId, SeatTypeId
from shared.kernel.messages import message, row, value
from shared.kernel.personal import OfRegistrant
from shared.registration.pricing import Wanted

PAGE: Final = 50
"""How many entries stand on a page."""


class Outcome(StrEnum):
    """What became of an offer."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"


# Commands


@message("registration.join_wait_list")
class JoinWaitList:
    """All of the lines at once or nothing. Whoever wants to have what comes first joins with several entries."""

    entry: str
    lines: tuple[Wanted, ...]
    registrant: PersonId
    first_name: OfRegistrant
    last_name: OfRegistrant
    email: OfRegistrant
    language: str = "en"
    order: OrderId | None = None
    """The order that fell short."""


@message("registration.leave_wait_list")
class LeaveWaitList:
    """Wait no longer; an offer that is open is declined."""

    entry: str


@message("registration.offer_to_waiting")
class OfferToWaiting:
    """From the process, when seats may have come free: make the offers that fit now, as many as one commit takes."""


@message("registration.end_offer")
class EndOffer:
    """From the process, when the order that was offered is confirmed or over."""

    entry: str
    order: OrderId
    outcome: Outcome


Command = JoinWaitList | LeaveWaitList | OfferToWaiting | EndOffer

# Events


@message("registration.wait_list_joined")
class WaitListJoined:
    entry: str
    number: int
    """Counts who ever joined; the order in which they are asked."""
    lines: tuple[Wanted, ...]
    registrant: PersonId
    first_name: OfRegistrant
    last_name: OfRegistrant
    email: OfRegistrant
    language: str
    order: OrderId | None
    joined_at: datetime


@message("registration.wait_list_left")
class WaitListLeft:
    entry: str


@message("registration.wait_list_offered")
class WaitListOffered:
    """These seats are held for the order, which is about to be placed."""

    entry: str
    order: OrderId
    seats: dict[SeatTypeId, int]
    offered_at: datetime
    expires_at: datetime
    passed_over: tuple[str, ...]
    """Entries in front that want some of the same types and did not fit. In one search each is named once."""
    free: dict[SeatTypeId, int]
    """What was free of the types that those want."""


@message("registration.offers_paused")
class OffersPaused:
    """More may fit, and the commit is long enough: the search goes on in another one."""


@message("registration.offer_ended")
class OfferEnded:
    entry: str
    outcome: Outcome


Event = WaitListJoined | WaitListLeft | WaitListOffered | OffersPaused | OfferEnded

# State


class EntryState(StrEnum):
    WAITING = "waiting"
    LEFT = "left"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"


@row("registration.wait_list")
class WaitList:
    """The head: one row, whatever the number of entries."""

    joined: int
    """How many ever did; the newest one's number."""
    waiting: int
    wanted: dict[SeatTypeId, int]
    """How many who wait want seats of a type."""
    pages: tuple[int, ...]
    """The numbers of the pages that there are, in order: those that ran empty cost nothing."""


@value
class PassedOver:
    """Why an entry was passed over last: less was free than it wants."""

    free: dict[SeatTypeId, int]
    """Of the types that it wants."""
    at: datetime
    times: int


@value
class Waiting:
    number: int
    entry: str
    wanted: dict[SeatTypeId, int]
    passed_over: PassedOver | None = None


@row("registration.wait_pages")
class WaitPage:
    """Who waits, in order; never empty. Its id is its number, see `page_of`."""

    entries: tuple[Waiting, ...]


@row("registration.wait_entries")
class WaitEntry:
    number: int
    state: EntryState
    lines: tuple[Wanted, ...]
    registrant: PersonId
    first_name: OfRegistrant
    last_name: OfRegistrant
    email: OfRegistrant
    language: str
    order: OrderId | None
    """The order that fell short."""
    joined_at: datetime
    offer: OrderId | None = None
    """The order that was offered."""
    offered_until: datetime | None = None


def page_of(number: int) -> int:
    """The page on which the entry with this number stands."""
    return (number - 1) // PAGE
