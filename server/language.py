"""What is said to a reader in their language: sentences from the catalogs, dates and money as they are written there.

The English text is the key. Catalogs are gettext's `.po` files: `server/locale/<language>/*.po` for what the server
says, `shared/locale/<language>.po` for the sentences that both ends say. A text that lacks a translation stays English.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel import Locale
from babel.core import negotiate_locale
from babel.dates import format_date, format_interval
from babel.messages.pofile import read_po
from babel.numbers import format_currency

import shared
from server.time_zones import zone
from shared.kernel.money import minor_digits
from shared.sentences import sentence

LANGUAGES: Final = ("en", "de", "ko")
"""The first is what whoever asks for none of them reads."""
_SERVER: Final = Path(__file__).parent / "locale"
_SHARED: Final = Path(shared.__file__).parent / "locale"


class Words:
    """One language. Call it with an English text to have it in this language: `_("{n} seats", n=3)`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._locale = Locale.parse(language)
        self._texts = dict(_texts(language))

    def __call__(self, text: str, /, **values: Any) -> str:
        """The text in this language, with its values in their places."""
        translated = self.translate(text)
        return translated.format_map(values) if values else translated

    def translate(self, text: str) -> str:
        """The text as it is in the catalogs, its places still open."""
        return self._texts.get(text) or text

    def count(self, one: str, many: str, n: int) -> str:
        """`one` or `many` of something; both have `{n}`."""
        return self(one if n == 1 else many, n=n)

    def sentence(self, code: str, values: dict[str, Any] | None = None) -> str:
        """What a refusal or an error means."""
        return sentence(code, values, self.translate)

    def money(self, amount: int, currency: str) -> str:
        """An amount in minor units as people write it: €12.50, 12,50 €, ₩12,500."""
        digits = minor_digits(currency)
        # With our digits: Babel rounds to those that people use where a currency's coins are worth nothing any more.
        usual: str = self._locale.currency_formats["standard"].pattern
        pattern = usual.replace("0.00", f"{0:.{digits}f}")
        value = Decimal(amount).scaleb(-digits)
        return str(format_currency(value, currency, pattern, locale=self._locale, currency_digits=False))

    def day(self, day: date) -> str:
        """A date with its weekday."""
        return str(format_date(day, "full", locale=self._locale))

    def days(self, first: date, last: date) -> str:
        """A span of days, or the one day."""
        if first == last:
            return str(format_date(first, "long", locale=self._locale))
        return str(format_interval(first, last, "yMMMd", locale=self._locale))

    def moment(self, moment: datetime, time_zone: str) -> str:
        """A day and the time of a clock with 24 hours, in the time zone of the place, which is named."""
        local = moment.astimezone(zone(time_zone))
        return f"{format_date(local, 'long', locale=self._locale)}, {local:%H:%M} ({time_zone})"


@cache
def words(language: str) -> Words:
    """The words of a language; of the first of `LANGUAGES` for one that we do not have."""
    return Words(language if language in LANGUAGES else LANGUAGES[0])


def preferred(accept_language: str) -> str:
    """Which of our languages suits a reader best, by the header `Accept-Language`."""
    weighed = []
    for part in accept_language.split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weighed.append((-float(quality or 1), tag.strip()))
        except ValueError:
            continue
    asked = [tag for weight, tag in sorted(weighed, key=lambda one: one[0]) if weight < 0]
    return negotiate_locale(asked, LANGUAGES, sep="-") or LANGUAGES[0]


def _texts(language: str) -> Iterator[tuple[str, str]]:
    for file in [_SHARED / f"{language}.po", *sorted((_SERVER / language).glob("*.po"))]:
        if file.exists():
            with file.open("rb") as lines:
                for message in read_po(lines, locale=language):
                    if isinstance(message.id, str) and message.id and isinstance(message.string, str):
                        yield message.id, message.string
