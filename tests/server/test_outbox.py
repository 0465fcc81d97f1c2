"""A reader gets a mail once: what is asked for again before it was sent is one mail, and a confirmation comes once."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest

from server.gateways.mail import Send, Unsent
from server.mails import ATTEMPTS_MOST, Mails
from server.outbox import Failed, Outbox
from server.store import outbox as store
from server.store.engine import reading
from server.store.outbox import Kind, Taken
from shared.kernel.ids import OrderId, PaymentId, PersonId
from shared.payments.payment import RecordCapture
from shared.registration.order import AssignRegistrantDetails, ConfirmFreeOrder, StartPayment
from tests.server.authority import FREE, SERVER, WEB, Authority, codes, order


@dataclass
class Readers:
    """A mail gateway that keeps what it is given, or breaks."""

    got: list[EmailMessage] = field(default_factory=list)
    problem: Exception | None = None
    connections: int = 0

    @contextmanager
    def sending(self) -> Iterator[Send]:
        self.connections += 1
        yield self.send

    def send(self, mail: EmailMessage) -> None:
        if self.problem is not None:
            raise self.problem
        self.got.append(mail)

    def take(self) -> list[tuple[str, str]]:
        """Who got what since the last look: address and first word of what it is about."""
        taken = [(str(one["To"]).partition("@")[0], str(one["Subject"]).rpartition(" ")[0]) for one in self.got]
        self.got.clear()
        return sorted(taken)


@pytest.fixture
def readers() -> Readers:
    return Readers()


@pytest.fixture
def outbox(opened: Authority, readers: Readers) -> Outbox:
    mails = Mails(
        opened.engine,
        readers,
        secrets=opened.tools.secrets,
        sender="noreply@localhost",
        public_url="http://localhost",
    )
    made = Outbox(opened.engine, Kind.MAIL, mails.send, clock=opened.clock, attempts_most=ATTEMPTS_MOST)
    made.run_due()
    readers.take()
    return made


def moved(number: int, address: str) -> AssignRegistrantDetails:
    return AssignRegistrantDetails(
        order=OrderId(f"order-{number}"),
        registrant=PersonId(f"person-{number}"),
        first_name="Zacharias",
        last_name="Secretname",
        email=f"{address}@secret.example",
    )


def subjects(readers: Readers) -> list[str]:
    return [who for who, _ in readers.take()]


def test_an_address_changed_twice_before_the_mail_went_is_one_mail(
    opened: Authority, outbox: Outbox, readers: Readers
) -> None:
    opened.run(order(1), actor=WEB)
    opened.run(moved(1, "bo"), moved(1, "cleo"), actor=WEB)
    opened.run(order(2), actor=WEB)
    outbox.run_due()
    assert subjects(readers) == ["cleo", "zacharias2"]
    opened.run(moved(1, "bo"), actor=WEB)
    outbox.run_due()
    assert subjects(readers) == ["bo"], "a link that was asked for after the last one went is another mail"
    assert outbox.run_due() == 0


def test_a_mail_that_waits_after_a_failure_does_not_follow_the_later_one(
    opened: Authority, outbox: Outbox, readers: Readers
) -> None:
    opened.run(order(1), actor=WEB)
    readers.problem = OSError("no route to the mail server")
    assert outbox.run_due() == 1
    readers.problem = None
    opened.run(moved(1, "bo"), actor=WEB)
    outbox.run_due()
    assert subjects(readers) == ["bo"]
    opened.clock.now = opened.clock.now.replace(year=2028)
    assert outbox.run_due() == 0


def test_two_that_wait_after_failures_are_one_mail(opened: Authority, outbox: Outbox, readers: Readers) -> None:
    opened.run(order(1), actor=WEB)
    readers.problem = OSError("no route to the mail server")
    outbox.run_due()
    opened.run(moved(1, "bo"), actor=WEB)
    outbox.run_due()  # both wait now, each for its own time
    readers.problem = None
    opened.clock.now += timedelta(minutes=5)
    assert outbox.run_due() == 1
    assert subjects(readers) == ["bo"]


def test_a_confirmation_comes_once_however_often_it_is_asked_or_paid(
    opened: Authority, outbox: Outbox, readers: Readers
) -> None:
    opened.run(order(1, seat_type=FREE), order(2), actor=WEB)
    opened.run(*[ConfirmFreeOrder(order=OrderId("order-1"))] * 3, actor=WEB)
    payment = PaymentId("payment-1")
    opened.run(StartPayment(order=OrderId("order-2"), payment=payment), actor=WEB)
    for reference in ("a", "a", "b"):
        capture = RecordCapture(payment=payment, reference=reference, amount=100_00, currency="EUR")
        assert codes([opened.run(capture, actor=SERVER)]) == [None]
        outbox.run_due()
    confirmed = [(who, about) for who, about in readers.take() if "is" in about.split()]
    assert [who for who, _ in confirmed] == ["zacharias1", "zacharias2"]


def left(opened: Authority) -> list[store.Waiting]:
    with reading(opened.engine).begin() as conn:
        return store.waiting(conn, Kind.MAIL)


def test_many_mails_go_over_few_connections(opened: Authority, outbox: Outbox, readers: Readers) -> None:
    opened.run(*[order(number) for number in range(1, 31)], actor=WEB)
    readers.connections = 0
    assert (outbox.run_due(), outbox.run_due(), outbox.run_due()) == (20, 10, 0)
    assert (len(readers.got), readers.connections) == (30, 2)


def test_a_mail_that_is_refused_for_good_is_given_up_and_the_others_go(
    opened: Authority, outbox: Outbox, readers: Readers
) -> None:
    readers.problem = Unsent("recipient_550", is_final=True)
    opened.run(order(1), actor=WEB)
    outbox.run_due()
    assert left(opened) == [store.Waiting("order_link", "recipient_550", is_given_up=True, count=1)]
    readers.problem = None
    opened.run(order(2), actor=WEB)
    outbox.run_due()
    assert subjects(readers) == ["zacharias2"]


def test_a_mail_is_given_up_after_a_day_of_failures_and_not_before(opened: Authority) -> None:
    def fails(taken: Sequence[Taken], now: datetime) -> Generator[Failed, None, None]:
        yield from (Failed("connect_SMTPConnectError") for _ in taken)

    failing = Outbox(opened.engine, Kind.MAIL, fails, clock=opened.clock, attempts_most=ATTEMPTS_MOST)
    asked_at = opened.clock.now
    for _ in range(ATTEMPTS_MOST):
        assert not any(one.is_given_up for one in left(opened))
        with reading(opened.engine).begin() as conn:
            opened.clock.now = store.next_due(conn, Kind.MAIL) or opened.clock.now
        assert failing.run_due() == 1
    assert left(opened) == [store.Waiting("access_code", "connect_SMTPConnectError", is_given_up=True, count=1)]
    assert timedelta(hours=24) < opened.clock.now - asked_at < timedelta(hours=30)
    assert failing.run_due() == 0


def test_what_there_is_no_time_for_goes_next_time(opened: Authority) -> None:
    began: list[str] = []

    def slowly(taken: Sequence[Taken], now: datetime) -> Generator[None, None, None]:
        for one in taken:
            began.append(one.about)
            opened.clock.now += timedelta(minutes=2)
            yield None

    slow = Outbox(opened.engine, Kind.MAIL, slowly, clock=opened.clock)
    opened.run(*[order(number) for number in range(1, 5)], actor=WEB)
    for count in (2, 4, 5, 5):
        slow.run_due()
        assert len(began) == count, "after four minutes of a lease of five nothing more is begun"
    assert began[1:] == ["order-1", "order-2", "order-3", "order-4"], "the access code was the first"


def test_a_handler_that_breaks_loses_nothing_that_was_done_before(opened: Authority) -> None:
    def breaks(taken: Sequence[Taken], now: datetime) -> Generator[Failed | None, None, None]:
        yield None
        raise ZeroDivisionError

    opened.run(order(1), order(2), actor=WEB)
    Outbox(opened.engine, Kind.MAIL, breaks, clock=opened.clock).run_due()
    assert left(opened) == [store.Waiting("order_link", "ZeroDivisionError", is_given_up=False, count=2)]


def test_a_server_that_stops_finishes_only_the_mail_in_hand(opened: Authority) -> None:
    for number in (1, 2, 3):
        opened.run(order(number, seat_type=FREE), actor=WEB)
    done: list[str] = []

    def handle(taken: Sequence[Taken], now: datetime) -> Generator[Failed | None, None, None]:
        for one in taken:
            stopping.stop()
            done.append(one.about)
            yield None

    stopping = Outbox(opened.engine, Kind.MAIL, handle, clock=opened.clock)
    assert stopping.run_due() >= 3
    assert len(done) == 1

    def finish(taken: Sequence[Taken], now: datetime) -> Generator[Failed | None, None, None]:
        yield from (None for _ in taken)

    after = Outbox(opened.engine, Kind.MAIL, finish, clock=opened.clock)
    assert after.run_due() >= 2, "the others are there at once for whoever comes next"


def test_it_stands_back_before_each_thing(opened: Authority) -> None:
    opened.run(order(1, seat_type=FREE), order(2, seat_type=FREE), actor=WEB)
    order_of_things: list[str] = []

    def handle(taken: Sequence[Taken], now: datetime) -> Generator[Failed | None, None, None]:
        for one in taken:
            order_of_things.append(one.name)
            yield None

    polite = Outbox(
        opened.engine, Kind.MAIL, handle, clock=opened.clock, stand_back=lambda: order_of_things.append("stands back")
    )
    polite.run_due()
    assert order_of_things[::2] == ["stands back"] * (len(order_of_things) // 2)
    assert order_of_things[1::2].count("order_link") == 2
