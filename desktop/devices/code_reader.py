"""Reads QR codes off frames, on a thread of its own. A code held before the camera is one scan, not thirty."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Final

import zxingcpp
from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat

from shared.checkin.ticket_code import PREFIX

GONE_S: Final = 1.5  # a hand shakes, a lens searches: not seen for this long, a code was taken away
PREVIEW: Final = QSize(480, 360)
_QR: Final = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_Pixels = QVideoFrameFormat.PixelFormat
# Their first plane is the brightness of each pixel, which is all that a code has.
_LUMA_FIRST: Final = frozenset(
    {
        _Pixels.Format_Y8,
        _Pixels.Format_NV12,
        _Pixels.Format_NV21,
        _Pixels.Format_YUV420P,
        _Pixels.Format_YUV422P,
        _Pixels.Format_YV12,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What one frame showed: the texts of its codes, and a small picture for the preview."""

    texts: tuple[str, ...]
    picture: QImage

    @property
    def meant(self) -> str | None:
        """The code that is held before the camera: the only ticket of ours, or the only code; None where it is open."""
        different = set(self.texts)
        ours = {one for one in different if one.upper().startswith(PREFIX)}
        candidates = ours or different
        return next(iter(candidates)) if len(candidates) == 1 else None


class Sightings:
    """Which codes are before the camera. `clock` is in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last: dict[str, float] = {}

    def is_new(self, text: str) -> bool:
        """Whether a code that is seen now was not there just before."""
        now = self._clock()
        self._last = {one: at for one, at in self._last.items() if now - at < GONE_S}
        is_new = text not in self._last
        self._last[text] = now
        return is_new

    def forget(self) -> None:
        self._last.clear()


class CodeReader(QObject):
    """`coded` carries the text of a code that came before the camera; `glanced` each Glance, for the preview.

    While it reads a frame, of those that come only the newest is kept.
    """

    coded = Signal(str)
    glanced = Signal(object)
    _read = Signal(int, object)

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = monotonic) -> None:
        super().__init__(parent)
        self._sightings = Sightings(clock)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="codes")
        self._run = 0
        self._is_reading = False
        self._next: QVideoFrame | None = None
        self._read.connect(self._on_read, Qt.ConnectionType.QueuedConnection)

    @property
    def is_reading(self) -> bool:
        """Whether the last frame is still being read."""
        return self._is_reading

    def look(self, frame: QVideoFrame) -> None:
        """Read this frame as soon as the last one is read."""
        if self._is_reading:
            self._next = frame
            return
        self._is_reading = True
        run = self._run
        self._thread.submit(read, frame).add_done_callback(lambda done: self._tell(run, done))

    def forget(self) -> None:
        """What is on its way is of no interest any more, and a code that is seen next is new."""
        self._run += 1
        self._next = None
        self._sightings.forget()

    def _tell(self, run: int, done: "Future[Glance]") -> None:
        with suppress(RuntimeError):  # whoever wanted it is gone
            self._read.emit(run, done)

    def _on_read(self, run: int, done: "Future[Glance]") -> None:
        self._is_reading = False
        waiting, self._next = self._next, None
        if waiting is not None:
            self.look(waiting)
        glance = done.result()
        if run != self._run:
            return
        self.glanced.emit(glance)
        text = glance.meant
        if text is not None and self._sightings.is_new(text):
            self.coded.emit(text)


def read(frame: QVideoFrame) -> Glance:
    """What a frame shows, on any thread."""
    grey = brightness(frame)
    found = [] if grey.isNull() else zxingcpp.read_barcodes(grey, formats=_QR)
    texts = tuple(one.text for one in found if one.valid and one.text)
    return Glance(texts=texts, picture=grey.scaled(PREVIEW, Qt.AspectRatioMode.KeepAspectRatio))


def brightness(frame: QVideoFrame) -> QImage:
    """A frame in shades of grey; null if it has gone already."""
    if frame.pixelFormat() not in _LUMA_FIRST:
        return frame.toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    if not frame.map(QVideoFrame.MapMode.ReadOnly):
        return QImage()
    try:
        plane = frame.bits(0)
        return QImage(
            plane, frame.width(), frame.height(), frame.bytesPerLine(0), QImage.Format.Format_Grayscale8
        ).copy()
    finally:
        frame.unmap()
