"""The desktop with more and more attendees: start, verdicts, searches, tables, memory, and all beside a sync."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSettings

from bench.changes import inserts
from bench.figures import Aim, Figure, Latencies
from bench.gates import catch_up
from bench.places import Place
from bench.venue import DOOR, SPACE, Venue
from bench.window import PASSPHRASE, TYPED
from desktop.profile import Membership, Profile
from desktop.store.search import folded
from desktop.sync.session import Staging
from shared.checkin.verdict import Pass
from shared.kernel.codec import from_json
from shared.kernel.decider import Role

_ROOT: Final = Path(__file__).parent.parent
_TIME_S: Final = 900.0
_CODES: Final = 400
_INSERTS: Final = 200
_START_S, _VERDICT_MS, _AWAY_MS = 2.0, 100.0, 50.0


def measure(place: Place) -> Iterator[Figure]:
    """The windows of an organizer's laptop that stands at a gate, alone, as a process."""
    if place.admin_url is not None:
        return  # the server has no part in it
    venue = Venue(*place.new_data())
    before = 0
    for attendees in place.sizes.desktop:
        venue.admit(attendees, after=before)
        before = attendees
        profile = venue.data / f"laptop-{attendees}"
        plain_s = _download(venue, profile)
        yield from _figures(attendees, _drive(venue, profile, attendees), profile, plain_s)
    venue.close()


def _download(venue: Venue, folder: Path) -> tuple[float, float]:
    """Make the laptop. Seconds of reading all its tickets once, and of one typed text on a plain table of the names."""
    profile = Profile.open(folder, keyring=lambda: None, passphrase=lambda _: PASSPHRASE)
    device = profile.identity.device
    venue.enrol(device, Role.ORGANIZER)
    profile.remember(Membership(conference=SPACE, role=Role.ORGANIZER, title="Gathering"))
    workspace = profile.workspace(SPACE)
    catch_up(workspace, Staging(workspace), lambda request: venue.answer(request, device))
    started = time.perf_counter()
    names = [folded(f"{one.first_name} {one.last_name} {one.company}") for one in workspace.rows(Pass).values()]
    read_s = time.perf_counter() - started
    profile.close()
    settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    for name, value in (("area", DOOR), ("gate", "Gate 1"), ("operator", "Maya")):
        settings.setValue(f"door/{SPACE}/{name}", value)
    settings.setValue("window/conference", SPACE)
    settings.setValue("window/place", "door")
    settings.sync()
    return read_s, _typed_s(names)


def _typed_s(names: list[str]) -> float:
    """The median of what a plain table in memory takes to find each of the typed texts."""
    plain = sqlite3.connect(":memory:")
    plain.execute("CREATE TABLE names (name TEXT)")
    plain.executemany("INSERT INTO names VALUES (?)", [(one,) for one in names])
    seconds = []
    for text in TYPED:
        started = time.perf_counter()
        plain.execute(
            "SELECT name FROM names WHERE name LIKE ? ORDER BY length(name) LIMIT 50", (f"%{text}%",)
        ).fetchall()
        seconds.append(time.perf_counter() - started)
    plain.close()
    return Latencies.of(seconds).p50 / 1000


def _drive(venue: Venue, profile: Path, attendees: int) -> dict[str, float]:
    codes = venue.data / f"codes-{attendees}"
    codes.write_text("\n".join(venue.code_of(number) for number in range(min(attendees, _CODES))))
    words = [sys.executable, "-m", "bench.window", str(profile), repr(time.monotonic()), str(codes)]
    ran = subprocess.run(words, cwd=_ROOT, stdout=subprocess.PIPE, check=True, timeout=_TIME_S)
    return from_json(dict[str, float], ran.stdout)


def _empty_window() -> tuple[float, float]:
    """Seconds to the first picture of an empty window, and its MB."""
    words = [sys.executable, "-m", "bench.empty_window", repr(time.monotonic())]
    ran = subprocess.run(words, cwd=_ROOT, stdout=subprocess.PIPE, check=True, timeout=_TIME_S)
    seconds, megabytes = map(float, ran.stdout.split())
    return seconds, megabytes


def _figures(attendees: int, took: dict[str, float], profile: Path, plain_s: tuple[float, float]) -> Iterator[Figure]:
    read_s, typed_ms = plain_s[0], plain_s[1] * 1000
    fsync = inserts(profile / "single.db", _INSERTS)
    empty_s, empty_mb = _empty_window()
    of = partial(Figure, on=f"{attendees:,} attendees")
    row, text = "one row inserted and synced", "the texts found in a plain table"
    start = Aim(bound=_START_S, at_least=False)
    verdict, away = Aim(bound=_VERDICT_MS, at_least=False), Aim(bound=_AWAY_MS, at_least=False)
    yield of(
        name="process start to a door that is ready to scan",
        measured=took["start_s"],
        unit="s",
        yardstick=empty_s,
        yardstick_name="an empty window",
        aim=start,
    )
    for name, key, aim in (
        ("scan to painted verdict", "verdict", verdict),
        ("the same beside a sync of 10,000 changes", "busy_verdict", verdict),
    ):
        yield of(
            name=f"{name}, p50", measured=took[f"{key}_p50_ms"], unit="ms", yardstick=fsync.p50, yardstick_name=row
        )
        yield of(
            name=f"{name}, p99",
            measured=took[f"{key}_p99_ms"],
            unit="ms",
            yardstick=fsync.p99,
            yardstick_name=row,
            aim=aim,
        )
    for name, key in (
        ("a key in the door's search, painted", "door_search"),
        ("the same beside a sync of 10,000 changes", "busy_search"),
        ("a text in the attendees' search, painted", "attendees_search"),
        ("a text in the orders' search, painted", "orders_search"),
    ):
        for part in ("p50", "p99"):
            yield of(
                name=f"{name}, {part}",
                measured=took[f"{key}_{part}_ms"],
                unit="ms",
                yardstick=typed_ms,
                yardstick_name=text,
                aim=away if part == "p99" else None,
            )
    for name, key in (("attendees", "attendees_scroll"), ("orders", "orders_scroll")):
        yield of(name=f"{name}, scrolled elsewhere, p99", measured=took[f"{key}_p99_ms"], unit="ms", aim=away)
    for name in ("attendees", "orders"):
        yield of(name=f"{name}, opened", measured=took[f"{name}_ms"], unit="ms", aim=away)
    yield of(
        name="dashboard, all counted",
        measured=took["dashboard_s"],
        unit="s",
        yardstick=read_s,
        yardstick_name="all tickets read once",
    )
    yield of(name="a sync of 10,000 changes, beside the scans", measured=took["change_s"], unit="s")
    yield of(name="windows' thread away beside it, p99", measured=took["busy_away_p99_ms"], unit="ms", aim=away)
    yield of(name="windows' thread away beside it, most", measured=took["busy_away_most_ms"], unit="ms", aim=away)
    for name, key in (("after the start", "start_rss_mb"), ("settled", "settled_rss_mb"), ("peak", "peak_rss_mb")):
        yield of(
            name=f"memory, {name}",
            measured=took[key],
            unit="MB",
            yardstick=empty_mb,
            yardstick_name="an empty window",
        )
