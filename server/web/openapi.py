"""The OpenAPI file. FastAPI writes most of it; plain routes, and what all operations share, stand here by hand.

python -m server.web.openapi > docs/openapi.json
"""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from pydantic import TypeAdapter

from server.web import attendees, auth, codes, conferences, files, invoices, order_link, registration, seats, waitlist
from server.web.availability import Left
from server.web.examples import ANSWERED, PROBLEM, SENT
from server.web.orders import OrderRequest, Placed

ROUTERS: Final[tuple[APIRouter, ...]] = (
    conferences.router,
    files.router,
    registration.router,
    order_link.router,
    codes.router,
    seats.router,
    invoices.router,
    waitlist.router,
    attendees.router,
    auth.router,
)
DESCRIPTION: Final[Mapping[str, Any]] = {
    "title": "Lanyard",
    "version": "1",
    "openapi_url": "/api/v1/openapi.json",
    "docs_url": None,  # FastAPI's page takes its scripts from a CDN
    "redoc_url": None,
    "generate_unique_id_function": lambda route: route.name,
}

_REFERENCE: Final = "#/components/schemas/{model}"
_CONFERENCE: Final = "/api/v1/conferences/{slug}"
_METHODS_WITH_KEY: Final = ("post", "put", "delete")
_WITH_KEY: Final = (f"{_CONFERENCE}/orders/{{order}}", f"{_CONFERENCE}/waitlist", f"{_CONFERENCE}/tickets")
_TAGGED: Final = ("/api/v1/conferences", _CONFERENCE, f"{_CONFERENCE}/availability")


def install(app: FastAPI) -> None:
    """Complete the file when it is first asked for."""
    made_by_fastapi = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(made_by_fastapi())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def written() -> str:
    """The file as it is committed, for the routes of this release."""
    app = FastAPI(**DESCRIPTION)
    for router in ROUTERS:
        app.include_router(router)
    install(app)
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own, in whose place we answer problems
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    components["securitySchemes"] = _SECRETS
    paths = document["paths"]
    paths[f"{_CONFERENCE}/orders"] = {"post": _place_order(schemas)}
    paths[f"{_CONFERENCE}/availability"] = {"get": _show_availability(schemas)}
    for path, operations in paths.items():
        for method, operation in operations.items():
            _complete(path, method, operation)
    _link(paths)
    return document


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    """What operations share: the secret, the command's id, tags, problems, examples."""
    parameters, responses = operation.setdefault("parameters", []), operation["responses"]
    secret = _secret_of(path)
    if secret is not None:
        operation["security"] = [{secret: []}]
    elif path.startswith("/enrol"):
        operation["security"] = [{}, {"device": []}]
    if method in _METHODS_WITH_KEY and path.startswith(_WITH_KEY):
        parameters.append(_KEY | {"required": method == "post"})
    if path in _TAGGED:
        parameters.append(_IF_NONE_MATCH)
        responses["200"]["headers"] = {"ETag": _header("What If-None-Match says when it is asked for again.")}
        responses["304"] = {"description": "As it was."}
    if path == "/api/v1/conferences":
        responses["200"]["headers"]["Link"] = _header('The next page, as <address>; rel="next". None: it is the last.')
    responses.pop("422", None)
    for status in sorted(_refusals(path, method, operation)):
        responses[status] = _refusal(_STATUS[status])
    responses["5XX"] = _refusal("The server cannot do this at the moment; repeat it with the same key.")
    _show_examples(operation)


def _secret_of(path: str) -> str | None:
    """Which secret an operation asks for."""
    named = {"/orders/{order}": "order", "/tickets/{order}": "ticket", "/waitlist/{entry}": "entry"}
    return next((secret for part, secret in named.items() if part in path), None)


def _refusals(path: str, method: str, operation: Mapping[str, Any]) -> Iterator[str]:
    """The statuses of an operation's refusals."""
    names = {one["name"] for one in operation["parameters"]}
    is_command = "Idempotency-Key" in names or path.startswith("/enrol")
    is_guessed = "security" in operation or operation["operationId"] in ("find_order", "ask_for_link")
    if "requestBody" in operation:
        yield from ("400", "408", "413", "422")
    if is_command:
        yield from ("400", "409", "422")
    if names & {"position", "number", "limit"}:
        yield "422"
    if path.startswith("/enrol"):
        yield "403"
    if "{slug}" in path:
        yield "404"
    if is_guessed or (is_command and method == "post"):
        yield "429"
    if "/tickets/{order}" in path:
        yield "410"


