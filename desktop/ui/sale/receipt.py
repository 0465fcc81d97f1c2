"""The receipt of a sale at the door: its lines as text, and the same painted for a roll of paper 72 mm wide."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from desktop.ui import words
from desktop.ui.parts.paper import Sheet, font
from desktop.workspace import Workspace
from shared.checkin.verdict import Pass
from shared.conference.conference import Conference
from shared.kernel.ids import OrderId
from shared.registration.door_sale import DoorSale
from shared.registration.order_state import Order
from shared.registration.receipts import Method

_WIDTH: Final = 720
_MARGIN: Final = 40
_GAP: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A text at the left, perhaps an amount at the right."""

    text: str
    amount: str = ""
    is_strong: bool = False
    points: float = 9


def receipt(workspace: Workspace, order: OrderId, cash: int | None = None) -> list[Line]:
    """What the buyer gets in writing. `cash` is what was handed over, where somebody typed it."""
    sale, conference = workspace.get(DoorSale, order), workspace.get(Conference)
    if sale is None:
        return []
    lines = (
        []
        if conference is None
        else [
            Line(text=conference.name, is_strong=True, points=12),
            *([Line(text=conference.location)] if conference.location else []),
        ]
    )
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


def plain(lines: list[Line]) -> str:
    """The receipt as text."""
    return "\n".join(f"{one.text}  {one.amount}".strip() if one.amount else one.text for one in lines)


def sheet(lines: list[Line]) -> Sheet:
    """The receipt on paper, as long as it needs."""
    return Sheet(
        title=words.say("Receipt"), width=_WIDTH, height=_height(lines), paint=lambda painter: _paint(painter, lines)
    )


def _height(lines: list[Line]) -> int:
    return round(sum(_box(one, 0).height() for one in lines)) + 2 * _MARGIN


def _amount_width(line: Line) -> float:
    metrics = QFontMetricsF(font(line.points, is_bold=line.is_strong))
    return metrics.horizontalAdvance(line.amount) + _GAP if line.amount else 0.0


def _box(line: Line, top: float) -> QRectF:
    """Where the text of a line stands; a long one takes several."""
    metrics = QFontMetricsF(font(line.points, is_bold=line.is_strong))
    room = QRectF(_MARGIN, top, _WIDTH - 2 * _MARGIN - _amount_width(line), 10_000)
    flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute) | int(Qt.TextFlag.TextWordWrap)
    needed = metrics.boundingRect(room, flags, line.text or " ")
    height = needed.height() if line.text else metrics.height() / 2
    return QRectF(_MARGIN, top, room.width(), height)


def _paint(painter: QPainter, lines: list[Line]) -> None:
    top = float(_MARGIN)
    for line in lines:
        box = _box(line, top)
        painter.setFont(font(line.points, is_bold=line.is_strong))
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute) | int(Qt.TextFlag.TextWordWrap)
        painter.drawText(box, left, line.text)
        whole = QRectF(_MARGIN, top, _WIDTH - 2 * _MARGIN, box.height())
        painter.drawText(whole, int(Qt.AlignmentFlag.AlignRight), line.amount)
        top = box.bottom()
