"""Order: its commands and events. Its state is in `order_state.py`, its rules are in `order_rules.py`."""

from dataclasses import field
from datetime import datetime

from shared.kernel.ids import OrderId, PaymentId, PersonId, SeatTypeId
from shared.kernel.messages import message
from shared.kernel.personal import OfRegistrant
from shared.registration.pricing import Line, Use, Wanted
from shared.registration.receipts import Attention, Receipt, Task

# Commands


@message("registration.place_order")
class PlaceOrder:
    """The registrant's details may come with it, or later."""

    order: OrderId
    lines: tuple[Wanted, ...]
    registrant: PersonId | None = None
    first_name: OfRegistrant = ""
    last_name: OfRegistrant = ""
    email: OfRegistrant = ""
    language: str = "en"
    codes: tuple[str, ...] = ()


@message("registration.place_offer")
class PlaceOffer:
    """From the wait list's process: seats that came free, for whoever waited for them."""

    order: OrderId
    entry: str
    lines: tuple[Wanted, ...]
    registrant: PersonId
    first_name: OfRegistrant
    last_name: OfRegistrant
    email: OfRegistrant
    language: str
    expires_at: datetime


@message("registration.update_order")
class UpdateOrder:
    order: OrderId
    lines: tuple[Wanted, ...]


@message("registration.apply_code")
class ApplyCode:
    order: OrderId
    code: str


@message("registration.remove_code")
class RemoveCode:
    order: OrderId
    code: str


@message("registration.assign_registrant_details")
class AssignRegistrantDetails:
    order: OrderId
    registrant: PersonId
    first_name: OfRegistrant
    last_name: OfRegistrant
    email: OfRegistrant


@message("registration.mark_seats_reserved")
class MarkSeatsReserved:
    order: OrderId
    granted: dict[SeatTypeId, int]


@message("registration.start_payment")
class StartPayment:
    """Accepts a partial reservation, too."""

    order: OrderId
    payment: PaymentId


@message("registration.end_payment")
class EndPayment:
    """The payment was rejected or cancelled; another may be started."""

    order: OrderId
    payment: PaymentId


@message("registration.receive_money")
class ReceiveMoney:
    """From the process, when a payment was captured in whatever way. With a doubt it pays for nothing."""

    order: OrderId
    receipt: Receipt
    doubt: Attention | None = None


@message("registration.confirm_free_order")
class ConfirmFreeOrder:
    """Accepts a partial reservation, too."""

    order: OrderId


@message("registration.confirm_on_invoice")
class ConfirmOnInvoice:
    """To be paid later, where the conference allows it. Accepts a partial reservation, too."""

    order: OrderId
    registrant: PersonId
    address: OfRegistrant


@message("registration.request_invoice")
class RequestInvoice:
    """For an order that is confirmed, and was paid in another way."""

    order: OrderId
    registrant: PersonId
    address: OfRegistrant


@message("registration.credit_seats")
class CreditSeats:
    """From the process, when seats of a confirmed order were cancelled."""

    order: OrderId
    positions: tuple[int, ...]
    seats: dict[SeatTypeId, int]


@message("registration.return_money")
class ReturnMoney:
    """From the process, when a refund was made."""

    order: OrderId
    payment: PaymentId
    refund: str
    amount: int
    currency: str


@message("registration.send_link")
class SendLink:
    """Mail the order's link once more, to its registrant."""

    order: OrderId


@message("registration.warn_of_expiry")
class WarnOfExpiry:
    order: OrderId


@message("registration.expire_order")
class ExpireOrder:
    order: OrderId


@message("registration.cancel_order")
class CancelOrder:
    order: OrderId


@message("registration.resolve_task")
class ResolveTask:
    """The organizer settled the matter; a refund that is recorded resolves its task by itself."""

    order: OrderId
    task: Task


@message("registration.reseat_order")
class ReseatOrder:
    """The organizer has late money, or that of seats that were lacking, pay for seats, now that there are some."""

    order: OrderId
    task: Task


Command = (
    PlaceOrder
    | PlaceOffer
    | UpdateOrder
    | ApplyCode
    | RemoveCode
    | AssignRegistrantDetails
    | MarkSeatsReserved
    | StartPayment
    | EndPayment
    | ReceiveMoney
    | ConfirmFreeOrder
    | ConfirmOnInvoice
    | RequestInvoice
    | CreditSeats
    | ReturnMoney
    | SendLink
    | WarnOfExpiry
    | ExpireOrder
    | CancelOrder
    | ResolveTask
    | ReseatOrder
)

# Events


