"""The conference: its commands, its events and its state. The rules are in `conference_rules.py`.

An edit carries, for each field, the value its author saw: somebody else's change of the same field refuses it as
`changed_meanwhile`, and changes of different fields both apply.
"""

import re
from datetime import date
from enum import StrEnum
from typing import Final

from shared.kernel.edits import Edit
from shared.kernel.ids import PersonId, SeatTypeId
from shared.kernel.messages import message, row
from shared.kernel.personal import OfOwner

SLUG: Final = re.compile(r"[A-Za-z0-9_]{1,50}")
RESERVED_SLUGS: Final = frozenset({"admin", "api", "enrol", "health", "hooks", "metrics", "orders", "static", "sync"})
"""The server's own addresses, and some that it may want: a conference's page stands at `/<slug>`."""
TIME_ZONE: Final = re.compile(r"[A-Za-z_]+(/[A-Za-z0-9_+-]+)*")
CURRENCY: Final = re.compile(r"[A-Z]{3}")
ACCESS_CODE_LENGTH: Final = 5
HOLD_S_LEAST, HOLD_S_MOST, HOLD_S_USUAL = 60, 24 * 3600, 15 * 60
PER_ORDER_USUAL: Final = 20
OFFER_S_LEAST, OFFER_S_MOST, OFFER_S_USUAL = 600, 14 * 24 * 3600, 24 * 3600
CANCEL_NEVER: Final = -1
INVOICE_PREFIX: Final = re.compile(r"[A-Z0-9/-]{0,20}")
INVOICE_DAYS_USUAL: Final = 14
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)  # a ticket's code carries times from 1970 to 2106


# Commands


@message("conference.create_conference")
class CreateConference:
    owner: PersonId
    owner_name: OfOwner
    owner_email: OfOwner
    name: str
    slug: str
    starts_on: date
    ends_on: date
    tagline: str = ""
    description: str = ""
    location: str = ""
    time_zone: str = "UTC"
    currency: str = "EUR"


@message("conference.edit_conference")
class EditConference:
    name: Edit[str] | None = None
    tagline: Edit[str] | None = None
    description: Edit[str] | None = None
    location: Edit[str] | None = None
    time_zone: Edit[str] | None = None
    starts_on: Edit[date] | None = None
    ends_on: Edit[date] | None = None
    links: Edit[str] | None = None
    hold_s: Edit[int] | None = None
    seats_per_order: Edit[int] | None = None
    offer_s: Edit[int] | None = None
    cancel_days: Edit[int] | None = None
    invoice_prefix: Edit[str] | None = None
    invoice_days: Edit[int] | None = None
    invoice_from: Edit[str] | None = None


@message("conference.change_owner")
class ChangeOwner:
    """Corrects the owner's name and e-mail address."""

    owner: PersonId
    seen_name: OfOwner
    seen_email: OfOwner
    name: OfOwner
    email: OfOwner


@message("conference.choose_slug")
class ChooseSlug:
    slug: str


@message("conference.claim_slug")
class ClaimSlug:
    """Asked by the process when a slug was chosen; only a server can answer it."""

    slug: str


@message("conference.renew_access_code")
class RenewAccessCode:
    """Asked by the process when a device was revoked: what it holds of the conference includes the code."""


@message("conference.publish_conference")
class PublishConference:
    pass


@message("conference.unpublish_conference")
class UnpublishConference:
    pass


Command = (
    CreateConference
    | EditConference
    | ChangeOwner
    | ChooseSlug
    | ClaimSlug
    | RenewAccessCode
    | PublishConference
    | UnpublishConference
)

# Events


@message("conference.conference_created")
class ConferenceCreated:
    owner: PersonId
    owner_name: OfOwner
    owner_email: OfOwner
    name: str
    slug: str
    starts_on: date
    ends_on: date
    tagline: str
    description: str
    location: str
    time_zone: str
    currency: str
    access_code: str | None
    """None until the server has it, as the ticket key."""
    ticket_key: str | None


@message("conference.conference_edited")
class ConferenceEdited:
    """The fields that changed; None for the others."""

    by: str
    name: str | None = None
    tagline: str | None = None
    description: str | None = None
    location: str | None = None
    time_zone: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    links: str | None = None
    hold_s: int | None = None
    seats_per_order: int | None = None
    offer_s: int | None = None
    cancel_days: int | None = None
    invoice_prefix: str | None = None
    invoice_days: int | None = None
    invoice_from: str | None = None


@message("conference.owner_changed")
class OwnerChanged:
    owner: PersonId
    name: OfOwner
    email: OfOwner


@message("conference.slug_chosen")
class SlugChosen:
    slug: str


@message("conference.slug_claimed")
class SlugClaimed:
    slug: str
    conference: str
    released: str | None = None


@message("conference.slug_refused")
class SlugRefused:
    slug: str


@message("conference.access_code_renewed")
class AccessCodeRenewed:
    access_code: str | None
    """None until the server has it."""


@message("conference.conference_published")
class ConferencePublished:
    is_first: bool


@message("conference.conference_unpublished")
class ConferenceUnpublished:
    pass


Event = (
    ConferenceCreated
    | ConferenceEdited
    | OwnerChanged
    | SlugChosen
    | SlugClaimed
    | SlugRefused
    | AccessCodeRenewed
    | ConferencePublished
    | ConferenceUnpublished
)

# State


class SlugState(StrEnum):
    """Whether the chosen slug is this conference's; `waiting` only where the server was not asked yet."""

    WAITING = "waiting"
    OURS = "ours"
    TAKEN = "taken"


@row("conference.conferences", version=2)
class Conference:
    name: str
    tagline: str
    description: str
    slug: str
    slug_state: SlugState
    slug_held: str | None
    """The slug that the directory holds for this conference."""
    location: str
    time_zone: str
    currency: str
    starts_on: date
    ends_on: date
    links: str
    hold_s: int
    seats_per_order: int
    is_published: bool
    was_published: bool
    ticket_key: str | None
    seat_types: tuple[SeatTypeId, ...]
    edited_by: dict[str, str]
    """Who last changed a field: an actor's id by the field's name."""
    offer_s: int = OFFER_S_USUAL
    """How long an offer from the wait list holds, in seconds."""
    cancel_days: int = CANCEL_NEVER
    """Until how many days before the start registrants may cancel what is confirmed."""
    invoice_prefix: str = ""
    """What the numbers of invoices begin with; without one nobody pays on invoice."""
    invoice_days: int = INVOICE_DAYS_USUAL
    """How many days after it was issued an invoice is due."""
    invoice_from: str = ""
    """Who issues the invoices: address, tax number, bank account."""


TERMS: Final = (
    "hold_s",
    "seats_per_order",
    "offer_s",
    "cancel_days",
    "invoice_prefix",
    "invoice_days",
    "invoice_from",
)
"""The fields of a conference that say how it sells."""


@row("conference.owners")
class Owner:
    """The owner, apart from the conference because door staff do not get it."""

    owner: PersonId
    name: OfOwner
    email: OfOwner
    access_code: str | None


@row("directory.slugs")
class SlugClaim:
    """Which conference has a slug. In the server's directory, not in the conference: a desktop never holds it."""

    conference: str
