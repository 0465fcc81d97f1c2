"""How a badge looks: one function paints it, for the preview, the printer and the PDF file alike.

Everything is in tenths of a millimetre, as the layout is.
"""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from desktop.ui.parts.paper import Sheet, write_fitted
from shared.checkin.badges import Align, BadgeField, BadgeLayout, Content
from shared.kernel.ids import SeatTypeId

_QUIET: Final = 4  # modules of white around a code, without which readers miss it on a coloured badge
_INSET: Final = 15  # of a text on its colour
_ALIGN: Final = {
    Align.LEFT: Qt.AlignmentFlag.AlignLeft,
    Align.CENTRE: Qt.AlignmentFlag.AlignHCenter,
    Align.RIGHT: Qt.AlignmentFlag.AlignRight,
}
TICKET: Final = BadgeLayout(
    name="",
    page_width=720,
    page_height=900,
    fields=(
        BadgeField(content=Content.CONFERENCE, left=40, top=40, width=640, height=80, is_bold=True, align=Align.CENTRE),
        BadgeField(content=Content.FULL_NAME, left=40, top=130, width=640, height=90, font_pt=16, align=Align.CENTRE),
        BadgeField(content=Content.SEAT_TYPE, left=40, top=230, width=640, height=60, align=Align.CENTRE),
        BadgeField(content=Content.QR, left=110, top=320, width=500, height=500),
        BadgeField(content=Content.LOCATOR, left=40, top=820, width=640, height=50, align=Align.CENTRE),
    ),
    colours={},
    marks={},
    edited_by={},
)
"""A ticket on a roll of paper, for whoever buys at the door."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What a badge says of somebody."""

    first_name: str
    last_name: str
    company: str = ""
    seat_type: SeatTypeId
    seat_type_name: str
    locator: str = ""
    conference: str = ""
    others: tuple[SeatTypeId, ...] = ()
    """The types of the attendee's other tickets, whose marks stand on the badge."""
    code: str = ""
    """The text of the ticket's QR code, empty where this device does not have it."""


def sheet(layout: BadgeLayout, face: Face, title: str) -> Sheet:
    return Sheet(
        title=title,
        width=layout.page_width,
        height=layout.page_height,
        paint=lambda painter: paint_badge(painter, layout, face),
    )


def paint_badge(painter: QPainter, layout: BadgeLayout, face: Face) -> None:
    """Paint the badge from its upper left corner."""
    for field in layout.fields:
        painter.save()
        _paint_field(painter, layout, field, face)
        painter.restore()


def _paint_field(painter: QPainter, layout: BadgeLayout, field: BadgeField, face: Face) -> None:
    box = QRectF(field.left, field.top, field.width, field.height)
    if field.content is Content.QR:
        if face.code:
            paint_code(painter, box, face.code)
        return
    ink = QColor("black")
    colour = layout.colours.get(face.seat_type) if field.content is Content.SEAT_TYPE else None
    if colour is not None:
        ground = QColor(colour)
        painter.fillRect(box, ground)
        ink = ink_on(ground)
        box = box.adjusted(_INSET, 0, -_INSET, 0)
    painter.setPen(ink)
    text = text_of(layout, field, face)
    if text:
        write_fitted(painter, box, text, points=field.font_pt, is_bold=field.is_bold, align=_ALIGN[field.align])


def text_of(layout: BadgeLayout, field: BadgeField, face: Face) -> str:
    """What a field says of somebody."""
    texts = {
        Content.FULL_NAME: " ".join(part for part in (face.first_name, face.last_name) if part),
        Content.FIRST_NAME: face.first_name,
        Content.LAST_NAME: face.last_name,
        Content.COMPANY: face.company,
        Content.SEAT_TYPE: face.seat_type_name,
        Content.LOCATOR: face.locator,
        Content.CONFERENCE: face.conference,
        Content.MARKS: "  ".join(layout.marks[one] for one in dict.fromkeys(face.others) if layout.marks.get(one)),
        Content.TEXT: field.text,
    }
    return texts.get(field.content, "")


def ink_on(ground: QColor) -> QColor:
    """Black or white, whichever is read more easily."""
    light = 0.2126 * _linear(ground.redF()) + 0.7152 * _linear(ground.greenF()) + 0.0722 * _linear(ground.blueF())
    return QColor("white") if light < 0.179 else QColor("black")


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def paint_code(painter: QPainter, box: QRectF, code: str) -> None:
    """The QR code, square and centred in its box, black on white whatever is around it."""
    import segno  # a tenth of a second, which the start of a door need not wait for

    modules = [list(row) for row in segno.make(code, error="m", micro=False, boost_error=False).matrix]
    side = min(box.width(), box.height())
    left, top = box.center().x() - side / 2, box.center().y() - side / 2
    painter.fillRect(QRectF(left, top, side, side), Qt.GlobalColor.white)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # no grey seams between the modules
    step = side / (len(modules) + 2 * _QUIET)
    for y, row in enumerate(modules):
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end]:
                end += 1
            if end > x:
                run = QRectF(left + (x + _QUIET) * step, top + (y + _QUIET) * step, (end - x) * step, step)
                painter.fillRect(run, Qt.GlobalColor.black)
            x = end + 1
