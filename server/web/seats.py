"""Paying for an order, giving its seats to attendees, and their tickets; for whoever shows the order's secret."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel
from sqlalchemy import Connection
from starlette.responses import Response

from server.gateways.payments import Charge
from server.links import order_url, return_url
from server.tickets import Ticket, seats_of, tickets_of
from server.web.checkout import page_of
from server.web.errors import Problem
from server.web.orders import ShownOrder, command_id_of, nfc, private, shown
from server.web.registration import AnOrder, Opened, change_id, repeated_id
from shared.kernel.decider import Rejected, key
from shared.kernel.ids import PaymentId, PersonId, derived_id
from shared.kernel.messages import value
from shared.kernel.personal import PersonalText
from shared.payments.payment import CancelPayment, Payment
from shared.registration.assignments import AssignSeat, CancelSeats, UnassignSeat
from shared.registration.order import StartPayment
from shared.registration.order_state import Order

router = APIRouter(prefix="/api/v1/conferences/{slug}/orders/{order}", tags=["seats and tickets"])

Position = Annotated[int, Path(ge=0, lt=2**31)]


class AttendeeBody(BaseModel):
    first_name: str = ""
    last_name: str
    email: str
    company: str = ""
    attendee: str | None = None
    """Somebody who has a seat of this order already, so that any of their tickets finds all their seats."""


@value
class StartedPayment:
    """Send the browser to `redirect_url`. Only the provider's own message confirms the order, not its coming back."""

    payment: str
    amount: int
    currency: str
    redirect_url: str
    order: ShownOrder


@value
class Seat:
    """A purchased seat, and who sits there."""

    position: int
    seat_type: str
    is_cancelled: bool
    attendee: str | None = None
    first_name: PersonalText | None = None
    last_name: PersonalText | None = None
    email: PersonalText | None = None
    company: PersonalText | None = None


@value
class ShownTicket:
    """A ticket. `code` is the text of its QR code, in the alphanumeric mode."""

    position: int
    seat_type: str
    ticket: str
    version: int
    first_name: PersonalText
    last_name: PersonalText
    company: PersonalText
    code: str


@router.post("/payments", response_model=StartedPayment, status_code=201)
async def start_payment(order: AnOrder, request: Request) -> Response:
    """Start a payment at the provider. It accepts a partial reservation, too."""
    return private(await started_payment(order, command_id_of(request)), 201)


async def started_payment(order: Opened, command_id: str) -> StartedPayment:
    """A payment that was started under this id, with the address of the provider's page."""
    services = order.services
    payment = PaymentId(derived_id("payment", order.order, command_id))
    receipt = await order.run(StartPayment(order=order.order, payment=payment), command_id)
    row = await order.row(receipt.changes)
    started = receipt.changes.get(key(Payment, payment))
    if started is None:
        started = (await services.rows(order.space, [key(Payment, payment)])).get(Payment, payment)
    if started is None:
        raise Problem("id_reused")
    return StartedPayment(
        payment=payment,
        amount=started.amount,
        currency=started.currency,
        redirect_url=await payment_page(order, row, payment, started),
        order=shown(order.order, row, services.clock()),
    )


async def payment_page(order: Opened, row: Order, payment: PaymentId, started: Payment) -> str:
    """Where the registrant pays a payment that was started; the same page as before if they were there already."""
    url = order.services.settings.url
    charge = Charge(
        conference=order.space,
        payment=payment,
        order=order.order,
        amount=started.amount,
        currency=started.currency,
        description=f"Order {row.locator}",
        callback_url=f"{url}/hooks/payments/{order.space}",
        return_url=return_url(url, order.slug, order.order),
        leave_url=order_url(url, order.slug, order.order),
    )
    return await page_of(order.services, charge, expires_at=row.expires_at)


@router.delete("/payments/{payment}", response_model=ShownOrder)
async def cancel_payment(order: AnOrder, payment: str, request: Request) -> Response:
    """Cancel a payment that is under way, to change the order or to pay in another way."""
    command = await payment_cancellation(order, payment)
    receipt = await order.run(command, change_id(request, order.services, command))
    return order.answer(await order.row(receipt.changes))


