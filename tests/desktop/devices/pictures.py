"""A source of frames that draws them: codes as a camera sees them, turned, dim and out of focus."""

import io
from random import Random

import segno
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat

from desktop.devices.frames import CameraName, FrameSource, Trouble

WIDTH, HEIGHT = 1280, 720
BUILT_IN = CameraName(id="built-in", name="Built-in camera")
STAND = CameraName(id="stand", name="Camera on a stand", looks_away=True)


class Pictures(FrameSource):
    """A camera that sees what a test holds before it, and can be refused and pulled out."""

    def __init__(self) -> None:
        super().__init__()
        self.plugged = [BUILT_IN, STAND]
        self.is_allowed = True
        self.started: str | None = None

    def cameras(self) -> list[CameraName]:
        return list(self.plugged)

    def start(self, id: str) -> None:
        self.started = id
        self._tell(Trouble.NO_CAMERA)

    def stop(self) -> None:
        self.started = None

    def is_looking(self) -> bool:
        return self.started is not None

    def pull_out(self) -> None:
        self._plug([])

    def plug_in(self) -> None:
        self._plug([BUILT_IN, STAND])

    def hold(self, *frames: QVideoFrame) -> None:
        """Give these one after the other."""
        assert self.is_looking(), "nobody looks"
        for frame in frames:
            self.came.emit(frame)

    def _plug(self, plugged: list[CameraName]) -> None:
        self.plugged = plugged
        self.listed.emit()
        if self.is_looking():
            self._tell(Trouble.UNPLUGGED)

    def _tell(self, without: Trouble) -> None:
        if not self.is_allowed:
            self.troubled.emit(Trouble.REFUSED)
        else:
            self.troubled.emit(Trouble.NONE if self.plugged else without)


def code(text: str) -> QImage:
    """A QR code as it is printed."""
    file = io.BytesIO()
    segno.make(text, error="m").save(file, kind="png", scale=8, border=4)
    return QImage.fromData(file.getvalue())


def scene(
    *texts: str, side: int = 420, turned: float = 0.0, light: float = 1.0, blur: int = 1, noise: int = 0
) -> QImage:
    """Codes side by side on a table, as a camera sees them. `light` from 0 to 1; `blur` is in pixels, 1 for none."""
    made = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    made.fill(QColor(112, 96, 84))
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for place, text in enumerate(texts):
        printed = code(text).scaledToWidth(side, Qt.TransformationMode.SmoothTransformation)
        painter.save()
        painter.translate(WIDTH * (place + 1) / (len(texts) + 1), HEIGHT / 2)
        painter.rotate(turned)
        painter.drawImage(-side // 2, -side // 2, printed)
        painter.restore()
    painter.fillRect(made.rect(), QColor(0, 0, 0, round(255 * (1 - light))))
    chance = Random(7)
    for _ in range(noise):
        shade = chance.randrange(256)
        painter.fillRect(chance.randrange(WIDTH), chance.randrange(HEIGHT), 2, 2, QColor(shade, shade, shade))
    painter.end()
    if blur > 1:
        smooth = Qt.TransformationMode.SmoothTransformation
        made = made.scaledToWidth(WIDTH // blur, smooth).scaled(
            WIDTH, HEIGHT, Qt.AspectRatioMode.IgnoreAspectRatio, smooth
        )
    return made


def frame(picture: QImage) -> QVideoFrame:
    """A frame as most cameras give it: the brightness of all pixels first, and then their colours."""
    shape = QVideoFrameFormat(QSize(picture.width(), picture.height()), QVideoFrameFormat.PixelFormat.Format_NV12)
    made = QVideoFrame(shape)
    assert made.map(QVideoFrame.MapMode.WriteOnly)
    grey = picture.convertToFormat(QImage.Format.Format_Grayscale8)
    plane, stride = made.bits(0), made.bytesPerLine(0)
    assert isinstance(plane, memoryview)
    for line in range(grey.height()):
        row = grey.constScanLine(line)
        assert isinstance(row, memoryview)
        plane[line * stride : line * stride + grey.width()] = row[: grey.width()]
    made.unmap()
    return made
