"""The camera at the door: on and off by key, which one, a small picture, and in words why there is none."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QRectF, QSettings, QSignalBlocker, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QHideEvent,
    QImage,
    QKeySequence,
    QPainter,
    QPainterPath,
    QPen,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.devices.frames import FrameSource, Trouble
from desktop.ui.parts.labels import button, label
from desktop.ui.theme import Theme
from desktop.ui.tokens import Space, Tone

if TYPE_CHECKING:
    from desktop.devices.code_reader import CodeReader, Glance

_IS_ON: Final = "door/is_camera_on"  # of the device, whichever conference it stands for
_WHICH: Final = "door/camera"
_KEY: Final = "Ctrl+Shift+K"  # without Shift a text field has it
_PICTURE_HEIGHT: Final = 150

Source = Callable[[QObject], FrameSource]


def system_camera(parent: QObject) -> FrameSource:
    """The machine's own cameras. What Qt needs for them takes a while to load, and many a door has none."""
    from desktop.devices.camera import SystemCamera

    return SystemCamera(parent)


class CameraPanel(QWidget):
    """Emits `coded` with the text of a code that came before the camera. It looks only while it is shown."""

    coded = Signal(str)

    def __init__(self, settings: QSettings, source: Source) -> None:
        super().__init__()
        self._settings, self._make = settings, source
        self._source: FrameSource | None = None
        self._reader: CodeReader | None = None
        self.switch = button(self.tr("Camera"), self._keep, "segment")
        self.switch.setCheckable(True)
        self.switch.setChecked(bool(settings.value(_IS_ON, False, bool)))
        self.switch.toggled.connect(lambda _: self._look_or_not())
        self.switch.setToolTip(QKeySequence(_KEY).toString(QKeySequence.SequenceFormat.NativeText))
        keys = QShortcut(QKeySequence(_KEY), self, self.switch.click)
        keys.setWhatsThis(self.tr("Switch the camera on or off"))
        self.choice = QComboBox()
        self.choice.setAccessibleName(self.tr("Which camera"))
        self.choice.view().setAccessibleName(self.tr("Which camera"))
        self.choice.setMinimumContentsLength(6)
        self.choice.activated.connect(self._choose)
        self.picture = _Picture()
        self.told = label("", "small", wraps=True)
        row = QHBoxLayout()
        row.setSpacing(Space.SMALL)
        row.addWidget(self.switch)
        row.addWidget(self.choice, 1)
        row.addStretch(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.SMALL)
        column.addWidget(self.picture)
        column.addWidget(self.told)
        column.addLayout(row)
        self._say_state()

    @property
    def is_on(self) -> bool:
        return self.switch.isChecked()

    @property
    def is_reading(self) -> bool:
        """Whether a frame is being read."""
        return self._reader is not None and self._reader.is_reading

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look_or_not()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._rest()

    def _keep(self) -> None:
        self._settings.setValue(_IS_ON, self.is_on)

    def _look_or_not(self) -> None:
        if self.is_on and self.isVisible():
            self._look()
        else:
            self._rest()
        self._say_state()

    def _look(self) -> None:
        if self._source is None:
            try:
                self._source = self._connected()
            except ImportError:  # a system without what Qt needs for pictures; the door goes on without
                self._say(Trouble.FAILED)
                return
        self._list()
        self._source.start(str(self._settings.value(_WHICH, "") or ""))

    def _connected(self) -> FrameSource:
        """The cameras, and the reader of what they see."""
        from desktop.devices.code_reader import CodeReader

        source = self._make(self)
        reader = self._reader = CodeReader(self)
        reader.coded.connect(self.coded)
        reader.glanced.connect(self._show)
        source.came.connect(reader.look)
        source.troubled.connect(self._say)
        source.listed.connect(self._list)
        return source

    def _rest(self) -> None:
        if self._source is not None and self._reader is not None:
            self._source.stop()
            self._reader.forget()
        self.picture.clear()

    def _list(self) -> None:
        assert self._source is not None, "it looks, or has looked"
        wanted = str(self._settings.value(_WHICH, "") or "")
        with QSignalBlocker(self.choice):
            self.choice.clear()
            for one in self._source.cameras():
                self.choice.addItem(one.name, one)
                if one.id == wanted:
                    self.choice.setCurrentIndex(self.choice.count() - 1)
        self._say_state()

    def _choose(self) -> None:
        self._settings.setValue(_WHICH, self.choice.currentData().id)
        self.picture.clear()
        self._look_or_not()

    def _say_state(self) -> None:
        """Show what belongs to a camera that is on."""
        self.choice.setVisible(self.is_on and self.choice.count() > 1)
        self.picture.setVisible(self.is_on and self.picture.is_filled)
        self.told.setVisible(self.is_on and bool(self.told.text()))
        self.switch.setAccessibleName(self.tr("Scan with the camera"))

    def _say(self, trouble: Trouble) -> None:
        text = {
            Trouble.NONE: "",
            Trouble.NO_CAMERA: self.tr("There is no camera. As soon as one is plugged in, it is used."),
            Trouble.REFUSED: self.tr("The system does not let Lanyard use the camera. Allow it in its settings."),
            Trouble.UNPLUGGED: self.tr("The camera is gone. As soon as it is plugged in again, it is used."),
            Trouble.FAILED: self.tr("The camera gives no picture. Perhaps another program uses it."),
        }[trouble]
        self.told.setText(text)
        if trouble is not Trouble.NONE:
            self.picture.clear()
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))
        self._say_state()

    def _show(self, glance: "Glance") -> None:
        is_open = bool(glance.texts) and glance.meant is None
        self.told.setText(self.tr("Several codes at once: hold one alone before the camera.") if is_open else "")
        chosen = self.choice.currentData()
        self.picture.show_picture(
            glance.picture, tone=_tone(glance), is_mirrored=chosen is None or not chosen.looks_away
        )
        self._say_state()


def _tone(glance: "Glance") -> Tone:
    if not glance.texts:
        return Tone.NEUTRAL
    return Tone.GOOD if glance.meant is not None else Tone.CAUTION


class _Picture(QWidget):
    """What the camera sees, as in a mirror: whoever holds a code finds its middle. Framed while a code is read."""

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._tone = Tone.NEUTRAL
        self.setFixedHeight(_PICTURE_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("What the camera sees"))

    @property
    def is_filled(self) -> bool:
        return self._image is not None

    def show_picture(self, image: QImage, *, tone: Tone, is_mirrored: bool) -> None:
        self._image = image.flipped(Qt.Orientation.Horizontal) if is_mirrored else image
        self._tone = tone
        self.update()

    def clear(self) -> None:
        self._image = None
        self.update()

    def paintEvent(self, event: object) -> None:
        if self._image is None:
            return
        colours = Theme.now()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        box = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        path = QPainterPath()
        path.addRoundedRect(box, Space.RADIUS, Space.RADIUS)
        painter.setClipPath(path)
        size = self._image.size().scaled(box.size().toSize(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        whole = QRectF(0, 0, size.width(), size.height())
        whole.moveCenter(box.center())
        painter.drawImage(whole, self._image)
        painter.setClipping(False)
        painter.setPen(QPen(QColor(colours.strong[self._tone]), 1 if self._tone is Tone.NEUTRAL else 3))
        painter.drawPath(path)
        painter.end()
