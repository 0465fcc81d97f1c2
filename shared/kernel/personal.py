"""Personal fields: `shared` only marks them; the server's store encrypts them under a key per person.

A person is an id made when somebody is first named. Once the person is erased, their fields read as `ERASED`,
which equals nothing, so rules may compare a personal field and do nothing else with it.
"""

from dataclasses import dataclass, is_dataclass, replace
from functools import cache
from typing import Annotated, Any, Final, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Erased:
    """Stands where a personal text stood. On the wire: an empty object."""

    def __eq__(self, other: object) -> bool:
        return False

    def __hash__(self) -> int:
        return 0

    def __str__(self) -> str:
        return "erased"


ERASED: Final = Erased()


@dataclass(frozen=True, slots=True)
class Personal:
    """Marks a text field as belonging to the person whose id stands in the sibling field `of`."""

    of: str


PersonalText = str | Erased
# The usual marks; a message with such a field has the sibling field of that name.
OfOwner = Annotated[PersonalText, Personal("owner")]
OfRegistrant = Annotated[PersonalText, Personal("registrant")]
OfAttendee = Annotated[PersonalText, Personal("attendee")]


@cache
def personal_fields(cls: Any) -> dict[str, str]:
    """The names of the personal fields of a message or row class, each with the field that holds its person's id."""
    hints = get_type_hints(cls, include_extras=True)
    marks = {
        name: mark.of
        for name, hint in hints.items()
        if get_origin(hint) is Annotated
        for mark in get_args(hint)[1:]
        if isinstance(mark, Personal)
    }
    missing = set(marks.values()) - set(hints)
    if missing:
        raise TypeError(f"{cls.__name__} has personal fields of {sorted(missing)}, and no such field")
    return marks


@cache
def personal_parts(cls: Any) -> dict[str, Any]:
    """The fields that hold tuples of values with personal fields of their own, each with the values' class."""
    hints = get_type_hints(cls)
    parts: dict[str, Any] = {name: get_args(hint)[0] for name, hint in hints.items() if get_origin(hint) is tuple}
    return {name: part for name, part in parts.items() if _is_value(part) and personal_fields(part)}


def _is_value(kind: Any) -> bool:
    return is_dataclass(kind)


def kind_of(thing: Any) -> Any:
    """The class of a message or row; `Any`, because classes of every kind pass here."""
    return type(thing)


def persons_in(thing: Any) -> set[str]:
    """The ids of the persons whom a message or row names."""
    own = {person for of in personal_fields(kind_of(thing)).values() if (person := getattr(thing, of))}
    parts = (part for name in personal_parts(kind_of(thing)) for part in getattr(thing, name))
    return own.union(*map(persons_in, parts))


def erase(thing: T, person: str) -> T:
    """The message or row without what it says of this person; the same object when it says nothing."""
    gone: dict[str, Any] = {
        name: ERASED
        for name, of in personal_fields(kind_of(thing)).items()
        if getattr(thing, of) == person and isinstance(getattr(thing, name), str)
    }
    for name in personal_parts(kind_of(thing)):
        parts = getattr(thing, name)
        left = tuple(erase(part, person) for part in parts)
        if any(after is not before for after, before in zip(left, parts, strict=True)):
            gone[name] = left
    return replace(thing, **gone) if gone else thing  # type: ignore[type-var]
