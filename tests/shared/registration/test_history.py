"""The history of an order: who did what and when, without names, and never without end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.kernel.decider import Found, Key, Recorded, key
from shared.kernel.ids import DeviceId, OrderId, PaymentId, PersonId, SeatTypeId, TicketId
from shared.payments.invoice import CreditNoteIssued, InvoiceReminded
from shared.payments.payment import Method, RefundFailed, RefundRequested
from shared.registration.assignments import SeatAssigned, SeatsCancelled, SeatUnassigned
from shared.registration.door_sale import DoorSaleVoided
from shared.registration.history import HAPPENINGS_MOST, Happening, OrderHistory, histories
from shared.registration.order import (
    CodesChanged,
    ExpiryWarned,
    MoneyReceived,
    OrderCancelled,
    OrderConfirmed,
    OrderNeedsAttention,
    OrderPlaced,
)
from shared.registration.receipts import Attention, Receipt, Task
from shared.registration.receipts import Method as Way
from tests.spec import NOW, ORGANIZER, REGISTRANT

ORDER, PAYMENT = OrderId("order-1"), PaymentId("payment-1")
AT = key(OrderHistory, ORDER)
RECEIPT = Receipt(payment=PAYMENT, reference="ch_1", amount=240_00, currency="EUR")
PLACED = OrderPlaced(
    order=ORDER, number=1, locator="ABCDEF", lines=(), total=0, currency="EUR", placed_at=NOW, expires_at=NOW
)
SEATED = SeatAssigned(
    order=ORDER,
    position=1,
    seat_type=SeatTypeId("full"),
    ticket=TicketId("t"),
    version=1,
    attendee=PersonId("p"),
    first_name="Ada",
    last_name="Example",
    email="ada@example.org",
    company="",
    previous=None,
)
RECORDED = Recorded(at=NOW, actor=REGISTRANT, command_id="command-1")


def folded(*events: object, recorded: Recorded = RECORDED) -> tuple[Happening, ...]:
    rows: dict[Key, object] = {AT: None}
    for event in events:
        assert list(histories.needs(event, Found(rows))) == [AT]
        rows.update(histories.fold(event, Found(rows), recorded))
    made = rows[AT]
    assert isinstance(made, OrderHistory)
    return made.happenings


def test_it_says_what_happened_who_did_it_and_when_in_order() -> None:
    later = Recorded(at=NOW + timedelta(minutes=1), actor=ORGANIZER, command_id="command-2")
    (placed,) = folded(PLACED)
    assert (placed.what, placed.at, placed.role, placed.by) == (
        "registration.order_placed",
        NOW,
        REGISTRANT.role,
        REGISTRANT.id,
    )
    (cancelled,) = folded(OrderCancelled(order=ORDER), recorded=later)
    assert (cancelled.at, cancelled.by, cancelled.details) == (later.at, ORGANIZER.id, {})
    assert [one.what for one in folded(PLACED, OrderCancelled(order=ORDER))] == [placed.what, cancelled.what]


@pytest.mark.parametrize(
    ("event", "details"),
    [
        (PLACED, {"is_offer": 0}),
        (replace(PLACED, offer_of="entry"), {"is_offer": 1}),
        (OrderConfirmed(order=ORDER, on_invoice=True), {"on_invoice": 1}),
        (
            CodesChanged(order=ORDER, codes=("EARLY", "SPEAKER"), lines=(), uses=(), total=0),
            {"codes": "EARLY, SPEAKER"},
        ),
        (MoneyReceived(order=ORDER, receipt=RECEIPT), {"amount": 240_00, "currency": "EUR", "method": "provider"}),
        (
            OrderNeedsAttention(order=ORDER, task=Task(reason=Attention.LATE, receipt=RECEIPT, amount=5)),
            {"amount": 5, "currency": "EUR", "reason": "late"},
        ),
        (SEATED, {"seat": 2, "person": "p"}),
        (
            SeatUnassigned(order=ORDER, position=0, ticket=TicketId("t"), attendee=PersonId("p")),
            {"seat": 1, "person": "p"},
        ),
        (SeatsCancelled(order=ORDER, positions=(0, 2), seats={}), {"seats": "1, 3"}),
        (
            RefundRequested(payment=PAYMENT, order=ORDER, refund="r", amount=7, currency="EUR", method=Method.TRANSFER),
            {"amount": 7, "currency": "EUR"},
        ),
        (
            CreditNoteIssued(
                number=2, label="G-2", order=ORDER, corrects=1, lines=(), total=1, issued_at=NOW, is_whole=True
            ),
            {"number": "G-2"},
        ),
        (InvoiceReminded(number=1, order=ORDER, reminder=1), {}),
        (
            DoorSaleVoided(
                order=ORDER, till="till", by=DeviceId("d"), seats=(), returned=9, method=Way.CASH, currency="EUR"
            ),
            {"amount": 9, "currency": "EUR"},
        ),
    ],
)
def test_details_are_what_a_sentence_needs(event: object, details: dict[str, object]) -> None:
    (one,) = folded(event)
    assert one.details == details


def test_nobody_is_named() -> None:
    assert "Ada" not in repr(folded(SEATED))
    assert "example.org" not in repr(folded(SEATED))


def test_a_refund_of_money_for_no_order_is_nobodys_history() -> None:
    event = RefundFailed(payment=PAYMENT, order=None, refund="r", amount=1, currency="EUR", code="gone")
    assert list(histories.needs(event, Found())) == []
    assert histories.fold(event, Found(), RECORDED) == {}


def test_the_first_and_the_newest_are_kept() -> None:
    many = folded(PLACED, *[ExpiryWarned(order=ORDER)] * HAPPENINGS_MOST, OrderCancelled(order=ORDER))
    assert len(many) == HAPPENINGS_MOST
    assert (many[0].what, many[-1].what) == ("registration.order_placed", "registration.order_cancelled")
