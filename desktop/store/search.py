"""What the search index holds of a row, and what a typed text asks of it: every word, without accents and case."""

from dataclasses import dataclass
from typing import Any, Final
from unicodedata import combining, normalize

SEARCHED: Final = {
    "checkin.passes": ("first_name", "last_name", "company", "locator"),
    "registration.orders": ("locator", "first_name", "last_name", "email"),
    "registration.seat_assignments": ("first_name", "last_name", "email", "company"),
}
"""The fields that are searched, by view."""

ORDERED: Final = {
    "checkin.passes": ("last_name", "first_name"),
    "registration.orders": ("last_name", "first_name"),
    "registration.seat_assignments": ("last_name", "first_name"),
}
"""The fields that order the pages of a view; rows without them come last."""

_LAST: Final = "\U0010ffff"

_LETTERS: Final = {"ł": "l", "đ": "d", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "\u0131": "i"}
"""Letters that no decomposition folds."""
_FOLDED: Final = str.maketrans(_LETTERS | {chr(code): "" for code in range(0x300, 0x10000) if combining(chr(code))})
_TRIGRAM: Final = 3
_FIRST_IDEOGRAPH: Final = "\u2e80"


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
    parts = [part for field in fields if isinstance(part := getattr(row, field), str)]
    last, first = getattr(row, "last_name", ""), getattr(row, "first_name", "")
    if isinstance(last, str) and isinstance(first, str) and max(last + first, default="") >= _FIRST_IDEOGRAPH:
        parts.append(last + first)  # written without a blank between
    return folded(" ".join(parts))


def sorting_text(row: Any) -> str:
    """What a row is ordered by in the pages of its view."""
    fields = ORDERED[row.__wire__.name]
    return folded(" ".join(part for field in fields if isinstance(part := getattr(row, field), str) and part)) or _LAST


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
