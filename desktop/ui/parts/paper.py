"""What goes on paper: a sheet is painted by one function, whether it is shown, printed, or written as PDF.

Painters of sheets work in tenths of a millimetre.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from PySide6.QtCore import QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPagedPaintDevice, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.store.files import EnvironmentProblem
from desktop.ui import words
from desktop.ui.tokens import FONTS

PER_INCH: Final = 254
PER_POINT: Final = PER_INCH / 72
_DPI: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page. Its size is in tenths of a millimetre, and so are the coordinates of `paint`."""

    title: str
    width: int
    height: int
    paint: Callable[[QPainter], None]


class Press(Protocol):
    """Where sheets are printed."""

    def names(self) -> list[str]:
        """The printers that this machine has."""

    def print(self, sheets: Sequence[Sheet], printer: str) -> None:
        """Print on the named one, the usual one without a name. Raises EnvironmentProblem."""


class SystemPress:
    """The printers of the operating system, label printers among them."""

    def names(self) -> list[str]:
        from PySide6.QtPrintSupport import QPrinterInfo  # only desks that print wait for it

        return list(QPrinterInfo.availablePrinterNames())

    def print(self, sheets: Sequence[Sheet], printer: str) -> None:
        from PySide6.QtPrintSupport import QPrinter

        names = self.names()
        if not names:
            raise EnvironmentProblem("This computer has no printer. Set one up, or save as PDF.")
        if printer and printer not in names:
            raise EnvironmentProblem("The printer “{printer}” is not there.", printer=printer)
        device = QPrinter(QPrinter.PrinterMode.HighResolution)
        if printer:
            device.setPrinterName(printer)
        device.setFullPage(True)
        device.setDocName(sheets[0].title)
        _paint_all(device, sheets)


def save_pdf(sheets: Sequence[Sheet], file: Path) -> None:
    """Write the sheets as a PDF file. Raises EnvironmentProblem."""
    device = QPdfWriter(str(file))
    device.setTitle(sheets[0].title)
    device.setCreator("Lanyard")
    device.setResolution(_DPI)
    _paint_all(device, sheets)


def ask_pdf(parent: QWidget, name: str) -> Path | None:
    """Ask where to write a PDF file; None is cancelled."""
    chosen, _ = QFileDialog.getSaveFileName(parent, words.say("Save as PDF"), name, "PDF (*.pdf)")
    return Path(chosen) if chosen else None


def picture(sheet: Sheet, dots_per_mm: float) -> QImage:
    """The sheet as it looks printed, on white."""
    scale = dots_per_mm / 10
    image = QImage(round(sheet.width * scale), round(sheet.height * scale), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    _start(painter, scale)
    sheet.paint(painter)
    painter.end()
    return image


def _paint_all(device: QPdfWriter | QPagedPaintDevice, sheets: Sequence[Sheet]) -> None:
    _set_page(device, sheets[0])
    painter = QPainter()
    if not painter.begin(device):
        raise EnvironmentProblem("The printer or file takes nothing. Look at it and try again.")
    scale = device.logicalDpiX() / PER_INCH
    for place, sheet in enumerate(sheets):
        if place:
            _set_page(device, sheet)
            device.newPage()
        painter.save()
        _start(painter, scale)
        sheet.paint(painter)
        painter.restore()
    if not painter.end():
        raise EnvironmentProblem("The printer or file takes nothing. Look at it and try again.")


def _set_page(device: QPagedPaintDevice, sheet: Sheet) -> None:
    size = QPageSize(QSizeF(sheet.width / 10, sheet.height / 10), QPageSize.Unit.Millimeter, "", _EXACT)
    # The size says which way the page lies; a landscape on top of it would turn it twice.
    device.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))


_EXACT: Final = QPageSize.SizeMatchPolicy.ExactMatch


def _start(painter: QPainter, scale: float) -> None:
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.scale(scale, scale)
    painter.setPen(Qt.GlobalColor.black)


def font(points: float, *, is_bold: bool = False) -> QFont:
    """A font of this size on paper, with names of every script in it."""
    made = QFont(list(FONTS))
    made.setPixelSize(max(round(points * PER_POINT), 1))
    made.setBold(is_bold)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made


def write_fitted(
    painter: QPainter, box: QRectF, text: str, *, points: float, is_bold: bool, align: Qt.AlignmentFlag
) -> None:
    """Write a text into a box: on several lines where it has the height, smaller where it must, cut only at the end."""
    flags = align | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
    wrapping = int(flags) | int(Qt.TextFlag.TextWordWrap)
    size = points
    while True:
        chosen = font(size, is_bold=is_bold)
        metrics = QFontMetricsF(chosen)
        needed = metrics.boundingRect(box, wrapping, text)
        if needed.width() <= box.width() + 1 and needed.height() <= box.height() + 1:
            break
        if size <= _SMALLEST:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            break
        size = max(size * 0.92, _SMALLEST)
    painter.setFont(chosen)
    painter.drawText(box, wrapping, text)


_SMALLEST: Final = 5.0
