"""Mailing an order's link once more. Whoever asks learns nothing by it: neither from the answer nor from its time."""

import contextlib
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import Response

from server.web.conferences import space_of
from server.web.errors import Problem
from server.web.registration import FindBody, Opened, find_row
from server.web.services import Services, services_of
from shared.kernel.decider import Rejected
from shared.registration.order import SendLink

router: Final = APIRouter(prefix="/api/v1/conferences/{slug}/orders", tags=["orders"])


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request for the link of an order that there may or may not be."""

    services: Services
    space: str
    slug: str
    locator: str
    email: str

    async def answer(self) -> None:
        """Mail the link, if it is somebody's and was not mailed too often."""
        with contextlib.suppress(Problem, Rejected):
            found = await self.services.read(lambda conn: find_row(conn, self.space, self.locator, self.email))
            if found is not None:
                order = Opened(self.services, self.space, self.slug, found[0])
                await order.run(SendLink(order=order.order), self.services.new_id())


@router.post("/find/link", status_code=202, response_class=Response)
async def ask_for_link(slug: str, wanted: FindBody, request: Request) -> Response:
    """Mail the order's link to its registrant once more. The answer is the same if there is no such order."""
    space = await space_of(services_of(request), slug)
    return Response(status_code=202, background=asked(request, space, slug, wanted.locator, wanted.email))


def asked(request: Request, space: str, slug: str, locator: str, email: str) -> BackgroundTask:
    """What is done for a request once it is answered; Problem if this address asks too often.

    Every request counts, so that the limit does not tell a hit from a miss.
    """
    services = services_of(request)
    services.attempts.check(request, f"{space}/links", per_conference=False)
    services.attempts.missed(request, f"{space}/links", per_conference=False)
    return BackgroundTask(_Asked(services, space, slug, locator, email).answer)
