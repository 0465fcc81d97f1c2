"""A conference with its orders, seats and payments in a dict of rows, run through `execute` as a server would."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from shared.conference import conference as conferences
from shared.conference import seat_types
from shared.execute import Execution, execute
from shared.kernel.decider import Actor, Call, Deadline, Mail, Rejected
from shared.kernel.ids import OrderId, PaymentId, PersonId, SeatTypeId
from shared.payments.payment import Payment, RecordCapture
from shared.registration.order import PlaceOrder, StartPayment
from shared.registration.order_state import Order
from shared.registration.pricing import Wanted
from shared.registration.seats import Reservation, SeatsOfType
from tests.spec import SERVER, Memory, replace_actor

VIP, DAY = SeatTypeId("01a20000-0000-7000-8000-000000000011"), SeatTypeId("01a20000-0000-7000-8000-000000000012")
DINNER = SeatTypeId("01a20000-0000-7000-8000-000000000013")
_BY_NAME = {"vip": VIP, "day": DAY}


class World:
    """A published conference with two seat types, and what a server keeps beside rows: deadlines, mail and calls."""

    def __init__(self, *, vip: int = 5, day: int = 5, price: int = 100, is_published: bool = True) -> None:
        self.memory = Memory()
        self.context = replace_actor(SERVER)
        self.deadlines: dict[str, Deadline] = {}
        self.mail: list[Mail] = []
        self.calls: list[Call] = []
        self.events: list[Any] = []
        self.money = 0
        self.send(
            conferences.CreateConference(
                owner=PersonId("owner"),
                owner_name="Olga",
                owner_email="olga@example.org",
                name="PyCon",
                slug="pycon",
                starts_on=date(2026, 9, 1),
                ends_on=date(2026, 9, 2),
            )
        )
        self.add(VIP, vip, price)
        self.add(DAY, day, price)
        if is_published:
            self.send(conferences.PublishConference())

    def add(self, seat_type: SeatTypeId, quota: int, price: int = 100) -> None:
        self.send(seat_types.AddSeatType(seat_type=seat_type, name="Seat", quota=quota, price=price))

    def send(self, command: Any, actor: Actor | None = None) -> Execution:
        """Run a command, keep its rows and effects."""
        context = self.context if actor is None else replace(self.context, actor=actor)
        done = execute(command, context, self.memory)
        self.memory.update(done.changes)
        self.events += done.events
        for effect in done.effects:
            if isinstance(effect, Mail):
                self.mail.append(effect)
            elif isinstance(effect, Call):
                self.calls.append(effect)
            elif effect.due is None:
                self.deadlines.pop(effect.key, None)
            else:
                self.deadlines[effect.key] = effect
        return done

    def attempt(self, command: Any) -> str | None:
        """Run a command; the code of its refusal, if it is refused."""
        try:
            self.send(command)
        except Rejected as rejected:
            return rejected.code
        return None

    def wait(self, *, minutes: float, run_deadlines: bool = True) -> None:
        """Let time pass, and deadlines come."""
        self.context = replace(self.context, now=self.context.now + timedelta(minutes=minutes))
        due = [one for one in self.deadlines.values() if one.due is not None and one.due <= self.context.now]
        for deadline in due if run_deadlines else []:
            del self.deadlines[deadline.key]
            self.send(deadline.command)

    def place(self, order: str, **quantities: int) -> Execution:
        lines = tuple(Wanted(seat_type=_BY_NAME[one], quantity=n) for one, n in quantities.items())
        return self.send(
            PlaceOrder(
                order=OrderId(order),
                lines=lines,
                registrant=PersonId(f"person of {order}"),
                first_name="Ann",
                last_name="Lee",
                email="ann@example.org",
            )
        )

    def pay(self, order: str, payment: str = "payment") -> None:
        """Start a payment and capture it."""
        self.send(StartPayment(order=OrderId(order), payment=PaymentId(payment)))
        self.capture(payment)

    def capture(self, payment: str, reference: str = "c1", amount: int | None = None) -> None:
        asked = self.memory.get(Payment, payment)
        right = 0 if asked is None else asked.amount
        known = () if asked is None else asked.captures
        self.money += 0 if reference in (one.reference for one in known) else amount or right
        self.send(
            RecordCapture(payment=PaymentId(payment), reference=reference, amount=amount or right, currency="EUR")
        )

    def order(self, order: str) -> Order:
        row = self.memory.get(Order, order)
        assert row is not None
        return row

    def seats(self, seat_type: SeatTypeId = VIP) -> SeatsOfType:
        row = self.memory.get(SeatsOfType, seat_type)
        assert row is not None
        return row

    def reservation(self, order: str) -> Reservation:
        row = self.memory.get(Reservation, order)
        assert row is not None
        return row
