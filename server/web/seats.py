"""Paying for an order, giving its seats to attendees, and their tickets; for whoever shows the order's secret."""

import base64
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel
from sqlalchemy import Connection
from starlette.responses import Response

from server.gateways.payments import Charge
from server.links import return_url
from server.time_zones import zone
from server.web.errors import Problem
from server.web.orders import ShownOrder, command_id_of, nfc, private, shown
from server.web.registration import AnOrder, Opened, change_id
from server.web.services import look_up
from shared.checkin.ticket_code import TicketCode, issue, key_id
from shared.conference.conference import Conference
from shared.kernel.decider import Rejected, key
from shared.kernel.ids import ConferenceId, PaymentId, PersonId, SeatTypeId, TicketId, derived_id
from shared.kernel.messages import value
from shared.kernel.personal import PersonalText
from shared.payments.payment import CancelPayment, Payment
from shared.registration.assignments import Assignments, AssignSeat, SeatAssignment, UnassignSeat, seat_id
from shared.registration.order import StartPayment

router = APIRouter(prefix="/api/v1/conferences/{slug}/orders/{order}", tags=["seats and tickets"])

# A ticket is genuine from the day before the conference, when badges are fetched, to the day after.
_VALID_AROUND: Final = timedelta(days=1)
Position = Annotated[int, Path(ge=0)]


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
    code: str


@router.post("/payments", response_model=StartedPayment, status_code=201)
async def start_payment(order: AnOrder, request: Request) -> Response:
    """Start a payment at the provider. It accepts a partial reservation, too."""
    services, command_id = order.services, command_id_of(request)
    payment = PaymentId(derived_id("payment", order.order, command_id))
    receipt = await order.run(StartPayment(order=order.order, payment=payment), command_id)
    row = await order.row(receipt.changes)
    started = receipt.changes.get(key(Payment, payment))
    if started is None:
        started = (await services.rows(order.space, [key(Payment, payment)])).get(Payment, payment)
    if started is None:
        raise Problem("id_reused")
    charge = Charge(
        conference=order.space,
        payment=payment,
        order=order.order,
        amount=started.amount,
        currency=started.currency,
        description=f"Order {row.locator}",
        callback_url=f"{services.settings.url}/hooks/payments/{order.space}",
        return_url=return_url(services.settings.url, order.slug, order.order),
    )
    answer = StartedPayment(
        payment=payment,
        amount=started.amount,
        currency=started.currency,
        redirect_url=services.payments.page(charge, services.clock()),
        order=shown(order.order, row, services.clock()),
    )
    return private(answer, 201)


@router.delete("/payments/{payment}", response_model=ShownOrder)
async def cancel_payment(order: AnOrder, payment: str, request: Request) -> Response:
    """Cancel a payment that is under way, to change the order or to pay in another way."""
    row = (await order.services.rows(order.space, [key(Payment, nfc(payment))])).get(Payment, nfc(payment))
    if row is None or row.order != order.order:
        raise Rejected("unknown_payment", payment=payment)
    command = CancelPayment(payment=PaymentId(payment))
    receipt = await order.run(command, change_id(request, order.services, command))
    return order.answer(await order.row(receipt.changes))


@router.get("/seats", response_model=list[Seat])
async def show_seats(order: AnOrder) -> Response:
    """The purchased seats in line order; none until the order is confirmed."""
    return private(await order.services.read(lambda conn: _seats(conn, order)))


@router.put("/seats/{position}", response_model=list[Seat])
async def assign_seat(order: AnOrder, position: Position, body: AttendeeBody, request: Request) -> Response:
    """Give a seat to an attendee. With another e-mail address it is another attendee, and the old ticket is revoked."""
    command_id = command_id_of(request) if "idempotency-key" in request.headers else order.services.new_id()
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
    command = AssignSeat(
        order=order.order,
        position=position,
        attendee=PersonId(attendee),
        first_name=nfc(body.first_name),
        last_name=nfc(body.last_name),
        email=nfc(body.email),
        company=nfc(body.company),
    )
    return await _change(order, command, request)


@router.delete("/seats/{position}", response_model=list[Seat])
async def unassign_seat(order: AnOrder, position: Position, request: Request) -> Response:
    """Take a seat back from its attendee; their ticket is revoked."""
    return await _change(order, UnassignSeat(order=order.order, position=position), request)


@router.get("/tickets", response_model=list[ShownTicket])
async def show_tickets(order: AnOrder) -> Response:
    """A ticket for each seat that somebody has, with the signed text of its code."""
    return private(await order.services.read(lambda conn: _tickets(conn, order)))


async def _change(order: Opened, command: Any, request: Request) -> Response:
    await order.run(command, change_id(request, order.services, command))
    return private(await order.services.read(lambda conn: _seats(conn, order)))


def _assigned(conn: Connection, order: Opened) -> list[tuple[int, SeatTypeId, bool, SeatAssignment | None]]:
    """Every position with its seat type, whether it was cancelled, and who sits there."""
    known = look_up(conn, order.space, [key(Assignments, order.order)]).get(Assignments, order.order)
    if known is None:
        return []
    ids = [seat_id(order.order, position) for position in range(len(known.seats))]
    found = look_up(conn, order.space, [key(SeatAssignment, id) for id in ids])
    return [
        (position, seat_type, position in known.cancelled, one if one is not None and one.attendee else None)
        for position, seat_type in enumerate(known.seats)
        for one in (found.get(SeatAssignment, ids[position]),)
    ]


def _seats(conn: Connection, order: Opened) -> list[Seat]:
    seats = []
    for position, seat_type, is_cancelled, one in _assigned(conn, order):
        seat = Seat(position=position, seat_type=seat_type, is_cancelled=is_cancelled)
        if one is not None:
            seat = Seat(
                position=position,
                seat_type=seat_type,
                is_cancelled=is_cancelled,
                attendee=one.attendee,
                first_name=one.first_name,
                last_name=one.last_name,
                email=one.email,
                company=one.company,
            )
        seats.append(seat)
    return seats


def _tickets(conn: Connection, order: Opened) -> list[ShownTicket]:
    conference = look_up(conn, order.space, [key(Conference)]).get(Conference)
    assert conference is not None, "a conference with orders exists"
    secret = order.services.secrets.of(order.space)
    public_key = base64.b64decode(secret.public_ticket_key)
    tickets = []
    for position, seat_type, _, one in _assigned(conn, order):
        if one is None:
            continue
        code = TicketCode(
            conference=ConferenceId(order.space),
            ticket=TicketId(one.ticket),
            version=one.version,
            seat_type=seat_type,
            valid_from=_midnight(conference.starts_on - _VALID_AROUND, conference.time_zone),
            valid_until=_midnight(conference.ends_on + _VALID_AROUND + timedelta(days=1), conference.time_zone),
            key_id=key_id(public_key),
        )
        tickets.append(
            ShownTicket(
                position=position,
                seat_type=seat_type,
                ticket=one.ticket,
                version=one.version,
                first_name=one.first_name,
                last_name=one.last_name,
                code=issue(code, secret.sign),
            )
        )
    return tickets


def _midnight(day: date, time_zone: str) -> datetime:
    return datetime.combine(day, time(), zone(time_zone))
