"""Order: prices, deadlines, and money that is never lost."""

from dataclasses import replace
from typing import Any

import pytest

from shared.kernel.decider import Changes, put
from shared.kernel.ids import OrderId, PaymentId, PersonId, SeatTypeId
from shared.kernel.personal import ERASED
from shared.registration import order_rules
from shared.registration.codes import Code
from shared.registration.order import (
    ApplyCode,
    AssignRegistrantDetails,
    CancelOrder,
    CodesChanged,
    ConfirmFreeOrder,
    EndPayment,
    ExpireOrder,
    ExpiryWarned,
    LinkAsked,
    MarkSeatsReserved,
    MoneyReceived,
    OrderCancelled,
    OrderConfirmed,
    OrderExpired,
    OrderNeedsAttention,
    OrderPartiallyReserved,
    OrderPlaced,
    OrderReserved,
    OrderUpdated,
    PaymentEnded,
    PaymentStarted,
    PlaceOffer,
    PlaceOrder,
    ReceiveMoney,
    RegistrantAssigned,
    RemoveCode,
    ResolveTask,
    SeatsReclaimed,
    SendLink,
    StartPayment,
    TaskResolved,
    UpdateOrder,
    WarnOfExpiry,
)
from shared.registration.order_state import Order, OrderState
from shared.registration.pricing import CodeTerms, Line, Use, Wanted
from shared.registration.receipts import Attention, Receipt, Task
from shared.registration.seats import Sales, SeatsOfType
from tests.spec import CONTEXT, NOW, OFFLINE, REGISTRANT, Given, given, later, replace_actor

VIP, DAY = SeatTypeId("vip"), SeatTypeId("day")
ORDER, ANN = OrderId("order-1"), PersonId("person-1")
P1, P2 = PaymentId("payment-1"), PaymentId("payment-2")
IN_15_MINUTES = later(minutes=15).now


def sales(*, is_open: bool = True, prices: tuple[int, int] = (100, 25), **terms: Any) -> Changes:
    """The terms of sales, and two seat types at these prices."""
    rows = put(Sales(is_open=is_open, currency="EUR", hold_s=900, seats_per_order=5, orders=6, **terms))
    for seat_type, price in zip((VIP, DAY), prices, strict=True):
        seats = SeatsOfType(name="Seat", price=price, quota=9, available=9, held=0, sold=0, allotted=0)
        rows |= put(seats, seat_type)
    return rows


def wanted(**quantities: int) -> tuple[Wanted, ...]:
    return tuple(Wanted(seat_type=SeatTypeId(one), quantity=quantity) for one, quantity in quantities.items())


def line(seat_type: SeatTypeId, quantity: int, granted: int = 0, price: int = 100) -> Line:
    return Line(seat_type=seat_type, name="Seat", price=price, quantity=quantity, granted=granted)


PLACED = OrderPlaced(
    order=ORDER,
    number=7,
    locator="ABC123",
    lines=(line(VIP, 2),),
    total=200,
    currency="EUR",
    placed_at=NOW,
    expires_at=IN_15_MINUTES,
)
BY_ANN = RegistrantAssigned(
    order=ORDER, registrant=ANN, first_name="Ann", last_name="Lee", email="ann@example.org", is_new_address=True
)
RESERVED = OrderReserved(order=ORDER, lines=(line(VIP, 2, 2),), total=200)
PARTLY = OrderPartiallyReserved(order=ORDER, lines=(line(VIP, 2, 1),), total=100)
DENIED = OrderPartiallyReserved(order=ORDER, lines=(line(VIP, 2, 0),), total=0)
FREE = OrderReserved(order=ORDER, lines=(line(VIP, 2, 2, price=0),), total=0)
STARTED = PaymentStarted(order=ORDER, payment=P1, amount=200, currency="EUR", expires_at=IN_15_MINUTES)
PAID = Receipt(payment=P1, reference="c1", amount=200, currency="EUR")
RECEIVED = MoneyReceived(order=ORDER, receipt=PAID)
CONFIRMED = OrderConfirmed(order=ORDER, paid_by=PAID)
EXPIRED = OrderExpired(order=ORDER)
CANCELLED = OrderCancelled(order=ORDER)


