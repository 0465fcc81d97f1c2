"""From an order to a verified ticket: payment by signed callbacks, seats, mails, deadlines, restarts."""

import base64
import email
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from httpx2 import Response

from server.deadlines import Deadlines
from server.drain import Drain
from server.gateways.hosted_page import Callback, Result
from server.gateways.payments import Charge
from server.gateways.signing import HEADER, sign
from server.jobs import Foresight, Tools
from server.language import words
from server.lookup import look_up
from server.store import commits
from server.store.engine import reading
from server.store.personal import ErasedIds, Vault
from shared.access.access import ErasePerson
from shared.checkin.ticket_code import Evidence, examine
from shared.conference.conference import Conference, UnpublishConference
from shared.kernel.codec import from_json, to_json
from shared.kernel.decider import key
from shared.kernel.ids import ConferenceId, derived_id
from tests.server.web.world import ANN, DINNER, FREE, FULL, ORDERS, SPACE, Clock, World, bearer, running

HOOK = f"/hooks/payments/{SPACE}"


def start_payment(world: World, order: str, secret: str) -> Charge:
    """The charge that the provider is sent."""
    started = world.post(f"{order}/payments", secret=secret)
    assert started.status_code == 201, started.text
    url = urlsplit(started.json()["redirect_url"])
    assert url.netloc == "127.0.0.1:8001"
    return from_json(Charge, base64.urlsafe_b64decode(parse_qs(url.query)["charge"][0]))


def told(charge: Charge, result: Result = Result.CAPTURED, *, amount: int | None = None) -> bytes:
    """What the provider says of a charge."""
    said = Callback(
        payment=charge.payment,
        order=charge.order,
        result=result,
        amount=charge.amount if amount is None else amount,
        currency=charge.currency,
        reference="capture-1",
    )
    return to_json(said)


def call_back(world: World, body: bytes) -> Response:
    signature = sign(world.settings.payment_key(), body, world.clock())
    return world.client.post(HOOK, content=body, headers={HEADER: signature})


def state(world: World, order: str, secret: str) -> str:
    shown: Mapping[str, str] = world.get(order, secret).json()
    return shown["state"]


def mails(world: World) -> list[EmailMessage]:
    """Every mail that was written, in order of its subject."""
    files = [path.read_bytes() for path in world.settings.mail_dir.glob("*.eml")]
    found = [email.message_from_bytes(one, policy=default) for one in files]
    return sorted(found, key=lambda one: str(one["Subject"]))


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


def test_a_signed_capture_confirms_and_comes_as_often_as_it_likes(world: World) -> None:
    order, secret = world.place({FULL: 2}, ANN)
    charge = start_payment(world, order, secret)
    assert (charge.amount, charge.currency) == (240_00, "EUR")
    assert charge.callback_url == f"https://lanyard.example{HOOK}"
    assert state(world, order, secret) == "reserved"
    for _ in range(3):
        assert call_back(world, told(charge)).status_code == 204
    shown = world.get(order, secret).json()
    assert (shown["state"], shown["payment"], shown["needs_attention"]) == ("confirmed", None, False)
    assert world.remaining()["Full conference"] == 8


def test_a_forged_or_recorded_callback_changes_nothing(world: World) -> None:
    order, secret = world.place({FULL: 1}, ANN)
    body = told(start_payment(world, order, secret))
    old = sign(world.settings.payment_key(), body, world.clock() - timedelta(minutes=6))
    for signature in ("", "t=x,v1=y", sign(b"another key", body, world.clock()), old):
        refused = world.client.post(HOOK, content=body, headers={HEADER: signature})
        assert (refused.status_code, refused.json()["code"]) == (401, "signature_invalid")
    genuine = sign(world.settings.payment_key(), body, world.clock())
    refused = world.client.post(HOOK, content=body.replace(b"12000", b"1"), headers={HEADER: genuine})
    assert refused.status_code == 401
    assert call_back(world, b"{}").status_code == 401
    assert state(world, order, secret) == "reserved"


def test_a_wrong_amount_needs_attention_and_is_not_lost(world: World) -> None:
    order, secret = world.place({FULL: 1}, ANN)
    charge = start_payment(world, order, secret)
    assert call_back(world, told(charge, amount=1_00)).status_code == 204
    shown = world.get(order, secret).json()
    assert (shown["state"], shown["needs_attention"]) == ("reserved", True)


