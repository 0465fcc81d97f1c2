"""Checks of fields that every aggregate makes alike. Each raises Rejected with the field, the rule and the limit."""

import re
from typing import Final

from shared.kernel.decider import Rejected
from shared.kernel.personal import Erased

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EMAIL: Final = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")


def text(field: str, value: str | Erased, *, least: int = 0, most: int) -> None:
    """A text of `least` to `most` characters, blanks at its ends not counted."""
    if isinstance(value, Erased):
        return
    if len(value.strip()) < least:
        raise Rejected("invalid_field", field=field, rule="too_short", least=least)
    if len(value) > most:
        raise Rejected("invalid_field", field=field, rule="too_long", most=most)


def number(field: str, value: int, *, least: int, most: int) -> None:
    """A whole number within both limits."""
    if not least <= value <= most:
        raise Rejected("invalid_field", field=field, rule="out_of_range", least=least, most=most)


def pattern(field: str, value: str, wanted: re.Pattern[str], rule: str) -> None:
    """A text that the pattern matches whole; `rule` is the stable word for what it asks."""
    if not wanted.fullmatch(value):
        raise Rejected("invalid_field", field=field, rule=rule)


def uuid(field: str, value: str) -> None:
    """An id that a ticket's code can carry: a UUID in its usual text, in lower case."""
    pattern(field, value, _UUID, "uuid")


def person(field: str, value: str) -> None:
    """A person's id. What is said of nobody would be sealed under the conference's own key, and never be erased."""
    text(field, value, least=1, most=100)


def email(field: str, value: str | Erased) -> None:
    """Something that mail can be sent to: one @, a dot in the domain, no blanks, at most 254 characters."""
    if isinstance(value, Erased):
        return
    text(field, value, least=3, most=254)
    pattern(field, value, _EMAIL, "not_an_email_address")
