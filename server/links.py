"""The secret link of an order: 130 bits that only the server can make from the order's id, so none is stored."""

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
    """Where a payment provider sends the browser back to; whoever was there before has the secret in that tab."""
    return f"{order_url(public_url, slug, order)}?returned"


def order_link(public_url: str, slug: str, order: str, secret: bytes) -> str:
    """The link that is mailed. The secret is in the fragment, which browsers keep out of requests and logs."""
    return f"{order_url(public_url, slug, order)}#{order_secret(secret, order)}"