def test_money_that_the_provider_says_is_for_another_order_confirms_nothing_and_is_not_lost(world: World) -> None:
    order, secret = world.place({FULL: 1}, ANN)
    charge = start_payment(world, order, secret)
    assert call_back(world, told(replace(charge, order="another"))).status_code == 204
    shown = world.get(order, secret).json()
    assert (shown["state"], shown["needs_attention"]) == ("reserved", True)


def test_a_rejected_payment_leaves_the_order_payable(world: World) -> None:
    order, secret = world.place({FULL: 1}, ANN)
    charge = start_payment(world, order, secret)
    assert call_back(world, told(charge, Result.REJECTED)).status_code == 204
    again = start_payment(world, order, secret)
    assert again.payment != charge.payment
    assert call_back(world, told(again)).status_code == 204
    assert state(world, order, secret) == "confirmed"


def test_a_payment_under_way_keeps_the_order_as_it_is_until_cancelled(world: World) -> None:
    order, secret = world.place({FULL: 1}, ANN)
    charge = start_payment(world, order, secret)
    lines = {"lines": [{"seat_type": FULL, "quantity": 2}]}
    refused = world.put(f"{order}/lines", lines, secret)
    assert (refused.status_code, refused.json()["code"]) == (409, "payment_initiated")
    assert world.client.delete(f"{order}/payments/other", headers=bearer(secret)).json()["code"] == "unknown_payment"
    cancelled = world.client.delete(f"{order}/payments/{charge.payment}", headers=bearer(secret))
    assert cancelled.json()["payment"] is None
    assert world.put(f"{order}/lines", lines, secret).json()["total"] == 240_00


def test_starting_a_payment_twice_with_one_key_is_one_payment(world: World) -> None:
    order, secret = world.place({FULL: 1}, ANN)
    one_key = str(uuid4())
    first, again = (world.post(f"{order}/payments", key=one_key, secret=secret) for _ in range(2))
    assert first.json()["payment"] == again.json()["payment"]
    other, other_secret = world.place({FULL: 1}, ANN)
    refused = world.post(f"{other}/payments", key=one_key, secret=other_secret)
    assert (refused.status_code, refused.json()["code"]) == (409, "id_reused")


def test_a_callback_for_an_unknown_conference_is_not_taken(world: World) -> None:
    order, secret = world.place({FULL: 1}, ANN)
    body = told(start_payment(world, order, secret))
    signature = sign(world.settings.payment_key(), body, world.clock())
    refused = world.client.post("/hooks/payments/nowhere", content=body, headers={HEADER: signature})
    assert refused.status_code == 404
    with reading(world.services.engine).begin() as conn:
        assert commits.spaces(conn) == [SPACE]


def test_a_hold_past_its_deadline_is_expired_at_once_and_frees_its_seats(world: World) -> None:
    order, secret = world.place({DINNER: 2}, ANN)
    assert world.remaining()["Dinner"] == 0
    world.clock.pass_time(minutes=15)
    assert state(world, order, secret) == "expired"
    refused = world.post(f"{order}/payments", secret=secret)
    assert (refused.status_code, refused.json()["code"]) == (409, "order_expired")
    until(lambda: world.remaining()["Dinner"] == 2)


def test_a_deadline_that_passed_while_no_server_ran_frees_its_seats_after_the_restart(tmp_path: Path) -> None:
    clock = Clock()
    with running(tmp_path, clock) as world:
        world.make_conference()
        world.place({DINNER: 2}, ANN)
    clock.pass_time(hours=2)
    with running(tmp_path, clock) as world:
        until(lambda: world.remaining()["Dinner"] == 2)


def test_seats_are_given_to_attendees_whose_tickets_verify(world: World) -> None:
    order, secret = world.place({FULL: 2, FREE: 1}, ANN)
    assert world.get(f"{order}/seats", secret).json() == []
    early = world.put(f"{order}/seats/0", ANN, secret)
    assert (early.status_code, early.json()["code"]) == (409, "no_seat_assignments")
    call_back(world, told(start_payment(world, order, secret)))
    seats = world.get(f"{order}/seats", secret).json()
    assert [one["seat_type"] for one in seats] == [FULL, FULL, FREE]
    seats = world.put(f"{order}/seats/0", ANN | {"company": "ACME"}, secret).json()
    assert (seats[0]["first_name"], seats[0]["company"]) == ("Ann", "ACME")
    seats = world.put(f"{order}/seats/2", ANN | {"attendee": seats[0]["attendee"]}, secret).json()
    assert seats[2]["attendee"] == seats[0]["attendee"]
    assert world.put(f"{order}/seats/1", ANN | {"attendee": "stranger"}, secret).json()["code"] == "unknown_attendee"
    assert world.put(f"{order}/seats/7", ANN, secret).json()["code"] == "unknown_position"
    tickets = world.get(f"{order}/tickets", secret).json()
    assert [(one["position"], one["version"]) for one in tickets] == [(0, 1), (2, 1)]
    for one in tickets:
        evidence, code = check(world, one["code"])
        assert evidence is Evidence.GENUINE
        assert code is not None
        assert (code.ticket, code.seat_type) == (one["ticket"], one["seat_type"])
    assert check(world, tickets[0]["code"], days=30)[0] is Evidence.OUT_OF_TIME


