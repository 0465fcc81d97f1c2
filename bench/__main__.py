"""`python -m bench [group ...] [--sqlite] [--postgres] [--small]`: measure, print a table, write build/bench.json."""

import argparse
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench import append, availability, checkins, cost, desktop, download, mails, onsale, orders, rebuild, verdict
from bench.figures import Figure, Latencies, heading, line
from bench.places import SMALL, Place, Sizes, durable_postgres
from shared.kernel.codec import to_json

GROUPS: Final[dict[str, Callable[[Place], Iterator[Figure]]]] = {
    "orders": orders.measure,
    "onsale": onsale.measure,
    "availability": availability.measure,
    "mails": mails.measure,
    "checkins": checkins.measure,
    "append": append.measure,
    "download": download.measure,
    "verdict": verdict.measure,
    "desktop": desktop.measure,
    "rebuild": rebuild.measure,
    "cost": cost.measure,
}
_BUILD: Final = Path("build")


def main() -> None:
    """Run the command of the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Lanyard.")
    parser.add_argument("groups", nargs="*", metavar="group", help=f"of {', '.join(GROUPS)}; without one, all of them")
    parser.add_argument("--sqlite", action="store_true", help="on SQLite alone")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL alone")
    parser.add_argument("--small", action="store_true", help="a trial run of some minutes, whose figures mean nothing")
    asked = parser.parse_args()
    unknown = set(asked.groups) - GROUPS.keys()
    if unknown:
        parser.error(f"no group is named {', '.join(sorted(unknown))}")
    sizes = SMALL if asked.small else Sizes()
    figures: list[Figure] = []
    started = time.monotonic()
    _BUILD.mkdir(exist_ok=True)
    with ExitStack() as stack:
        # Beside the sources and not in /tmp, which may be in memory: what is measured reaches the disk.
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-", dir=_BUILD))).absolute()
        print(f"{datetime.now(UTC):%d %B %Y}, {os.cpu_count()} cores shared with the load generator.", end=" ")
        print(f"To sync 4 KiB to this disk takes {_sync_ms(folder):.1f} ms.\n\n{heading()}")
        places = []
        if asked.sqlite or not asked.postgres:
            places.append(Place(name="SQLite", folder=folder, sizes=sizes))
        if asked.postgres or not asked.sqlite:
            url = stack.enter_context(durable_postgres())
            places.append(Place(name="PostgreSQL", folder=folder, sizes=sizes, admin_url=url))
        for group, measure in GROUPS.items():
            if asked.groups and group not in asked.groups:
                continue
            for place in places:
                for figure in measure(place):
                    figures.append(figure)
                    print(line(figure), flush=True)
    (_BUILD / "bench.json").write_bytes(to_json([one.as_document() for one in figures]))
    missed = sum(1 for one in figures if one.shortfall)
    aimed_at = sum(1 for one in figures if one.aim is not None)
    print(f"\n{aimed_at - missed} of {aimed_at} aims met, in {time.monotonic() - started:.0f} s")


def _sync_ms(folder: Path) -> float:
    """The median: what every durable write waits for, and what other work on this machine makes longer."""
    seconds = []
    with (folder / "sync").open("wb", buffering=0) as file:
        for _ in range(50):
            started = time.perf_counter()
            file.write(bytes(4096))
            os.fsync(file.fileno())
            seconds.append(time.perf_counter() - started)
    return Latencies.of(seconds).p50


if __name__ == "__main__":
    main()
