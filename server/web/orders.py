"""Placing an order, the hot road: a plain Starlette route, msgspec in and out, and no read of the database.

Also what the other routes of an order share: who may see it, and how it looks.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from server.links import is_order_secret, order_link, order_secret
from server.web.conferences import space_of
from server.web.errors import Problem
from server.web.limits import address_of
from server.web.services import Services, services_of
from server.web.tagged import JSON
from shared.kernel.codec import from_json, to_json
from shared.kernel.decider import Key, Rejected, key
from shared.kernel.ids import OrderId, PersonId, SeatTypeId, derived_id
from shared.kernel.messages import value
from shared.kernel.personal import PersonalText
from shared.registration.order import PlaceOrder
from shared.registration.order_state import LIVE, Order, OrderState
from shared.registration.pricing import Line, Wanted

LINES_MOST: Final = 100
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@value
class Details:
    """The registrant: who is written to about the order."""

    first_name: str = ""
    last_name: str
    email: str


@value
class OrderRequest:
    """What is ordered; the registrant's details may come now or later."""

    lines: tuple[Wanted, ...]
    registrant: Details | None = None
    language: str = "en"
    """The registrant's, for mails and documents."""
    codes: tuple[str, ...] = ()
    """Discount codes."""


@value
class ShownDetails:
    """The registrant's details; `{}` in the place of what was erased."""

    first_name: PersonalText
    last_name: PersonalText
    email: PersonalText


@value
class ShownCode:
    """A discount code that was entered, and the seats that it makes cheaper; none where others give a better price."""

    code: str
    seats: dict[SeatTypeId, int]


@value
class ShownOrder:
    """An order. Amounts are in minor units; `total` covers the granted seats. Compare `expires_at` with `now`."""

    order: str
    locator: str | None
    state: OrderState
    lines: tuple[Line, ...]
    total: int
    currency: str
    placed_at: datetime
    expires_at: datetime
    now: datetime
    codes: tuple[ShownCode, ...]
    dropped: dict[str, str]
    """Discount codes that the last update dropped, each with the reason."""
    payment: str | None
    """The payment that is under way."""
    on_invoice: bool
    has_invoice: bool
    owed: int
    """What is still to be paid; below 0 what was paid in excess."""
    returned: int
    """What was paid back."""
    offer_of: str | None
    """The entry in the wait list that it was offered to."""
    language: str
    needs_attention: bool
    registrant: ShownDetails | None


@value
class Placed:
    """A new order with the secret that opens it again, and the link that holds it."""

    order: ShownOrder
    secret: str
    link: str


def shown(order_id: str, order: Order, now: datetime) -> ShownOrder:
    """An order as the registrant sees it: past its deadline it is expired, whether or not that was recorded."""
    is_over = order.state in LIVE and now >= order.expires_at
    uses = {one.code: one.seats for one in order.uses}
    details = None
    if order.registrant is not None:
        details = ShownDetails(first_name=order.first_name, last_name=order.last_name, email=order.email)
    return ShownOrder(
        order=order_id,
        locator=order.locator,
        state=OrderState.EXPIRED if is_over else order.state,
        lines=order.lines,
        total=order.total,
        currency=order.currency,
        placed_at=order.placed_at,
        expires_at=order.expires_at,
        now=now,
        codes=tuple(ShownCode(code=one, seats=uses.get(one, {})) for one in order.codes),
        dropped=order.dropped,
        payment=order.payment,
        on_invoice=order.on_invoice,
        has_invoice=order.has_invoice,
        owed=0 if is_over else order.owed,
        returned=sum(one.amount for one in order.returned if one.currency == order.currency),
        offer_of=order.offer_of,
        language=order.language,
        needs_attention=bool(order.tasks),
        registrant=details,
    )


def command_id_of(request: Request) -> str:
    """The Idempotency-Key, which is the command's id; Problem if there is none."""
    given = request.headers.get("idempotency-key")
    if given is None:
        raise Problem("idempotency_key_missing")
    try:
        return str(UUID(given))
    except ValueError:
        raise Problem("idempotency_key_invalid") from None


