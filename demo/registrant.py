"""Registrants of the story: HTTP alone, with the public web API and the payment processor's own page."""

import html
import re
from typing import Any, Final
from uuid import uuid4

import httpx

from demo.telling import Untrue

Answer = dict[str, Any]

_TIMEOUT_S: Final = 30.0
_FIELD: Final = re.compile(r'name="(charge|signature)" value="([^"]*)"')


class WebApi:
    """The public API of one conference."""

    def __init__(self, server_url: str, slug: str) -> None:
        self._client = httpx.Client(
            base_url=server_url,
            timeout=_TIMEOUT_S,
            trust_env=False,  # a proxy of this machine's has nothing to do with a server on it
            limits=httpx.Limits(max_connections=16),
        )
        self._at = f"/api/v1/conferences/{slug}"

    def close(self) -> None:
        self._client.close()

    def conferences(self) -> list[Answer]:
        return list(self._ask("GET", "/api/v1/conferences"))

    def conference(self) -> Answer:
        """The conference with its seats and what is left of them."""
        return self._answer("GET", self._at)

    def remaining(self, seat_type: str) -> int:
        left = {one["seat_type"]: one["remaining"] for one in self.conference()["seats"]}
        return int(left[seat_type])

    def place(self, lines: dict[str, int], registrant: Answer) -> "Order":
        """Place an order; the answer has what was granted and what it costs."""
        wanted = [{"seat_type": seat_type, "quantity": quantity} for seat_type, quantity in lines.items()]
        placed = self._answer("POST", f"{self._at}/orders", {"lines": wanted, "registrant": registrant})
        return Order(self, f"{self._at}/orders/{placed['order']['order']}", placed["secret"], placed["order"])

    def opened(self, offer: Answer) -> "Order":
        """The order of an offer."""
        order = self._answer("GET", f"{self._at}/orders/{offer['order']}", secret=offer["secret"])
        return Order(self, f"{self._at}/orders/{offer['order']}", offer["secret"], order)

    def wait(self, lines: dict[str, int], registrant: Answer) -> "Entry":
        """Wait for seats."""
        wanted = [{"seat_type": seat_type, "quantity": quantity} for seat_type, quantity in lines.items()]
        joined = self._answer("POST", f"{self._at}/waitlist", {"lines": wanted} | registrant)
        return Entry(self, f"{self._at}/waitlist/{joined['entry']['entry']}", joined["secret"])

    def download(self, path: str, secret: str) -> bytes:
        """A file; Untrue if there is none."""
        response = self._client.get(path, headers={"Authorization": f"Bearer {secret}"})
        if response.is_error:
            raise Untrue(f"{path} was answered with {response.status_code}.")
        return response.content

    def post_raw(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        """The status for a body as it is."""
        return self._client.post(path, content=body, headers=headers).status_code

    def _answer(self, method: str, path: str, body: Answer | None = None, secret: str = "") -> Answer:
        answer = self._ask(method, path, body, secret)
        assert isinstance(answer, dict)
        return answer

    def _ask(self, method: str, path: str, body: Answer | None = None, secret: str = "") -> Any:
        headers = {"Idempotency-Key": str(uuid4())} if method != "GET" else {}
        if secret:
            headers["Authorization"] = f"Bearer {secret}"
        try:
            response = self._client.request(method, path, json=body, headers=headers)
        except httpx.TransportError as error:
            raise Untrue(f"{method} {path} was not answered: {error!r}") from error
        if response.is_error:
            raise Untrue(f"{method} {path} was answered with {response.status_code}: {response.text[:400]}")
        return response.json()


class Order:
    """An order whose secret link this registrant has."""

    def __init__(self, api: WebApi, path: str, secret: str, placed: Answer) -> None:
        self._api = api
        self._path = path
        self._secret = secret
        self.id: str = placed["order"]
        self.placed = placed

    def granted(self, seat_type: str) -> int:
        """The seats of a type that were granted when it was placed."""
        return sum(line["granted"] for line in self.placed["lines"] if line["seat_type"] == seat_type)

    def show(self) -> Answer:
        return self._api._answer("GET", self._path, secret=self._secret)

    def confirm(self) -> Answer:
        """Of an order that costs nothing."""
        return self._api._answer("POST", f"{self._path}/confirmation", secret=self._secret)

    def start_payment(self) -> Answer:
        return self._api._answer("POST", f"{self._path}/payments", secret=self._secret)

    def order_on_invoice(self, address: str) -> Answer:
        """Confirm the order, to be paid later."""
        return self._api._answer("POST", f"{self._path}/invoice", {"address": address}, self._secret)

    def invoice(self, number: int) -> bytes:
        """An invoice to print."""
        return self._api.download(f"{self._path}/invoices/{number}.pdf", self._secret)

    def assign(self, position: int, attendee: Answer) -> list[Answer]:
        """Give a seat to somebody; all seats as they are then."""
        return list(self._api._ask("PUT", f"{self._path}/seats/{position}", attendee, self._secret))

    def tickets(self) -> list[Answer]:
        """The signed tickets of the seats that somebody has, by position."""
        return sorted(self._api._ask("GET", f"{self._path}/tickets", secret=self._secret), key=_position)


class Entry:
    """An entry in the wait list whose secret link this registrant has."""

    def __init__(self, api: WebApi, path: str, secret: str) -> None:
        self._api = api
        self._path = path
        self._secret = secret

    def show(self) -> Answer:
        return self._api._answer("GET", self._path, secret=self._secret)


def accept_at_processor(page_url: str) -> str:
    """Press “accept” on the processor's page; where it sends the browser back to."""
    with httpx.Client(timeout=_TIMEOUT_S, trust_env=False) as browser:
        page = browser.get(page_url)
        fields = {name: html.unescape(value) for name, value in _FIELD.findall(page.text)}
        if page.status_code != httpx.codes.OK or set(fields) != {"charge", "signature"}:
            raise Untrue(f"The processor's page did not show a payment: {page.status_code} {page.text[:300]}")
        action = httpx.URL(page_url).join("/decide")
        decided = browser.post(action, data=fields | {"result": "captured"})
    if decided.status_code != httpx.codes.SEE_OTHER:
        raise Untrue(f"The processor did not send the browser back: {decided.status_code} {decided.text[:300]}")
    return str(decided.headers["location"])


def _position(ticket: Answer) -> int:
    position: int = ticket["position"]
    return position
