"""What the search index holds of a row, and what a typed text asks of it: every word, without accents and case."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from unicodedata import combining, normalize

from shared.registration.order_list import listing_of

SEARCHED: Final = {
    "checkin.passes": ("first_name", "last_name", "company", "locator"),
    "registration.orders": ("locator", "first_name", "last_name", "email", "codes"),
    "registration.seat_assignments": ("first_name", "last_name", "email", "company"),
    "registration.wait_entries": ("first_name", "last_name", "email"),
    "payments.ledger": ("reference", "payment"),
}
"""The fields that are searched, by view: texts, and tuples of texts."""

_NAME: Final = ("last_name", "first_name")
ORDERED: Final[Mapping[str, tuple[str, ...] | Callable[[Any], str]]] = {
    "checkin.passes": _NAME,
    "registration.orders": lambda row: f"{_NUMBER_MOST - row.number:012d}",  # the newest first
    "registration.seat_assignments": _NAME,
    "registration.wait_entries": lambda row: f"{row.number:012d}",
    "payments.ledger": lambda row: f"{_NUMBER_MOST - _seconds(row.at):012d}",  # the newest first
}
"""What orders the pages of a view: fields, of which rows without them come last, or a text made of the row."""

GROUPED: Final[Mapping[str, Callable[[Any], str]]] = {"registration.orders": listing_of}
"""The group of a row, by views of which one group can be paged through."""

_NUMBER_MOST: Final = 10**12 - 1

_LAST: Final = "\U0010ffff"

_LETTERS: Final = {"ł": "l", "đ": "d", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "\u0131": "i"}
"""Letters that no decomposition folds."""
_FOLDED: Final = str.maketrans(_LETTERS | {chr(code): "" for code in range(0x300, 0x10000) if combining(chr(code))})
_TRIGRAM: Final = 3
_FIRST_IDEOGRAPH: Final = "\u2e80"


_OF_VIEW: Final = "WITH part AS (SELECT number, view, id, sorting FROM found WHERE view = ?) "
_OF_GROUP: Final = "WITH part AS (SELECT number, view, id, sorting FROM grouped WHERE view = ? AND kind = ?) "


def part_of(view: str, group: str) -> tuple[str, tuple[str, ...]]:
    """The rows of a view, or of a group of it, as the begin of a query, and its arguments."""
    return (_OF_GROUP, (view, group)) if group else (_OF_VIEW, (view,))


@dataclass(frozen=True, slots=True)
class Match:
    """The end of a SELECT over the index, and its arguments before the limit."""

    where: str
    arguments: tuple[str, ...]


def folded(text: str) -> str:
    """The text without accents and case."""
    if text.isascii():
        return text.lower()
    return normalize("NFKD", text.casefold()).translate(_FOLDED)


def searchable_text(row: Any) -> str:
    """What is found of a row, erased fields left out."""
    fields = SEARCHED[row.__wire__.name]
    parts = [part for field in fields for part in _texts(getattr(row, field))]
    last, first = getattr(row, "last_name", ""), getattr(row, "first_name", "")
    if isinstance(last, str) and isinstance(first, str) and max(last + first, default="") >= _FIRST_IDEOGRAPH:
        parts.append(last + first)  # written without a blank between
    return folded(" ".join(parts))


def _texts(value: Any) -> tuple[str, ...]:
    """The texts of a field, none of one that was erased."""
    return (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def sorting_text(row: Any) -> str:
    """What a row is ordered by in the pages of its view."""
    fields = ORDERED[row.__wire__.name]
    if callable(fields):
        return fields(row)
    return folded(" ".join(part for field in fields if isinstance(part := getattr(row, field), str) and part)) or _LAST


def group_of(row: Any) -> str:
    """The row's group among those that can be paged through; empty where its view has none."""
    group = GROUPED.get(row.__wire__.name)
    return "" if group is None else group(row)


def is_in(group: str, row: Any) -> bool:
    """Whether there is a row, and it is in the group."""
    return row is not None and group_of(row) == group


def match_expression(text: str) -> Match | None:
    """How to find the words of a text; None where there is none. Short words scan, longer ones use the index."""
    words = folded(text).split()
    if not words:
        return None
    long = [f'"{word.replace(chr(34), chr(34) * 2)}"' for word in words if len(word) >= _TRIGRAM]
    short = [word for word in words if len(word) < _TRIGRAM]
    clauses = ["search MATCH ?"] * bool(long) + ["search.text LIKE ?"] * len(short)
    arguments = ([" ".join(long)] if long else []) + [f"%{word}%" for word in short]
    # The shortest text has the least besides what was typed.
    return Match(" AND ".join(clauses) + " ORDER BY length(search.text), found.id LIMIT ?", tuple(arguments))
