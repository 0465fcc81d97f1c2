"""The store's append, with its lock, its hash chain and its indexes, against the plain INSERT of the same bytes."""

from collections.abc import Iterator
from typing import Final

from bench.figures import Aim, Figure
from bench.places import Place
from bench.plain import append, plain_insert, rates, stored_commits
from bench.venue import Venue, bare_order

_BATCHES: Final = (32, 500)


def measure(place: Place) -> Iterator[Figure]:
    """Appends a second of commits that orders made, in small and large groups."""
    venue = Venue(*place.new_data())
    before = venue.position
    venue.run(*(bare_order(number) for number in range(place.sizes.commits)))
    stored = stored_commits(venue.engine, before, place.sizes.commits)
    for batch in _BATCHES:
        ways = [append(venue.engine, f"groups of {batch}"), plain_insert(venue.engine, with_rows=False)]
        appended, plain = rates(ways, stored, batch)
        yield Figure(
            name=f"append, groups of {batch}",
            on=place.name,
            measured=appended,
            unit="/s",
            yardstick=plain,
            yardstick_name="plain INSERT",
            aim=Aim(bound=0.5, at_least=True, of_ratio=True),
        )
    venue.close()
