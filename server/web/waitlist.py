"""Waiting for seats, for anybody, and what became of it, for whoever shows the entry's secret."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.responses import Response

from server.links import is_wait_secret, order_link, order_secret, wait_link, wait_secret
from server.lookup import look_up
from server.web.conferences import space_of
from server.web.errors import Problem
from server.web.limits import address_of
from server.web.orders import LINES_MOST, command_id_of, nfc, private
from server.web.registration import LineBody, change_id
from server.web.services import Services, services_of
from shared.kernel.codec import to_json
from shared.kernel.decider import key
from shared.kernel.ids import OrderId, PersonId, SeatTypeId, derived_id
from shared.kernel.messages import value
from shared.registration.pricing import Wanted
from shared.registration.waitlist import (
    EntryState,
    JoinWaitList,
    LeaveWaitList,
    WaitEntry,
    Waiting,
    WaitList,
    WaitPage,
    page_of,
)

router = APIRouter(prefix="/api/v1/conferences/{slug}/waitlist", tags=["wait list"])


class WaitBody(BaseModel):
    lines: Annotated[list[LineBody], Field(max_length=LINES_MOST)]
    first_name: str = ""
    last_name: str
    email: str
    language: str = "en"
    order: str | None = None
    """The order that fell short."""


@value
class Offer:
    """Seats that came free, as an order that waits for its payment."""

    order: str
    secret: str
    """Opens the order."""
    link: str
    expires_at: datetime | None


@value
class ShownPassing:
    """The entry was passed over because less was free than it wants: so much, when it happened last."""

    at: datetime
    times: int
    free: dict[SeatTypeId, int]


@value
class ShownEntry:
    """An entry in the wait list. It is offered all of its lines at once."""

    entry: str
    state: EntryState
    lines: tuple[Wanted, ...]
    joined_at: datetime
    now: datetime
    before: int | None
    """How many who wait joined earlier; None if it waits no more."""
    passed_over: ShownPassing | None
    offer: Offer | None


@value
class Joined:
    """A new entry with the secret that opens it, and the link that holds it."""

    entry: ShownEntry
    secret: str
    link: str


@dataclass(frozen=True, slots=True)
class OpenedEntry:
    """An entry whose secret was shown."""

    services: Services
    space: str
    slug: str
    entry: str


async def opened_entry(slug: str, entry: str, request: Request) -> OpenedEntry:
    """The entry of the path, if the request shows its secret; Problem for every miss. Nothing is read before."""
    services = services_of(request)
    space = await space_of(services, slug)
    scheme, _, shown_secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not is_wait_secret(services.secrets.of(space).secret, entry, shown_secret):
        services.attempts.wrong_secret(request, space)
        raise Problem("unknown_wait_entry")
    return OpenedEntry(services, space, slug, entry)


AnEntry = Annotated[OpenedEntry, Depends(opened_entry)]


@router.post("", response_model=Joined, status_code=201)
async def join_wait_list(slug: str, body: WaitBody, request: Request) -> Response:
    """Wait for seats that are not free at present. When they come free, a mail offers them for a while."""
    services, command_id = services_of(request), command_id_of(request)
    space = await space_of(services, slug)
    opened = await join(OpenedEntry(services, space, slug, ""), body, command_id, address=address_of(request))
    secret = services.secrets.of(space).secret
    joined = Joined(
        entry=await entry_now(opened),
        secret=wait_secret(secret, opened.entry),
        link=wait_link(services.settings.url, slug, opened.entry, secret),
    )
    return private(joined, 201)


@router.get("/{entry}", response_model=ShownEntry)
async def show_wait_entry(entry: AnEntry) -> Response:
    """The place in the queue; why others were asked first; the offer, if there is one."""
    return private(await entry_now(entry))


@router.delete("/{entry}", response_model=ShownEntry)
async def leave_wait_list(entry: AnEntry, request: Request) -> Response:
    """Wait no longer. An offer that is open is declined, and its seats go to the next."""
    command = LeaveWaitList(entry=entry.entry)
    await entry.services.run(entry.space, command, command_id=change_id(request, entry.services, command))
    return private(await entry_now(entry))


async def join(at: OpenedEntry, body: WaitBody, command_id: str, *, address: str) -> OpenedEntry:
    """A new entry for the client at this address; the same again gives the same one."""
    at.services.holds.count_order(address)
    command = JoinWaitList(
        entry="",
        lines=tuple(Wanted(seat_type=SeatTypeId(nfc(one.seat_type)), quantity=one.quantity) for one in body.lines),
        registrant=PersonId(derived_id("registrant", command_id)),
        first_name=nfc(body.first_name),
        last_name=nfc(body.last_name),
        email=nfc(body.email),
        language=nfc(body.language),
        order=None if body.order is None else OrderId(nfc(body.order)),
    )
    # Derived from the body too, so that another body under a known key does not find the first one's entry.
    entry = derived_id("wait entry", at.space, command_id, hashlib.sha256(to_json(command)).hexdigest())
    async with at.services.holds.waiting(address, at.space, entry, sum(max(one.quantity, 0) for one in body.lines)):
        await at.services.run(at.space, replace(command, entry=entry), command_id=command_id)
    return OpenedEntry(at.services, at.space, at.slug, entry)


async def entry_now(opened: OpenedEntry) -> ShownEntry:
    """The entry as it is; Problem if there is none."""
    return await opened.services.read(lambda conn: _shown(conn, opened))


def _shown(conn: Connection, opened: OpenedEntry) -> ShownEntry:
    found = look_up(conn, opened.space, [key(WaitEntry, opened.entry), key(WaitList)])
    entry, head = found.get(WaitEntry, opened.entry), found.get(WaitList)
    if entry is None or head is None:
        raise Problem("id_reused")
    before, waiting = _place(conn, opened, entry, head)
    passed = None if waiting is None else waiting.passed_over
    return ShownEntry(
        entry=opened.entry,
        state=entry.state,
        lines=entry.lines,
        joined_at=entry.joined_at,
        now=opened.services.clock(),
        before=before if entry.state is EntryState.WAITING else None,
        passed_over=None if passed is None else ShownPassing(at=passed.at, times=passed.times, free=passed.free),
        offer=_offer(opened, entry),
    )


def _place(conn: Connection, opened: OpenedEntry, entry: WaitEntry, head: WaitList) -> tuple[int, Waiting | None]:
    """How many wait in front of an entry, and what its page says of it."""
    pages = [str(one) for one in head.pages if one <= page_of(entry.number)]
    found = look_up(conn, opened.space, [key(WaitPage, one) for one in pages])
    waiting = [one for id in pages if (page := found.get(WaitPage, id)) is not None for one in page.entries]
    own = next((one for one in waiting if one.entry == opened.entry), None)
    return sum(one.number < entry.number for one in waiting), own


def _offer(opened: OpenedEntry, entry: WaitEntry) -> Offer | None:
    if entry.offer is None or entry.state not in (EntryState.OFFERED, EntryState.ACCEPTED):
        return None
    secret = opened.services.secrets.of(opened.space).secret
    return Offer(
        order=entry.offer,
        secret=order_secret(secret, entry.offer),
        link=order_link(opened.services.settings.url, opened.slug, entry.offer, secret),
        expires_at=entry.offered_until,
    )
