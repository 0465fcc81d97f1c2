"""The printers of the operating system, and which of their papers a sheet is printed on.

A driver that is asked for a size which it does not have prints on its usual paper, wherever the sheet lands there. So
the size is chosen here: a label of the sheet's size, else a page with room for several sheets.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMarginsF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPen

from desktop.store.files import EnvironmentProblem
from desktop.ui.parts.paper import Sheet, paint_all

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinterInfo

_ALIKE: Final = 20  # tenths of a millimetre by which drivers round the sizes of labels
_MARGIN: Final = 100  # of an ordinary page, which few printers can print to its edge


@dataclass(frozen=True, slots=True)
class Place:
    """On which of the papers a sheet goes; None is a paper of its own size. Turned, it lies across it."""

    paper: int | None
    is_turned: bool = False
    is_page: bool = False
    """The paper is a page with room for more than the sheet."""


def place_of(width: int, height: int, papers: Sequence[tuple[int, int]], *, takes_any: bool) -> Place | None:
    """Where a sheet is printed, by the sizes of the papers, the usual one first; None where it fits on none."""
    for number, (across, down) in enumerate(papers):
        if _is_alike(width, across) and _is_alike(height, down):
            return Place(number)
    for number, (across, down) in enumerate(papers):
        if _is_alike(width, down) and _is_alike(height, across):
            return Place(number, is_turned=True)
    if takes_any:
        return Place(None)
    for number, (across, down) in enumerate(papers):
        if _room(across, width) and _room(down, height):
            return Place(number, is_page=True)
    return None


def arranged(sheets: Sequence[Sheet], width: int, height: int) -> list[Sheet]:
    """Sheets of one size side by side on pages, with lines to cut along."""
    first = sheets[0]
    most = on_one_page(first.width, first.height, width, height)
    pages = (sheets[start : start + most] for start in range(0, len(sheets), most))
    return [_page(page, max(_room(width, first.width), 1), width, height) for page in pages]


def on_one_page(across: int, down: int, width: int, height: int) -> int:
    """How many sheets of one size there are on a page; a sheet that is too large has one for itself."""
    return max(_room(width, across), 1) * max(_room(height, down), 1)


class SystemPress:
    """Label printers and ordinary ones alike, by their names in the system's queue."""

    is_slow = True

    def names(self) -> list[str]:
        from PySide6.QtPrintSupport import QPrinterInfo  # only desks that print wait for it

        return list(QPrinterInfo.availablePrinterNames())

    def print(self, sheets: Sequence[Sheet], printer: str) -> None:
        from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

        info = QPrinterInfo.printerInfo(printer) if printer else QPrinterInfo.defaultPrinter()
        if info.isNull() and not printer and (names := self.names()):
            info = QPrinterInfo.printerInfo(names[0])
        if info.isNull() and printer:
            raise EnvironmentProblem(
                "The printer “{printer}” is not there. Switch it on, or choose another under Badges.", printer=printer
            )
        if info.isNull():
            raise EnvironmentProblem("This computer has no printer. Set one up, or save as PDF.")
        if info.state() in (QPrinter.PrinterState.Error, QPrinter.PrinterState.Aborted):
            raise EnvironmentProblem(
                "The printer “{printer}” has stopped. Look at its paper and cover, then print again.",
                printer=info.printerName(),
            )
        for of_one_size, layout in _planned(sheets, info):
            device = QPrinter(info, QPrinter.PrinterMode.HighResolution)
            device.setFullPage(True)
            device.setDocName(sheets[0].title)
            paint_all(device, of_one_size, layout)


def _planned(sheets: Sequence[Sheet], info: "QPrinterInfo") -> Iterator[tuple[list[Sheet], QPageLayout | None]]:
    """The sheets by their size, each with the page that the printer is asked for."""
    usual = info.defaultPageSize()
    sizes = [usual, *(one for one in info.supportedPageSizes() if one != usual)]
    papers = [_tenths(one) for one in sizes]
    for (width, height), group in groupby(sheets, key=lambda one: (one.width, one.height)):
        of_one_size = list(group)
        place = place_of(width, height, papers, takes_any=info.supportsCustomPageSizes())
        if place is None:
            raise EnvironmentProblem(
                "The printer “{printer}” has no paper of {width} × {height} mm.",
                printer=info.printerName(),
                width=round(width / 10),
                height=round(height / 10),
            )
        if place.paper is None:
            yield of_one_size, None
            continue
        if place.is_page:
            of_one_size = arranged(of_one_size, *papers[place.paper])
        way = QPageLayout.Orientation.Landscape if place.is_turned else QPageLayout.Orientation.Portrait
        layout = QPageLayout(sizes[place.paper], way, QMarginsF(0, 0, 0, 0))
        layout.setMode(QPageLayout.Mode.FullPageMode)  # else a driver with margins refuses it, and prints on A4
        yield of_one_size, layout


def _tenths(size: QPageSize) -> tuple[int, int]:
    found: QSizeF = size.size(QPageSize.Unit.Millimeter)
    return round(found.width() * 10), round(found.height() * 10)


def _is_alike(one: int, other: int) -> bool:
    return abs(one - other) <= _ALIKE


def _room(page: int, sheet: int) -> int:
    """How many sheets there is room for in one direction."""
    return max(page - 2 * _MARGIN, 0) // sheet


def _corner(place: int, columns: int, sheet: Sheet) -> QPointF:
    return QPointF(_MARGIN + place % columns * sheet.width, _MARGIN + place // columns * sheet.height)


def _page(sheets: Sequence[Sheet], columns: int, width: int, height: int) -> Sheet:
    def paint(painter: QPainter) -> None:
        for place, sheet in enumerate(sheets):
            painter.save()
            painter.translate(_corner(place, columns, sheet))
            sheet.paint(painter)
            painter.restore()
        painter.setPen(QPen(Qt.GlobalColor.lightGray, 1))
        for place, sheet in enumerate(sheets):
            painter.drawRect(QRectF(_corner(place, columns, sheet), QSizeF(sheet.width, sheet.height)))

    return Sheet(title=sheets[0].title, width=width, height=height, paint=paint)
