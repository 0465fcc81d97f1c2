"""What is dragged between seats and people: a person onto a seat, or a seat onto a person; never out of the window."""

from typing import Final

from PySide6.QtCore import QMimeData

PERSON: Final = "application/x-lanyard-person"
SEAT: Final = "application/x-lanyard-seat"


def dragged(kind: str, what: str) -> QMimeData:
    """A person's id or a position, to be dropped."""
    made = QMimeData()
    made.setData(kind, what.encode())
    return made


def dropped(kind: str, mime: QMimeData) -> str | None:
    """The id or position of this kind that is carried, None where it is something else."""
    return bytes(mime.data(kind).data()).decode() if mime.hasFormat(kind) else None
