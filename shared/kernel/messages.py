"""Messages are frozen dataclasses with an eternal wire name and a version; rows are the same with a view's name.

The one rule: what is stored or sent is known by its wire name, never by a Python path.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar, dataclass_transform

T = TypeVar("T")


class Wire(NamedTuple):
    """The name and version under which a message or a row is stored and sent, for ever."""

    name: str
    version: int


@dataclass_transform(frozen_default=True, kw_only_default=True)
def message(name: str, *, version: int = 1) -> Callable[[type[T]], type[T]]:
    """Declare a command or an event. A command named `<context>.record_...` is a fact: it is never refused."""
    return _frozen(Wire(name, version))


@dataclass_transform(frozen_default=True, kw_only_default=True)
def row(view: str, *, version: int = 1) -> Callable[[type[T]], type[T]]:
    """Declare the rows of a view: a part of an aggregate's state, or a read model."""
    return _frozen(Wire(view, version))


@dataclass_transform(frozen_default=True, kw_only_default=True)
def value(cls: type[T]) -> type[T]:
    """A part of messages or rows that has no name of its own on the wire."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


def _frozen(wire: Wire) -> Callable[[type[T]], type[T]]:
    def freeze(cls: type[T]) -> type[T]:
        made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        made.__wire__ = wire  # type: ignore[attr-defined]
        return made

    return freeze


def wire_of(thing: Any) -> Wire:
    """The wire name and version of a message, a row, or the class of one."""
    wire: Wire = thing.__wire__
    return wire


def is_fact(name: str) -> bool:
    """Whether a command of this wire name says what already happened, and so is recorded whatever it contradicts."""
    return name.rpartition(".")[2].startswith("record_")