def order(*events: Any, **rows: Any) -> Given:
    """The order, placed, and what happened to it since."""
    return given(order_rules.decider, PLACED, *events, rows=sales(**rows))


def attention(reason: Attention, receipt: Receipt = PAID) -> OrderNeedsAttention:
    return OrderNeedsAttention(order=ORDER, task=Task(reason=reason, receipt=receipt))


def details(email: str = "ann@example.org", last_name: str = "Lee") -> AssignRegistrantDetails:
    return AssignRegistrantDetails(order=ORDER, registrant=ANN, first_name="Ann", last_name=last_name, email=email)


# Placing and updating


def test_an_order_is_priced_numbered_and_held_when_it_is_placed() -> None:
    state = given(order_rules.decider, rows=sales()).when(PlaceOrder(order=ORDER, lines=wanted(vip=2, day=1)))
    placed = state.events[0]
    state.then(replace(PLACED, locator=placed.locator, lines=(line(VIP, 2), line(DAY, 1, price=25)), total=225))
    assert len(placed.locator) == 6
    assert state.state.row(Sales).orders == 7
    assert state.state.row(Order, ORDER).state == OrderState.RESERVING


def test_different_orders_have_different_locators_and_a_desktop_makes_none() -> None:
    place = PlaceOrder(order=ORDER, lines=wanted(vip=1))
    first = given(order_rules.decider, rows=sales()).when(place)
    second = first.state.when(PlaceOrder(order=OrderId("order-2"), lines=wanted(vip=1)))
    assert first.events[0].locator != second.events[0].locator
    assert given(order_rules.decider, rows=sales(), context=OFFLINE).when(place).events[0].locator is None


def test_the_registrant_may_be_named_at_once() -> None:
    place = PlaceOrder(
        order=ORDER,
        lines=wanted(vip=2),
        registrant=ANN,
        first_name="Ann",
        last_name="Lee",
        email="ann@example.org",
    )
    outcome = given(order_rules.decider, rows=sales(), context=OFFLINE).when(place)
    outcome.then(replace(PLACED, locator=None), BY_ANN)
    given(order_rules.decider, rows=sales()).when(replace(place, email="nowhere")).refused(
        "invalid_field", field="email", rule="not_an_email_address"
    )


@pytest.mark.parametrize(
    ("lines", "code", "values"),
    [
        (wanted(), "no_seats_wanted", {}),
        (wanted(vip=0), "no_seats_wanted", {}),
        (wanted(vip=1) + wanted(vip=1), "seat_type_twice", {"seat_type": VIP}),
        (wanted(vip=6), "too_many_seats", {"seat_type": VIP, "most": 5}),
        (wanted(vip=1, other=1), "unknown_seat_type", {"seat_type": "other"}),
        (
            wanted(vip=-1),
            "invalid_field",
            {"field": "quantity", "rule": "out_of_range", "least": 0, "most": 100_000},
        ),
    ],
)
def test_lines_that_make_no_order_are_refused(lines: tuple[Wanted, ...], code: str, values: dict[str, Any]) -> None:
    given(order_rules.decider, rows=sales()).when(PlaceOrder(order=ORDER, lines=lines)).refused(code, **values)
    order(RESERVED).when(UpdateOrder(order=ORDER, lines=lines)).refused(code, **values)


def test_lines_of_no_seats_are_left_out() -> None:
    order(RESERVED).when(UpdateOrder(order=ORDER, lines=wanted(vip=0, day=2))).then(
        OrderUpdated(order=ORDER, lines=(line(DAY, 2, price=25),), total=50)
    )


def test_an_unpublished_conference_takes_no_new_orders_but_its_orders_go_on() -> None:
    place = PlaceOrder(order=ORDER, lines=wanted(vip=1))
    given(order_rules.decider, rows=sales(is_open=False)).when(place).refused("sales_closed")
    given(order_rules.decider, rows={}).when(place).refused("sales_closed")
    order(RESERVED, is_open=False).when(UpdateOrder(order=ORDER, lines=wanted(vip=1))).then(
        OrderUpdated(order=ORDER, lines=(line(VIP, 1),), total=100)
    )


def test_an_order_is_placed_once() -> None:
    order().when(PlaceOrder(order=ORDER, lines=wanted(vip=1))).refused("order_exists", order=ORDER)


