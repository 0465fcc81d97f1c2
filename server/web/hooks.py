"""Webhooks of the payment provider. What a signed one says happened: it is recorded as a fact, and only then taken."""

import structlog
from starlette.requests import Request
from starlette.responses import Response

from server.store import commits
from server.web.checkout import notices_in, record
from server.web.errors import Problem
from server.web.services import services_of

log = structlog.get_logger()


async def payment_callback(request: Request) -> Response:
    """POST /hooks/...: 204 when all that it says is on disk; anything else asks the provider to repeat it."""
    services = services_of(request)
    body = await request.body()
    notices = await notices_in(services, body, request.headers)
    if notices is None:
        raise Problem("signature_invalid")
    for notice in notices:
        space = notice.conference or request.path_params.get("conference", "")
        if await services.read(lambda conn, space=space: commits.head(conn, space)) is None:  # type: ignore[misc]
            log.error("money of an unknown conference", conference=space, payment=notice.fact.payment)
            raise Problem("unknown_conference")
        await record(services, space, notice.fact)
    return Response(status_code=204)