def _show_examples(operation: dict[str, Any]) -> None:
    name, responses = operation["operationId"], operation["responses"]
    if name in SENT:
        operation["requestBody"]["content"]["application/json"]["example"] = SENT[name]
    if name in ANSWERED:
        good = responses.get("200") or responses["201"]
        good["content"]["application/json"]["example"] = ANSWERED[name]


def _link(paths: dict[str, Any]) -> None:
    """How one answer leads to the next request: what is new has an id in the body of the answer that made it."""
    slug = {"slug": "$request.path.slug"}
    made = {
        f"{_CONFERENCE}/orders": ("/orders/{order}", {"order": "$response.body#/order/order"}),
        f"{_CONFERENCE}/waitlist": ("/waitlist/{entry}", {"entry": "$response.body#/entry/entry"}),
        f"{_CONFERENCE}/orders/{{order}}/payments": (
            "/payments/{payment}",
            {"order": "$request.path.order", "payment": "$response.body#/payment"},
        ),
    }
    for path, (follows, parameters) in made.items():
        paths[path]["post"]["responses"]["201"]["links"] = {
            operation["operationId"]: {"operationId": operation["operationId"], "parameters": slug | parameters}
            for other, operations in sorted(paths.items())
            for operation in operations.values()
            if follows in other and "{payment}" not in other.replace(follows, "")
        }


def _refusal(description: str) -> dict[str, Any]:
    media = {"schema": _reference("Problem")}
    return {"description": description, "content": {"application/problem+json": media}}


def _place_order(schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        "tags": ["orders"],
        "operationId": "place_order",
        "summary": "Place Order",
        "description": "Place an order. The answer has its totals, the granted seats and the secret that opens it.",
        "parameters": [_SLUG, _KEY],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _schema(OrderRequest, schemas)}}},
        "responses": {
            "201": {"description": "Placed.", "content": {"application/json": {"schema": _schema(Placed, schemas)}}},
        },
    }


def _show_availability(schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        "tags": ["conferences"],
        "operationId": "show_availability",
        "summary": "Show Availability",
        "description": "The seats that remain, in few bytes and right to the last one: made to be asked often.",
        "parameters": [_SLUG],
        "responses": {
            "200": {"description": "Left.", "content": {"application/json": {"schema": _schema(Left, schemas)}}},
        },
    }


def _schema(kind: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    schema = TypeAdapter(kind).json_schema(ref_template=_REFERENCE)
    schemas.update(schema.pop("$defs", {}))
    schemas[kind.__name__] = schema
    return _reference(kind.__name__)


def _reference(name: str) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(model=name)}


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}


_SLUG: Final = {"name": "slug", "in": "path", "required": True, "schema": {"type": "string"}}
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "The command's id: the same key has the same answer.",
    "schema": {"type": "string", "format": "uuid"},
}
_IF_NONE_MATCH: Final = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of an answer that is here already: if it still holds, 304 says so.",
    "schema": {"type": "string"},
}
_STATUS: Final[Mapping[str, str]] = {
    "400": "The request is not readable, or its Idempotency-Key is missing or no UUID.",
    "403": "These details do not fit.",
    "404": "There is no such thing here. `unknown_order` says that the secret does not fit, too.",
    "408": "The body took too long to arrive.",
    "409": "Refused as things stand; nothing was changed. The code says why.",
    "410": "This secret was replaced: the seat has another attendee.",
    "413": "The body is too large.",
    "422": "A value does not fit. `field` names it.",
    "429": (
        "Too many attempts, orders, or seats held unpaid or waited for, from this address; or too many changes of this "
        "order. The header Retry-After says how long to wait."
    ),
}
_SECRETS: Final = {
    "order": {"type": "http", "scheme": "bearer", "description": "The order's secret: the `key` of its link."},
    "ticket": {
        "type": "http",
        "scheme": "bearer",
        "description": "The attendee's secret: the `key` of the ticket's link.",
    },
    "entry": {"type": "http", "scheme": "bearer", "description": "The entry's secret: the `key` of its link."},
    "device": {"type": "http", "scheme": "bearer", "description": "The token of a device that is enrolled already."},
}
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["code", "title", "status"],
    "properties": {
        "code": {"type": "string", "description": "Stable; for programs."},
        "title": {"type": "string", "description": "A sentence for people."},
        "status": {"type": "integer"},
        "field": {"type": "string", "description": "The field at fault, such as lines[0].quantity."},
        "values": {"type": "object", "description": "What explains the code."},
    },
    "example": PROBLEM,
}

if __name__ == "__main__":
    sys.stdout.write(written())