def test_an_orders_id_leaves_room_for_those_that_are_made_from_it() -> None:
    for id, rule, limit in (("", "too_short", {"least": 1}), ("x" * 101, "too_long", {"most": 100})):
        place = PlaceOrder(order=OrderId(id), lines=wanted(vip=1))
        given(order_rules.decider, rows=sales()).when(place).refused("invalid_field", field="order", rule=rule, **limit)


def test_an_update_reads_todays_prices_and_does_not_extend_the_hold() -> None:
    state = order(RESERVED, prices=(150, 25)).at(later(minutes=14))
    updated = state.when(UpdateOrder(order=ORDER, lines=wanted(vip=1))).then(
        OrderUpdated(order=ORDER, lines=(line(VIP, 1, price=150),), total=150)
    )
    assert updated.row(Order, ORDER).expires_at == IN_15_MINUTES


def test_an_order_that_nobody_placed_is_unknown() -> None:
    given(order_rules.decider).when(CancelOrder(order=ORDER)).refused("unknown_order", order=ORDER)


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ([RESERVED, EXPIRED], "order_expired"),
        ([RESERVED, CANCELLED], "order_cancelled"),
        ([RESERVED, CONFIRMED], "order_confirmed"),
    ],
)
def test_an_order_that_is_over_cannot_be_updated_paid_or_confirmed(events: list[Any], code: str) -> None:
    order(BY_ANN, *events).when(UpdateOrder(order=ORDER, lines=wanted(vip=1))).refused(code)
    order(BY_ANN, *events).when(StartPayment(order=ORDER, payment=P1)).refused(code)
    if code != "order_confirmed":
        order(BY_ANN, *events).when(ConfirmFreeOrder(order=ORDER)).refused(code)
        order(BY_ANN, *events).when(details(last_name="Li")).refused(code)


def test_an_order_past_its_deadline_is_expired_before_the_deadlines_command_ran() -> None:
    late = order(BY_ANN, RESERVED).at(later(minutes=15))
    for command in (
        UpdateOrder(order=ORDER, lines=wanted(vip=1)),
        StartPayment(order=ORDER, payment=P1),
        ConfirmFreeOrder(order=ORDER),
        CancelOrder(order=ORDER),
        details("new@example.org"),
    ):
        late.when(command).refused("order_expired")


def test_an_order_cannot_be_updated_while_a_payment_is_initiated() -> None:
    update = UpdateOrder(order=ORDER, lines=wanted(vip=1))
    state = order(BY_ANN, RESERVED, STARTED)
    state.when(update).refused("payment_initiated", payment=P1)
    ended = state.when(EndPayment(order=ORDER, payment=P1)).then(PaymentEnded(order=ORDER, payment=P1))
    ended.when(update).then(OrderUpdated(order=ORDER, lines=(line(VIP, 1),), total=100))
    ended.when(EndPayment(order=ORDER, payment=P1)).nothing()


# The registrant


def test_the_registrant_is_assigned_and_told_apart_by_address() -> None:
    state = order(RESERVED).when(details()).then(BY_ANN)
    state.when(details()).nothing()
    state.when(details(last_name="Li")).then(replace(BY_ANN, last_name="Li", is_new_address=False))
    state.when(details("new@example.org")).then(replace(BY_ANN, email="new@example.org"))
    state.when(details(last_name=" ")).refused("invalid_field", field="last_name", rule="too_short", least=1)


def test_the_registrant_of_a_confirmed_order_may_change() -> None:
    late = order(BY_ANN, RESERVED, CONFIRMED).at(later(hours=5))
    late.when(details(last_name="Li")).then(replace(BY_ANN, last_name="Li", is_new_address=False))


def test_an_erased_registrant_can_be_named_again() -> None:
    order(replace(BY_ANN, first_name=ERASED, last_name=ERASED, email=ERASED), RESERVED).when(details()).then(BY_ANN)


# Reserved seats


def test_an_order_is_reserved_when_all_its_lines_are_granted() -> None:
    state = order().when(MarkSeatsReserved(order=ORDER, granted={VIP: 2})).then(RESERVED)
    state.when(MarkSeatsReserved(order=ORDER, granted={VIP: 1})).nothing()


