"""Sales at the door: their commands, events and rows. The rules are in `door_sale_rules.py`.

A sale is one fact: the seats, who has them, and the money. Its order is confirmed as it stands, and the door sees what
became of it without seeing orders.
"""

from datetime import datetime
from enum import StrEnum

from shared.kernel.codec import AwareTime
from shared.kernel.ids import DeviceId, OrderId, PaymentId, PersonId, SeatTypeId, TicketId, derived_id
from shared.kernel.messages import message, row, value
from shared.kernel.personal import OfAttendee
from shared.registration.receipts import Method

# Commands


@value
class SeatAtDoor:
    """A seat as the desk sold it; a further seat of somebody who is there already names the same person."""

    seat_type: SeatTypeId
    price: int
    """What was charged for it; 0 for a walk-in who pays nothing."""
    allotment: str | None = None
    ticket: TicketId | None = None
    """The blank of that allotment which the attendee got; None where the desk had none left."""
    attendee: PersonId
    first_name: OfAttendee
    last_name: OfAttendee
    company: str = ""
    email: OfAttendee = ""


@message("registration.record_door_sale")
class RecordDoorSale:
    """What a desk sold, in one flow. `order_of` says which order it makes."""

    sale: str
    desk: DeviceId
    till: str
    """Of the desk, from one closing count to the next."""
    seats: tuple[SeatAtDoor, ...]
    method: Method
    currency: str
    sold_at: AwareTime
    """By the desk's clock: evidence, never an ordering of commands."""
    language: str = "en"


@message("registration.void_door_sale")
class VoidDoorSale:
    """The desk takes everything back, and gives back the money."""

    order: OrderId


@message("registration.note_seats_cancelled")
class NoteSeatsCancelled:
    """From the process: seats that were sold at the door were cancelled elsewhere."""

    order: OrderId
    positions: tuple[int, ...]


@message("registration.give_door_seats")
class GiveDoorSeats:
    """From the process: seats that did not exist when they were sold are to be had now."""

    order: OrderId
    positions: tuple[int, ...]


@message("registration.record_till_count")
class RecordTillCount:
    """The closing count: what lay in the till before the first sale, and what lies there now."""

    till: str
    currency: str
    opening: int
    counted: int
    counted_at: AwareTime


Command = RecordDoorSale | VoidDoorSale | NoteSeatsCancelled | GiveDoorSeats | RecordTillCount

# Events


class Source(StrEnum):
    """Where a seat came from, or where it went back to."""

    ALLOTMENT = "allotment"
    AVAILABLE = "available"
    LACKING = "lacking"
    """There was none: somebody has a ticket for a seat that does not exist."""


@value
class SoldSeat:
    """A seat at its position in the order. The attendee's ticket is in version 1."""

    seat_type: SeatTypeId
    name: str
    """The seat type's, empty where nobody knew it."""
    price: int
    listed: int | None
    """The price that it had here at that moment; the desk may have known an older one."""
    source: Source
    allotment: str | None
    ticket: TicketId
    refused_blank: TicketId | None
    """What the attendee got is somebody else's ticket, or no blank of that allotment."""
    attendee: PersonId
    first_name: OfAttendee
    last_name: OfAttendee
    company: str
    email: OfAttendee


@message("registration.door_sale_recorded")
class DoorSaleRecorded:
    order: OrderId
    sale: str
    till: str
    desk: DeviceId
    number: int
    """Of the order; 0 where sales were never opened."""
    locator: str | None
    """None until the server has it."""
    seats: tuple[SoldSeat, ...]
    method: Method
    currency: str
    language: str
    sold_at: datetime
    recorded_at: datetime


@message("registration.door_sale_repeated")
class DoorSaleRepeated:
    """The same sale again: nothing new."""

    order: OrderId


@value
class ReturnedSeat:
    position: int
    seat_type: SeatTypeId
    ticket: TicketId
    to: Source
    """The allotment it came from while that is leased; nowhere, if it never was."""
    allotment: str | None


