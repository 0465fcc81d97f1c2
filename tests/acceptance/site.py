"""What the steps of registrants speak to: the public web API, a payment provider, and the organizer's laptop."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx2

from server.deadlines import Deadlines
from server.gateways.hosted_page import Callback, Result
from server.gateways.payments import Charge
from server.gateways.signing import HEADER, sign
from server.lookup import look_up
from server.store.engine import reading
from shared.kernel.codec import from_json, to_json
from shared.kernel.decider import key
from shared.registration.order_state import Order
from tests.acceptance.laptop import Laptop
from tests.acceptance.story import id_of
from tests.server.gateways.fake_stripe import FakeStripe
from tests.server.web.world import DINNER, FREE, FULL, ORDERS, SPACE, World, bearer

R = TypeVar("R")
Wishes = Sequence[tuple[int, str]]
"""How many of which seats, by name."""

CONFERENCE = "/api/v1/conferences/pycon"
WAIT_LIST = f"{CONFERENCE}/waitlist"
SEAT_TYPES = {"Full conference": FULL, "Dinner": DINNER, "Speaker": FREE}
"""Those that the conference has from the beginning."""


def seat_type_of(name: str) -> str:
    return SEAT_TYPES.get(name) or id_of(f"seat type {name}")


def lines_of(wanted: Wishes) -> list[dict[str, Any]]:
    return [{"seat_type": seat_type_of(name), "quantity": quantity} for quantity, name in wanted]


def details_of(person: str) -> dict[str, str]:
    return {"first_name": person, "last_name": f"{person}son", "email": f"{person.lower()}@example.org"}


@dataclass
class Site:
    """The server's web API as registrants reach it. `url` is empty while the server is in this process."""

    client: httpx2.Client
    world: World | None = None
    url: str = ""
    opened: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Path and secret of each person's order."""
    entries: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Path and secret of each person's entry in the wait list."""
    sent: dict[str, tuple[str, Any]] = field(default_factory=dict)
    """The key and body of the request that placed each person's order."""
    answer: Any = None
    charges: list[Charge] = field(default_factory=list)
    """What the provider was asked for, the last one at the end."""
    page: str = ""
    versions: dict[str, tuple[str, int]] = field(default_factory=dict)
    stripe: FakeStripe | None = None
    """In the place of the provider that the stories play themselves."""
    devices: dict[str, Laptop] = field(default_factory=dict)
    """Those beside the organizer's laptop, by name."""

    @property
    def here(self) -> World:
        """The server, where it is in this process."""
        assert self.world is not None
        return self.world

    @cached_property
    def laptop(self) -> Laptop:
        """The organizer's, opened when a story first speaks of it."""
        return Laptop(self.here, self.here.settings.data_dir.with_name("laptop"))

    def close(self) -> None:
        if "laptop" in vars(self):
            self.laptop.close()
        for device in self.devices.values():
            device.close()

    def has_device(self, name: str, role: str) -> None:
        folder = self.here.settings.data_dir.with_name(name)
        self.devices[name] = Laptop(self.here, folder, name=name, role=role)

    # Orders

    def post(self, path: str, body: Any = None, secret: str | None = None, id: str = "") -> httpx2.Response:
        headers = {"Idempotency-Key": id or str(uuid4())} | bearer(secret)
        return self.client.post(self.url + path, json=body, headers=headers)

    def orders(self, person: str, wanted: Wishes, codes: Sequence[str] = (), *, details: Any = None) -> None:
        """`details` in the place of the person's own; `{}` for none at all."""
        known = details_of(person) if details is None else details or None
        self.sends(person, str(uuid4()), {"lines": lines_of(wanted), "registrant": known, "codes": list(codes)})

    def sends(self, person: str, id: str, body: Any) -> None:
        self.sent[person] = (id, body)
        placed = self.post(ORDERS, body, id=id)
        self.answer = placed.json()
        if placed.status_code == 201:
            order = self.answer = placed.json()["order"]
            self.opened[person] = (f"{ORDERS}/{order['order']}", placed.json()["secret"])

    def asks(self, person: str, method: str, path: str = "", body: Any = None) -> None:
        """Whoever has the order's link asks something of it, and hears the answer or why not."""
        at, secret = self.opened[person]
        headers = {"Idempotency-Key": str(uuid4())} | bearer(secret)
        self.answer = self.client.request(method, f"{self.url}{at}{path}", json=body, headers=headers).json()

    def order(self, person: str) -> Any:
        """The order as its registrant sees it now."""
        return self._shown(person, "")

    def seats(self, person: str) -> Any:
        return self._shown(person, "/seats")

    def tickets(self, person: str) -> Any:
        return self._shown(person, "/tickets")

    def _shown(self, person: str, path: str) -> Any:
        at, secret = self.opened[person]
        return self.client.get(f"{self.url}{at}{path}", headers=bearer(secret)).json()

    def left(self, name: str) -> int:
        shown = self.client.get(f"{self.url}{CONFERENCE}").json()
        return next(int(seats["remaining"]) for seats in shown["seats"] if seats["name"] == name)

    # Payments

    def pays(self, person: str) -> None:
        self.asks(person, "POST", "/payments")
        if "redirect_url" in self.answer:
            self.page = self.answer["redirect_url"]
            for charge in parse_qs(urlsplit(self.page).query).get("charge", ()):
                self.charges.append(from_json(Charge, base64.urlsafe_b64decode(charge)))

    def is_told(self, result: Result, amount: int | None = None, *, charge: Charge | None = None) -> None:
        """The provider's signed callback, for the payment that was started last unless another is named."""
        about = charge or self.charges[-1]
        callback = Callback(
            payment=about.payment,
            order=about.order,
            result=result,
            amount=about.amount if amount is None else amount,
            currency=about.currency,
            reference=f"of {about.payment}",
        )
        self.calls_back(callback)

    def calls_back(self, callback: Callback) -> None:
        """The provider tells something in a signed message."""
        body = to_json(callback)
        signature = sign(self.here.settings.payment_key(), body, self.here.clock())
        taken = self.client.post(f"/hooks/payments/{SPACE}", content=body, headers={HEADER: signature})
        assert taken.status_code == 204, taken.text

    def buys(self, person: str, wanted: Wishes) -> None:
        self.orders(person, wanted)
        if self.answer["total"]:
            self.pays(person)
            self.is_told(Result.CAPTURED)
        else:
            self.asks(person, "POST", "/confirmation")
        assert self.order(person)["state"] == "confirmed"

    # Seats

    def gives(self, person: str, position: int, attendee: dict[str, str]) -> None:
        self.asks(person, "PUT", f"/seats/{position}", attendee)
        for one in self.tickets(person):
            self.versions[one["first_name"]] = (one["ticket"], one["version"])

    # The wait list

    def waits(self, person: str, wanted: Wishes, *, instead_of: str | None = None) -> None:
        """`instead_of` is the order that fell short."""
        joined = self.post(WAIT_LIST, {"lines": lines_of(wanted), **details_of(person), "order": instead_of})
        self.answer = joined.json()
        if joined.status_code == 201:
            self.entries[person] = (f"{WAIT_LIST}/{self.answer['entry']['entry']}", self.answer["secret"])

    def entry(self, person: str) -> Any:
        """The entry as whoever waits sees it now."""
        path, secret = self.entries[person]
        return self.client.get(path, headers=bearer(secret)).json()

    def takes_up(self, person: str) -> None:
        """From now on the person's order is the one that was offered."""
        offer = self.entry(person)["offer"]
        self.opened[person] = (f"{ORDERS}/{offer['order']}", offer["secret"])

    # The server

    def passes(self, **span: float) -> None:
        self.here.clock.pass_time(**span)

    def settles(self) -> None:
        """Whatever was due by now is done; the server does it in its own time, too."""
        services = self.here.services
        deadlines = Deadlines(services.engine, services.drain, self.here.clock)
        while deadlines.run_due():
            pass

    def time_left(self, person: str) -> timedelta:
        until: timedelta = self.kept_order(person).expires_at - self.here.clock()
        return until

    def kept(self, kind: type[R], id: str = "") -> R:
        """A row of the server."""
        with reading(self.here.services.engine).begin() as conn:
            row = look_up(conn, SPACE, [key(kind, id)]).get(kind, id)
        assert row is not None
        return row

    def kept_order(self, person: str) -> Order:
        return self.kept(Order, self.order(person)["order"])
