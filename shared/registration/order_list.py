"""How a list of orders names each of them: by one word, so that the lists of all words are all orders."""

from enum import StrEnum

from shared.registration.order_state import Order, OrderState


class Listing(StrEnum):
    """What an order is called in a list."""

    RESERVED = "reserved"
    PARTIAL = "partial"
    """Fewer seats are held for it than were wanted."""
    CONFIRMED = "confirmed"
    UNPAID = "unpaid"
    """Confirmed on invoice, and something is still owed."""
    EXPIRED = "expired"
    CANCELLED = "cancelled"


_PLAIN = {
    OrderState.RESERVING: Listing.RESERVED,
    OrderState.RESERVED: Listing.RESERVED,
    OrderState.PARTIALLY_RESERVED: Listing.PARTIAL,
    OrderState.CONFIRMED: Listing.CONFIRMED,
    OrderState.EXPIRED: Listing.EXPIRED,
    OrderState.CANCELLED: Listing.CANCELLED,
}


def listing_of(order: Order) -> Listing:
    """The order's word."""
    is_unpaid = order.state is OrderState.CONFIRMED and order.on_invoice and order.owed > 0
    return Listing.UNPAID if is_unpaid else _PLAIN[order.state]