def nfc(text: str) -> str:
    """Text as it is kept everywhere; Rejected for a NUL, which PostgreSQL would not take, and for half a character."""
    if "\x00" in text:
        raise Rejected("nul_in_text")
    return text if text.isascii() else unicodedata.normalize("NFC", whole(text))


def whole(text: str) -> str:
    """The text; Rejected for half a character, which no encoding has."""
    if _SURROGATE.search(text):
        raise Rejected("unreadable")
    return text


def private(thing: Any, status: int = 200) -> Response:
    """An answer that only its asker should see, and no cache should keep."""
    return Response(to_json(thing), status, {"Cache-Control": "no-store"}, media_type=JSON)


def authorize(request: Request, services: Services, space: str, order: str) -> None:
    """Problem unless the request shows the order's secret. Nothing is read: a miss says and costs always the same."""
    scheme, _, shown_secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not is_order_secret(services.secrets.of(space).secret, order, shown_secret):
        services.attempts.wrong_secret(request, space)
        raise Problem("unknown_order")


async def order_row(services: Services, space: str, order: str, changes: Mapping[Key, Any] | None = None) -> Order:
    """The order as a command left it; from the database if that command did not touch it."""
    row = (changes or {}).get(key(Order, order))
    if isinstance(row, Order):
        return row
    stored = (await services.rows(space, [key(Order, order)])).get(Order, order)
    if stored is None:
        raise Problem("unknown_order")
    return stored


async def place(
    services: Services, space: str, wanted: OrderRequest, *, command_id: str, address: str
) -> tuple[OrderId, Order]:
    """Place an order for the client at this address; the same again gives the same one."""
    services.holds.count_order(address)
    # Derived from the body too, so that another body under a known key does not find the first one's order.
    order = OrderId(derived_id("order", space, command_id, hashlib.sha256(to_json(wanted)).hexdigest()))
    async with services.holds.holding(address, space, order, sum(max(one.quantity, 0) for one in wanted.lines)):
        async with services.attempts.guessing_codes(address, space) if wanted.codes else nullcontext():
            receipt = await services.run(space, _command(order, command_id, wanted), command_id=command_id)
        try:
            row = await order_row(services, space, order, receipt.changes)
        except Problem:
            raise Problem("id_reused") from None
        services.holds.keep(order, row)
    return order, row


async def place_order(request: Request) -> Response:
    """POST /api/v1/conferences/{slug}/orders: place an order; the answer has its totals and granted seats."""
    services, slug = services_of(request), request.path_params["slug"]
    command_id = command_id_of(request)
    wanted = from_json(OrderRequest, await request.body())
    if len(wanted.lines) > LINES_MOST:
        raise Rejected("invalid_field", field="lines", rule="too_many", most=LINES_MOST)
    space = await space_of(services, slug)
    order, row = await place(services, space, wanted, command_id=command_id, address=address_of(request))
    secret = services.secrets.of(space).secret
    placed = Placed(
        order=shown(order, row, services.clock()),
        secret=order_secret(secret, order),
        link=order_link(services.settings.url, slug, order, secret),
    )
    return private(placed, 201)


def _command(order: OrderId, command_id: str, wanted: OrderRequest) -> PlaceOrder:
    lines = tuple(Wanted(seat_type=SeatTypeId(nfc(one.seat_type)), quantity=one.quantity) for one in wanted.lines)
    codes = tuple(nfc(one) for one in wanted.codes)
    if wanted.registrant is None:
        return PlaceOrder(order=order, lines=lines, language=wanted.language, codes=codes)
    return PlaceOrder(
        order=order,
        lines=lines,
        language=wanted.language,
        codes=codes,
        registrant=PersonId(derived_id("registrant", command_id)),
        first_name=nfc(wanted.registrant.first_name),
        last_name=nfc(wanted.registrant.last_name),
        email=nfc(wanted.registrant.email),
    )