def test_another_address_makes_a_new_version_of_the_ticket(world: World) -> None:
    order, secret = world.place({FREE: 1}, ANN)
    world.post(f"{order}/confirmation", secret=secret)
    world.put(f"{order}/seats/0", ANN, secret)
    bo = {"first_name": "Bo", "last_name": "Li", "email": "bo@example.org"}
    world.put(f"{order}/seats/0", bo, secret)
    assert [one["version"] for one in world.get(f"{order}/tickets", secret).json()] == [2]
    world.client.delete(f"{order}/seats/0", headers=bearer(secret))
    assert world.get(f"{order}/tickets", secret).json() == []


def check(world: World, text: str, days: int = 16) -> tuple[Evidence, Any]:
    """What a gate makes of a code, so many days from now."""
    with reading(world.services.engine).begin() as conn:
        conference = look_up(conn, SPACE, [key(Conference)]).get(Conference)
    assert conference is not None
    assert conference.ticket_key is not None
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(conference.ticket_key))

    def verify(signature: bytes, signed: bytes) -> bool:
        try:
            public.verify(signature, signed)
        except InvalidSignature:
            return False
        return True

    at = world.clock() + timedelta(days=days)
    return examine(text, verify=verify, conference=ConferenceId(SPACE), at=at)


def test_every_mail_is_a_file_that_a_mail_program_opens(world: World) -> None:
    order, secret = world.place({FREE: 1}, ANN)
    until(lambda: len(mails(world)) == 2)  # while the seats are held, which one of them says
    world.post(f"{order}/confirmation", secret=secret)
    locator = world.get(order, secret).json()["locator"]
    until(lambda: len(mails(world)) == 3)
    confirmation, code, link = mails(world)
    assert (code["To"], code["Subject"]) == ("olga@example.org", "PyCon: the access code for further devices")
    assert (link["To"], link["Subject"]) == ("ann@example.org", f"PyCon: your order {locator}")
    assert secret in text_of(link)
    assert words("en").moment(datetime(2026, 5, 4, 9, 15, tzinfo=UTC), "Europe/Berlin") in text_of(link)
    assert confirmation["Subject"] == f"PyCon: order {locator} is confirmed"
    assert "1 × Speaker" in text_of(confirmation)
    assert len({one["Message-ID"] for one in mails(world)}) == 3


def test_a_mail_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    clock = Clock()
    (tmp_path / "mail").write_text("a file where the folder should be")
    with running(tmp_path, clock) as world:
        world.make_conference()
        until(lambda: waiting(world) == [1])
        (tmp_path / "mail").unlink()
        clock.pass_time(seconds=31)
        until(lambda: len(mails(world)) == 1)
        until(lambda: waiting(world) == [])


def waiting(world: World) -> list[int]:
    """How often each mail that waits was tried without success."""
    with reading(world.services.engine).begin() as conn:
        return [one[0] for one in conn.exec_driver_sql("SELECT attempts FROM outbox WHERE last_error IS NOT NULL")]


def until(claim: Any) -> None:
    """Wait for what the server does beside the requests; fails after a minute."""
    give_up = time.monotonic() + 60
    while not claim():
        assert time.monotonic() < give_up, "it did not come"
        time.sleep(0.02)


@pytest.mark.parametrize("result", list(Result))
def test_a_late_callback_for_an_expired_order_is_taken(world: World, result: Result) -> None:
    order, secret = world.place({FULL: 1}, ANN)
    charge = start_payment(world, order, secret)
    world.clock.pass_time(hours=1)
    assert call_back(world, told(charge, result)).status_code == 204
    assert state(world, order, secret) == ("confirmed" if result is Result.CAPTURED else "expired")


