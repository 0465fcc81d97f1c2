"""The store's append, with its lock, its hash chain and its indexes, against the plain INSERT of the same bytes."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from bench.figures import Aim, Figure
from bench.places import Place
from bench.plain import insert_rate, rate, stored_commits
from bench.venue import Venue, bare_order
from server.store import commits

_BATCHES: Final = (32, 500)


def measure(place: Place) -> Iterator[Figure]:
    """Appends a second of commits that orders made, in small and large groups."""
    venue = Venue(*place.new_data())
    before = venue.position
    venue.run(*(bare_order(number) for number in range(place.sizes.commits)))
    stored = stored_commits(venue.engine, before, place.sizes.commits)
    for batch in _BATCHES:
        yield Figure(
            name=f"append, groups of {batch}",
            on=place.name,
            measured=append_rate(venue, stored, batch),
            unit="/s",
            yardstick=insert_rate(venue.engine, stored, batch=batch, with_rows=False),
            yardstick_name="plain INSERT",
            aim=Aim(bound=0.5, at_least=True, of_ratio=True),
        )
    venue.close()


def append_rate(venue: Venue, stored: Sequence[commits.Stored], batch: int) -> float:
    """The same commits appended to a new space."""
    space = f"appended in groups of {batch}"
    now = datetime.now(UTC)
    fresh = [commits.NewCommit(one.command_id, one.device, one.epoch, one.seq, one.outcome, one.body) for one in stored]

    def write(some: Sequence[commits.NewCommit]) -> None:
        with venue.engine.begin() as conn:
            commits.append(conn, space, commits.lock(conn, space), some, now)

    return rate(write, fresh, batch)
