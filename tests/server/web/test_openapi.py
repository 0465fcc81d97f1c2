"""The OpenAPI file: complete, and the one that is committed."""

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from starlette.routing import Route

import server
from server.web import openapi
from shared.kernel.codec import from_json
from tests.server.web.world import World

FILE = Path(server.__file__).parents[1] / "docs" / "openapi.json"
WITHOUT_BODY = ("confirmation", "payments", "cancellation")
FIND = "/api/v1/conferences/{slug}/orders/find"
WITHOUT_KEY = (FIND, f"{FIND}/link", "/enrol", "/enrol/{conference}")
FILES = {"pdf": "application/pdf", "ics": "text/calendar"}
STATUSES = {"400", "403", "404", "408", "409", "410", "413", "422", "429", "5XX"}


@pytest.fixture
def document(world: World) -> dict[str, Any]:
    found: dict[str, Any] = world.client.get("/api/v1/openapi.json").json()
    return found


def test_the_committed_file_is_what_the_server_serves(document: dict[str, Any]) -> None:
    assert FILE.read_text() == openapi.written(), "write it anew: python -m server.web.openapi > docs/openapi.json"
    assert from_json(dict[str, Any], FILE.read_bytes()) == document


def test_every_public_route_is_in_it_and_nothing_else(world: World, document: dict[str, Any]) -> None:
    served = {
        (one.path, method.lower())
        for one in [*world.app.router.routes, *(route for part in openapi.ROUTERS for route in part.routes)]
        if isinstance(one, Route) and one.path.startswith(("/api/v1/", "/enrol"))
        for method in (one.methods or set()) - {"HEAD"}
    }
    described = {(path, method) for path, one in document["paths"].items() for method in one}
    assert described == served - {("/api/v1/openapi.json", "get")}
    assert len(described) > 15


def test_every_operation_has_schemas_and_problems(document: dict[str, Any]) -> None:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            assert len({"200", "201", "202"} & set(responses)) == 1, path
            if "202" not in responses:  # which says nothing, on purpose
                good = responses.get("200") or responses["201"]
                assert set(good["content"]) == {FILES.get(path.rpartition(".")[2], "application/json")}, path
            refused = {status: one for status, one in responses.items() if status > "4"}
            assert {"5XX"} <= set(refused) <= STATUSES, path
            assert all(one["content"] == problem for one in refused.values()), path
            takes_body = method in ("post", "put") and not path.endswith(WITHOUT_BODY)
            assert ("requestBody" in operation) is takes_body, path
            assert operation["description"], path
    ids = [one["operationId"] for operations in document["paths"].values() for one in operations.values()]
    assert len(set(ids)) == len(ids)


def test_what_changes_an_order_takes_its_secret_and_a_key(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            keys = [one["required"] for one in operation.get("parameters", []) if one["name"] == "Idempotency-Key"]
            assert keys == ([] if method == "get" or path in WITHOUT_KEY else [method == "post"]), path
            if "/orders/{order}" in path:
                assert operation["security"] == [{"order": []}]


def test_every_operation_has_examples_that_fit_its_schemas(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            answers = [one for status, one in operation["responses"].items() if status in ("200", "201")]
            parts = [*answers, operation["requestBody"]] if "requestBody" in operation else answers
            for media in [part["content"].get("application/json") for part in parts]:
                if media is None:
                    assert path.rpartition(".")[2] in FILES
                    continue
                schema = media["schema"] | {"components": document["components"]}
                jsonschema_rs.Draft202012Validator(schema).validate(media["example"])


def test_links_lead_to_operations_with_what_they_ask_for(document: dict[str, Any]) -> None:
    asked = {
        operation["operationId"]: {one["name"] for one in operation["parameters"]}
        for operations in document["paths"].values()
        for operation in operations.values()
    }
    links = [
        link
        for operations in document["paths"].values()
        for operation in operations.values()
        for response in operation["responses"].values()
        for link in response.get("links", {}).values()
    ]
    assert len(links) > 15
    for link in links:
        assert set(link["parameters"]) <= asked[link["operationId"]]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document["paths"])) <= set(references(document)) <= known


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if "$ref" in part else []
        return own + [one for value in part.values() for one in references(value)]
    return [one for value in part for one in references(value)] if isinstance(part, list) else []
