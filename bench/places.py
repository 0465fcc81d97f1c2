"""Where a run measures: its folder, its databases, its sizes. Each group gets a database of its own."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.postgres import running_postgres


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is measured. The aims are about the usual ones."""

    attendees: int = 50_000
    load_s: float = 5.0
    scans: int = 10_000
    commits: int = 10_000
    events: int = 100_000
    verdicts: int = 1_000
    registrants: int = 3_000
    mails: int = 1_000
    desktop: tuple[int, ...] = (1_000, 10_000, 100_000)


SMALL = Sizes(
    attendees=2_000,
    load_s=1.0,
    scans=1_000,
    commits=1_000,
    events=3_000,
    verdicts=100,
    registrants=600,
    mails=100,
    desktop=(200, 2_000),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One database system, in a folder of this run."""

    name: str
    folder: Path
    sizes: Sizes
    admin_url: str | None = None
    """PostgreSQL's first database; None: SQLite."""
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def new_data(self) -> tuple[Path, str | None]:
        """A server's data folder and the URL of a database of its own; None: the one in the folder."""
        number = next(self._numbers)
        data = self.folder / f"{self.name}-{number}"
        data.mkdir()
        if self.admin_url is None:
            return data, None
        engine = create_engine(self.admin_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            conn.execute(text(f"CREATE DATABASE bench_{number}"))
        engine.dispose()
        return data, make_url(self.admin_url).set(database=f"bench_{number}").render_as_string(hide_password=False)


@contextmanager
def durable_postgres() -> Iterator[str]:
    """A PostgreSQL server that loses nothing: the tests' one, with what they switch off switched on again."""
    with running_postgres() as url:
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                conn.execute(text(f"ALTER SYSTEM SET {setting} = on"))
            conn.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()
        # A new connection has read what was reloaded.
        engine = create_engine(url)
        with engine.connect() as conn:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                assert conn.execute(text(f"SHOW {setting}")).scalar() == "on", f"{setting} is off"
        engine.dispose()
        yield url