@message("registration.order_placed")
class OrderPlaced:
    order: OrderId
    number: int
    locator: str | None
    """None until the server has it."""
    lines: tuple[Line, ...]
    total: int
    currency: str
    placed_at: datetime
    expires_at: datetime
    language: str = "en"
    codes: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    offer_of: str | None = None
    """The entry of the wait list that it was made for."""


@message("registration.order_updated")
class OrderUpdated:
    order: OrderId
    lines: tuple[Line, ...]
    total: int
    codes: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    dropped: dict[str, str] = field(default_factory=dict)
    """Codes that no longer fit, each with the reason."""


@message("registration.codes_changed")
class CodesChanged:
    """A code was entered or taken back: what the lines cost now."""

    order: OrderId
    codes: tuple[str, ...]
    lines: tuple[Line, ...]
    uses: tuple[Use, ...]
    total: int
    dropped: dict[str, str] = field(default_factory=dict)
    """Codes that meanwhile do not fit any more, each with the reason."""


@message("registration.registrant_assigned")
class RegistrantAssigned:
    order: OrderId
    registrant: PersonId
    first_name: OfRegistrant
    last_name: OfRegistrant
    email: OfRegistrant
    is_new_address: bool


@message("registration.order_reserved")
class OrderReserved:
    """Every line is granted."""

    order: OrderId
    lines: tuple[Line, ...]
    total: int
    uses: tuple[Use, ...] = ()


@message("registration.order_partially_reserved")
class OrderPartiallyReserved:
    """Lines are short, or all of them empty; the total covers what is granted."""

    order: OrderId
    lines: tuple[Line, ...]
    total: int
    uses: tuple[Use, ...] = ()


@message("registration.payment_started")
class PaymentStarted:
    order: OrderId
    payment: PaymentId
    amount: int
    currency: str
    expires_at: datetime


@message("registration.payment_ended")
class PaymentEnded:
    order: OrderId
    payment: PaymentId


@message("registration.money_received")
class MoneyReceived:
    order: OrderId
    receipt: Receipt


@message("registration.seats_reclaimed")
class SeatsReclaimed:
    """The right money came late: the order is confirmed if all its seats can be had again."""

    order: OrderId
    receipt: Receipt


@message("registration.order_confirmed")
class OrderConfirmed:
    """`paid_by` is None for a free order, and for one that is paid later."""

    order: OrderId
    paid_by: Receipt | None = None
    on_invoice: bool = False


@message("registration.invoice_asked")
class InvoiceAsked:
    order: OrderId
    registrant: PersonId
    address: OfRegistrant


@message("registration.order_paid")
class OrderPaid:
    """An order on invoice has all its money."""

    order: OrderId


@message("registration.seats_credited")
class SeatsCredited:
    """Seats were cancelled after the confirmation: the order costs `amount` less, and `total` from now on."""

    order: OrderId
    positions: tuple[int, ...]
    seats: dict[SeatTypeId, int]
    lines: tuple[Line, ...]
    uses: tuple[Use, ...]
    amount: int
    total: int


@message("registration.lacking_seats_granted")
class LackingSeatsGranted:
    """Seats that were sold at the door and did not exist do now: they are part of what the order costs."""

    order: OrderId
    positions: tuple[int, ...]
    lines: tuple[Line, ...]
    total: int


@message("registration.money_returned")
class MoneyReturned:
    """`waived` is the part that the order does not cost any more: it was not paid in excess."""

    order: OrderId
    payment: PaymentId
    refund: str
    amount: int
    currency: str
    waived: int


@message("registration.link_asked")
class LinkAsked:
    order: OrderId


@message("registration.expiry_warned")
class ExpiryWarned:
    order: OrderId


@message("registration.order_expired")
class OrderExpired:
    order: OrderId


@message("registration.order_cancelled")
class OrderCancelled:
    order: OrderId


@message("registration.order_needs_attention")
class OrderNeedsAttention:
    order: OrderId
    task: Task


@message("registration.task_resolved")
class TaskResolved:
    order: OrderId
    task: Task


Change = (
    OrderUpdated
    | CodesChanged
    | RegistrantAssigned
    | OrderReserved
    | OrderPartiallyReserved
    | PaymentStarted
    | PaymentEnded
    | MoneyReceived
    | SeatsReclaimed
    | OrderConfirmed
    | InvoiceAsked
    | OrderPaid
    | SeatsCredited
    | LackingSeatsGranted
    | MoneyReturned
    | LinkAsked
    | ExpiryWarned
    | OrderExpired
    | OrderCancelled
    | OrderNeedsAttention
    | TaskResolved
)
Event = OrderPlaced | Change
