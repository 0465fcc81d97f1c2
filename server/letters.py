"""A letter: what a mail says, once, from which its text and its HTML are made; and the mail that brings it.

A template (`templates/<name>.jinja`) calls `subject`, `say`, `fact` and `action` and writes nothing itself: values
reach the letter as values, so that a name can neither become a heading nor a link.
"""

import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import idna
import mrml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server.gateways.mail import Unsent
from server.language import Words, words

_WIDTH: Final = 76
_DOMAIN: Final = re.compile(r"{0}(\.{0})*".format(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"))
# The last ones let text run from right to left, or end that: what follows a name would be turned around.
_CONTROLS: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_FOLDER: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with their values, one below the other."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Action:
    """The one thing to do: a link."""

    label: str
    url: str


Part = Paragraph | Facts | Action


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Something that comes with a letter."""

    name: str
    content: bytes
    kind: str
    """`pdf` or `calendar`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    language: str
    heading: str
    """In whose name it is written."""
    subject: str
    parts: tuple[Part, ...]
    footer: str


@dataclass(slots=True)
class _Writing:
    """A letter while its template is read; the methods are what the template calls."""

    words: Words
    title: str = ""
    parts: list[Part] = field(default_factory=list)

    def subject(self, text: str) -> str:
        self.title = one_line(text)
        return ""

    def say(self, text: str) -> str:
        self.parts.append(Paragraph(clean(text)))
        return ""

    def greet(self, name: str) -> str:
        _ = self.words
        return self.say(_("Hello {name},", name=one_line(name)) if name else _("Hello,"))

    def order_lines(self, order: Any, lines: Iterable[tuple[Any, int]]) -> str:
        """An order's lines with what each costs, and the total."""
        _ = self.words
        for line, amount in lines:
            given = {"granted": line.granted, "quantity": line.quantity, "name": line.name}
            is_short = line.granted < line.quantity
            label = _("{granted} of {quantity} × {name}", **given) if is_short else f"{line.granted} × {line.name}"
            self.fact(label, _.money(amount, order.currency))
        return self.fact(_("Total"), _.money(order.total, order.currency))

    def when_and_where(self, conference: Any) -> str:
        """The conference's days and place."""
        _ = self.words
        self.parts.append(Facts(()))
        self.fact(_("When"), _.days(conference.starts_on, conference.ends_on))
        return self.fact(_("Where"), conference.location) if conference.location else ""

    def fact(self, label: str, value: str) -> str:
        row = (one_line(label), one_line(value))
        match self.parts:
            case [*_, Facts(rows=rows)]:
                self.parts[-1] = Facts((*rows, row))
            case _:
                self.parts.append(Facts((row,)))
        return ""

    def action(self, label: str, url: str) -> str:
        self.parts.append(Action(label, url))
        return ""


# The letters' templates have no output of their own, so that there is nothing to escape; the layout escapes.
_templates: Final = Environment(  # noqa: S701
    loader=FileSystemLoader(_FOLDER), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_layouts: Final = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


# By default it asks Google for every family that it knows.
_no_fonts: Final = mrml.RenderOptions(fonts={})


class _Headers(HeaderRegistry):
    """The usual headers. Python makes a class for each header of each mail; here it is one for each name."""

    def __init__(self) -> None:
        super().__init__()
        self._kinds: dict[str, type] = {}

    def __getitem__(self, name: str) -> type:
        kind = self._kinds.get(name)
        if kind is None:
            kind = self._kinds[name] = super().__getitem__(name)
        return kind


_policy: Final = default.clone(header_factory=_Headers())


def write(template: str, language: str, heading: str, values: Mapping[str, Any]) -> Letter:
    """The letter of a template, in this language."""
    _ = words(language)
    writing = _Writing(_)
    calls = {
        "_": _,
        "money": _.money,
        "moment": _.moment,
        "day": _.day,
        "subject": writing.subject,
        "greet": writing.greet,
        "say": writing.say,
        "fact": writing.fact,
        "order_lines": writing.order_lines,
        "when_and_where": writing.when_and_where,
        "action": writing.action,
    }
    stray = _templates.get_template(f"{template}.jinja").render({**values, **calls}).strip()
    assert not stray, f"{template} writes outside of its parts"
    footer = _("This mail was written by a program. Nobody reads answers to it.")
    return Letter(
        language=_.language,
        heading=one_line(heading),
        subject=writing.title,
        parts=tuple(writing.parts),
        footer=footer,
    )


def text_of(letter: Letter) -> str:
    """The letter as plain text."""
    return "\n\n".join([letter.heading, *map(_text, letter.parts), "-- \n" + letter.footer]) + "\n"


def _text(part: Part) -> str:
    match part:
        case Paragraph(text=text):
            return "\n".join(_wrapped(line) for line in text.split("\n"))
        case Facts(rows=rows):
            return "\n".join(f"  {label}: {value}" if value else f"  {label}" for label, value in rows)
        case Action(label=label, url=url):
            return f"{label}:\n\n  {url}"


def _wrapped(line: str) -> str:
    return textwrap.fill(line, _WIDTH, break_long_words=False, break_on_hyphens=False)


def html_of(letter: Letter) -> str:
    """The letter as HTML that mail programs show: no picture, nothing to fetch, nothing that reports back."""
    shown = [(type(part).__name__, part) for part in letter.parts]
    source = _layouts.get_template("layout.mjml").render(letter=letter, parts=shown)
    return str(mrml.to_html(source, render_options=_no_fonts).content)


def mail_of(
    letter: Letter,
    *,
    id: str,
    sender: str,
    to: str,
    public_url: str,
    now: datetime,
    files: tuple[File, ...] = (),
) -> EmailMessage:
    """The mail that brings the letter. The same id gives the same Message-ID.

    Unsent, and final, for an address that no mail can go to.
    """
    mail = EmailMessage(_policy)
    mail["Message-ID"] = f"<{id}@{urlsplit(public_url).hostname or 'localhost'}>"
    mail["Date"] = format_datetime(now)
    mail["From"] = Address(letter.heading, addr_spec=parseaddr(sender)[1])
    mail["To"] = address_of(to)
    mail["Subject"] = letter.subject
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text_of(letter))
    mail.add_alternative(html_of(letter), subtype="html")
    for file in files:
        if file.kind == "calendar":
            mail.add_attachment(
                file.content.decode(), subtype="calendar", filename=file.name, params={"method": "PUBLISH"}
            )
        else:
            mail.add_attachment(file.content, maintype="application", subtype=file.kind, filename=file.name)
    mail["Content-Language"] = letter.language  # before the parts it would become the first one's
    return mail


def address_of(email: str) -> Address:
    """Where a mail to this address goes; a domain in another script as the network knows it (IDNA)."""
    user, _, domain = email.strip().rpartition("@")
    try:
        known = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        known = ""
    if not user or not _DOMAIN.fullmatch(known) or one_line(user) != user:
        raise Unsent("address_not_possible", is_final=True)
    return Address(username=user, domain=known)


def one_line(text: str) -> str:
    """The text without line breaks and without characters that control anything."""
    return " ".join(clean(text).split())


def clean(text: str) -> str:
    """The text with `\\n` for every line break, and without other characters that control anything."""
    return _CONTROLS.sub("", "\n".join(text.splitlines()))
