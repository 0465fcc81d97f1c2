"""What the till gives in writing: the receipt of a sale, and the slip of a closing count."""

from desktop.ui import words
from desktop.ui.parts.slip import Line
from desktop.workspace import Workspace
from shared.access.access import Device
from shared.checkin.verdict import Pass
from shared.conference.conference import Conference
from shared.kernel.ids import OrderId
from shared.registration.door_sale import DoorSale, Takings, TillCount
from shared.registration.order_state import Order
from shared.registration.receipts import Method


def receipt(workspace: Workspace, order: OrderId, cash: int | None = None) -> list[Line]:
    """What the buyer gets in writing. `cash` is what was handed over, where somebody typed it."""
    sale = workspace.get(DoorSale, order)
    if sale is None:
        return []
    lines = _head(workspace)
    lines += [Line(text=words.moment(sale.sold_at)), Line(text=_number(workspace, order, sale))]
    for seat in sale.seats:
        holder = workspace.get(Pass, seat.ticket)
        lines.append(Line(text=""))
        name = words.seat_type(workspace, seat.seat_type)
        text = words.say("{seat} (cancelled)", seat=name) if seat.is_cancelled else name
        lines.append(Line(text=text, amount=words.money(seat.price, sale.currency)))
        if holder is not None:
            lines.append(Line(text=words.holder(holder), points=8))
    lines.append(Line(text=""))
    total = sum(one.price for one in sale.seats)
    lines.append(Line(text=words.say("Total"), amount=words.money(total, sale.currency), is_strong=True, points=11))
    if total:
        lines.append(
            Line(text=words.method(sale.method), amount=words.money(total if cash is None else cash, sale.currency))
        )
    if cash is not None and sale.method is Method.CASH:
        lines.append(Line(text=words.say("Change"), amount=words.money(cash - total, sale.currency)))
    if sale.charged < total:
        lines.append(Line(text=words.say("Given back"), amount=words.money(total - sale.charged, sale.currency)))
    if sale.is_voided:
        lines.append(Line(text=words.say("This sale was voided."), is_strong=True))
    return lines


def _number(workspace: Workspace, order: OrderId, sale: DoorSale) -> str:
    """By what the sale is found again: the locator once the server gave one, the desk's own number at once."""
    holder = workspace.get(Pass, sale.seats[0].ticket) if sale.seats else None
    known = workspace.get(Order, order)
    locator = (holder.locator if holder is not None else None) or (known.locator if known is not None else None)
    return words.say("Order {order}", order=locator) if locator else words.say("Sale {sale}", sale=sale.sale[-8:])


def count_slip(workspace: Workspace, takings: Takings, count: TillCount) -> list[Line]:
    """What a closing count says, with a line to sign."""

    def amount(name: str, minor: int, *, is_strong: bool = False) -> Line:
        return Line(text=name, amount=words.money(minor, count.currency), is_strong=is_strong)

    desk = workspace.get(Device, takings.desk)
    difference = words.signed_money(count.difference, count.currency)
    return [
        *_head(workspace),
        Line(text=words.say("Closing count"), is_strong=True, points=11),
        Line(text=takings.desk if desk is None else desk.label),
        Line(text=words.moment(count.counted_at)),
        Line(text=""),
        Line(text=words.say("Sales"), amount=words.count(takings.sales)),
        Line(text=words.say("Voided"), amount=words.count(takings.voids)),
        amount(words.method(Method.CASH), takings.net(Method.CASH, count.currency)),
        amount(words.method(Method.TERMINAL), takings.net(Method.TERMINAL, count.currency)),
        Line(text=""),
        amount(words.say("Cash before the first sale"), count.opening),
        amount(words.say("Expected"), count.expected),
        amount(words.say("Counted"), count.counted, is_strong=True),
        Line(text=words.say("Difference"), amount=difference, is_strong=True, points=11),
        *[Line(text="")] * 4,
        Line(text="_" * 30),
        Line(text=words.say("Signature"), points=8),
    ]


def _head(workspace: Workspace) -> list[Line]:
    conference = workspace.get(Conference)
    if conference is None:
        return []
    where = [Line(text=conference.location)] if conference.location else []
    return [Line(text=conference.name, is_strong=True, points=12), *where]
