"""Third-party payments: where to send the registrant, and what the provider's callback says.

The provider's signed callback is the only thing that confirms a payment; the browser's return never does.
"""

import base64
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlencode

from server.gateways.signing import is_signed, sign
from shared.kernel.codec import Undecodable, from_json, to_json
from shared.kernel.messages import value


@value
class Charge:
    """A payment to be made. The ids are ours and come back with the callback."""

    conference: str
    payment: str
    order: str
    amount: int
    currency: str
    description: str
    callback_url: str
    return_url: str


class Result(StrEnum):
    CAPTURED = "captured"
    REJECTED = "rejected"


@value
class Callback:
    """What became of a payment. `reference` is the provider's id of the capture or of the attempt."""

    payment: str
    order: str
    result: Result
    amount: int
    currency: str
    reference: str


class PaymentGateway(Protocol):
    """A payment provider."""

    def page(self, charge: Charge, now: datetime) -> str:
        """The URL of the provider's page for this payment."""
        ...

    def read(self, body: bytes, signature: str, now: datetime) -> Callback | None:
        """The callback if the provider signed it lately, else None."""
        ...


class HostedPage:
    """A provider whose page takes the charge in its URL, signed; `server/gateways/processor.py` is one."""

    def __init__(self, url: str, key: bytes) -> None:
        self._url = url.rstrip("/")
        self._key = key

    def page(self, charge: Charge, now: datetime) -> str:
        """The URL of the provider's page for this payment; nothing is sent to the provider yet."""
        document = to_json(charge)
        query = {"charge": base64.urlsafe_b64encode(document).decode(), "signature": sign(self._key, document, now)}
        return f"{self._url}/pay?{urlencode(query)}"

    def read(self, body: bytes, signature: str, now: datetime) -> Callback | None:
        """The callback if the provider signed it lately, else None."""
        if not is_signed(self._key, body, signature, now):
            return None
        try:
            return from_json(Callback, body)
        except Undecodable:
            return None
