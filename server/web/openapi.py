"""The OpenAPI file. What plain routes serve stands here by hand; FastAPI writes the rest."""

from typing import Any, Final

from fastapi import FastAPI
from pydantic import TypeAdapter

from server.web.orders import OrderRequest, Placed

_REFERENCE: Final = "#/components/schemas/{model}"
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "The command's id: the same key has the same answer.",
    "schema": {"type": "string", "format": "uuid"},
}


def install(app: FastAPI) -> None:
    """Complete the file when it is first asked for."""
    made_by_fastapi = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = made_by_fastapi()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            document["paths"]["/api/v1/conferences/{slug}/orders"] = {"post": _place_order(schemas)}
            schemas["Problem"] = _PROBLEM
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


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


def _place_order(schemas: dict[str, Any]) -> dict[str, Any]:
    problem = {"description": "Refused.", "content": {"application/problem+json": {"schema": _reference("Problem")}}}
    return {
        "tags": ["orders"],
        "summary": "Place Order",
        "description": "Place an order. The answer has its totals, the granted seats and the secret that opens it.",
        "parameters": [{"name": "slug", "in": "path", "required": True, "schema": {"type": "string"}}, _KEY],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _schema(OrderRequest, schemas)}}},
        "responses": {
            "201": {"description": "Placed.", "content": {"application/json": {"schema": _schema(Placed, schemas)}}},
            "4XX": problem,
        },
    }


def _schema(kind: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    schema = TypeAdapter(kind).json_schema(ref_template=_REFERENCE)
    schemas.update(schema.pop("$defs", {}))
    schemas[kind.__name__] = schema
    return _reference(kind.__name__)


def _reference(name: str) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(model=name)}