def test_the_total_of_a_partial_reservation_covers_what_is_granted() -> None:
    order().when(MarkSeatsReserved(order=ORDER, granted={VIP: 1})).then(PARTLY)
    order().when(MarkSeatsReserved(order=ORDER, granted={VIP: 0})).then(DENIED)


def test_seats_reserved_for_something_else_are_no_orders_business() -> None:
    given(order_rules.decider).when(MarkSeatsReserved(order=ORDER, granted={VIP: 1})).nothing()


# Paying


@pytest.mark.parametrize(("minutes", "due"), [(0, 15), (5, 15), (14, 24)])
def test_the_first_payment_leaves_at_least_ten_minutes_once(minutes: int, due: int) -> None:
    state = order(BY_ANN, RESERVED).at(later(minutes=minutes))
    paying = state.when(StartPayment(order=ORDER, payment=P1)).then(replace(STARTED, expires_at=later(minutes=due).now))
    again = paying.when(EndPayment(order=ORDER, payment=P1)).then(PaymentEnded(order=ORDER, payment=P1))
    again.at(later(minutes=14.5)).when(StartPayment(order=ORDER, payment=P2)).then(
        replace(STARTED, payment=P2, expires_at=later(minutes=due).now)
    )


def test_one_payment_at_a_time() -> None:
    state = order(BY_ANN, RESERVED, STARTED)
    state.when(StartPayment(order=ORDER, payment=P1)).nothing()
    state.when(StartPayment(order=ORDER, payment=P2)).refused("payment_initiated", payment=P1)


def test_a_payment_needs_seats_a_registrant_and_an_amount() -> None:
    start = StartPayment(order=ORDER, payment=P1)
    order(BY_ANN).when(start).refused("no_seats_granted")
    order(BY_ANN, DENIED).when(start).refused("no_seats_granted")
    order(RESERVED).when(start).refused("registrant_missing")
    order(BY_ANN, FREE).when(start).refused("nothing_to_pay")


def test_starting_a_payment_accepts_a_partial_reservation() -> None:
    order(BY_ANN, PARTLY).when(StartPayment(order=ORDER, payment=P1)).then(replace(STARTED, amount=100))


def test_a_free_order_is_confirmed_without_payment() -> None:
    confirm = ConfirmFreeOrder(order=ORDER)
    order(BY_ANN, FREE).when(confirm).then(OrderConfirmed(order=ORDER)).when(confirm).nothing()
    order(BY_ANN, RESERVED).when(confirm).refused("payment_required", amount=200, currency="EUR")
    order(BY_ANN, DENIED).when(confirm).refused("no_seats_granted")
    order(FREE).when(confirm).refused("registrant_missing")


def test_the_right_money_in_time_confirms() -> None:
    state = order(BY_ANN, RESERVED, STARTED).when(ReceiveMoney(order=ORDER, receipt=PAID)).then(RECEIVED, CONFIRMED)
    row = state.row(Order, ORDER)
    assert (row.state, row.paid_by, row.payment) == (OrderState.CONFIRMED, PAID, None)


def test_one_capture_is_counted_once() -> None:
    order(BY_ANN, RESERVED, STARTED, RECEIVED, CONFIRMED).when(ReceiveMoney(order=ORDER, receipt=PAID)).nothing()


@pytest.mark.parametrize("receipt", [replace(PAID, amount=199), replace(PAID, currency="USD")])
def test_wrong_money_needs_attention_and_the_order_can_still_be_paid(receipt: Receipt) -> None:
    state = order(BY_ANN, RESERVED, STARTED).when(ReceiveMoney(order=ORDER, receipt=receipt))
    payable = state.then(MoneyReceived(order=ORDER, receipt=receipt), attention(Attention.WRONG_AMOUNT, receipt))
    payable.when(StartPayment(order=ORDER, payment=P2)).then(replace(STARTED, payment=P2))
    payable.when(ReceiveMoney(order=ORDER, receipt=replace(PAID, reference="c2"))).then(
        replace(RECEIVED, receipt=replace(PAID, reference="c2")),
        replace(CONFIRMED, paid_by=replace(PAID, reference="c2")),
    )


