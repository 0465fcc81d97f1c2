"""Callbacks of the payment provider. What a signed one says happened: it is recorded as a fact, and only then taken."""

import structlog
from starlette.requests import Request
from starlette.responses import Response

from server.gateways.payments import Callback, Result
from server.gateways.signing import HEADER
from server.store import commits
from server.web.errors import Problem
from server.web.services import SERVER, services_of
from shared.kernel.ids import OrderId, PaymentId
from shared.payments.payment import RecordCapture, RecordRejection

log = structlog.get_logger()


async def payment_callback(request: Request) -> Response:
    """POST /hooks/payments/{conference}: 204 when it is on disk; anything else asks the provider to repeat it."""
    services, space = services_of(request), request.path_params["conference"]
    body = await request.body()
    callback = services.payments.read(body, request.headers.get(HEADER, ""), services.clock())
    if callback is None:
        raise Problem("signature_invalid")
    if await services.read(lambda conn: commits.head(conn, space)) is None:
        log.error("a payment of an unknown conference", conference=space, payment=callback.payment)
        raise Problem("unknown_conference")
    own_id = services.secrets.of(space).own_id
    command_id = own_id("callback", callback.result, callback.payment, callback.reference)
    await services.run(space, _fact(callback), command_id=command_id, actor=SERVER)
    return Response(status_code=204)


def _fact(callback: Callback) -> RecordCapture | RecordRejection:
    payment = PaymentId(callback.payment)
    if callback.result is Result.REJECTED:
        return RecordRejection(payment=payment)
    return RecordCapture(
        payment=payment,
        reference=callback.reference,
        amount=callback.amount,
        currency=callback.currency,
        order=OrderId(callback.order),
    )
