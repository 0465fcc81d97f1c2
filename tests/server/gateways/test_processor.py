"""The whole road with real processes: server, processor, a browser's clicks, and a server that is away meanwhile."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from server.app import utc_now
from server.gateways.hosted_page import HostedPage
from server.gateways.payments import Charge, Fact, Notice, ProviderAway, RefundWanted
from shared.checkin.ticket_code import decode
from shared.kernel.codec import from_json, to_json
from shared.payments.payment import RecordCapture, RecordRefund, RecordRefundFailure, RecordRejection
from tests.server.web.world import ANN, FULL, ORDERS, SPACE, RealClock, running


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def process(port: int, environment: dict[str, str], *arguments: str) -> Iterator[None]:
    """A process that listens on the port before it is used, and is ended afterwards."""
    command = [sys.executable, "-m", *arguments, "--port", str(port)]
    started = subprocess.Popen(command, env=os.environ | environment, stderr=subprocess.PIPE)
    try:
        until(lambda: listens(port))
        yield
    finally:
        started.send_signal(signal.SIGTERM)
        _, errors = started.communicate(timeout=120)
        assert b"Traceback" not in errors, errors.decode()


def listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def until(claim: Any) -> None:
    """Wait for another process; fails after two minutes, for many may start at a time."""
    give_up = time.monotonic() + 120
    while not claim():
        assert time.monotonic() < give_up, "it did not come"
        time.sleep(0.05)


def form_of(client: httpx2.Client, page: str) -> dict[str, str]:
    """The hidden fields of the processor's page."""
    shown = client.get(page)
    assert shown.status_code == 200, shown.text
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown.text)
    return {name: unescape(text) for name, text in hidden}


def press(client: httpx2.Client, page: str, form: dict[str, str], result: str) -> httpx2.Response:
    """Send the form with one of its buttons, as a browser would."""
    return client.post(page.partition("/pay?")[0] + "/decide", data=form | {"result": result})


