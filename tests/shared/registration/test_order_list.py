"""What an order is called in a list."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shared.kernel.ids import PaymentId
from shared.registration.order_list import Listing, listing_of
from shared.registration.order_state import Order, OrderState
from shared.registration.receipts import Receipt

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ORDER = Order(
    number=1,
    locator="ABC123",
    state=OrderState.RESERVED,
    lines=(),
    total=100,
    currency="EUR",
    placed_at=AT,
    expires_at=AT,
)


@pytest.mark.parametrize(
    ("state", "listing"),
    [
        (OrderState.RESERVING, Listing.RESERVED),
        (OrderState.RESERVED, Listing.RESERVED),
        (OrderState.PARTIALLY_RESERVED, Listing.PARTIAL),
        (OrderState.CONFIRMED, Listing.CONFIRMED),
        (OrderState.EXPIRED, Listing.EXPIRED),
        (OrderState.CANCELLED, Listing.CANCELLED),
    ],
)
def test_an_order_is_called_after_its_state(state: OrderState, listing: Listing) -> None:
    assert listing_of(replace(ORDER, state=state)) is listing


def test_an_order_on_invoice_is_called_unpaid_until_all_of_it_came() -> None:
    invoiced = replace(ORDER, state=OrderState.CONFIRMED, on_invoice=True)
    assert listing_of(invoiced) is Listing.UNPAID
    receipt = Receipt(payment=PaymentId("p"), reference="r", amount=100, currency="EUR")
    assert listing_of(replace(invoiced, receipts=(receipt,))) is Listing.CONFIRMED
    assert listing_of(replace(invoiced, state=OrderState.CANCELLED)) is Listing.CANCELLED
