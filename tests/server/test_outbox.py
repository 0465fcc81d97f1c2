"""A reader gets a mail once: what is asked for again before it was sent is one mail, and a confirmation comes once."""

from dataclasses import dataclass, field
from email.message import EmailMessage

import pytest

from server.outbox import Outbox
from shared.kernel.ids import OrderId, PaymentId, PersonId
from shared.payments.payment import RecordCapture
from shared.registration.order import AssignRegistrantDetails, ConfirmFreeOrder, StartPayment
from tests.server.authority import FREE, SERVER, WEB, Authority, codes, order


@dataclass
class Readers:
    """A mail gateway that keeps what it is given, or breaks."""

    got: list[EmailMessage] = field(default_factory=list)
    is_broken: bool = False

    def send(self, mail: EmailMessage) -> None:
        if self.is_broken:
            raise OSError("no route to the mail server")
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
    made = Outbox(
        opened.engine,
        readers,
        secrets=opened.tools.secrets,
        sender="noreply@localhost",
        public_url="http://localhost",
        clock=opened.clock,
    )
    made.send_due()
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
    outbox.send_due()
    assert subjects(readers) == ["cleo", "zacharias2"]
    opened.run(moved(1, "bo"), actor=WEB)
    outbox.send_due()
    assert subjects(readers) == ["bo"], "a link that was asked for after the last one went is another mail"
    assert outbox.send_due() == 0


def test_a_mail_that_waits_after_a_failure_does_not_follow_the_later_one(
    opened: Authority, outbox: Outbox, readers: Readers
) -> None:
    opened.run(order(1), actor=WEB)
    readers.is_broken = True
    assert outbox.send_due() == 1
    readers.is_broken = False
    opened.run(moved(1, "bo"), actor=WEB)
    outbox.send_due()
    assert subjects(readers) == ["bo"]
    opened.clock.now = opened.clock.now.replace(year=2028)
    assert outbox.send_due() == 0


def test_two_that_wait_after_failures_are_one_mail(opened: Authority, outbox: Outbox, readers: Readers) -> None:
    opened.run(order(1), actor=WEB)
    readers.is_broken = True
    outbox.send_due()
    opened.run(moved(1, "bo"), actor=WEB)
    outbox.send_due()  # both wait now, each for its own time
    readers.is_broken = False
    opened.clock.now = opened.clock.now.replace(year=2028)
    assert outbox.send_due() == 2
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
        outbox.send_due()
    confirmed = [(who, about) for who, about in readers.take() if "is" in about.split()]
    assert [who for who, _ in confirmed] == ["zacharias1", "zacharias2"]
