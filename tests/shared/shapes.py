"""Walks the types of messages and rows: the only place in the tests that knows what a field may be made of.

`example` is for golden files: the same value in every run. `anything` is for properties.
"""

import types
from collections.abc import Mapping
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Final, NewType, Union, get_args, get_origin, get_type_hints
from zlib import crc32

from hypothesis import strategies as st

from shared.kernel.codec import MAX_INTEGER, RawJson
from shared.kernel.personal import Erased

MOMENT: Final = datetime(2026, 5, 4, 9, 30, 15, 123456, tzinfo=UTC)
_LISTS: Final = (tuple, list)


def fields(kind: Any) -> dict[str, Any]:
    """The types of the fields of a dataclass or a NamedTuple by name; a generic one's variables are filled in."""
    origin = get_origin(kind) or kind
    hints = get_type_hints(origin, include_extras=False)
    names = list(getattr(origin, "_fields", None) or getattr(origin, "__dataclass_fields__", {}))
    filled = dict(zip(getattr(origin, "__parameters__", ()), get_args(kind), strict=True))
    return {name: filled.get(hints[name], hints[name]) for name in names}


def plain(kind: Any) -> Any:
    """The type below its marks and names: `Annotated` and `NewType` are for people and checkers."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif isinstance(kind, NewType):
            kind = kind.__supertype__
        else:
            return kind


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, types.UnionType)


def _is_record(kind: Any) -> bool:
    origin = get_origin(kind) or kind
    return is_dataclass(origin) or hasattr(origin, "_fields")


@cache
def examples_of(kind: Any) -> int:
    """How many examples there are, so that every option and every member of an enumeration comes at least once."""
    kind = plain(kind)
    if _is_union(kind):
        return len(get_args(kind)) * max(examples_of(one) for one in get_args(kind))
    if get_origin(kind) in (*_LISTS, dict):
        return 2
    if _is_record(kind):
        return max((examples_of(one) for one in fields(kind).values()), default=1)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return len(kind)
    return 2 if kind is bool else 1


def example(kind: Any, number: int = 0, name: str = "") -> Any:
    """The example of this number; `name` is the field's, so that no two fields look alike."""
    kind = plain(kind)
    if _is_union(kind):
        options = get_args(kind)
        return example(options[number % len(options)], number // len(options), name)
    if get_origin(kind) in _LISTS:
        return get_origin(kind)([example(get_args(kind)[0], number // 2, name)] if number % 2 == 0 else [])
    if get_origin(kind) is dict:
        key, entry = get_args(kind)
        filled = {example(key, 0, f"{name} key"): example(entry, number // 2, name)}
        return filled if number % 2 == 0 else {}
    if _is_record(kind):
        origin = get_origin(kind) or kind
        return origin(**{field: example(type_, number, field) for field, type_ in fields(kind).items()})
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return list(kind)[number % len(kind)]
    return _scalar(kind, number, name)


def _scalar(kind: Any, number: int, name: str) -> Any:
    by_kind: dict[Any, Any] = {
        str: f"{name} ö",
        int: crc32(name.encode()) % 1000,
        bool: number % 2 == 0,
        datetime: MOMENT,
        date: MOMENT.date(),
        type(None): None,
        RawJson: RawJson(b'{"raw":1}'),
        Any: name,
    }
    return by_kind[kind]


_texts: Final = st.text(st.characters(codec="utf-8"), max_size=20)
_scalars: Final[Mapping[Any, st.SearchStrategy[Any]]] = {
    str: _texts,
    int: st.integers(-MAX_INTEGER, MAX_INTEGER),
    bool: st.booleans(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    date: st.dates(),
    type(None): st.none(),
    RawJson: st.sampled_from([RawJson(b"null"), RawJson(b'{"raw":1}'), RawJson(b"[1.5]")]),
    Any: st.none() | _texts | st.integers(0, 9),
}


@cache
def anything(kind: Any) -> st.SearchStrategy[Any]:
    """A strategy for any value of the type."""
    kind = plain(kind)
    if _is_union(kind):
        return st.one_of([anything(one) for one in get_args(kind)])
    if get_origin(kind) in _LISTS:
        return st.lists(anything(get_args(kind)[0]), max_size=3).map(get_origin(kind))
    if get_origin(kind) is dict:
        key, entry = get_args(kind)
        return st.dictionaries(anything(key), anything(entry), max_size=3)
    if _is_record(kind):
        origin = get_origin(kind) or kind
        return st.builds(origin, **{field: anything(type_) for field, type_ in fields(kind).items()})
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return st.sampled_from(kind)
    return _scalars[kind]


def comparable(thing: Any) -> Any:
    """The same for two values that say the same, whatever is erased in them: what is erased equals nothing."""
    if isinstance(thing, Erased):
        return Erased
    if is_dataclass(thing):
        return type(thing), [comparable(getattr(thing, field.name)) for field in dataclass_fields(thing)]
    if isinstance(thing, tuple | list):
        return type(thing), [comparable(one) for one in thing]
    return thing