@message("registration.door_sale_voided")
class DoorSaleVoided:
    """`returned` is the money that the desk gave back."""

    order: OrderId
    till: str
    by: DeviceId
    seats: tuple[ReturnedSeat, ...]
    returned: int
    method: Method
    currency: str
    at: datetime | None = None
    """None in logs of before it was kept."""


@message("registration.door_seats_cancelled")
class DoorSeatsCancelled:
    order: OrderId
    positions: tuple[int, ...]


@message("registration.door_seats_given")
class DoorSeatsGiven:
    """Of those that were available."""

    order: OrderId
    positions: tuple[int, ...]


@message("registration.till_counted")
class TillCounted:
    """The difference between what was counted and what was expected stays as it was at the count."""

    till: str
    desk: DeviceId
    currency: str
    opening: int
    expected: int
    counted: int
    counted_at: datetime


@message("registration.till_count_repeated")
class TillCountRepeated:
    till: str


Event = (
    DoorSaleRecorded
    | DoorSaleRepeated
    | DoorSaleVoided
    | DoorSeatsCancelled
    | DoorSeatsGiven
    | TillCounted
    | TillCountRepeated
)

# State


@value
class DoorSeat:
    seat_type: SeatTypeId
    price: int
    source: Source
    allotment: str | None
    ticket: TicketId
    is_cancelled: bool = False


@value
class Void:
    """What was given back of a sale, and by whom."""

    by: DeviceId
    at: datetime | None
    returned: int


@row("registration.door_sales", version=2)
class DoorSale:
    """What a desk may know of its sale, by the order's id: no names (passes have them), no e-mail addresses."""

    sale: str
    till: str
    desk: DeviceId
    seats: tuple[DoorSeat, ...]
    """By position."""
    method: Method
    currency: str
    sold_at: datetime
    void: Void | None = None

    @property
    def is_voided(self) -> bool:
        return self.void is not None

    @property
    def charged(self) -> int:
        """What was taken for the seats that are not cancelled."""
        return sum(one.price for one in self.seats if not one.is_cancelled)


@row("registration.door_tickets")
class DoorTicket:
    """The sale whose ticket this is, by the ticket's id: a blank is used once."""

    order: OrderId
    position: int


@value
class TillCount:
    currency: str
    opening: int
    expected: int
    counted: int
    counted_at: datetime

    @property
    def difference(self) -> int:
        """Above 0 if there is more in the till than there should be."""
        return self.counted - self.expected


@row("registration.takings")
class Takings:
    """What a desk took, by its till. Sums are by method and currency; what was given back is not taken off."""

    desk: DeviceId
    sales: int = 0
    voids: int = 0
    taken: dict[Method, dict[str, int]]
    given_back: dict[Method, dict[str, int]]
    counts: tuple[TillCount, ...] = ()
    """Closing counts. With the first, the till is closed: what still comes was sold before, and synced late."""

    def net(self, method: Method, currency: str) -> int:
        """What came this way and was not given back."""
        taken, given_back = (sums.get(method, {}).get(currency, 0) for sums in (self.taken, self.given_back))
        return taken - given_back

    def in_till(self, currency: str) -> int:
        """The cash that there should be, on top of what lay there before the first sale."""
        return self.net(Method.CASH, currency)


def order_of(sale: RecordDoorSale) -> OrderId:
    """The order of a sale. Another sale under a known id is another order: its money must count."""
    seats = (
        part
        for one in sale.seats
        for part in (one.seat_type, str(one.price), one.allotment or "", one.ticket or "", one.attendee)
    )
    said = (sale.sale, sale.desk, sale.till, sale.method, sale.currency, sale.sold_at.isoformat(), *seats)
    return OrderId(derived_id("door sale", *said))


def payment_of(order: OrderId) -> PaymentId:
    """The payment of a sale at the door."""
    return PaymentId(derived_id("door payment", order))
