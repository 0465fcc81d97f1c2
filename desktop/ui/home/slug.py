"""Suggests an address for a conference's name."""

from typing import Final

from desktop.store.search import folded

_LONGEST: Final = 50


def slug_from(name: str) -> str:
    """The name as letters, digits and underscores; empty where it has none of them."""
    kept = "".join(one if one.isascii() and one.isalnum() else " " for one in folded(name))
    return "_".join(kept.split())[:_LONGEST].rstrip("_")
