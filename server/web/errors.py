"""Every error as application/problem+json (RFC 9457): a stable `code`, a sentence, the `field` at fault."""

import re
from collections.abc import Mapping
from typing import Any, Final

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.store.problems import EnvironmentProblem
from shared.kernel.codec import Undecodable, to_json
from shared.kernel.decider import Rejected
from shared.sentences import sentence
from shared.sync.protocol import BATCH_BYTES_MOST

log = structlog.get_logger()

MEDIA_TYPE: Final = "application/problem+json"
_RETRY_AFTER_S: Final = 2

# Codes whose status does not follow from their name; `unknown_...` is 404 and a domain's refusal 409.
_STATUS: Final[Mapping[str, int]] = {
    "body_too_large": 413,
    "body_too_slow": 408,
    "enrolment_failed": 403,
    "forbidden": 403,
    "form_outdated": 403,
    "link_needed": 403,
    "link_replaced": 410,
    "device_revoked": 403,
    "idempotency_key_invalid": 400,
    "idempotency_key_missing": 400,
    "integer_too_large": 422,
    "invalid": 422,
    "invalid_field": 422,
    "no_seats_wanted": 422,
    "no_tickets": 404,
    "not_nfc": 422,
    "nul_in_text": 422,
    "provider_unavailable": 503,
    "seat_type_twice": 422,
    "signature_invalid": 401,
    "too_deep": 422,
    "too_many_attempts": 429,
    "too_many_changes": 429,
    "too_many_codes": 422,
    "too_many_holds": 429,
    "too_many_orders": 429,
    "too_many_seats": 422,
    "too_many_waited_for": 429,
    "unauthorized": 401,
    "unavailable": 503,
    "unreadable": 400,
    "internal_error": 500,
}
_HTTP_CODES: Final = {404: "not_found", 405: "method_not_allowed", 408: "body_too_slow", 413: "body_too_large"}

# What pydantic calls things, in our rules.
_RULES: Final = {
    "missing": "missing",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "uuid_parsing": "uuid",
    "uuid_type": "uuid",
}
_LIMITS: Final = {"min_length": "least", "max_length": "most", "ge": "least", "le": "most"}
_AT: Final = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_MISSING: Final = re.compile(r"missing required field `(?P<name>\w+)`")


class Problem(Exception):
    """An answer that is an error. `values` explain the code and are part of the answer."""

    def __init__(self, code: str, *, headers: Mapping[str, str] | None = None, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values
        self.headers = dict(headers or {})


def status_of(code: str) -> int:
    """The HTTP status that goes with a code."""
    if code in _STATUS:
        return _STATUS[code]
    return 404 if code.startswith(("unknown_", "not_found")) else 409


def problem(
    code: str,
    values: Mapping[str, Any] | None = None,
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The response for a code and the values that explain it."""
    explained = dict(values or {})
    status = status_of(code) if status is None else status
    document: dict[str, Any] = {"code": code, "title": sentence(code, explained), "status": status}
    field = explained.pop("field", None)
    if field is not None:
        document["field"] = field
    if explained:
        document["values"] = explained
    return Response(to_json(document), status, headers, media_type=MEDIA_TYPE)


def unreadable(error: Undecodable) -> Response:
    """The response for a body that msgspec did not take, with the path of the field where it names one."""
    if error.code != "invalid":
        return problem(error.code)
    at = _AT.search(error.detail)
    path = at["path"] if at else ""
    missing = _MISSING.search(error.detail)
    if missing:
        return problem("invalid_field", {"field": f"{path}.{missing['name']}".lstrip("."), "rule": "missing"})
    return problem("invalid_field", {"field": path or "body", "rule": "wrong_type"})


def install(app: FastAPI) -> None:
    """Answer every error of the app as a problem."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(Rejected, _on_problem)
    app.add_exception_handler(Undecodable, _on_undecodable)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(EnvironmentProblem, _on_environment)
    app.add_exception_handler(Exception, _on_bug)


async def _on_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem | Rejected)
    return problem(error.code, error.values, headers=getattr(error, "headers", None))


async def _on_undecodable(_: Request, error: Exception) -> Response:
    assert isinstance(error, Undecodable)
    return unreadable(error)


async def _on_validation(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return problem("unreadable")
    context = first.get("ctx", {})
    limits = {name: context[theirs] for theirs, name in _LIMITS.items() if theirs in context}
    rule = _RULES.get(first["type"])
    if rule is None:
        rule = "wrong_type" if first["type"].endswith("_type") else "invalid_value"
    return problem("invalid_field", {"field": _path(first["loc"][1:]), "rule": rule, **limits})


def _path(parts: tuple[str | int, ...]) -> str:
    """`("lines", 0, "quantity")` as `lines[0].quantity`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.removeprefix(".") or "body"


async def _on_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _HTTP_CODES.get(error.status_code, "unreadable")
    values = {"most": BATCH_BYTES_MOST} if code == "body_too_large" else None
    return problem(code, values, status=error.status_code, headers=error.headers)


async def _on_environment(_: Request, error: Exception) -> Response:
    log.warning("an environment problem", problem=str(error))
    return problem("unavailable", headers={"Retry-After": str(_RETRY_AFTER_S)})


async def _on_bug(_: Request, __: Exception) -> Response:
    return problem("internal_error")  # Starlette raises it again after the answer, and uvicorn logs it
