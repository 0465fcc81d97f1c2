"""Registrants pay at Stripe: through the real application, against a process that speaks Stripe's HTTP."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from server.app import utc_now
from shared.payments.payment import PaymentState
from tests.server.gateways.fake_stripe import KEY, WEBHOOK_SECRET, running_stripe
from tests.server.gateways.shop import HOOK, Shop
from tests.server.gateways.test_processor import free_port, process, until
from tests.server.web.world import ANN, FULL, ORDERS, SPACE, RealClock, bearer, running


def test_an_order_is_paid_at_stripe_and_confirmed_by_the_webhook(shop: Shop) -> None:
    bought = shop.order(2).pay()
    session = next(iter(shop.stripe.sessions.values()))
    order = bought.path.rpartition("/")[2]
    assert (session["amount_total"], session["currency"]) == (240_00, "eur")
    assert not session["cancel_url"].endswith("?returned"), "whoever leaves did not pay"
    assert session["metadata"] == {"conference": SPACE, "order": order, "payment": bought.payment}
    assert bought.shown["state"] == "reserved", "the browser's coming back confirms nothing"
    shop.deliver_all()
    assert (bought.shown["state"], bought.shown["needs_attention"]) == ("confirmed", False)
    assert (bought.captured, len(bought.payments.captures)) == (240_00, 1)


@pytest.mark.parametrize("disorder", ["reversed", "each thrice", "a week late", "only the intent", "only the session"])
def test_webhooks_in_any_disorder_count_the_money_once(shop: Shop, disorder: str) -> None:
    bought = shop.order().pay()
    intent, session = shop.stripe.events
    events = {
        "reversed": [session, intent],
        "each thrice": [intent, session] * 3,
        "a week late": [intent, session],
        "only the intent": [intent],
        "only the session": [session],
    }[disorder]
    if disorder == "a week late":
        shop.world.clock.pass_time(days=7)
    for event in events:
        assert shop.deliver(event).status_code == 204
    assert (bought.shown["state"], bought.captured) == ("confirmed", 120_00)
    assert len(bought.payments.captures) == 1
    assert [one.amount for one in bought.row.receipts] == [120_00]


def test_a_forged_or_old_webhook_changes_nothing(shop: Shop) -> None:
    bought = shop.order().pay()
    event = shop.stripe.told("checkout.session.completed")
    body, genuine = shop.stripe.delivery(event)
    forged = [
        {},
        {"Stripe-Signature": "t=x,v1=y"},
        {"Stripe-Signature": "v1=y"},
        {"Stripe-Signature": genuine["Stripe-Signature"].replace(",v1=", ",v1=0")},
        shop.stripe.delivery(event, secret="whsec_a_guess")[1],
    ]
    answers = [shop.world.client.post(HOOK, content=body, headers=headers) for headers in forged]
    answers.append(shop.world.client.post(HOOK, content=body.replace(b"12000", b"1"), headers=genuine))
    answers.append(shop.world.client.post(HOOK, content=b"\xff", headers=genuine))
    shop.world.clock.pass_time(minutes=6)
    answers.append(shop.world.client.post(HOOK, content=body, headers=genuine))
    now = f",t={int(shop.world.clock().timestamp())}"
    played_again = {"Stripe-Signature": genuine["Stripe-Signature"] + now}
    answers.append(shop.world.client.post(HOOK, content=body, headers=played_again))
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(401, "signature_invalid")}
    assert (bought.shown["state"], bought.captured) == ("reserved", 0)


def test_a_missing_webhook_is_found_by_asking_and_comes_later_for_nothing(shop: Shop) -> None:
    bought = shop.order().pay()
    shop.call("ask_payment", bought.payment)
    assert (bought.shown["state"], bought.captured) == ("confirmed", 120_00)
    shop.deliver_all()
    assert len(bought.payments.captures) == 1


def test_the_server_asks_by_itself_when_no_webhook_comes(shop: Shop) -> None:
    bought = shop.order().pay()
    shop.world.clock.pass_time(minutes=6)
    until(lambda: bought.shown["state"] == "confirmed")


def test_an_open_payment_is_asked_about_and_stays_open(shop: Shop) -> None:
    bought = shop.order()
    bought.start()
    shop.call("ask_payment", bought.payment)
    assert bought.payments.state is PaymentState.INITIATED
    shop.call("ask_payment", "no-such-payment")
    assert not shop.stripe.events


def test_a_page_that_ran_out_frees_the_order_for_another_payment(shop: Shop) -> None:
    bought = shop.order()
    bought.start()
    shop.stripe.run_out(bought.page)
    shop.call("ask_payment", bought.payment)
    assert bought.payments.state is PaymentState.REJECTED
    shop.deliver_all()
    bought.pay()
    shop.deliver_all()
    assert bought.shown["state"] == "confirmed"


def test_a_debit_confirms_when_its_money_is_there(shop: Shop) -> None:
    bought = shop.order()
    bought.start()
    session = shop.stripe.promise(bought.page)
    shop.deliver_all()
    shop.call("ask_payment", bought.payment)
    assert (bought.shown["state"], bought.captured) == ("reserved", 0)
    shop.stripe.keep_promise(session)
    shop.deliver_all()
    assert (bought.shown["state"], bought.captured) == ("confirmed", 120_00)


def test_a_debit_that_fails_frees_the_order_for_another_payment(shop: Shop) -> None:
    bought = shop.order()
    bought.start()
    shop.stripe.break_promise(shop.stripe.promise(bought.page))
    shop.deliver_all()
    assert (bought.payments.state, bought.shown["payment"]) == (PaymentState.REJECTED, None)


@pytest.mark.parametrize(
    "tampered", [{"amount_total": 1}, {"currency": "sek"}, {"metadata_order": "another"}], ids=["sum", "coin", "order"]
)
def test_money_that_is_not_what_was_asked_for_needs_attention(shop: Shop, tampered: dict[str, Any]) -> None:
    bought = shop.order()
    bought.start()
    other = tampered.pop("metadata_order", None)
    shop.stripe.pay(bought.page, **tampered)
    event = shop.stripe.told("checkout.session.completed")
    if other:
        event["data"]["object"]["metadata"]["order"] = other
    shop.deliver(event)
    assert (bought.shown["state"] == "confirmed", bought.shown["needs_attention"]) == (False, True)
    assert len(bought.payments.captures) == 1


def test_cancelling_the_payment_closes_its_page(shop: Shop) -> None:
    bought = shop.order()
    bought.start()
    bought.cancel_payment()
    assert [one["status"] for one in shop.stripe.sessions.values()] == ["expired"]
    shop.deliver_all()
    assert bought.payments.state is PaymentState.CANCELLED


def test_money_that_was_paid_before_the_page_was_closed_is_kept(shop: Shop) -> None:
    bought = shop.order().pay()
    bought.cancel_payment()
    assert bought.captured == 120_00
    shop.deliver_all()
    assert (len(bought.payments.captures), bought.shown["state"]) == (1, "confirmed")


def test_an_order_that_expires_closes_its_page(shop: Shop) -> None:
    bought = shop.order()
    bought.start()
    shop.world.clock.pass_time(hours=1)
    until(lambda: bought.payments.state is PaymentState.CANCELLED)
    shop.settle()
    assert [one["status"] for one in shop.stripe.sessions.values()] == ["expired"]


def test_a_started_payment_that_is_asked_for_again_is_the_same_page(shop: Shop) -> None:
    bought = shop.order()
    pages = set()
    for minutes in (0, 1, 8):
        shop.world.clock.pass_time(minutes=minutes)
        assert bought.start("01890000-0000-7000-8000-000000000001").status_code == 201
        pages.add(bought.page)
    assert (len(pages), len(shop.stripe.sessions)) == (1, 1)
    shop.stripe.pay(bought.page)
    shop.deliver_all()
    assert bought.start("01890000-0000-7000-8000-000000000001").status_code == 201
    assert bought.page.startswith("https://lanyard.example/pycon/orders/"), "what is over has no page but the order's"


def test_what_the_account_takes_for_others_is_nothing_to_us(shop: Shop) -> None:
    bought = shop.order().pay()
    for event in shop.stripe.events:
        event["data"]["object"]["metadata"] = {"shop": "another"}
        assert shop.deliver(event).status_code == 204
    unknown = {"id": "evt_9", "object": "event", "type": "customer.created", "data": {"object": {"id": "cus_1"}}}
    assert shop.deliver(unknown).status_code == 204
    assert bought.captured == 0


def test_money_for_a_conference_that_is_not_here_is_not_taken_as_told(shop: Shop) -> None:
    shop.order().pay()
    event = shop.stripe.told("checkout.session.completed")
    event["data"]["object"]["metadata"]["conference"] = "nowhere"
    refused = shop.deliver(event)
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_conference")


def test_webhooks_and_answers_that_come_at_once_count_the_money_once(shop: Shop) -> None:
    bought = shop.order().pay()
    events = shop.stripe.events * 8
    with ThreadPoolExecutor(8) as senders:
        answers = [senders.submit(shop.deliver, event) for event in events]
        shop.call("ask_payment", bought.payment)
        assert {one.result().status_code for one in answers} == {204}
    assert (bought.shown["state"], len(bought.payments.captures)) == ("confirmed", 1)


@pytest.mark.parametrize(
    "event",
    [
        [],
        {},
        {"id": "evt_1", "type": "refund.updated", "data": {"object": None}},
        {
            "id": "evt_1",
            "type": "checkout.session.completed",
            "data": {"object": {"id": "cs", "metadata": {"payment": 1}}},
        },
    ],
)
def test_what_is_signed_and_makes_no_sense_is_no_fault_of_the_server(shop: Shop, event: Any) -> None:
    assert shop.deliver(event).status_code in (400, 422)


def test_an_event_in_a_form_that_we_cannot_read_is_sent_again(shop: Shop) -> None:
    shop.order().pay()
    event = shop.stripe.told("checkout.session.completed")
    event["data"]["object"]["amount_total"] = "twelve"
    assert shop.deliver(event).status_code == 422


def test_the_server_and_stripe_are_programs_of_their_own(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running(tmp_path, RealClock()) as world:  # the conference is made before
        world.make_conference()
    with running_stripe(utc_now) as stripe, httpx2.Client() as client:
        environment = {
            "LANYARD_DATA_DIR": str(tmp_path),
            "LANYARD_PUBLIC_URL": url,
            "LANYARD_STRIPE_KEY": KEY,
            "LANYARD_STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "LANYARD_STRIPE_URL": stripe.url,
        }
        with process(port, environment, "server", "serve"):
            lines = [{"seat_type": FULL, "quantity": 1}]
            keys = ({"Idempotency-Key": str(uuid4())} for _ in range(2))
            placed = client.post(url + ORDERS, json={"lines": lines, "registrant": ANN}, headers=next(keys)).json()
            order, shows = f"{url}{ORDERS}/{placed['order']['order']}", bearer(placed["secret"])
            started = client.post(f"{order}/payments", headers=shows | next(keys)).json()
            stripe.pay(started["redirect_url"])
            for event in reversed(stripe.events):
                body, headers = stripe.delivery(event)
                assert client.post(url + HOOK, content=body, headers=headers).status_code == 204
            assert client.get(order, headers=shows).json()["state"] == "confirmed"
