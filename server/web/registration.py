"""The public API of an order, for whoever shows its secret: details, lines, confirmation, cancellation.

A registrant's refused request is answered and not recorded. Every change is one command, run through the drain.
"""

import hmac
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.responses import Response

from server.jobs import Receipt
from server.lookup import look_up
from server.web.conferences import space_of
from server.web.errors import Problem
from server.web.limits import address_of
from server.web.orders import LINES_MOST, ShownOrder, authorize, command_id_of, nfc, order_row, private, shown
from server.web.pace import ATTENDEES_MOST, LINKS_MOST, PAYMENTS_MOST, REGISTRANTS_MOST
from server.web.services import Services, services_of
from shared.kernel.codec import to_json
from shared.kernel.decider import Key, key
from shared.kernel.ids import OrderId, PersonId, SeatTypeId, derived_id
from shared.kernel.messages import wire_of
from shared.registration.assignments import AssignSeat, SeatAssignment, seat_id
from shared.registration.order import (
    AssignRegistrantDetails,
    CancelOrder,
    ConfirmFreeOrder,
    SendLink,
    StartPayment,
    UpdateOrder,
)
from shared.registration.order_state import Order, OrderState
from shared.registration.pricing import Wanted
from shared.registration.views import OrderByLocator

router = APIRouter(prefix="/api/v1/conferences/{slug}/orders", tags=["orders"])


class LineBody(BaseModel):
    seat_type: str
    quantity: int


class LinesBody(BaseModel):
    lines: Annotated[list[LineBody], Field(max_length=LINES_MOST)]


class DetailsBody(BaseModel):
    first_name: str = ""
    last_name: str
    email: str


class FindBody(BaseModel):
    locator: Annotated[str, Field(max_length=20)]
    email: Annotated[str, Field(max_length=254)]


@dataclass(frozen=True, slots=True)
class Opened:
    """An order whose secret was shown."""

    services: Services
    space: str
    slug: str
    order: OrderId

    async def row(self, changes: dict[Key, Any] | None = None) -> Order:
        """The order as it is, or as a command left it."""
        return await order_row(self.services, self.space, self.order, changes)

    async def run(self, command: Any, command_id: str) -> Receipt:
        """Run a command of the registrant; Rejected if it is refused, Problem if there were too many like it."""
        with await self._pace(command, command_id):
            receipt = await self.services.run(self.space, command, command_id=command_id)
        row = receipt.changes.get(key(Order, self.order))
        if isinstance(row, Order):
            self.services.holds.follow(self.order, row)
        return receipt

    async def _pace(self, command: Any, command_id: str) -> AbstractContextManager[None]:
        """What keeps a command's pace, if others are written to, or the provider is asked, because of it."""
        keeping, most = self.services.pace.keeping, None
        match command:
            case StartPayment():
                most = PAYMENTS_MOST
            case SendLink():
                most = LINKS_MOST
            case AssignRegistrantDetails():
                known: Any = await self.row()
                most = REGISTRANTS_MOST if known.email != command.email else None
            case AssignSeat():
                seat = key(SeatAssignment, seat_id(self.order, command.position))
                known = (await self.services.rows(self.space, [seat])).get(SeatAssignment, seat.id)
                most = ATTENDEES_MOST if known is None or known.email != command.email else None
            case _:
                pass
        kind = type(command).__name__
        return nullcontext() if most is None else keeping(self.order, kind, command_id, most=most)

    def answer(self, order: Order) -> Response:
        """The order as a response."""
        return private(shown(self.order, order, self.services.clock()))


async def opened(slug: str, order: str, request: Request) -> Opened:
    """The order of the path, if the request shows its secret; Problem otherwise."""
    services = services_of(request)
    space = await space_of(services, slug)
    authorize(request, services, space, order)
    return Opened(services, space, slug, OrderId(order))


AnOrder = Annotated[Opened, Depends(opened)]


def change_id(request: Request, services: Services, command: Any) -> str:
    """The id of a command that a PUT or DELETE asks for, which may be repeated with or without an Idempotency-Key."""
    return repeated_id(request, command) if "idempotency-key" in request.headers else services.new_id()


def repeated_id(request: Request, command: Any) -> str:
    """The id of a command under the Idempotency-Key: another command under the same key has another one."""
    return derived_id("web", command_id_of(request), wire_of(command).name, to_json(command).decode())


