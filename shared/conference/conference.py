"""The conference and its seat types. Registration learns of them through `registration/process.py`.

An edit carries, for each field, the value its author saw: somebody else's change of the same field refuses it as
`changed_meanwhile`, and changes of different fields both apply.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any, Final, assert_never

from shared.kernel import checks
from shared.kernel.decider import (
    Changes,
    Context,
    Decider,
    Found,
    Key,
    Rejected,
    drop,
    key,
    members,
    put,
)
from shared.kernel.edits import Edit, changed_fields, set_fields
from shared.kernel.ids import PersonId, SeatTypeId, code
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


@row("conference.conferences")
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


# Rules


def needs(command: Command, found: Found) -> Iterable[Key]:
    yield key(Conference)
    match command:
        case ChangeOwner() | RenewAccessCode():
            yield key(Owner)
        case ClaimSlug():
            yield key(SlugClaim, command.slug.lower())
        case _:
            pass


def decide(command: Command, found: Found, context: Context) -> Sequence[Event]:
    conference = found.get(Conference)
    if isinstance(command, CreateConference):
        return _create(command, conference, context)
    if conference is None:
        raise Rejected("unknown_conference")
    match command:
        case EditConference():
            return _edit(command, conference, context)
        case ChangeOwner():
            return _change_owner(command, found)
        case ChooseSlug(slug=slug):
            _check_slug(slug)
            if conference.was_published:
                raise Rejected("slug_is_fixed", slug=conference.slug)
            return [] if slug == conference.slug else [SlugChosen(slug=slug)]
        case ClaimSlug(slug=slug):
            return _claim(slug, conference, found, context)
        case RenewAccessCode():
            return [AccessCodeRenewed(access_code=_access_code(context))]
        case PublishConference():
            if conference.slug_state == SlugState.TAKEN:
                raise Rejected("slug_taken", slug=conference.slug)
            return [] if conference.is_published else [ConferencePublished(is_first=not conference.was_published)]
        case UnpublishConference():
            return [ConferenceUnpublished()] if conference.is_published else []
        case _:
            assert_never(command)


def _create(command: CreateConference, conference: Conference | None, context: Context) -> Sequence[Event]:
    if conference is not None:
        raise Rejected("conference_exists")
    checks.uuid("conference", context.conference)
    _check_conference(
        {
            "name": command.name,
            "tagline": command.tagline,
            "description": command.description,
            "location": command.location,
            "time_zone": command.time_zone,
        }
    )
    _check_slug(command.slug)
    checks.pattern("currency", command.currency, CURRENCY, "three_capital_letters")
    checks.person("owner", command.owner)
    checks.text("owner_name", command.owner_name, least=1, most=200)
    checks.email("owner_email", command.owner_email)
    _check_dates(command.starts_on, command.ends_on)
    return [
        ConferenceCreated(
            owner=command.owner,
            owner_name=command.owner_name,
            owner_email=command.owner_email,
            name=command.name,
            slug=command.slug,
            starts_on=command.starts_on,
            ends_on=command.ends_on,
            tagline=command.tagline,
            description=command.description,
            location=command.location,
            time_zone=command.time_zone,
            currency=command.currency,
            access_code=_access_code(context),
            ticket_key=context.ticket_key,
        )
    ]


def _access_code(context: Context) -> str | None:
    drawn = context.derive("access code")
    return None if drawn is None else code(int.from_bytes(drawn, "big"), ACCESS_CODE_LENGTH)


def _edit(command: EditConference, conference: Conference, context: Context) -> Sequence[Event]:
    changed = changed_fields(command, conference, conference.edited_by)
    _check_conference(changed)
    _check_dates(
        changed.get("starts_on", conference.starts_on),
        changed.get("ends_on", conference.ends_on),
    )
    return [ConferenceEdited(by=context.actor.id, **changed)] if changed else []


def _change_owner(command: ChangeOwner, found: Found) -> Sequence[Event]:
    owner = _owner(found)
    if (command.name, command.email) == (owner.name, owner.email):
        return []
    # The values are personal, so the refusal names the fields and the screens show the values from row and command.
    meanwhile = [
        field
        for field, seen, now in (
            ("name", command.seen_name, owner.name),
            ("email", command.seen_email, owner.email),
        )
        if seen != now
    ]
    if meanwhile or command.owner != owner.owner:
        raise Rejected("changed_meanwhile", fields=meanwhile or ["owner"])
    checks.text("name", command.name, least=1, most=200)
    checks.email("email", command.email)
    return [OwnerChanged(owner=command.owner, name=command.name, email=command.email)]


def _owner(found: Found) -> Owner:
    owner = found.get(Owner)
    assert owner is not None, "a conference is created with its owner"
    return owner


def _claim(slug: str, conference: Conference, found: Found, context: Context) -> Sequence[Event]:
    claim = found.get(SlugClaim, slug.lower())
    if claim is not None and claim.conference != context.conference:
        return [SlugRefused(slug=slug)]
    held = conference.slug_held
    released = held if held is not None and held.lower() != slug.lower() else None
    return [SlugClaimed(slug=slug, conference=context.conference, released=released)]


def _check_slug(slug: str) -> None:
    checks.pattern("slug", slug, SLUG, "letters_digits_underscore")
    if slug.lower() in RESERVED_SLUGS:
        raise Rejected("invalid_field", field="slug", rule="reserved")


def _check_conference(fields: dict[str, Any]) -> None:
    for field, least, most in (
        ("name", 2, 200),
        ("tagline", 0, 200),
        ("description", 0, 20_000),
        ("location", 0, 200),
        ("links", 0, 2_000),
    ):
        if field in fields:
            checks.text(field, fields[field], least=least, most=most)
    if "time_zone" in fields:
        checks.pattern("time_zone", fields["time_zone"], TIME_ZONE, "iana_time_zone")
    if "hold_s" in fields:
        checks.number("hold_s", fields["hold_s"], least=HOLD_S_LEAST, most=HOLD_S_MOST)
    if "seats_per_order" in fields:
        checks.number("seats_per_order", fields["seats_per_order"], least=1, most=1000)


def _check_dates(starts_on: date, ends_on: date) -> None:
    for field, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if not FIRST_DAY <= day <= LAST_DAY:
            limits = {"least": FIRST_DAY.isoformat(), "most": LAST_DAY.isoformat()}
            raise Rejected("invalid_field", field=field, rule="out_of_range", **limits)
    if ends_on < starts_on:
        raise Rejected(
            "invalid_field",
            field="ends_on",
            rule="before_start",
            starts_on=starts_on.isoformat(),
        )


def evolve(found: Found, event: Event) -> Changes:
    if isinstance(event, ConferenceCreated):
        return put(_created(event)) | put(
            Owner(
                owner=event.owner,
                name=event.owner_name,
                email=event.owner_email,
                access_code=event.access_code,
            )
        )
    conference = found.get(Conference)
    assert conference is not None, "every other event follows its creation"
    match event:
        case ConferenceEdited():
            changed = set_fields(event, besides=("by",))
            by = conference.edited_by | dict.fromkeys(changed, event.by)
            return put(replace(conference, edited_by=by, **changed))
        case OwnerChanged():
            return put(replace(_owner(found), owner=event.owner, name=event.name, email=event.email))
        case AccessCodeRenewed(access_code=access_code):
            return put(replace(_owner(found), access_code=access_code))
        case SlugChosen(slug=slug):
            return put(replace(conference, slug=slug, slug_state=SlugState.WAITING))
        case SlugClaimed(slug=slug):
            released = {} if event.released is None else drop(SlugClaim, event.released.lower())
            ours = replace(conference, slug_state=SlugState.OURS, slug_held=slug)
            return put(ours) | released | put(SlugClaim(conference=event.conference), slug.lower())
        case SlugRefused():
            return put(replace(conference, slug_state=SlugState.TAKEN))
        case ConferencePublished():
            return put(replace(conference, is_published=True, was_published=True))
        case ConferenceUnpublished():
            return put(replace(conference, is_published=False))
        case _:
            assert_never(event)


def _created(event: ConferenceCreated) -> Conference:
    return Conference(
        name=event.name,
        tagline=event.tagline,
        description=event.description,
        slug=event.slug,
        slug_state=SlugState.WAITING,
        slug_held=None,
        location=event.location,
        time_zone=event.time_zone,
        currency=event.currency,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        links="",
        hold_s=HOLD_S_USUAL,
        seats_per_order=PER_ORDER_USUAL,
        is_published=False,
        was_published=False,
        ticket_key=event.ticket_key,
        seat_types=(),
        edited_by={},
    )


decider: Decider[Command, Event] = Decider(
    name="conference",
    commands=members(Command),
    events=members(Event),
    rows=(Conference, Owner, SlugClaim),
    needs=needs,
    decide=decide,
    evolve=evolve,
)
