"""Secret links, of an order and of an attendee's ticket: 130 bits that only the server can make from ids, so none is
stored.
"""

import base64
import hmac
from typing import Final

from shared.kernel.ids import derive

_LENGTH: Final = 26  # characters of five bits


def order_secret(secret: bytes, order: str) -> str:
    """What whoever may change an order has to show; `secret` is the conference's."""
    return base64.b32encode(derive(secret, "order link", order))[:_LENGTH].decode()


def is_order_secret(secret: bytes, order: str, shown: str) -> bool:
    """Whether this is the order's secret. It takes as long for an order that does not exist."""
    return hmac.compare_digest(order_secret(secret, order).encode(), shown.encode())


def order_url(public_url: str, slug: str, order: str) -> str:
    """Where a browser shows the order to whoever has its secret already."""
    return f"{public_url}/{slug}/orders/{order}"


def return_url(public_url: str, slug: str, order: str) -> str:
    """Where a payment provider sends the browser back to; whoever was there before has the secret in a cookie."""
    return f"{order_url(public_url, slug, order)}?returned"


def order_link(public_url: str, slug: str, order: str, secret: bytes) -> str:
    """The link that is mailed; the page puts its secret into a cookie and leaves it out from then on."""
    return f"{order_url(public_url, slug, order)}?key={order_secret(secret, order)}"


def ticket_secret(secret: bytes, order: str, *, position: int, version: int) -> str:
    """What an attendee shows for the own ticket. The seat's next attendee has another version, so another secret."""
    return base64.b32encode(derive(secret, "ticket link", order, str(position), str(version)))[:_LENGTH].decode()


def is_ticket_secret(secret: bytes, order: str, shown: str, *, position: int, version: int) -> bool:
    """Whether this is the secret of this version. Ask with version 0 where there is no such seat; it takes as long.

    A seat that was taken back keeps its version until somebody else has it: look whether somebody sits there, too.
    """
    known = ticket_secret(secret, order, position=position, version=version)
    return hmac.compare_digest(known.encode(), shown.encode())


def ticket_url(public_url: str, slug: str, order: str, position: int) -> str:
    """Where a browser shows a ticket to whoever has its secret already."""
    return f"{public_url}/{slug}/tickets/{order}/{position}"


def ticket_link(public_url: str, slug: str, order: str, *, position: int, version: int, secret: bytes) -> str:
    """The link that is mailed to an attendee; the page puts its secret into a cookie and leaves it out from then on."""
    shown = ticket_secret(secret, order, position=position, version=version)
    return f"{ticket_url(public_url, slug, order, position)}?key={shown}"


def wait_secret(secret: bytes, entry: str) -> str:
    """What whoever waits has to show for the entry in the wait list."""
    return base64.b32encode(derive(secret, "wait link", entry))[:_LENGTH].decode()


def is_wait_secret(secret: bytes, entry: str, shown: str) -> bool:
    """Whether this is the entry's secret. It takes as long for one that does not exist."""
    return hmac.compare_digest(wait_secret(secret, entry).encode(), shown.encode())


def wait_link(public_url: str, slug: str, entry: str, secret: bytes) -> str:
    """The link that is mailed; the page puts its secret into a cookie and leaves it out from then on."""
    return f"{public_url}/{slug}/waitlist/{entry}?key={wait_secret(secret, entry)}"
