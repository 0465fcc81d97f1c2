"""The registrant's pages, made on the server: complete without JavaScript, and nicer with it.

They call the same functions as the public API, so that a page never does what the API would refuse.
"""

from typing import Final

from fastapi import APIRouter

from server.web.pages import attendee, changes, conferences, find, invoices, orders, payments, seats, tickets, waitlist
from server.web.pages.failures import install
from server.web.pages.render import static

__all__ = ["install", "router", "static"]

# Whatever has a fixed word in its path stands before what takes any word there.
router: Final = APIRouter(include_in_schema=False)
for concern in (find, waitlist, attendee, changes, payments, invoices, seats, tickets, orders, conferences):
    router.include_router(concern.router)
