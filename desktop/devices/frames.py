"""Where pictures come from: a camera, or whatever else gives frames. The reader of codes knows no more than this."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Signal


class Trouble(StrEnum):
    """Why there are no pictures."""

    NONE = ""
    NO_CAMERA = "no_camera"
    REFUSED = "refused"
    """The system, or whoever uses it, does not let this program see."""
    UNPLUGGED = "unplugged"
    FAILED = "failed"
    """Another program has it, or it is broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraName:
    """`id` is the same after a restart. A camera that `looks_away` does not look at whoever reads the screen."""

    id: str
    name: str
    looks_away: bool = False


class FrameSource(QObject):
    """`came` carries each frame as a QVideoFrame, `troubled` a Trouble, also when it is over; `listed` new cameras."""

    came = Signal(object)
    troubled = Signal(object)
    listed = Signal()

    def cameras(self) -> list[CameraName]:
        """Those that are there, the system's favourite first."""
        raise NotImplementedError

    def start(self, id: str) -> None:
        """Give frames of this camera, or of the first where it is not there, until `stop`; or say what the matter is.

        Once it was started, a camera that comes back is used again without being asked.
        """
        raise NotImplementedError

    def stop(self) -> None:
        """Give no more frames, and let the camera go."""
        raise NotImplementedError
