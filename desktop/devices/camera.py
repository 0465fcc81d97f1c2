"""The machine's cameras, by Qt. It asks the system for permission, and says in a word why there are no pictures."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QCameraPermission, QCoreApplication, QObject, Qt
from PySide6.QtMultimedia import (
    QCamera,
    QCameraDevice,
    QCameraFormat,
    QMediaCaptureSession,
    QMediaDevices,
    QVideoFrame,
    QVideoSink,
)

from desktop.devices.frames import CameraName, FrameSource, Trouble

_PIXELS: Final = 1280 * 720  # enough for a ticket on a phone at arm's length; more only costs time
_RATE: Final = 15.0  # frames a second
Ask = Callable[[Callable[[Qt.PermissionStatus], None]], None]
"""Asks the system whether cameras may be used, and tells the answer."""


class SystemCamera(FrameSource):
    """Frames of one camera of this machine."""

    def __init__(self, parent: QObject | None = None, ask: Ask | None = None) -> None:
        super().__init__(parent)
        self._ask = ask or self._ask_system
        self._wanted: str | None = None
        self._camera: QCamera | None = None
        self._session = QMediaCaptureSession(self)
        self._sink = QVideoSink(self)
        self._sink.videoFrameChanged.connect(self._on_frame)
        self._session.setVideoSink(self._sink)
        self._devices = QMediaDevices(self)
        self._devices.videoInputsChanged.connect(self._on_devices)

    def cameras(self) -> list[CameraName]:
        favourite = QMediaDevices.defaultVideoInput()
        found = sorted(QMediaDevices.videoInputs(), key=lambda one: one != favourite)
        return [_named(one) for one in found]

    def start(self, id: str) -> None:
        self._wanted = id
        self._ask(self._on_permission)

    def stop(self) -> None:
        self._wanted = None
        self._end()

    def _on_frame(self, frame: QVideoFrame) -> None:
        if self._camera is not None:  # not the last one of a camera that was let go
            self.came.emit(frame)

    def _ask_system(self, tell: Callable[[Qt.PermissionStatus], None]) -> None:
        app, permission = QCoreApplication.instance(), QCameraPermission()
        assert app is not None
        status = app.checkPermission(permission)
        if status is Qt.PermissionStatus.Undetermined:
            app.requestPermission(permission, self, lambda: tell(app.checkPermission(permission)))
        else:
            tell(status)

    def _on_permission(self, status: Qt.PermissionStatus) -> None:
        if self._wanted is None:
            return
        if status is Qt.PermissionStatus.Granted:
            self._begin(Trouble.NO_CAMERA)
        else:
            self.troubled.emit(Trouble.REFUSED)

    def _begin(self, without: Trouble) -> None:
        """Use the wanted camera, or another; `without` is what to say if there is none."""
        self._end()
        found = QMediaDevices.videoInputs()
        if not found:
            self.troubled.emit(without)
            return
        device = next((one for one in found if _id(one) == self._wanted), QMediaDevices.defaultVideoInput())
        camera = self._camera = QCamera(device, self)
        if (chosen := fitting(device.videoFormats())) is not None:
            camera.setCameraFormat(chosen)
        camera.errorOccurred.connect(self._on_error)
        self._session.setCamera(camera)
        camera.start()
        if camera.error() is QCamera.Error.NoError:
            self.troubled.emit(Trouble.NONE)

    def _end(self) -> None:
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.errorOccurred.disconnect(self._on_error)
            camera.stop()
            camera.deleteLater()  # which takes it from the session

    def _on_error(self, error: QCamera.Error) -> None:
        is_gone = self._camera is not None and self._camera.cameraDevice() not in QMediaDevices.videoInputs()
        if error is not QCamera.Error.NoError:
            self.troubled.emit(Trouble.UNPLUGGED if is_gone else Trouble.FAILED)

    def _on_devices(self) -> None:
        self.listed.emit()
        if self._wanted is None:
            return
        used = None if self._camera is None else _id(self._camera.cameraDevice())
        there = {_id(one) for one in QMediaDevices.videoInputs()}
        if used not in there or (used != self._wanted and self._wanted in there):
            self._begin(Trouble.UNPLUGGED)


def fitting(formats: list[QCameraFormat]) -> QCameraFormat | None:
    """The one nearest to what reading codes needs, of those that are quick enough if there are such."""
    quick = [one for one in formats if one.maxFrameRate() >= _RATE] or formats
    return min(quick, key=_distance, default=None)


def _distance(one: QCameraFormat) -> int:
    size = one.resolution()
    return abs(size.width() * size.height() - _PIXELS)


def _id(device: QCameraDevice) -> str:
    return bytes(device.id().data()).hex()


def _named(device: QCameraDevice) -> CameraName:
    looks_away = device.position() is QCameraDevice.Position.BackFace
    return CameraName(id=_id(device), name=device.description(), looks_away=looks_away)
