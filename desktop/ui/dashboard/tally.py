"""By how much rows that wait for the server change the sums that the base keeps. No widgets; one thread at a time."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from desktop.store.tally import Part


@dataclass
class Tally:
    """Sums of what rows say, by bucket and name. A row that changed counts as it is now."""

    sums: dict[int, Counter[str]] = field(default_factory=dict)
    _parts: dict[str, tuple[Part, ...]] = field(default_factory=dict)

    def put(self, id: str, parts: Iterable[Part]) -> None:
        """What the row of this id says now; nothing where there is none."""
        after = tuple(parts)
        before = self._parts.pop(id, ())
        if after:
            self._parts[id] = after
        for sign, counted in ((-1, before), (1, after)):
            for bucket, name, number in counted:
                self.sums.setdefault(bucket, Counter())[name] += sign * number

    def on(self, kept: Mapping[int, Mapping[str, int]]) -> dict[int, dict[str, int]]:
        """These sums with those that are kept elsewhere, in order of time."""
        summed = {bucket: Counter(kept.get(bucket, {})) for bucket in sorted(kept.keys() | self.sums.keys())}
        for bucket, sums in self.sums.items():
            summed[bucket].update(sums)
        counted = ((bucket, {name: one for name, one in sums.items() if one}) for bucket, sums in summed.items())
        return {bucket: sums for bucket, sums in counted if sums}
