"""Every error is a problem: of the framework, of the database, of a slow or a large body, of ours."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.requests import Request

from server.store.problems import EnvironmentProblem
from server.web.limits import BodyLimits, address_of
from tests.server.web.world import FULL, ORDERS, World


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/no/where", 404, "not_found"),
        ("DELETE", "/api/v1/conferences", 405, "method_not_allowed"),
        ("GET", "/api/v1/conferences/nowhere", 404, "unknown_conference"),
    ],
)
def test_the_framework_s_errors_are_problems_too(world: World, method: str, path: str, status: int, code: str) -> None:
    refused = world.client.request(method, path)
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert (refused.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["title"].endswith(".")


@pytest.mark.parametrize("path", [ORDERS, "/enrol"])
@pytest.mark.parametrize("body", [b"{", b"\xff"])
def test_a_body_that_is_no_json(world: World, path: str, body: bytes) -> None:
    headers = {"Idempotency-Key": "6f1f1f6e-0000-4000-8000-000000000000", "Content-Type": "application/json"}
    refused = world.client.post(path, content=body, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (400, "unreadable")


@pytest.mark.parametrize("path", [ORDERS, "/enrol", "/hooks/payments/x"])
def test_a_body_beyond_a_mebibyte_is_refused(world: World, path: str) -> None:
    headers = {"Idempotency-Key": "6f1f1f6e-0000-4000-8000-000000000000", "Content-Type": "application/json"}
    refused = world.client.post(path, content=b" " * (1024 * 1024 + 1), headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")


def test_a_body_that_does_not_come_is_not_waited_for_for_ever(world: World) -> None:
    sent: list[MutableMapping[str, Any]] = []
    parts = [{"type": "http.request", "body": b"{", "more_body": True}]

    async def receive() -> MutableMapping[str, Any]:
        if parts:
            return parts.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": ORDERS,
        "raw_path": ORDERS.encode(),
        "query_string": b"",
        "headers": [(b"idempotency-key", b"6f1f1f6e-0000-4000-8000-000000000000")],
        "client": ("192.0.2.1", 1),
        "server": ("testserver", 80),
        "scheme": "http",
        "app": world.app,
    }
    asyncio.run(BodyLimits(world.app.middleware_stack or world.app, timeout_s=0.01)(scope, receive, send))
    assert sent[0]["status"] == 408
    assert b"body_too_slow" in sent[1]["body"]


def test_a_database_that_does_not_take_a_write_is_a_503(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    services = world.services

    class Away:
        def submit(self, space: str, job: object) -> object:
            raise EnvironmentProblem("The disk is full. Make room on it.")

    object.__setattr__(services, "drain", Away())
    refused = world.post(ORDERS, {"lines": [{"seat_type": FULL, "quantity": 1}]})
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert int(refused.headers["retry-after"]) > 0


def test_a_bug_is_a_problem_without_a_trace(world: World) -> None:
    object.__setattr__(world.services, "drain", None)
    refused = world.post(ORDERS, {"lines": [{"seat_type": FULL, "quantity": 1}]})
    assert (refused.status_code, refused.json()["code"]) == (500, "internal_error")
    assert "NoneType" not in refused.text


@pytest.mark.parametrize(
    ("host", "address"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("testclient", "testclient")],
)
def test_whoever_has_an_ipv6_network_is_one_client(host: str, address: str) -> None:
    assert address_of(Request({"type": "http", "client": (host, 1), "headers": []})) == address
