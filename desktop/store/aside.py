"""What becomes of a base file that is damaged: it is put aside and kept, and all that it held is downloaded anew.

Damage is met where a page is read, which may be long after the start, when others read the file too. So it is marked
there and put aside at the next start, before anybody has opened it.
"""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from desktop.store.files import Damaged, files_of


def mark(path: Path) -> Damaged:
    """Have the file put aside at the next start; what to tell until then."""
    with suppress(OSError):  # it will be met again
        _mark_of(path).touch()
    return Damaged(
        path,
        "What the server sent is in {file}, and that file is damaged. Start Lanyard anew: it keeps the file and"
        " downloads everything again. What you did here is in another file and safe.",
    )


def is_marked(path: Path) -> bool:
    return _mark_of(path).exists()


def put_aside(path: Path, at: datetime) -> str:
    """Keep a file that nobody has open beside the place that it leaves; its new name."""
    stamp = f"{at:%Y%m%dT%H%M%S%f}"
    for file in files_of(path):
        if file.exists():
            beside = file.name.removeprefix(path.name)
            file.replace(path.with_name(f"{path.stem}.{stamp}{beside}.old"))
    _mark_of(path).unlink(missing_ok=True)
    return f"{path.stem}.{stamp}.old"


def _mark_of(path: Path) -> Path:
    return path.with_name(path.name + "-damaged")
