"""Reads a schedule in frab/Pentabarf XML: title, dates, rooms, and every speaker once.

Why the standard library's parser is enough: it fetches nothing, and a document type is refused as soon as it begins,
before an entity can be declared, so there is none to expand. The file's size is limited before it is read.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, NoReturn
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

SIZE_MOST: Final = 20_000_000

# They belong to the family name; with a capital letter, too.
_PARTICLES: Final = frozenset({"da", "de", "del", "den", "der", "di", "dos", "du", "la", "ten", "van", "von", "zu"})
# What stands in a name of several people, of a group, or of one person twice.
_JOINED: Final = re.compile(r"[/&,]| - ")
_WORDS_MOST: Final = 5


class FrabError(ValueError):
    """The file is no schedule that can be used; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """A person of the schedule. `id` is the schedule's own: two ids with one name stay two people."""

    id: str
    name: str

    @property
    def email(self) -> str:
        """An invented address."""
        return f"speaker-{self.id}@example.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What an organizer takes over from a published schedule."""

    title: str
    acronym: str
    version: str
    starts_on: date
    ends_on: date
    rooms: tuple[str, ...]
    events: int
    speakers: tuple[Speaker, ...]


def read_file(path: Path) -> Schedule:
    """The schedule in a file; FrabError if it is none."""
    if path.stat().st_size > SIZE_MOST:
        raise FrabError(f"The schedule is larger than {SIZE_MOST} bytes.")
    return read(path.read_bytes())


def read(document: bytes) -> Schedule:
    """The schedule in an XML document; FrabError if it is none."""
    root = _parsed(document)
    conference = root.find("conference")
    if root.tag != "schedule" or conference is None:
        raise FrabError("This is not a frab schedule: it has no <schedule> with a <conference>.")
    rooms = dict.fromkeys(_plain(room.get("name", "")) for room in root.iter("room") if room.get("name"))
    return Schedule(
        title=_text(conference, "title"),
        acronym=_text(conference, "acronym"),
        version=_plain(root.findtext("version", "")),
        starts_on=_date(conference, "start"),
        ends_on=_date(conference, "end"),
        rooms=tuple(rooms),
        events=sum(1 for _ in root.iter("event")),
        speakers=_speakers(root),
    )


def split_name(name: str) -> tuple[str, str]:
    """First and last name. A name of one word, of several people or of a group is a last name as it stands."""
    words = name.split()
    is_one_person = not _JOINED.search(name) and len(words) <= _WORDS_MOST and all(_has_letter(one) for one in words)
    if len(words) < 2 or not is_one_person:
        return "", name
    at = len(words) - 1
    while at > 1 and words[at - 1].casefold() in _PARTICLES:
        at -= 1
    return " ".join(words[:at]), " ".join(words[at:])


def _has_letter(word: str) -> bool:
    return any(one.isalpha() for one in word)


class _WithoutDoctype(TreeBuilder):
    """Entities can only be declared in a document type, so a document with one is not read further."""

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> NoReturn:
        raise FrabError("The schedule has a document type, which a schedule does not need.")


def _parsed(document: bytes) -> Element:
    parser = XMLParser(target=_WithoutDoctype())
    try:
        parser.feed(document)
        root: Element = parser.close()
    except ParseError as error:
        raise FrabError(f"The schedule is not readable XML: {error}.") from None
    return root


def _speakers(root: Element) -> tuple[Speaker, ...]:
    """In the order in which the schedule names them."""
    names: dict[str, str] = {}
    for person in root.iter("person"):
        id, name = person.get("id", ""), _plain("".join(person.itertext()))
        if id and name:
            names.setdefault(id, name)
    return tuple(Speaker(id=id, name=name) for id, name in names.items())


def _text(element: Element, tag: str) -> str:
    found = _plain(element.findtext(tag, ""))
    if not found:
        raise FrabError(f"The schedule's <{element.tag}> has no <{tag}>.")
    return found


def _date(element: Element, tag: str) -> date:
    text = _text(element, tag)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FrabError(f"The schedule's <{tag}> is no date: {text}.") from None


def _plain(text: str) -> str:
    """In one line, without blanks around it, and in the form in which all text is kept."""
    return unicodedata.normalize("NFC", " ".join(text.split()))
