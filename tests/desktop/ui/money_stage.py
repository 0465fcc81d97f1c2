"""Orders in every state, money that does not fit, discount codes and a wait list, on a stage."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from shared.conference.conference import EditConference
from shared.conference.seat_types import EditSeatType
from shared.discounts.discount import DefineDiscount, WithdrawDiscount
from shared.kernel.decider import Actor, Role
from shared.kernel.edits import Edit
from shared.kernel.ids import OrderId, PaymentId, PersonId, SeatTypeId
from shared.payments.payment import Method, RecordCapture, RecordPayment, RequestRefund
from shared.registration.order import CancelOrder, ConfirmOnInvoice, ExpireOrder, PlaceOrder, StartPayment
from shared.registration.pricing import Wanted
from shared.registration.waitlist import JoinWaitList
from tests.desktop.ui.stage import DINNER, FULL, PEOPLE, PRICES, WORKSHOP, Stage

REGISTRANT: Final = Actor(role=Role.REGISTRANT, id="web")
OFFICE: Final = Actor(role=Role.ORGANIZER, id="office")
KOREAN: Final = ("지우", "김", "서울대학교")


def place(
    stage: Stage, person: tuple[str, str, str], wanted: dict[SeatTypeId, int], codes: tuple[str, ...] = ()
) -> OrderId:
    """An order that is reserved, in the name of `buyer_of` it."""
    order = OrderId(str(UUID(int=60_000 + next(stage.numbers))))
    first, last, _ = person
    stage.run(
        PlaceOrder(
            order=order,
            lines=tuple(Wanted(seat_type=one, quantity=quantity) for one, quantity in wanted.items()),
            registrant=buyer_of(order),
            first_name=first,
            last_name=last,
            email=f"buyer-{order[-4:]}@example.org",
            codes=codes,
        ),
        actor=REGISTRANT,
    )
    return order


def buyer_of(order: OrderId) -> PersonId:
    return PersonId(f"buyer-{order[-4:]}")


def pay(stage: Stage, order: OrderId, amount: int) -> PaymentId:
    """Money through the provider."""
    payment = PaymentId(f"payment-of-{order[-4:]}")
    stage.run(StartPayment(order=order, payment=payment), actor=REGISTRANT)
    stage.run(RecordCapture(payment=payment, reference=f"ch_{order[-4:]}", amount=amount, currency="EUR"))
    return payment


def late(stage: Stage) -> OrderId:
    """Two dinners that are paid after the order expired, when there were none left."""
    order = place(stage, PEOPLE[4], {DINNER: 2})
    payment = PaymentId(f"payment-of-{order[-4:]}")
    stage.run(StartPayment(order=order, payment=payment), actor=REGISTRANT)
    stage.clock.now += timedelta(hours=1)
    stage.run(ExpireOrder(order=order))
    more_dinners(stage, seen=120, new=0)
    amount = 2 * PRICES[DINNER]
    stage.run(RecordCapture(payment=payment, reference=f"ch_{order[-4:]}", amount=amount, currency="EUR"))
    return order


def more_dinners(stage: Stage, *, seen: int, new: int) -> None:
    """Another number of seats at the dinner."""
    stage.run(EditSeatType(seat_type=DINNER, quota=Edit(seen=seen, new=new)), actor=OFFICE)


def invoiced(stage: Stage) -> OrderId:
    """Three seats on invoice, and unpaid."""
    terms = {"invoice_prefix": "GS26-", "invoice_from": "Society for Gatherings\nTown"}
    stage.run(EditConference(**{name: Edit(seen="", new=new) for name, new in terms.items()}), actor=OFFICE)  # type: ignore[arg-type]
    order = place(stage, PEOPLE[3], {FULL: 3})
    asked = ConfirmOnInvoice(order=order, registrant=buyer_of(order), address="Some Street 1\n12345 Sometown")
    stage.run(asked, actor=REGISTRANT)
    return order


def cancelled(stage: Stage) -> OrderId:
    """Paid by bank transfer, cancelled, and a part of the money is to be paid back by hand."""
    order, payment = place(stage, PEOPLE[8], {FULL: 1}), PaymentId("by-hand")
    paid = RecordPayment(payment=payment, order=order, method=Method.TRANSFER, amount=240_00, currency="EUR")
    stage.run(paid, actor=OFFICE)
    stage.run(CancelOrder(order=order), actor=OFFICE)
    stage.run(RequestRefund(refund="refund-1", payment=payment, amount=100_00), actor=OFFICE)
    return order


def discounted(stage: Stage) -> OrderId:
    """Three seats with a code, paid; two further codes, of which one was withdrawn."""
    stage.run(DefineDiscount(code="EARLY", percentage=20_00, quota=100, note="Until the summer"), actor=OFFICE)
    stage.run(DefineDiscount(code="SPEAKER", amount=50_00, seat_types=(FULL,)), actor=OFFICE)
    stage.run(DefineDiscount(code="OLD", percentage=10_00), actor=OFFICE)
    stage.run(WithdrawDiscount(code="OLD"), actor=OFFICE)
    order = place(stage, KOREAN, {FULL: 2, WORKSHOP: 1}, ("EARLY",))
    pay(stage, order, 432_00)
    return order


def waiting(stage: Stage) -> OrderId:
    """All workshop seats are taken, and three people wait for one, two and three. The order that has ten of them."""
    order = place(stage, PEOPLE[0], {WORKSHOP: 10})
    place(stage, PEOPLE[5], {WORKSHOP: 10})
    place(stage, PEOPLE[9], {WORKSHOP: 10})
    for number, person in enumerate(PEOPLE[6:9]):
        stage.run(
            JoinWaitList(
                entry=f"entry-{number}",
                lines=(Wanted(seat_type=WORKSHOP, quantity=number + 1),),
                registrant=PersonId(f"waiting-{number}"),
                first_name=person[0],
                last_name=person[1],
                email=f"waiting{number}@example.org",
            ),
            actor=REGISTRANT,
        )
    return order


def unknown_money(stage: Stage) -> None:
    """A capture of a payment that nobody here asked for."""
    stage.run(RecordCapture(payment=PaymentId("nobody-knows"), reference="ch_unknown", amount=12_34, currency="EUR"))


def busy(stage: Stage) -> dict[str, OrderId]:
    """Some of everything; the orders that are worth a look, by what is special about them."""
    made = {"discounted": discounted(stage), "invoiced": invoiced(stage), "cancelled": cancelled(stage)}
    place(stage, PEOPLE[2], {FULL: 1})
    waiting(stage)
    unknown_money(stage)
    return made | {"late": late(stage)}
