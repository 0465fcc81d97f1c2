"""Signed messages between the server and a payment provider: a header `t=<unix seconds>,v1=<HMAC-SHA256>`."""

import hashlib
import hmac
import re
from datetime import datetime, timedelta
from typing import Final

HEADER: Final = "Lanyard-Signature"
TOLERANCE: Final = timedelta(minutes=5)
_SECONDS: Final = re.compile(r"[0-9]{1,12}")


def sign(key: bytes, body: bytes, at: datetime) -> str:
    """The header's value for a message sent now."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_mac(key, seconds, body)}"


def is_signed(key: bytes, body: bytes, header: str, now: datetime, *, within: timedelta = TOLERANCE) -> bool:
    """Whether the header is this body's and of a time near now; an older one may be a recording, played again."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    if not _SECONDS.fullmatch(parts.get("t", "")):
        return False
    seconds = int(parts["t"])
    if not hmac.compare_digest(_mac(key, seconds, body), parts.get("v1", "").encode("ascii", "replace").decode()):
        return False
    return abs(now.timestamp() - seconds) <= within.total_seconds()


def _mac(key: bytes, seconds: int, body: bytes) -> str:
    return hmac.new(key, b"%d.%s" % (seconds, body), hashlib.sha256).hexdigest()
