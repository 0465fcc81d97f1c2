"""Answers that clients may keep and ask for again with If-None-Match: made once, sent as often as asked for."""

from hashlib import sha256
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from shared.kernel.codec import to_json

JSON: Final = "application/json"
_TAG_LENGTH: Final = 32  # hexadecimal digits


class Tagged:
    """A body with a strong ETag made from it. No cache may answer with it before it asked here (no-cache)."""

    def __init__(self, body: bytes, *, media_type: str = JSON, headers: dict[str, str] | None = None) -> None:
        self.etag = f'"{sha256(body).hexdigest()[:_TAG_LENGTH]}"'
        shared = {"ETag": self.etag, "Cache-Control": "no-cache"} | (headers or {})
        self._whole = Response(body, 200, shared, media_type=media_type)
        self._unchanged = Response(status_code=304, headers=shared)

    @classmethod
    def of(cls, thing: Any) -> "Tagged":
        """The thing as JSON."""
        return cls(to_json(thing))

    def answer(self, request: Request) -> Response:
        """The body, or 304 for whoever has it already."""
        known = request.headers.get("if-none-match")
        return self._whole if known is None or not self._is_among(known) else self._unchanged

    def _is_among(self, known: str) -> bool:
        if known == self.etag:
            return True
        tags = [one.strip().removeprefix("W/") for one in known.split(",")]
        return self.etag in tags or tags == ["*"]
