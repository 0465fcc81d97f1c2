"""Times as the store keeps them: microseconds since 1970 in UTC, one integer that both databases sort alike."""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def to_us(moment: datetime) -> int:
    """Microseconds since 1970; TypeError for a time without a zone."""
    return (moment - _EPOCH) // _MICROSECOND


def from_us(us: int) -> datetime:
    """The aware UTC time of this many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=us)


class Moment(TypeDecorator[datetime]):
    """A column of aware UTC times, for statements of SQLAlchemy Core."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's
        return None if value is None else to_us(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        return None if value is None else from_us(value)
