"""What goes on paper: a sheet is painted by one function, whether it is shown, printed, or written as PDF.

Painters of sheets work in tenths of a millimetre.
"""

from collections.abc import Callable, Iterable, Sequence
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
    """Where sheets are printed. `is_slow` tells that printing may take its time, and screens must not wait for it."""

    is_slow: bool

    def names(self) -> list[str]:
        """The printers that this machine has."""

    def print(self, sheets: Sequence[Sheet], printer: str) -> None:
        """Print on the named one, the usual one without a name. Raises EnvironmentProblem."""


def save_pdf(sheets: Iterable[Sheet], file: Path, title: str = "") -> None:
    """Write the sheets as a PDF file. Raises EnvironmentProblem."""
    device = QPdfWriter(str(file))
    device.setTitle(title)
    device.setCreator("Lanyard")
    device.setResolution(_DPI)
    paint_all(device, sheets)


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


def paint_all(device: QPagedPaintDevice, sheets: Iterable[Sheet], layout: QPageLayout | None = None) -> None:
    """Paint each sheet on a page of its size, or of this layout. Raises EnvironmentProblem."""
    painter = QPainter()
    try:
        for place, sheet in enumerate(sheets):
            device.setPageLayout(layout or _layout_of(sheet))
            if not (device.newPage() if place else painter.begin(device)):
                raise EnvironmentProblem("The printer or file takes nothing. Look at it and try again.")
            painter.save()
            _start(painter, device.logicalDpiX() / PER_INCH)
            sheet.paint(painter)
            painter.restore()
    finally:
        is_whole = painter.end() if painter.isActive() else False
    if not is_whole:
        raise EnvironmentProblem("The printer or file takes nothing. Look at it and try again.")


def _layout_of(sheet: Sheet) -> QPageLayout:
    size = QPageSize(QSizeF(sheet.width / 10, sheet.height / 10), QPageSize.Unit.Millimeter, "", _EXACT)
    # The size says which way the page lies; a landscape on top of it would turn it twice.
    return QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))


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
    """Write a text into a box: on several lines where it has the height, and smaller where it must. Nothing is cut."""
    flags = int(align | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute)
    size = points
    while not (found := _fitting(box, text, flags, font(size, is_bold=is_bold), size)) and size > _SMALLEST:
        size *= 0.92
    painter.setFont(font(size, is_bold=is_bold))
    painter.drawText(box, found or flags | int(Qt.TextFlag.TextWrapAnywhere), text)


def _fitting(box: QRectF, text: str, flags: int, chosen: QFont, size: float) -> int:
    """The flags with which a text fits into the box; 0 where it does not. Words are broken only in small print."""
    metrics = QFontMetricsF(chosen)
    wraps = (Qt.TextFlag.TextWordWrap, Qt.TextFlag.TextWrapAnywhere) if size < _SMALL else (Qt.TextFlag.TextWordWrap,)
    for wrap in wraps:
        needed = metrics.boundingRect(box, flags | int(wrap), text)
        if needed.width() <= box.width() + 1 and needed.height() <= box.height() + 1:
            return flags | int(wrap)
    return 0


_SMALL: Final = 7.0
_SMALLEST: Final = 2.0  # points; below, a printer of 200 dpi shows nothing