def test_the_same_address_is_the_same_person_so_that_one_erasure_forgets_all(world: World) -> None:
    order, secret = world.place({FREE: 1}, ANN)
    world.post(f"{order}/confirmation", secret=secret)
    given = [world.put(f"{order}/seats/0", ANN | {"first_name": one}, secret).json() for one in ("Ann", "Anna")]
    world.command(ErasePerson(person=given[0][0]["attendee"]))
    with reading(world.services.engine).begin() as conn:
        sealed = [from_json(dict[str, Any], one.body) for one in commits.read(conn, SPACE, 0, 1_000)]
        vault = Vault(conn, SPACE)
        opened = [vault.open(to_json(one["body"])) for one in sealed if one["name"] == "registration.assign_seat"]
    assert len(opened) == 2
    assert [one for one in opened if b"Ann" in one or b"example.org" in one] == []


def test_a_signature_that_is_no_signature_is_refused(world: World) -> None:
    for header in ("", "t=1", f"t={'9' * 5_000},v1=a", "v1=a,t=,"):
        refused = world.client.post(HOOK, content=b"{}", headers={HEADER: header})
        assert (refused.status_code, refused.json()["code"]) == (401, "signature_invalid")


def test_a_registrant_cannot_take_the_command_id_of_their_hold_s_end(world: World) -> None:
    order, secret = world.place({DINNER: 2}, ANN)
    due = datetime.fromisoformat(world.get(order, secret).json()["expires_at"]).isoformat()
    named = f"order:{order.rpartition('/')[2]}"
    free = {"lines": [{"seat_type": FREE, "quantity": 1}]}
    for parts in (("deadline", SPACE, named, due), ("deadline", named, due)):
        assert world.post(ORDERS, free, key=derived_id(*parts)).status_code == 201
    world.clock.pass_time(minutes=15)
    until(lambda: world.remaining()["Dinner"] == 2)


def test_two_processes_that_run_the_same_deadline_do_no_harm(world: World) -> None:
    services = world.services
    world.place({DINNER: 2}, ANN)
    tools = Tools(services.secrets, ErasedIds(world.settings.erased_file), Foresight())
    other = Drain(services.engine, tools, clock=world.clock, wake=lambda *_: None)
    world.clock.pass_time(minutes=15)
    works = [Deadlines(services.engine, drain, world.clock).run_due for drain in (services.drain, other)]
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(work) for work in works]:
            done.result()
    other.close()
    assert world.remaining()["Dinner"] == 2


def test_an_unpublished_conference_takes_no_new_orders_and_its_orders_go_on(world: World) -> None:
    order, secret = world.place({FULL: 1}, ANN)
    world.command(UnpublishConference())
    refused = world.post(ORDERS, {"lines": [{"seat_type": FULL, "quantity": 1}]})
    assert (refused.status_code, refused.json()["code"]) == (409, "sales_closed")
    assert call_back(world, told(start_payment(world, order, secret))).status_code == 204
    assert state(world, order, secret) == "confirmed"


def test_nothing_personal_and_no_secret_is_logged(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    order, secret = world.place({FULL: 1}, ANN)
    call_back(world, told(start_payment(world, order, secret)))
    world.get(order, "guess")
    world.client.post(HOOK, content=b"ann@example.org")
    until(lambda: len(mails(world)) == 3)
    captured = capsys.readouterr()
    logged = captured.out + captured.err
    assert [one for one in ("example.org", "Ann", "Öz", secret) if one in logged] == []


def test_the_road_on_postgresql(tmp_path: Path, postgres_database_url: str) -> None:
    with running(tmp_path, Clock(), database_url=postgres_database_url) as world:
        world.make_conference()
        order, secret = world.place({FULL: 2}, ANN)
        world.place({DINNER: 1}, ANN)
        charge = start_payment(world, order, secret)
        for _ in range(2):
            assert call_back(world, told(charge)).status_code == 204
        assert state(world, order, secret) == "confirmed"
        world.put(f"{order}/seats/0", ANN, secret)
        assert len(world.get(f"{order}/tickets", secret).json()) == 1
        locator = world.get(order, secret).json()["locator"]
        found = world.client.post(f"{ORDERS}/find", json={"locator": locator, "email": ANN["email"]})
        assert found.json()["state"] == "confirmed"
        until(lambda: len(mails(world)) == 4)
        world.clock.pass_time(minutes=15)
        until(lambda: world.remaining() == {"Full conference": 8, "Dinner": 2, "Speaker": 5})