def test_money_for_an_order_without_seats_needs_attention() -> None:
    nothing = replace(PAID, amount=0)
    order(BY_ANN, DENIED).when(ReceiveMoney(order=ORDER, receipt=nothing)).then(
        MoneyReceived(order=ORDER, receipt=nothing), attention(Attention.WRONG_AMOUNT, nothing)
    )


def test_a_second_capture_needs_attention() -> None:
    second = replace(PAID, payment=P2)
    state = order(BY_ANN, RESERVED, CONFIRMED).when(ReceiveMoney(order=ORDER, receipt=second))
    twice = state.then(MoneyReceived(order=ORDER, receipt=second), attention(Attention.PAID_TWICE, second))
    assert twice.row(Order, ORDER).state == OrderState.CONFIRMED


def test_money_of_an_earlier_payment_leaves_the_open_one_open() -> None:
    started_again = replace(STARTED, payment=P2)
    state = order(BY_ANN, RESERVED, STARTED, PaymentEnded(order=ORDER, payment=P1), started_again)
    confirmed = state.when(ReceiveMoney(order=ORDER, receipt=PAID)).then(RECEIVED, CONFIRMED)
    assert confirmed.row(Order, ORDER).payment == P2, "whoever closes the order cancels it"


def test_money_for_a_cancelled_order_needs_attention() -> None:
    order(BY_ANN, RESERVED, CANCELLED).when(ReceiveMoney(order=ORDER, receipt=PAID)).then(
        RECEIVED, attention(Attention.CANCELLED)
    )


@pytest.mark.parametrize("events", [[], [EXPIRED]])
def test_late_money_asks_for_the_seats_again(events: list[Any]) -> None:
    state = order(BY_ANN, RESERVED, STARTED, *events).at(later(minutes=15))
    asked = state.when(ReceiveMoney(order=ORDER, receipt=PAID)).then(
        RECEIVED, SeatsReclaimed(order=ORDER, receipt=PAID)
    )
    granted = asked.when(MarkSeatsReserved(order=ORDER, granted={VIP: 2})).then(CONFIRMED)
    assert granted.row(Order, ORDER).state == OrderState.CONFIRMED
    denied = asked.when(MarkSeatsReserved(order=ORDER, granted={VIP: 0})).then(attention(Attention.LATE))
    row = denied.row(Order, ORDER)
    assert (row.state, row.reclaiming) == (OrderState.EXPIRED, None)


def test_a_task_is_resolved_once() -> None:
    needy = order(BY_ANN, RESERVED, CANCELLED, RECEIVED, attention(Attention.CANCELLED))
    task = Task(reason=Attention.CANCELLED, receipt=PAID)
    resolved = needy.when(ResolveTask(order=ORDER, task=task)).then(TaskResolved(order=ORDER, task=task))
    assert resolved.row(Order, ORDER).tasks == ()
    resolved.when(ResolveTask(order=ORDER, task=task)).nothing()


# Expiring and cancelling


def test_an_order_expires_at_its_deadline_and_not_before() -> None:
    expire = ExpireOrder(order=ORDER)
    order(RESERVED).when(expire).nothing()
    order(RESERVED).at(later(minutes=15)).when(expire).then(EXPIRED).when(expire).nothing()
    order(RESERVED, CONFIRMED).at(later(minutes=15)).when(expire).nothing()


def test_an_unpaid_order_is_cancelled_once() -> None:
    order(RESERVED).when(CancelOrder(order=ORDER)).then(CANCELLED).when(CancelOrder(order=ORDER)).nothing()
    order(RESERVED, EXPIRED).when(CancelOrder(order=ORDER)).refused("order_expired")


def test_a_confirmed_order_is_cancelled_by_the_organizer_and_its_money_becomes_a_task() -> None:
    paid = order(BY_ANN, RESERVED, STARTED, RECEIVED, CONFIRMED).at(later(CONTEXT, hours=2))
    paid.when(CancelOrder(order=ORDER)).then(CANCELLED, attention(Attention.CANCELLED))
    paid.at(replace_actor(REGISTRANT)).when(CancelOrder(order=ORDER)).refused("cancellation_closed", until=None)
    free = order(BY_ANN, FREE, OrderConfirmed(order=ORDER))
    free.when(CancelOrder(order=ORDER)).then(CANCELLED)


