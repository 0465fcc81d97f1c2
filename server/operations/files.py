"""Files that are there whole or not at all, readable by their owner alone."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from server.store.problems import EnvironmentProblem


@contextmanager
def written(path: Path) -> Iterator[BinaryIO]:
    """A new file to write, on disk under its name when the block ends."""
    part = beginning(path)
    try:
        with part.open("wb") as file:
            yield file
        finish(part, path)
    finally:
        part.unlink(missing_ok=True)


def beginning(path: Path) -> Path:
    """An empty file beside the one to be; EnvironmentProblem if that is there already."""
    if path.exists():
        raise EnvironmentProblem(f"{path} exists already. Give a new name: nothing is overwritten.")
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        part.touch(mode=0o600)
    except OSError as error:
        raise EnvironmentProblem(f"{path} cannot be written: {error.strerror}.") from None
    return part


def finish(part: Path, path: Path) -> None:
    """Give a file its name, durably."""
    sync(part)
    part.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Have a file, or a folder's entries, on disk."""
    if os.name == "nt" and path.is_dir():
        return
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
