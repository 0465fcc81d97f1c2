"""What the server has on its disk, read past it: what laptops and registrants are told is compared with this."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from server.store import commits, rows
from server.store.engine import create_engine_for, reading
from shared.kernel.codec import from_json


class Ledger:
    """One conference in the server's database."""

    def __init__(self, data: Path, conference: str) -> None:
        self._engine: Engine = create_engine_for(f"sqlite:///{data.absolute() / 'lanyard.sqlite'}")
        self._conference = conference

    def close(self) -> None:
        self._engine.dispose()

    def position(self) -> int:
        """The position of the newest commit."""
        with reading(self._engine).begin() as conn:
            head = commits.head(conn, self._conference)
        return 0 if head is None else head.position

    def digests(self) -> dict[str, str]:
        """The digest of each view, written as a laptop writes it."""
        with reading(self._engine).begin() as conn:
            found = rows.digests(conn, self._conference)
        return {view: f"{digest:x}" for view, (digest, _) in found.items()}

    def rows(self, view: str) -> dict[str, Any]:
        """The rows of a view."""
        with reading(self._engine).begin() as conn:
            found = rows.rows_of_view(conn, self._conference, view)
        return {at.id: from_json(dict[str, Any], row.body) for at, row in found.items() if row.body is not None}

    def numbers_of(self, device: str) -> list[int]:
        """The numbers of a device's commands in the log, in order of position."""
        with reading(self._engine).begin() as conn:
            stored = commits.read(conn, self._conference, 0, 1_000_000)
        return [one.seq for one in stored if one.device == device and one.seq is not None]

    def broken_at(self) -> int | None:
        """The first position at which the chain of hashes breaks or a number is missing; None where it is whole."""
        with reading(self._engine).begin() as conn:
            stored = commits.read(conn, self._conference, 0, 1_000_000)
        previous = commits.NO_HASH
        for position, one in enumerate(stored, start=1):
            if one.position != position or one.hash != commits.chain_hash(previous, position, one):
                return position
            previous = one.hash
        return None
