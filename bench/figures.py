"""A figure with its yardstick and its aim, and how it is told."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """A bound for a figure, or for its ratio to the yardstick."""

    bound: float
    at_least: bool
    of_ratio: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Something measured. `ratio` is measured / yardstick."""

    name: str
    on: str
    """The database, or where else it was measured."""
    measured: float
    unit: str
    yardstick: float | None = None
    yardstick_name: str = ""
    aim: Aim | None = None

    @property
    def ratio(self) -> float | None:
        return self.measured / self.yardstick if self.yardstick else None

    @property
    def shortfall(self) -> float | None:
        """By which part of the aim it is missed, 0 when it is met, None where there is no aim."""
        if self.aim is None:
            return None
        reached = self.ratio if self.aim.of_ratio else self.measured
        if reached is None:
            return None
        by = self.aim.bound - reached if self.aim.at_least else reached - self.aim.bound
        return max(0.0, by / self.aim.bound)

    def as_document(self) -> dict[str, object]:
        """For build/bench.json."""
        return asdict(self) | {"ratio": self.ratio, "shortfall": self.shortfall}


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    """How long single things took, in ms."""

    p50: float
    p99: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Latencies":
        ordered = sorted(seconds)
        return cls(p50=_percentile(ordered, 0.50) * 1000, p99=_percentile(ordered, 0.99) * 1000)


def _percentile(ordered: Sequence[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, math.ceil(part * len(ordered)) - 1)]


def heading() -> str:
    """The head of the table, in Markdown as the lines are."""
    columns = ("figure", "on", "measured", "yardstick", "ratio", "aim", "")
    return f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"


def line(figure: Figure) -> str:
    """A figure as a line of the table."""
    yardstick = "" if figure.yardstick is None else f"{_number(figure.yardstick)} ({figure.yardstick_name})"
    ratio = "" if figure.ratio is None else _number(figure.ratio)
    measured = f"{_number(figure.measured)} {figure.unit}"
    cells = (figure.name, figure.on, measured, yardstick, ratio, _aim(figure), _met(figure))
    return f"| {' | '.join(cells)} |"


def _aim(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    sign = "≥" if figure.aim.at_least else "≤"
    return f"{'ratio ' if figure.aim.of_ratio else ''}{sign} {_number(figure.aim.bound)}"


def _met(figure: Figure) -> str:
    short = figure.shortfall
    if short is None:
        return ""
    return f"missed by {short:.0%}" if short else "met"


def _number(number: float) -> str:
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 10 else f"{number:.2f}"
