"""Placing an order, the hot road: a plain Starlette route, msgspec in and out, and no read of the database.

Also what the other routes of an order share: who may see it, and how it looks.
"""

import hashlib
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from server.links import is_order_secret, order_link, order_secret
from server.web.conferences import JSON, space_of
from server.web.errors import Problem
from server.web.services import Services, services_of
from shared.kernel.codec import from_json, to_json
from shared.kernel.decider import Key, Rejected, key
from shared.kernel.ids import OrderId, PersonId, SeatTypeId, derived_id
from shared.kernel.messages import value
from shared.kernel.personal import PersonalText
from shared.registration.order import LIVE, Order, OrderState, PlaceOrder
from shared.registration.pricing import Line, Wanted

LINES_MOST: Final = 100


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


@value
class ShownDetails:
    """The registrant's details; `{}` in the place of what was erased."""

    first_name: PersonalText
    last_name: PersonalText
    email: PersonalText


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
    payment: str | None
    """The payment that is under way."""
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
        payment=order.payment,
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
    """Text as it is kept everywhere; Rejected for a NUL, which PostgreSQL would not take."""
    if "\x00" in text:
        raise Rejected("nul_in_text")
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def private(thing: Any, status: int = 200) -> Response:
    """An answer that only its asker should see, and no cache should keep."""
    return Response(to_json(thing), status, {"Cache-Control": "no-store"}, media_type=JSON)


def authorize(request: Request, services: Services, space: str, order: str) -> None:
    """Problem unless the request shows the order's secret. Nothing is read: a miss says and costs always the same."""
    services.attempts.check(request, space, per_conference=False)
    scheme, _, shown_secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not is_order_secret(services.secrets.of(space).secret, order, shown_secret):
        services.attempts.missed(request, space, per_conference=False)
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


async def place_order(request: Request) -> Response:
    """POST /api/v1/conferences/{slug}/orders: place an order; the answer has its totals and granted seats."""
    services, slug = services_of(request), request.path_params["slug"]
    command_id = command_id_of(request)
    wanted = from_json(OrderRequest, await request.body())
    if len(wanted.lines) > LINES_MOST:
        raise Rejected("invalid_field", field="lines", rule="too_many", most=LINES_MOST)
    space = await space_of(services, slug)
    # Derived from the body too, so that another body under a known key does not find the first one's order.
    order = OrderId(derived_id("order", space, command_id, hashlib.sha256(to_json(wanted)).hexdigest()))
    receipt = await services.run(space, _command(order, command_id, wanted), command_id=command_id)
    try:
        row = await order_row(services, space, order, receipt.changes)
    except Problem:
        raise Problem("id_reused") from None
    secret = services.secrets.of(space).secret
    placed = Placed(
        order=shown(order, row, services.clock()),
        secret=order_secret(secret, order),
        link=order_link(services.settings.url, slug, order, secret),
    )
    return private(placed, 201)


def _command(order: OrderId, command_id: str, wanted: OrderRequest) -> PlaceOrder:
    lines = tuple(Wanted(seat_type=SeatTypeId(nfc(one.seat_type)), quantity=one.quantity) for one in wanted.lines)
    if wanted.registrant is None:
        return PlaceOrder(order=order, lines=lines)
    return PlaceOrder(
        order=order,
        lines=lines,
        registrant=PersonId(derived_id("registrant", command_id)),
        first_name=nfc(wanted.registrant.first_name),
        last_name=nfc(wanted.registrant.last_name),
        email=nfc(wanted.registrant.email),
    )