def test_a_registrant_may_cancel_what_is_confirmed_as_long_as_the_conference_allows_it() -> None:
    until = later(days=3).now
    paid = given(
        order_rules.decider, PLACED, BY_ANN, RESERVED, STARTED, RECEIVED, CONFIRMED, rows=sales(cancel_until=until)
    )
    registrant = replace_actor(REGISTRANT)
    paid.at(registrant).when(CancelOrder(order=ORDER)).then(CANCELLED, attention(Attention.CANCELLED))
    paid.at(later(registrant, days=3)).when(CancelOrder(order=ORDER)).refused(
        "cancellation_closed", until=until.isoformat()
    )
    paid.at(later(days=9)).when(CancelOrder(order=ORDER)).then(CANCELLED, attention(Attention.CANCELLED))


# The deadline


def test_a_live_order_is_warned_once_and_expires_if_the_warning_comes_too_late() -> None:
    warned = order(RESERVED).when(WarnOfExpiry(order=ORDER)).then(ExpiryWarned(order=ORDER))
    warned.when(WarnOfExpiry(order=ORDER)).nothing()
    order(RESERVED).at(later(minutes=15)).when(WarnOfExpiry(order=ORDER)).then(EXPIRED)
    order(BY_ANN, FREE, OrderConfirmed(order=ORDER)).when(WarnOfExpiry(order=ORDER)).nothing()


def test_the_link_is_mailed_again_to_whoever_is_named() -> None:
    order(BY_ANN).when(SendLink(order=ORDER)).then(LinkAsked(order=ORDER)).when(SendLink(order=ORDER)).then(
        LinkAsked(order=ORDER)
    )
    order().when(SendLink(order=ORDER)).refused("registrant_missing")


# Discount codes


def with_codes(*events: Any) -> Given:
    """An order beside two codes, HALF for one seat of any type and VIP10 that goes with it."""
    half = Code(terms=CodeTerms(percentage=5_000, quota=1))
    ten = Code(terms=CodeTerms(amount=10, seat_types=(VIP,), combines_with=("HALF",)))
    return given(order_rules.decider, *events, rows={**sales(), **put(half, "HALF"), **put(ten, "VIP10")})


def uses(state: Given) -> dict[str, int]:
    return {code: state.row(Code, code).used for code in ("HALF", "VIP10")}


def test_a_code_makes_an_order_cheaper_from_its_placing_on() -> None:
    placed = with_codes().when(PlaceOrder(order=ORDER, lines=wanted(vip=2, day=1), codes=("half", "HALF")))
    event = placed.events[0]
    assert (event.codes, event.total, event.uses) == (("HALF",), 175, (Use(code="HALF", seats={VIP: 1}),))
    assert uses(placed.state) == {"HALF": 1, "VIP10": 0}


def test_a_code_that_does_not_fit_refuses_the_order_with_the_reason() -> None:
    place = PlaceOrder(order=ORDER, lines=wanted(day=1), codes=("VIP10",))
    with_codes().when(place).refused("code_out_of_scope", discount_code="VIP10")
    with_codes().when(replace(place, codes=("NONE",))).refused("code_unknown", discount_code="NONE")


def test_a_code_is_applied_removed_and_comes_back() -> None:
    held = with_codes(PLACED, RESERVED)
    half = Use(code="HALF", seats={VIP: 1})
    halved = held.when(ApplyCode(order=ORDER, code="half")).then(
        CodesChanged(
            order=ORDER, codes=("HALF",), lines=(replace(RESERVED.lines[0], reduction=50),), uses=(half,), total=150
        )
    )
    halved.when(ApplyCode(order=ORDER, code="HALF")).nothing()
    both = halved.when(ApplyCode(order=ORDER, code="VIP10")).state
    assert (both.row(Order, ORDER).total, uses(both)) == (130, {"HALF": 1, "VIP10": 2})
    ten = both.when(RemoveCode(order=ORDER, code="HALF")).state
    assert (ten.row(Order, ORDER).total, uses(ten)) == (180, {"HALF": 0, "VIP10": 2})
    ten.when(RemoveCode(order=ORDER, code="HALF")).nothing()


