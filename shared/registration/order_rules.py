"""The rules of an order: what a registrant may do when, what it costs, and when it is over.

An order past its deadline is expired for every rule, even before the deadline's own command ran. What money does to it
stands in `order_money.py`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, assert_never

from shared.kernel import checks
from shared.kernel.decider import Context, Decider, Found, Key, Rejected, key, members
from shared.kernel.ids import OrderId, SeatTypeId, locator
from shared.registration import order_money
from shared.registration.codes import entered, needs_codes, terms_for
from shared.registration.door_sale import DoorSale
from shared.registration.order import (
    ApplyCode,
    AssignRegistrantDetails,
    CancelOrder,
    CodesChanged,
    Command,
    ConfirmFreeOrder,
    ConfirmOnInvoice,
    CreditSeats,
    EndPayment,
    Event,
    ExpireOrder,
    ExpiryWarned,
    LinkAsked,
    MarkSeatsReserved,
    OrderExpired,
    OrderPartiallyReserved,
    OrderPlaced,
    OrderReserved,
    OrderUpdated,
    PaymentEnded,
    PlaceOffer,
    PlaceOrder,
    ReceiveMoney,
    RegistrantAssigned,
    RemoveCode,
    RequestInvoice,
    ReseatOrder,
    ResolveTask,
    ReturnMoney,
    SendLink,
    StartPayment,
    UpdateOrder,
    WarnOfExpiry,
)
from shared.registration.order_state import LIVE, Order, OrderState, evolve, new_order
from shared.registration.pricing import (
    Line,
    discounted,
    fit,
    needs_prices,
    priced,
    total_granted,
    total_wanted,
    with_granted,
)
from shared.registration.seats import Sales, check_cancellable

LANGUAGE: Final = re.compile(r"[a-z]{2}")


def needs(command: Command, found: Found) -> Iterable[Key]:
    yield key(Order, command.order)
    order = found.get(Order, command.order) if found.has(Order, command.order) else None
    if order is not None and (order.codes or order.uses):
        yield from needs_codes(order.codes, order.uses)
    match command:
        case PlaceOrder():
            yield from needs_prices(command.lines)
            yield from needs_codes(command.codes)
        case PlaceOffer() | UpdateOrder():
            yield from needs_prices(command.lines)
        case ApplyCode() | RemoveCode():
            yield from needs_codes((command.code,))
        case ConfirmOnInvoice() | RequestInvoice() | CancelOrder():
            yield key(Sales)
        case ReseatOrder():
            yield key(DoorSale, command.order)
        case _:
            pass


def decide(command: Command, found: Found, context: Context) -> Sequence[Event]:
    order = found.get(Order, command.order)
    if isinstance(command, PlaceOrder):
        return _place(command, order, found, context)
    if isinstance(command, PlaceOffer):
        return [] if order is not None else _place_offer(command, found, context)
    if isinstance(command, MarkSeatsReserved):
        return [] if order is None else _mark(command, order, found, context)
    if order is None:
        raise Rejected("unknown_order", order=command.order)
    match command:
        case UpdateOrder():
            _check_changeable(order, context)
            return _update(command, order, found, context)
        case ApplyCode():
            _check_changeable(order, context)
            return _apply(command, order, found, context)
        case RemoveCode(code=code):
            _check_changeable(order, context)
            left = tuple(one for one in order.codes if one not in entered((code,)))
            return [] if left == order.codes else [_repriced(command.order, order, left, found, context)]
        case AssignRegistrantDetails():
            if order.state is not OrderState.CONFIRMED:
                _check_live(order, context)
            return _assign(command, order)
        case StartPayment():
            _check_live(order, context)
            return order_money.start_payment(command, order, context)
        case EndPayment(order=id, payment=payment):
            return [PaymentEnded(order=id, payment=payment)] if order.payment == payment else []
        case ReceiveMoney():
            return order_money.receive(command, order, context)
        case ConfirmFreeOrder():
            if order.state is OrderState.CONFIRMED:
                return []
            _check_live(order, context)
            return order_money.confirm_free(command, order)
        case ConfirmOnInvoice():
            if order.state is OrderState.CONFIRMED and order.on_invoice:
                return []
            _check_live(order, context)
            return order_money.confirm_on_invoice(command, order, found)
        case RequestInvoice():
            return order_money.request_invoice(command, order, found)
        case CreditSeats():
            return order_money.credit(command, order)
        case ReturnMoney():
            return order_money.return_money(command, order)
        case SendLink(order=id):
            if order.registrant is None:
                raise Rejected("registrant_missing")
            return [LinkAsked(order=id)]
        case WarnOfExpiry(order=id):
            return _warn(id, order, context)
        case ExpireOrder(order=id):
            return [OrderExpired(order=id)] if _is_due(order, context) else []
        case CancelOrder():
            if order.state is OrderState.CANCELLED:
                return []
            if order.state is not OrderState.CONFIRMED:
                _check_live(order, context)
            else:
                check_cancellable(found.get(Sales), context)
            return order_money.cancel(command, order)
        case ResolveTask():
            return order_money.resolve(command, order)
        case ReseatOrder():
            return order_money.reseat(command, order, found)
        case _:
            assert_never(command)


def _check_live(order: Order, context: Context) -> None:
    if order.state not in LIVE:
        raise Rejected(f"order_{order.state}")
    if context.now >= order.expires_at:
        raise Rejected("order_expired")


def _check_changeable(order: Order, context: Context) -> None:
    _check_live(order, context)
    if order.payment is not None:
        raise Rejected("payment_initiated", payment=order.payment)


def _is_due(order: Order, context: Context) -> bool:
    return order.state in LIVE and context.now >= order.expires_at


def _warn(id: OrderId, order: Order, context: Context) -> Sequence[Event]:
    """The warning stands in the place of the deadline until it is given; when it comes too late, time is over."""
    if _is_due(order, context):
        return [OrderExpired(order=id)]
    return [ExpiryWarned(order=id)] if order.state in LIVE and not order.was_warned else []


def _place(command: PlaceOrder, order: Order | None, found: Found, context: Context) -> Sequence[Event]:
    if order is not None:
        raise Rejected("order_exists", order=command.order)
    # Ids of other rows are made from it, and a fact about the order must find room in them.
    checks.text("order", command.order, least=1, most=100)
    checks.pattern("language", command.language, LANGUAGE, "language")
    sales = found.get(Sales)
    if sales is None or not sales.is_open:
        raise Rejected("sales_closed")
    lines = priced(command.lines, sales, found)
    codes = entered(command.codes)
    _check_fit(codes, lines, found, context)
    placed = _placed(command.order, lines, codes, sales, found, context)
    placed = replace(placed, language=command.language)
    if command.registrant is None:
        return [placed]
    details = AssignRegistrantDetails(
        order=command.order,
        registrant=command.registrant,
        first_name=command.first_name,
        last_name=command.last_name,
        email=command.email,
    )
    return [placed, *_assign(details, new_order(placed))]


def _place_offer(command: PlaceOffer, found: Found, context: Context) -> Sequence[Event]:
    """The wait list asked for it, whatever the limits are by now; the offer has its own mail."""
    sales = found.get(Sales)
    assert sales is not None, "nobody waits before sales were opened"
    id, seats = command.order, {one.seat_type: one.quantity for one in command.lines}
    lines = priced(command.lines, replace(sales, seats_per_order=max(seats.values())), found)
    placed = replace(
        _placed(id, lines, (), sales, found, context),
        expires_at=command.expires_at,
        language=command.language,
        offer_of=command.entry,
    )
    named = RegistrantAssigned(
        order=id,
        registrant=command.registrant,
        first_name=command.first_name,
        last_name=command.last_name,
        email=command.email,
        is_new_address=False,
    )
    return [placed, named]


def _placed(
    id: OrderId, lines: tuple[Line, ...], codes: tuple[str, ...], sales: Sales, found: Found, context: Context
) -> OrderPlaced:
    number = sales.orders + 1
    priced_lines = discounted(lines, _wanted(lines), terms_for(codes, found), context.now)
    return OrderPlaced(
        order=id,
        number=number,
        locator=None if context.secret is None else locator(context.secret, number),
        lines=priced_lines.lines,
        total=total_wanted(priced_lines.lines),
        currency=sales.currency,
        placed_at=context.now,
        expires_at=context.now + timedelta(seconds=sales.hold_s),
        codes=codes,
        uses=priced_lines.uses,
    )


def _wanted(lines: tuple[Line, ...]) -> dict[SeatTypeId, int]:
    return {line.seat_type: line.quantity for line in lines}


def _check_fit(codes: tuple[str, ...], lines: tuple[Line, ...], found: Found, context: Context) -> None:
    """Each of the codes fits, or the first that does not is refused with the reason."""
    for code, terms in terms_for(codes, found).items():
        reason = fit(terms, lines, context.now)
        if reason is not None:
            raise Rejected(reason, discount_code=code)


def _update(command: UpdateOrder, order: Order, found: Found, context: Context) -> Sequence[Event]:
    """Codes that no longer fit are dropped, and say why."""
    sales = found.get(Sales)
    assert sales is not None, "orders are placed in sales that were opened"
    lines = priced(command.lines, sales, found)
    if order.offer_of is not None:
        offered = _wanted(order.lines)
        # An offer holds longer than an order does, so nothing else may ride along.
        for line in lines:
            if line.quantity > offered.get(line.seat_type, 0):
                raise Rejected("offer_only", seat_type=line.seat_type, most=offered.get(line.seat_type, 0))
    best = discounted(lines, _wanted(lines), terms_for(order.codes, found, order.uses), context.now)
    return [
        OrderUpdated(
            order=command.order,
            lines=best.lines,
            total=total_wanted(best.lines),
            codes=tuple(code for code in order.codes if code not in best.dropped),
            uses=best.uses,
            dropped=dict(best.dropped),
        )
    ]


def _apply(command: ApplyCode, order: Order, found: Found, context: Context) -> Sequence[Event]:
    codes = entered((*order.codes, command.code))
    new = tuple(code for code in codes if code not in order.codes)
    if not new:
        return []
    _check_fit(new, order.lines, found, context)
    return [_repriced(command.order, order, codes, found, context)]


def _repriced(id: OrderId, order: Order, codes: tuple[str, ...], found: Found, context: Context) -> CodesChanged:
    """What the seats that are held cost with these codes."""
    best = discounted(order.lines, order.seats, terms_for(codes, found, order.uses), context.now)
    return CodesChanged(
        order=id,
        codes=tuple(code for code in codes if code not in best.dropped),
        lines=best.lines,
        uses=best.uses,
        total=total_granted(best.lines),
        dropped=dict(best.dropped),
    )


def _assign(command: AssignRegistrantDetails, order: Order) -> Sequence[Event]:
    checks.person("registrant", command.registrant)
    checks.text("first_name", command.first_name, most=100)
    checks.text("last_name", command.last_name, least=1, most=100)
    checks.email("email", command.email)
    # The registrant's id is left out: whoever has the same name and address is not news.
    new = (command.first_name, command.last_name, command.email)
    if new == (order.first_name, order.last_name, order.email):
        return []
    return [
        RegistrantAssigned(
            order=command.order,
            registrant=command.registrant,
            first_name=command.first_name,
            last_name=command.last_name,
            email=command.email,
            is_new_address=command.email != order.email,
        )
    ]


def _mark(command: MarkSeatsReserved, order: Order, found: Found, context: Context) -> Sequence[Event]:
    lines = with_granted(order.lines, command.granted)
    if order.reclaiming is not None:
        return order_money.reclaim(command.order, order, order.reclaiming, lines, found)
    if order.state is not OrderState.RESERVING:
        return []
    is_whole = all(line.granted == line.quantity for line in lines)
    uses = order.uses
    if order.codes and not is_whole:
        best = discounted(lines, command.granted, terms_for(order.codes, found, order.uses), context.now)
        lines, uses = best.lines, best.uses
    marked = OrderReserved if is_whole else OrderPartiallyReserved
    return [marked(order=command.order, lines=lines, total=total_granted(lines), uses=uses)]


decider: Decider[Command, Event] = Decider(
    name="orders",
    commands=members(Command),
    events=members(Event),
    rows=(Order,),
    needs=needs,
    decide=decide,
    evolve=evolve,
)
