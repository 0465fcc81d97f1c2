"""An order's page: what is held and until when, what to do next, and what it came to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from server.links import is_order_secret, order_link
from server.lookup import look_up
from server.tickets import Seat, seats_of
from server.web.errors import Problem
from server.web.invoices import invoices_of
from server.web.orders import ShownOrder, shown
from server.web.pages.failures import PageRoute
from server.web.pages.forms import Form
from server.web.pages.render import origin_of, page, see
from server.web.pages.visits import Visit, at_order, missed, open_for, order_path, visit_of
from server.web.registration import Opened
from shared.conference.conference import Conference
from shared.conference.seat_types import SeatType
from shared.kernel.decider import key
from shared.kernel.money import times
from shared.registration.order_state import LIVE, Order, OrderState
from shared.registration.pricing import Line
from shared.registration.receipts import Attention, Task
from shared.registration.seats import Sales

router: Final = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is stored of an order and around it, all of one moment."""

    conference: Conference
    sales: Sales
    order: Order
    seats: Sequence[Seat]
    names: Mapping[str, str]
    """Of the seat types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """A line as the order's page shows it."""

    line: Line
    seats: int
    """How many it counts: those that are held or bought; those asked for where nothing is."""
    amount: int
    reduction: int
    is_short: bool
    """Whether some of it could not be had, and may still be waited for."""


@router.get("/{slug}/orders/{order}")
async def order_page(slug: str, order: str, request: Request) -> Response:
    """The order for whoever may see it. The mailed link's key becomes a cookie, and the address is clean again."""
    opened = await at_order(slug, order, request)
    key_shown = request.query_params.get("key")
    if key_shown is None:
        return await show(visit_of(request, opened))
    if not is_order_secret(opened.services.secrets.of(opened.space).secret, opened.order, key_shown):
        raise missed(opened.services, request, opened.space)
    return open_for(request, opened, may_change=True)


@router.get("/{slug}/orders/{order}/{rest:path}")
async def back_to_order(slug: str, order: str) -> Response:
    """Where only forms lead to: whoever reads it again, after a refusal, reads the order."""
    return see(order_path(slug, order))


async def show(visit: Visit, *, form: Form | None = None, status: int = 200) -> Response:
    """The order's page, with a form that was refused in the place of a fresh one."""
    opened = visit.opened
    services, now = opened.services, opened.services.clock()
    known = await services.read(lambda conn: read_known(conn, opened))
    seen = shown(opened.order, known.order, now)
    refused = form or Form()
    secret = services.secrets.of(opened.space).secret
    return page(
        visit.request,
        "order.html" if visit.may_change else "order_view.html",
        status=status,
        at=visit.path if visit.request.method == "POST" else None,
        posts_to=payment_origin(opened) if visit.may_change else "",
        visit=visit,
        known=known,
        order=seen,
        row=known.order,
        conference=known.conference,
        slug=opened.slug,
        lines=lines_of(known.order, seen),
        stage=stage_of(known.order, seen),
        form=refused,
        notice=visit.request.query_params.get("notice", ""),
        has_returned="returned" in visit.request.query_params,
        link=order_link(services.settings.url, opened.slug, opened.order, secret) if visit.may_change else "",
        request_id=services.new_id(),
        now_ms=ms(now),
        until_ms=ms(seen.expires_at),
        minutes_left=max(0, int((seen.expires_at - now).total_seconds() // 60)),
        open_seats=sum(one.holder is None and not one.is_cancelled for one in known.seats),
        held_seats=sum(one.holder is not None for one in known.seats),
        again=urlencode({f"seats-{line.seat_type}": line.quantity for line in known.order.lines}),
        invoices=await invoices_of(opened) if known.order.has_invoice and visit.may_change else [],
        own_types={one.seat_type for one in known.seats if one.holder and one.holder.email == known.order.email},
        refund_due=sum(one.to_refund for one in known.order.tasks if _is_refund(one, known.order)),
        is_puzzling=not all(_is_plain(one, known.order) for one in known.order.tasks),
        may_cancel=known.sales.cancel_until is not None and now < known.sales.cancel_until,
    )


def read_known(conn: Connection, opened: Opened) -> Known:
    """The order as it is; Problem if there is none."""
    found = look_up(conn, opened.space, [key(Conference), key(Sales), key(Order, opened.order)])
    conference, sales, order = found.get(Conference), found.get(Sales), found.get(Order, opened.order)
    if conference is None or sales is None or order is None:
        raise Problem("unknown_order")
    types = look_up(conn, opened.space, [key(SeatType, one) for one in conference.seat_types])
    names = {str(one): known.name for one in conference.seat_types if (known := types.get(SeatType, one)) is not None}
    # What was bought keeps the name under which it was bought.
    bought = {str(line.seat_type): line.name for line in order.lines}
    return Known(
        conference=conference,
        sales=sales,
        order=order,
        seats=seats_of(conn, opened.space, opened.order),
        names=names | bought,
    )


def lines_of(order: Order, seen: ShownOrder) -> list[ShownLine]:
    """The lines with what they cost; of a confirmed order only what was bought."""
    is_live = seen.state in LIVE
    return [
        ShownLine(
            line=line,
            seats=line.granted or line.quantity,
            amount=times(line.price, line.granted if is_live or line.granted else line.quantity) - line.reduction,
            reduction=line.reduction,
            is_short=is_live and line.granted < line.quantity,
        )
        for line in order.lines
        if line.granted or seen.state != OrderState.CONFIRMED
    ]


def stage_of(order: Order, seen: ShownOrder) -> str:
    """What the registrant is to do now: one word, by which the page is put together."""
    if seen.state not in LIVE:
        return str(seen.state)
    if not order.seats:
        return "sold_out"
    if order.payment is not None:
        return "paying"
    return "details" if order.registrant is None else "payment"


def _is_refund(task: Task, order: Order) -> bool:
    """Whether money only has to go back, as the registrant expects: nothing about it is to be found out."""
    return task.reason in (Attention.CANCELLED, Attention.SEATS_CANCELLED) and task.receipt.currency == order.currency


def _is_plain(task: Task, order: Order) -> bool:
    """Whether nothing about money is to be found out."""
    return task.reason is Attention.TICKET_REFUSED or _is_refund(task, order)


def payment_origin(opened: Opened) -> str:
    """Where the browser goes to pay, as far as it is known before: a form's policy must allow it."""
    settings = opened.services.settings
    return "https://checkout.stripe.com" if settings.stripe_key is not None else origin_of(settings.payment_url)


def missing_of(order: Order) -> dict[str, int]:
    """How many seats of each type could not be had."""
    return {str(one.seat_type): one.quantity - one.granted for one in order.lines if one.quantity > one.granted}


def ms(moment: datetime) -> int:
    """As JavaScript counts time."""
    return int(moment.timestamp() * 1000)
