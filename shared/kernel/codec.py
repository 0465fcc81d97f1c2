"""Bytes to messages and back. The only module that knows msgspec; upcasting happens here and nowhere else."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Final, TypeVar

import msgspec

from shared.kernel.messages import Wire, wire_of

T = TypeVar("T")

AwareTime = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time with its zone; one without could not be compared with the others, and is not decoded."""

RawJson = msgspec.Raw
"""A part of a document kept as the bytes it came in."""

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

MAX_INTEGER: Final = 2**53
MAX_DEPTH: Final = 32
_QUOTED: Final = re.compile(r"(?<=^Invalid enum value) (['\"]).*\1(?= - at `|$)", re.DOTALL)

# Deterministic: digests and the hash chain are over these bytes.
_encoder = msgspec.json.Encoder(order="deterministic")


class Undecodable(Exception):
    """Bytes that are no message we know. `code` is stable; `detail` is for a person, and quotes no content."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@cache
def _decoder(kind: Any) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(kind)


def to_json(thing: Any) -> bytes:
    """Canonical JSON of dataclasses, dicts, lists and scalars."""
    return _encoder.encode(thing)


def from_json(kind: type[T], document: bytes) -> T:
    """Read a value of this class; Undecodable names the field at fault."""
    try:
        whole: Any = kind
        made: T = _decoder(whole).decode(document)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Undecodable("unreadable", "not a JSON document in UTF-8") from None
    return made


def to_builtins(thing: Any) -> Any:
    """Dataclasses as dicts, times as text: what the JSON would hold."""
    return msgspec.to_builtins(thing)


def from_builtins(kind: type[T], thing: Any) -> T:
    """The reverse of `to_builtins`; Undecodable names the field at fault."""
    try:
        return msgspec.convert(thing, kind)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None


def _invalid(error: msgspec.ValidationError) -> Undecodable:
    return Undecodable("invalid", _QUOTED.sub("", str(error)))


def check_limits(thing: Any, depth: int = 1) -> None:
    """Hold a decoded JSON value to the protocol's limits: depth 32, integers within 2^53, NFC text, no NUL."""
    if depth > MAX_DEPTH:
        raise Undecodable("too_deep", f"nested deeper than {MAX_DEPTH}")
    if isinstance(thing, str):
        if not thing.isascii() and not unicodedata.is_normalized("NFC", thing):
            raise Undecodable("not_nfc", "text that is not in Unicode normalization form C")
        if "\x00" in thing:
            raise Undecodable("nul_in_text", "text with a NUL character")
    elif isinstance(thing, dict):
        for name, part in thing.items():
            check_limits(name, depth)
            check_limits(part, depth + 1)
    elif isinstance(thing, list):
        for part in thing:
            check_limits(part, depth + 1)
    elif isinstance(thing, int) and abs(thing) > MAX_INTEGER:
        raise Undecodable("integer_too_large", "an integer beyond 2^53")


class Codec:
    """Reads and writes the messages and rows of one domain.

    A message above version 1 has an upcaster for each version below: what was ever sent or stored stays readable.
    """

    def __init__(
        self,
        *,
        messages: Iterable[type],
        rows: Iterable[type],
        upcasters: Mapping[Wire, Upcaster] | None = None,
    ) -> None:
        self._messages = _by_name(messages)
        self._rows = _by_name(rows)
        self._upcasters = dict(upcasters or {})
        old = {Wire(name, one) for name, kind in self._messages.items() for one in range(1, wire_of(kind).version)}
        for name, version in sorted(old - self._upcasters.keys()):
            raise TypeError(f"{name} lacks an upcaster from version {version}")
        for name, version in sorted(self._upcasters.keys() - old):
            raise TypeError(f"there is an upcaster from version {version} of {name}, and no newer version of it")

    def version_of(self, name: str) -> int | None:
        """The newest version of a message that this build knows, None for an unknown name."""
        kind = self._messages.get(name)
        return None if kind is None else wire_of(kind).version

    def decode(self, wire: Wire, body: bytes) -> Any:
        """A message of any released version, as today's class; Undecodable otherwise."""
        kind = self._messages.get(wire.name)
        if kind is None:
            raise Undecodable("unknown_message", f"no message is named {wire.name}")
        current = wire_of(kind).version
        if wire.version > current or wire.version < 1:
            raise Undecodable("unknown_version", f"{wire.name} is known up to version {current}")
        if wire.version == current:
            return from_json(kind, body)
        old = from_json(dict[str, Any], body)
        try:
            for version in range(wire.version, current):
                old = self._upcasters[Wire(wire.name, version)](old)
        except (LookupError, TypeError, ValueError, AttributeError):
            # Upcasters take their version's fields for granted; a body without them is bad input, not a bug of ours.
            raise Undecodable("invalid", f"not a body of {wire.name} in version {wire.version}") from None
        return from_builtins(kind, old)

    def decode_row(self, view: str, body: bytes) -> Any:
        """A row of a view that this build knows."""
        return from_json(self._rows[view], body)

    def row_class(self, view: str) -> type | None:
        """The class of a view's rows, None for a view that this build does not know."""
        return self._rows.get(view)


def _by_name(kinds: Iterable[type]) -> dict[str, type]:
    by_name: dict[str, type] = {}
    for kind in kinds:
        name = wire_of(kind).name
        if by_name.setdefault(name, kind) is not kind:
            raise TypeError(f"two classes are named {name}")
    return by_name
