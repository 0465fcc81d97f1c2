"""What is typed into the form of a discount code, as the domain's values, and back. No Qt."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_FORMATS = ("%Y-%m-%d %H:%M", "%Y-%m-%d")


def zone_of(name: str) -> ZoneInfo:
    """The conference's time zone; UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def moment_of(typed: str, zone: ZoneInfo) -> datetime | None:
    """A moment in the zone, None for an empty text; ValueError for what is no date."""
    text = " ".join(typed.replace("T", " ").split())
    if not text:
        return None
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=zone).astimezone(UTC)
        except ValueError:
            continue
    raise ValueError(text)


def shown_moment(moment: datetime | None, zone: ZoneInfo) -> str:
    """As it is typed; to the minute."""
    return "" if moment is None else moment.astimezone(zone).strftime(_FORMATS[0])


def codes_of(typed: str) -> tuple[str, ...]:
    """Codes that are separated by commas or blanks."""
    return tuple(typed.replace(",", " ").upper().split())