def click(client: httpx2.Client, page: str, result: str) -> httpx2.Response:
    """Open the page and press a button."""
    return press(client, page, form_of(client, page), result)


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """Something that answers on the port which is given."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as hook:
        threading.Thread(target=hook.serve_forever).start()
        try:
            yield hook.server_port
        finally:
            hook.shutdown()


def charge_to(callback_url: str) -> Charge:
    return Charge(
        conference=SPACE,
        payment="payment-1",
        order="order-1",
        amount=120_00,
        currency="EUR",
        description="Order ABCDEF",
        callback_url=callback_url,
        return_url="http://127.0.0.1/back",
    )


def page_of(provider: HostedPage, charge: Charge) -> str:
    return provider.start(charge, expires_at=utc_now(), now=utc_now()).url


def test_a_charge_of_release_1_leads_out_to_where_it_returns() -> None:
    document = from_json(dict[str, Any], to_json(charge_to("http://127.0.0.1/hook")))
    del document["leave_url"]
    assert from_json(Charge, to_json(document)).way_out == "http://127.0.0.1/back"
    left = replace(charge_to("http://127.0.0.1/hook"), leave_url="http://127.0.0.1/left")
    assert left.way_out == "http://127.0.0.1/left"


@pytest.fixture
def ports() -> tuple[int, int]:
    return free_port(), free_port()


def test_from_an_order_to_a_ticket_with_a_payment_while_the_server_was_away(
    tmp_path: Path, ports: tuple[int, int]
) -> None:
    server_port, processor_port = ports
    url = f"http://127.0.0.1:{server_port}"
    environment = {
        "LANYARD_DATA_DIR": str(tmp_path),
        "LANYARD_PUBLIC_URL": url,
        "LANYARD_PAYMENT_URL": f"http://127.0.0.1:{processor_port}",
    }
    with running(tmp_path, RealClock()) as world:  # the conference is made before
        world.make_conference()
    server = ("server", "serve")
    headers = {"Idempotency-Key": str(uuid4())}
    with (
        httpx2.Client() as client,
        process(processor_port, environment, "server.gateways.processor"),
    ):
        with process(server_port, environment, *server):
            lines = [{"seat_type": FULL, "quantity": 1}]
            placed = client.post(url + ORDERS, json={"lines": lines, "registrant": ANN}, headers=headers).json()
            order = f"{url}{ORDERS}/{placed['order']['order']}"
            shows = {"Authorization": f"Bearer {placed['secret']}"}

            rejected = client.post(f"{order}/payments", headers=shows | {"Idempotency-Key": str(uuid4())}).json()
            assert click(client, rejected["redirect_url"], "rejected").status_code == 303
            until(lambda: client.get(order, headers=shows).json()["payment"] is None)

            started = client.post(f"{order}/payments", headers=shows | {"Idempotency-Key": str(uuid4())}).json()
            forged = started["redirect_url"].replace("signature=t", "signature=x")
            assert client.get(forged).status_code == 400

        accepted = click(client, started["redirect_url"], "captured")
        assert (accepted.status_code, accepted.headers["location"].startswith(url)) == (303, True)
        again = client.get(started["redirect_url"])
        assert "was captured already" in again.text

        with process(server_port, environment, *server):
            until(lambda: client.get(order, headers=shows).json()["state"] == "confirmed")
            assert not client.get(order, headers=shows).json()["needs_attention"]
            client.put(f"{order}/seats/0", json=ANN, headers=shows)
            ticket = client.get(f"{order}/tickets", headers=shows).json()[0]
            assert decode(ticket["code"]).code.ticket == ticket["ticket"]
            until(lambda: len(list((tmp_path / "mail").glob("*.eml"))) == 4)


def test_a_result_is_told_twice_and_again_while_nobody_takes_it(tmp_path: Path) -> None:
    answers, heard = [503, 204, 204], []

    port = free_port()
    provider = HostedPage(f"http://127.0.0.1:{port}", b"shared")

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append(provider.read(body, dict(self.headers), utc_now()))
            self.send_response(answers[len(heard) - 1])
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with listening(Hook) as hook:
        charge = charge_to(f"http://127.0.0.1:{hook}/hook")
        with (
            httpx2.Client() as client,
            process(port, {"LANYARD_PAYMENT_SECRET": "shared"}, "server.gateways.processor"),
        ):
            page = page_of(provider, charge)
            assert "120.00 EUR" in client.get(page).text
            form = form_of(client, page)
            for result in ("captured", "rejected"):  # the first decision stays
                assert press(client, page, form, result).headers["location"] == "http://127.0.0.1/back"
            until(lambda: len(heard) == 3)
    assert heard[0] is not None
    fact = heard[0][0].fact
    assert isinstance(fact, RecordCapture)
    assert (fact.amount, fact.payment, fact.order) == (120_00, "payment-1", "order-1")
    assert heard == [[Notice(conference=None, fact=fact)]] * 3


def test_a_payment_link_that_is_not_the_server_s_shows_nothing(tmp_path: Path) -> None:
    port = free_port()
    with (
        httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client,
        process(port, {"LANYARD_DATA_DIR": str(tmp_path)}, "server.gateways.processor"),
    ):
        assert client.get("/pay").status_code == 400
        assert client.get("/pay?charge=AAAA&signature=t=1,v1=x").status_code == 400
        assert client.get("/pay?charge=ö&signature=t=1,v1=x").status_code == 400
        assert client.post("/decide", data={"charge": "AAAA", "result": "captured"}).status_code == 400
        for path in ("/status", "/close", "/refunds"):
            assert client.post(path, content=b'{"payment":"payment-1"}').status_code == 401


@pytest.fixture
def told() -> Iterator[tuple[str, list[Fact]]]:
    """Where callbacks go, and the facts of those that came."""
    facts: list[Fact] = []
    reader = HostedPage("http://127.0.0.1", b"shared")

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            facts.extend(one.fact for one in reader.read(body, dict(self.headers), utc_now()) or ())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with listening(Hook) as port:
        yield f"http://127.0.0.1:{port}/hook", facts


def refund_of(amount: int, id: str, payment: str = "payment-1") -> RefundWanted:
    return RefundWanted(
        conference=SPACE,
        payment=payment,
        refund=id,
        captures=("local-1",),
        amount=amount,
        currency="EUR",
    )


def test_the_processor_gives_back_what_it_took_and_never_more(told: tuple[str, list[Fact]]) -> None:
    port, (hook, facts) = free_port(), told
    provider = HostedPage(f"http://127.0.0.1:{port}", b"shared")
    with (
        httpx2.Client() as client,
        process(port, {"LANYARD_PAYMENT_SECRET": "shared"}, "server.gateways.processor"),
    ):
        page = page_of(provider, charge_to(hook))
        assert provider.ask("payment-1", "payment-1") == []
        click(client, page, "captured")
        until(lambda: len(facts) == 2)
        assert provider.ask("payment-1", "payment-1") == [facts[0]]
        assert provider.close("payment-1", "payment-1") == [facts[0]]
        assert provider.refund(refund_of(100_00, "refund-1")) == []
        until(lambda: len(facts) == 4)
        assert provider.refund(refund_of(100_00, "refund-1")) == [facts[2]]
        too_much, unknown = (
            provider.refund(one) for one in (refund_of(20_01, "refund-2"), refund_of(1, "refund-3", "payment-2"))
        )
        assert provider.refund(refund_of(20_00, "refund-4")) == []
        until(lambda: len(facts) == 6)
    paid = facts[2]
    assert isinstance(paid, RecordRefund)
    assert (paid.refund, paid.amount, facts[3]) == ("refund-1", 100_00, paid)
    assert too_much == [RecordRefundFailure(refund="refund-2", payment=paid.payment, code="refused")]
    assert [type(one) for one in unknown] == [RecordRefundFailure]


def test_a_page_that_was_closed_takes_no_payment(told: tuple[str, list[Fact]]) -> None:
    port, (hook, facts) = free_port(), told
    provider = HostedPage(f"http://127.0.0.1:{port}", b"shared")
    with (
        httpx2.Client() as client,
        process(port, {"LANYARD_PAYMENT_SECRET": "shared"}, "server.gateways.processor"),
    ):
        page = page_of(provider, charge_to(hook))
        form = form_of(client, page)
        assert provider.close("payment-1", "payment-1") == []
        assert press(client, page, form, "captured").status_code == 303
        assert provider.ask("payment-1", "payment-1") == []
        assert "was closed already" in client.get(page).text
    assert facts == []


def test_a_rejection_is_told_to_whoever_asks_and_is_no_money_to_give_back(told: tuple[str, list[Fact]]) -> None:
    port, (hook, facts) = free_port(), told
    provider = HostedPage(f"http://127.0.0.1:{port}", b"shared")
    with (
        httpx2.Client() as client,
        process(port, {"LANYARD_PAYMENT_SECRET": "shared"}, "server.gateways.processor"),
    ):
        click(client, page_of(provider, charge_to(hook)), "rejected")
        until(lambda: len(facts) == 2)
        assert isinstance(facts[0], RecordRejection)
        assert provider.ask("payment-1", "payment-1") == [facts[0]]
        assert provider.close("payment-1", "payment-1") == []
        assert [type(one) for one in provider.refund(refund_of(1, "refund-1"))] == [RecordRefundFailure]
        with pytest.raises(ProviderAway):
            HostedPage(f"http://127.0.0.1:{port}", b"another").ask("payment-1", "payment-1")
    with pytest.raises(ProviderAway):
        provider.ask("payment-1", "payment-1")
