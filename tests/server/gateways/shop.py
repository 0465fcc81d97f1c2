"""A server whose registrants pay at Stripe, in the words of the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from httpx2 import Response

from server.lookup import look_up
from server.store import outbox
from server.store.engine import reading
from shared.kernel.decider import Call, key
from shared.kernel.ids import PaymentId
from shared.payments.payment import Payment, RefundState, RequestRefund
from shared.registration.order_state import Order
from tests.server.gateways.fake_stripe import KEY, WEBHOOK_SECRET, FakeStripe, running_stripe
from tests.server.gateways.test_processor import until
from tests.server.web.world import ANN, FULL, SPACE, Clock, World, bearer, running

HOOK = "/hooks/stripe"


@dataclass
class Shop:
    """A server whose registrants pay at Stripe."""

    world: World
    stripe: FakeStripe

    def order(self, quantity: int = 1) -> "Bought":
        path, secret = self.world.place({FULL: quantity}, ANN)
        return Bought(self, path, secret)

    def deliver(self, event: dict[str, Any], **changed: str) -> Response:
        body, headers = self.stripe.delivery(event, **changed)
        return self.world.client.post(HOOK, content=body, headers=headers)

    def deliver_all(self) -> None:
        """Every event once, as Stripe does when all is well."""
        for event in self.stripe.events:
            assert self.deliver(event).status_code == 204

    def rows(self, kind: type, id: str) -> Any:
        with reading(self.world.services.engine).begin() as conn:
            return look_up(conn, SPACE, [key(kind, id)]).get(kind, id)

    def call(self, service: str, about: str) -> None:
        """A commit asks for a call, and it is made."""
        with self.world.services.engine.begin() as conn:
            asked = Call(service=service, about=about)
            outbox.add(conn, SPACE, [(1_000_000, asked)], self.world.clock())
        self.settle()

    def settle(self) -> None:
        """Every call was made, or failed once at least."""
        until(lambda: all(one.last_error is not None for one in self.waiting()))

    def settle_all(self) -> None:
        """Every call was made."""
        until(lambda: not self.waiting())

    def waiting(self) -> list[outbox.Waiting]:
        with reading(self.world.services.engine).begin() as conn:
            return outbox.waiting(conn, outbox.Kind.CALL)

    def refund(self, bought: "Bought", amount: int, refund: str = "refund-1") -> None:
        self.world.command(RequestRefund(refund=refund, payment=PaymentId(bought.payment), amount=amount))
        self.settle()


@dataclass
class Bought:
    """An order and the payment that was started last."""

    shop: Shop
    path: str
    secret: str
    payment: str = ""
    page: str = ""

    def start(self, idempotency_key: str | None = None) -> Response:
        started = self.shop.world.post(f"{self.path}/payments", secret=self.secret, key=idempotency_key)
        if started.status_code == 201:
            self.payment, self.page = started.json()["payment"], started.json()["redirect_url"]
        return started

    def cancel_payment(self) -> None:
        self.shop.world.client.delete(f"{self.path}/payments/{self.payment}", headers=bearer(self.secret))
        self.shop.settle()

    def pay(self, **changed: Any) -> "Bought":
        """Start a payment and pay it on Stripe's page."""
        assert self.start().status_code == 201
        self.shop.stripe.pay(self.page, **changed)
        return self

    @property
    def shown(self) -> Any:
        return self.shop.world.get(self.path, self.secret).json()

    @property
    def row(self) -> Order:
        row: Order = self.shop.rows(Order, self.path.rpartition("/")[2])
        return row

    @property
    def payments(self) -> Payment:
        row: Payment = self.shop.rows(Payment, self.payment)
        return row

    @property
    def captured(self) -> int:
        return sum(one.amount for one in self.payments.captures)

    @property
    def refunds(self) -> dict[str, RefundState]:
        return {one.id: one.state for one in self.payments.refunds}


@contextmanager
def open_shop(folder: Path) -> Iterator[Shop]:
    """A server with a published conference, and its account at Stripe."""
    clock = Clock()
    with running_stripe(clock) as fake:
        settings = {"stripe_key": KEY, "stripe_webhook_secret": WEBHOOK_SECRET, "stripe_url": fake.url}
        with running(folder, clock, **settings) as world:
            world.make_conference()
            yield Shop(world, fake)