async def update(order: Opened, command: UpdateOrder, command_id: str, *, address: str) -> Order:
    """Order other seats, for the client at this address; the order as it is then."""
    holds, seats = order.services.holds, sum(max(one.quantity, 0) for one in command.lines)
    async with holds.holding(address, order.space, order.order, seats):
        receipt = await order.run(command, command_id)
        row = await order.row(receipt.changes)
        holds.keep(order.order, row)
    return row


async def registrant_of(order: Opened, first_name: str, last_name: str, email: str) -> AssignRegistrantDetails:
    """The command that says who orders: under the same address the same person, else a new one."""
    command = AssignRegistrantDetails(
        order=order.order,
        registrant=PersonId(order.services.new_id()),
        first_name=nfc(first_name),
        last_name=nfc(last_name),
        email=nfc(email),
    )
    known = await order.row()
    if known.registrant is not None and known.email == command.email:
        command = replace(command, registrant=known.registrant)
    return command


async def found_order(request: Request, space: str, *, locator: str, email: str) -> tuple[OrderId, Order]:
    """The order with this locator and registrant's address; Problem for every miss, and for too many of them."""
    services = services_of(request)
    services.attempts.check(request, space, per_conference=True)
    found = await services.read(lambda conn: find_row(conn, space, locator, email))
    services.attempts.check(request, space, per_conference=True)  # others guessed while this one was read
    if found is None:
        services.attempts.missed(request, space, per_conference=True)
        raise Problem("unknown_order")
    return found


@router.get("/{order}", response_model=ShownOrder)
async def show_order(order: AnOrder) -> Response:
    """The order as it is."""
    return order.answer(await order.row())


@router.post("/find", response_model=ShownOrder)
async def find_order(slug: str, wanted: FindBody, request: Request) -> Response:
    """The order with this locator, to read only, for whoever knows its registrant's address too."""
    services = services_of(request)
    space = await space_of(services, slug)
    found = await found_order(request, space, locator=wanted.locator, email=wanted.email)
    return private(shown(*found, services.clock()))


@router.put("/{order}/lines", response_model=ShownOrder)
async def update_order(order: AnOrder, body: LinesBody, request: Request) -> Response:
    """Order other seats. What is held already stays held as far as it is still wanted."""
    lines = tuple(Wanted(seat_type=SeatTypeId(nfc(one.seat_type)), quantity=one.quantity) for one in body.lines)
    command = UpdateOrder(order=order.order, lines=lines)
    row = await update(order, command, change_id(request, order.services, command), address=address_of(request))
    return order.answer(row)


@router.put("/{order}/registrant", response_model=ShownOrder)
async def assign_details(order: AnOrder, body: DetailsBody, request: Request) -> Response:
    """Say who orders, or correct it. With a new address, the order's link is mailed to it."""
    return await _change(order, await registrant_of(order, body.first_name, body.last_name, body.email), request)


@router.post("/{order}/confirmation", response_model=ShownOrder)
async def confirm_free_order(order: AnOrder, request: Request) -> Response:
    """Confirm an order that costs nothing; it accepts a partial reservation, too."""
    receipt = await order.run(ConfirmFreeOrder(order=order.order), command_id_of(request))
    row = await order.row(receipt.changes)
    if row.state is not OrderState.CONFIRMED:
        raise Problem("id_reused")
    return order.answer(row)


@router.delete("/{order}", response_model=ShownOrder)
async def cancel_order(order: AnOrder, request: Request) -> Response:
    """Give the seats back. A confirmed order can be cancelled as long as the conference allows it."""
    return await _change(order, CancelOrder(order=order.order), request)


async def _change(order: Opened, command: Any, request: Request) -> Response:
    receipt = await order.run(command, change_id(request, order.services, command))
    return order.answer(await order.row(receipt.changes))


def find_row(conn: Connection, space: str, locator: str, email: str) -> tuple[OrderId, Order] | None:
    """The order with this locator and registrant's address.

    Both rows are read even if there is no such locator, so that a miss costs the same.
    """
    locator = nfc(locator).strip().upper()
    at = look_up(conn, space, [key(OrderByLocator, locator)]).get(OrderByLocator, locator)
    id = OrderId("") if at is None else at.order
    order = look_up(conn, space, [key(Order, id)]).get(Order, id)
    known = order.email if order is not None and isinstance(order.email, str) else ""
    is_same = hmac.compare_digest(known.casefold().encode(), nfc(email).strip().casefold().encode())
    return (id, order) if order is not None and known and is_same else None