async def payment_cancellation(order: Opened, payment: str) -> CancelPayment:
    """The command that cancels this payment; Rejected if it is not the order's."""
    row = (await order.services.rows(order.space, [key(Payment, nfc(payment))])).get(Payment, nfc(payment))
    if row is None or row.order != order.order:
        raise Rejected("unknown_payment", payment=payment)
    return CancelPayment(payment=PaymentId(payment))


@router.get("/seats", response_model=list[Seat])
async def show_seats(order: AnOrder) -> Response:
    """The purchased seats in line order; none until the order is confirmed."""
    return private(await order.services.read(lambda conn: _seats(conn, order)))


@router.put("/seats/{position}", response_model=list[Seat])
async def assign_seat(order: AnOrder, position: Position, body: AttendeeBody, request: Request) -> Response:
    """Give a seat to an attendee. With another e-mail address it is another attendee, and the old ticket is revoked."""
    command_id = command_id_of(request) if "idempotency-key" in request.headers else order.services.new_id()
    return await _change(order, await seat_assignment(order, position, body, command_id), request)


async def seat_assignment(order: Opened, position: int, body: AttendeeBody, command_id: str) -> AssignSeat:
    """The command that gives a seat to an attendee: to the same person if the address is the same."""
    seats = await order.services.read(lambda conn: _seats(conn, order))
    attendee = derived_id("attendee", command_id)
    for seat in seats:
        # The same address is the same person, under whose key all is sealed that is ever said of them.
        if seat.position == position and seat.email == nfc(body.email) and seat.attendee is not None:
            attendee = seat.attendee
    if body.attendee is not None:
        if body.attendee not in [one.attendee for one in seats]:
            raise Rejected("unknown_attendee", attendee=body.attendee)
        attendee = body.attendee
    return AssignSeat(
        order=order.order,
        position=position,
        attendee=PersonId(attendee),
        first_name=nfc(body.first_name),
        last_name=nfc(body.last_name),
        email=nfc(body.email),
        company=nfc(body.company),
    )


@router.delete("/seats/{position}", response_model=list[Seat])
async def unassign_seat(order: AnOrder, position: Position, request: Request) -> Response:
    """Take a seat back from its attendee; their ticket is revoked."""
    return await _change(order, UnassignSeat(order=order.order, position=position), request)


@router.post("/seats/{position}/cancellation", response_model=list[Seat])
async def cancel_seat(order: AnOrder, position: Position, request: Request) -> Response:
    """Give a confirmed seat back, if the conference still allows it. Its ticket is revoked; the order costs less."""
    command = CancelSeats(order=order.order, positions=(position,))
    await order.run(command, repeated_id(request, command))
    return private(await order.services.read(lambda conn: _seats(conn, order)))


@router.get("/tickets", response_model=list[ShownTicket])
async def show_tickets(order: AnOrder) -> Response:
    """A ticket for each seat that somebody has, with the signed text of its code."""
    return private(await order.services.read(lambda conn: _tickets(conn, order)))


async def _change(order: Opened, command: Any, request: Request) -> Response:
    await order.run(command, change_id(request, order.services, command))
    return private(await order.services.read(lambda conn: _seats(conn, order)))


def _seats(conn: Connection, order: Opened) -> list[Seat]:
    seats = []
    for known in seats_of(conn, order.space, order.order):
        seat = Seat(position=known.position, seat_type=known.seat_type, is_cancelled=known.is_cancelled)
        if (one := known.holder) is not None:
            seat = Seat(
                position=known.position,
                seat_type=known.seat_type,
                is_cancelled=known.is_cancelled,
                attendee=one.attendee,
                first_name=one.first_name,
                last_name=one.last_name,
                email=one.email,
                company=one.company,
            )
        seats.append(seat)
    return seats


def _tickets(conn: Connection, order: Opened) -> list[ShownTicket]:
    tickets = tickets_of(conn, order.services.secrets.of(order.space), order.space, order.order)
    return [shown_ticket(one) for one in tickets]


def shown_ticket(ticket: Ticket) -> ShownTicket:
    """A ticket as its holder sees it."""
    return ShownTicket(
        position=ticket.position,
        seat_type=ticket.seat_type,
        ticket=ticket.ticket,
        version=ticket.version,
        first_name=ticket.first_name,
        last_name=ticket.last_name,
        company=ticket.company,
        code=ticket.code,
    )
