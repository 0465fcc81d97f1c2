"""Discount codes of an order, for whoever shows its secret. An unknown code is a guess, and guesses are limited."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from server.web.limits import address_of
from server.web.orders import ShownOrder, nfc
from server.web.registration import AnOrder, Opened, change_id, repeated_id
from shared.registration.order import ApplyCode, RemoveCode
from shared.registration.order_state import Order

router = APIRouter(prefix="/api/v1/conferences/{slug}/orders/{order}/codes", tags=["orders"])

_CODE_MOST = 100


class CodeBody(BaseModel):
    code: Annotated[str, Field(max_length=_CODE_MOST)]


@router.post("", response_model=ShownOrder)
async def apply_code(order: AnOrder, body: CodeBody, request: Request) -> Response:
    """Enter a discount code. One that does not fit is refused with the reason, and the order stays as it was."""
    command = ApplyCode(order=order.order, code=nfc(body.code))
    return order.answer(await with_code(order, command, repeated_id(request, command), address=address_of(request)))


@router.delete("/{code}", response_model=ShownOrder)
async def remove_code(order: AnOrder, code: str, request: Request) -> Response:
    """Take a discount code back."""
    command = RemoveCode(order=order.order, code=nfc(code))
    receipt = await order.run(command, change_id(request, order.services, command))
    return order.answer(await order.row(receipt.changes))


async def with_code(order: Opened, command: ApplyCode, command_id: str, *, address: str) -> Order:
    """The order with a code that the client at this address entered; Rejected with the reason if it does not fit."""
    async with order.services.attempts.guessing_codes(address, order.space):
        receipt = await order.run(command, command_id)
    return await order.row(receipt.changes)
