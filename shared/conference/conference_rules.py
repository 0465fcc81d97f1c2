"""The rules of a conference: who may change what when, and whose slug it is."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, assert_never

from shared.conference.conference import (
    ACCESS_CODE_LENGTH,
    CANCEL_NEVER,
    CURRENCY,
    FIRST_DAY,
    HOLD_S_LEAST,
    HOLD_S_MOST,
    HOLD_S_USUAL,
    INVOICE_PREFIX,
    LAST_DAY,
    OFFER_S_LEAST,
    OFFER_S_MOST,
    PER_ORDER_USUAL,
    RESERVED_SLUGS,
    SLUG,
    TIME_ZONE,
    AccessCodeRenewed,
    ChangeOwner,
    ChooseSlug,
    ClaimSlug,
    Command,
    Conference,
    ConferenceCreated,
    ConferenceEdited,
    ConferencePublished,
    ConferenceUnpublished,
    CreateConference,
    EditConference,
    Event,
    Owner,
    OwnerChanged,
    PublishConference,
    RenewAccessCode,
    SlugChosen,
    SlugClaim,
    SlugClaimed,
    SlugRefused,
    SlugState,
    UnpublishConference,
)
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
from shared.kernel.edits import changed_fields, set_fields
from shared.kernel.ids import code


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
        ("invoice_from", 0, 1_000),
    ):
        if field in fields:
            checks.text(field, fields[field], least=least, most=most)
    if "time_zone" in fields:
        checks.pattern("time_zone", fields["time_zone"], TIME_ZONE, "iana_time_zone")
    if "invoice_prefix" in fields:
        checks.pattern("invoice_prefix", fields["invoice_prefix"], INVOICE_PREFIX, "invoice_prefix")
    for field, lowest, highest in (
        ("hold_s", HOLD_S_LEAST, HOLD_S_MOST),
        ("seats_per_order", 1, 1000),
        ("offer_s", OFFER_S_LEAST, OFFER_S_MOST),
        ("cancel_days", CANCEL_NEVER, 365),
        ("invoice_days", 0, 365),
    ):
        if field in fields:
            checks.number(field, fields[field], least=lowest, most=highest)


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
