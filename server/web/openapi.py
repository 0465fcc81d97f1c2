"""The OpenAPI file. FastAPI writes most of it; plain routes, and what all operations share, stand here by hand.

python -m server.web.openapi > docs/openapi.json
"""

import json
import sys
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from pydantic import TypeAdapter

from server.web import auth, conferences, registration, seats
from server.web.orders import OrderRequest, Placed

ROUTERS: Final[tuple[APIRouter, ...]] = (conferences.router, registration.router, seats.router, auth.router)
DESCRIPTION: Final[Mapping[str, Any]] = {
    "title": "Lanyard",
    "version": "1",
    "openapi_url": "/api/v1/openapi.json",
    "docs_url": None,  # FastAPI's page takes its scripts from a CDN
    "redoc_url": None,
    "generate_unique_id_function": lambda route: route.name,
}

_REFERENCE: Final = "#/components/schemas/{model}"
_METHODS_WITH_KEY: Final = ("post", "put", "delete")


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
    document["paths"]["/api/v1/conferences/{slug}/orders"] = {"post": _place_order(schemas)}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(path, method, operation)
    return document


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    """What operations share: problems, the order's secret, the command's id."""
    responses = operation["responses"]
    responses.pop("422", None)
    responses["4XX"] = _refusal("Refused; nothing was changed. `unknown_order` says that the secret does not fit, too.")
    responses["5XX"] = _refusal("The server cannot do this at the moment; repeat it with the same key.")
    if "/{order}" in path:
        operation["security"] = [{"order": []}]
        if method in _METHODS_WITH_KEY:
            operation["parameters"].append(_KEY | {"required": method == "post"})
    elif path.startswith("/enrol"):
        operation["security"] = [{}, {"device": []}]


def _refusal(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/problem+json": {"schema": _reference("Problem")}}}


def _place_order(schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        "tags": ["orders"],
        "operationId": "place_order",
        "summary": "Place Order",
        "description": "Place an order. The answer has its totals, the granted seats and the secret that opens it.",
        "parameters": [{"name": "slug", "in": "path", "required": True, "schema": {"type": "string"}}, _KEY],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _schema(OrderRequest, schemas)}}},
        "responses": {
            "201": {"description": "Placed.", "content": {"application/json": {"schema": _schema(Placed, schemas)}}},
        },
    }


def _schema(kind: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    schema = TypeAdapter(kind).json_schema(ref_template=_REFERENCE)
    schemas.update(schema.pop("$defs", {}))
    schemas[kind.__name__] = schema
    return _reference(kind.__name__)


def _reference(name: str) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(model=name)}


_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "The command's id: the same key has the same answer.",
    "schema": {"type": "string", "format": "uuid"},
}
_SECRETS: Final = {
    "order": {"type": "http", "scheme": "bearer", "description": "The order's secret, from its link's fragment."},
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
}

if __name__ == "__main__":
    sys.stdout.write(written())