def test_a_code_that_is_used_up_is_refused_and_the_order_stays_as_it_was() -> None:
    first = with_codes(PLACED, RESERVED).when(ApplyCode(order=ORDER, code="HALF")).state
    place = PlaceOrder(order=OrderId("order-2"), lines=wanted(vip=1), codes=("HALF",))
    first.when(place).refused("code_used_up", discount_code="HALF")
    over = first.at(later(minutes=15)).when(ExpireOrder(order=ORDER)).then(EXPIRED)
    assert uses(over)["HALF"] == 0, "a use returns on expiry"
    over.when(place)
    assert uses(first.when(CancelOrder(order=ORDER)).state)["HALF"] == 0, "and on cancellation"


def test_an_update_drops_codes_that_no_longer_fit_and_says_why() -> None:
    placed = with_codes().when(PlaceOrder(order=ORDER, lines=wanted(vip=2), codes=("HALF", "VIP10"))).state
    updated = placed.when(UpdateOrder(order=ORDER, lines=wanted(day=1)))
    event = updated.events[0]
    assert (event.codes, event.dropped, event.total) == (("HALF",), {"VIP10": "code_out_of_scope"}, 12)
    assert updated.state.row(Order, ORDER).dropped == {"VIP10": "code_out_of_scope"}
    assert uses(updated.state) == {"HALF": 1, "VIP10": 0}


def test_a_partial_reservation_uses_a_code_for_the_granted_seats_only() -> None:
    placed = with_codes().when(PlaceOrder(order=ORDER, lines=wanted(vip=3), codes=("VIP10",))).state
    assert uses(placed)["VIP10"] == 3
    marked = placed.when(MarkSeatsReserved(order=ORDER, granted={VIP: 2}))
    assert (marked.events[0].total, uses(marked.state)["VIP10"]) == (180, 2)


def test_a_code_that_ran_out_meanwhile_is_dropped_when_another_is_entered() -> None:
    placed = with_codes().when(PlaceOrder(order=ORDER, lines=wanted(vip=2), codes=("HALF",))).state
    placed = replace(placed, context=CONTEXT)
    marked = placed.when(MarkSeatsReserved(order=ORDER, granted={VIP: 2})).state
    marked.memory.update(put(replace(marked.row(Code, "HALF"), is_withdrawn=True), "HALF"))
    event = marked.when(ApplyCode(order=ORDER, code="VIP10")).events[0]
    assert (event.codes, event.dropped, event.total) == (("VIP10",), {"HALF": "code_unknown"}, 180)


def test_codes_stay_as_they_are_while_a_payment_is_under_way() -> None:
    paying = with_codes(PLACED, BY_ANN, RESERVED, STARTED)
    paying.when(ApplyCode(order=ORDER, code="HALF")).refused("payment_initiated", payment=P1)
    paying.when(RemoveCode(order=ORDER, code="HALF")).refused("payment_initiated", payment=P1)


# Offers from the wait list

OFFER = PlaceOffer(
    order=ORDER,
    entry="entry-1",
    lines=wanted(vip=9),
    registrant=ANN,
    first_name="Ann",
    last_name="Lee",
    email="ann@example.org",
    language="ko",
    expires_at=later(days=1).now,
)


def test_an_offer_is_an_order_with_its_own_deadline_whatever_the_limits_are_by_now() -> None:
    offered = given(order_rules.decider, rows=sales(is_open=False)).when(OFFER)
    placed, named = offered.events
    assert (placed.offer_of, placed.expires_at, placed.lines) == ("entry-1", OFFER.expires_at, (line(VIP, 9),))
    assert named == replace(BY_ANN, is_new_address=False)
    row = offered.state.row(Order, ORDER)
    assert (row.language, row.email) == ("ko", "ann@example.org")
    offered.state.when(OFFER).nothing()


def test_nothing_else_rides_along_with_an_offer() -> None:
    offered = given(order_rules.decider, rows=sales()).when(replace(OFFER, lines=wanted(vip=2))).state
    assert offered.when(UpdateOrder(order=ORDER, lines=wanted(vip=1))).events
    offered.when(UpdateOrder(order=ORDER, lines=wanted(vip=3))).refused("offer_only", seat_type=VIP, most=2)
    offered.when(UpdateOrder(order=ORDER, lines=wanted(day=1))).refused("offer_only", seat_type=DAY, most=0)
