"""A conference's rows, and what readers of its documents do: read the text, look at the page, hold it before a gate."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import zxingcpp
from pypdf import PdfReader
from pypdf.generic import ByteStringObject, ContentStream, TextStringObject
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtPdf import QPdfDocument

from server.secrets import Secrets
from shared.conference.conference import Conference, SlugState
from shared.conference.seat_types import SeatType
from shared.kernel.decider import Key, key
from shared.kernel.ids import OrderId, PersonId, SeatTypeId
from shared.registration.assignments import Assignments, SeatAssignment, seat_id, ticket_id

SPACE = str(UUID(int=1))
FULL = SeatTypeId(str(UUID(int=2)))
ORDER = OrderId(str(UUID(int=5)))
NOW = datetime(2026, 4, 1, 22, 30, tzinfo=UTC)
SECRET = Secrets(bytes(32)).of(SPACE)


def conference_rows() -> Mapping[Key, Any]:
    """A conference with one seat type."""
    conference = Conference(
        name="PyCon Łódź",
        tagline="Three days",
        description="",
        slug="pycon",
        slug_state=SlugState.OURS,
        slug_held="pycon",
        location="Łódź, Piotrkowska 1",
        time_zone="Europe/Warsaw",
        currency="EUR",
        starts_on=date(2026, 5, 20),
        ends_on=date(2026, 5, 22),
        links="",
        hold_s=900,
        seats_per_order=20,
        is_published=True,
        was_published=True,
        ticket_key=SECRET.public_ticket_key,
        seat_types=(FULL,),
        edited_by={},
        invoice_from="PyCon e. V.\nIBAN DE02 1203 0000",
    )
    full = SeatType(seat_type=FULL, name="Full conference", description="", quota=9, price=12000, edited_by={})
    return {key(Conference): conference, key(SeatType, FULL): full}


def seats(*holders: SeatAssignment | None, cancelled: tuple[int, ...] = ()) -> Mapping[Key, Any]:
    """The positions of an order, and who sits there."""
    rows: dict[Key, Any] = {
        key(Assignments, ORDER): Assignments(locator="K7M3QX", seats=(FULL,) * len(holders), cancelled=cancelled)
    }
    for one in holders:
        if one is not None:
            rows[key(SeatAssignment, seat_id(ORDER, one.position))] = one
    return rows


def holder(position: int, **changed: Any) -> SeatAssignment:
    """Who sits at a position."""
    named: dict[str, Any] = {
        "attendee": PersonId(f"person-{position}"),
        "first_name": "Łukasz",
        "last_name": "Żak",
        "email": "lukasz@example.org",
        "company": "ACME",
        "version": 1,
    }
    return SeatAssignment(order=ORDER, position=position, ticket=ticket_id(ORDER, position), **named | changed)


def texts(pdf: bytes) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def shown(pdf: bytes, width: int = 900) -> list[QImage]:
    """Each page as a screen shows it."""
    buffer = QBuffer()
    buffer.setData(QByteArray(pdf))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    document = QPdfDocument()
    document.load(buffer)
    pages = []
    for number in range(document.pageCount()):
        points = document.pagePointSize(number)
        drawn = document.render(number, QSize(width, round(width * points.height() / points.width())))
        page = QImage(drawn.size(), QImage.Format.Format_Grayscale8)
        page.fill(0xFF)
        painter = QPainter(page)
        painter.drawImage(0, 0, drawn)
        painter.end()
        pages.append(page)
    document.close()
    return pages


def scanned(pdf: bytes) -> list[list[str]]:
    """The QR codes on each page, as a gate's camera reads them."""
    return [[one.text for one in zxingcpp.read_barcodes(page)] for page in shown(pdf)]


def glyphs(pdf: bytes) -> list[int]:
    """The glyphs on all pages by their numbers; 0 is the box that stands for what no font has."""
    reader = PdfReader(BytesIO(pdf))
    numbers: list[int] = []
    for page in reader.pages:
        for operands, operator in ContentStream(page["/Contents"], reader).operations:
            runs = operands[0] if operator == b"TJ" else operands if operator == b"Tj" else []
            for run in runs:
                if isinstance(run, TextStringObject | ByteStringObject):
                    codes = run.original_bytes
                    numbers += [int.from_bytes(codes[at : at + 2], "big") for at in range(0, len(codes), 2)]
    return numbers
