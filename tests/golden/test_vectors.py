"""Functions whose results are stored or sent: the same arguments give the same bytes in every release."""

from pathlib import Path
from typing import Any

import pytest

from server.secrets import Secrets
from server.store.commits import NO_HASH, NewCommit, chain_hash, known
from server.store.engine import reading
from shared.kernel.codec import RawJson, from_json
from shared.kernel.ids import OrderId, code, derive, derived_id, locator, uuid7
from shared.registration.assignments import ticket_id
from shared.sync.digest import row_hash
from shared.sync.protocol import NO_HASH as NO_HASH_TEXT
from shared.sync.protocol import START, Batch, Checkpoint, signed_bytes
from tests.spec import SECRET
from tests.sync.world import Clock, Server, creation

MASTER = bytes(range(32))


def test_a_row_hash() -> None:
    assert row_hash("registration.orders", "order-1", b'{"x":1}') == 0x99B6D184E3A65215D092E4C9C0368174


def test_the_chain_of_two_commits() -> None:
    first = NewCommit("command-1", "laptop-1", 1, 1, b'{"status":"accepted"}', b'{"body":1}')
    second = NewCommit("command-2", None, None, None, b'{"status":"refused"}', b"{}")
    one = chain_hash(NO_HASH, 1, first)
    assert one.hex() == "961b8f6e3792eb62ffa420a5a5f9b453227cd362e49a3fc9694a73644bcf4067"
    two = chain_hash(one, 2, second)
    assert two.hex() == "39ff5aa890c4bf62b60e46583f3c3327dde1ca220662b6f75c3fb37b960e5723"


@pytest.mark.parametrize(("number", "expected"), [(1, "4ZG7D5"), (2, "GCXZJ6"), (3, "FWKXAK"), (2**30 - 1, "ARKHFU")])
def test_the_locators_of_orders(number: int, expected: str) -> None:
    assert locator(SECRET, number) == expected


def test_ids_that_are_derived() -> None:
    assert derived_id("a", "b", "c") == "e0dee694-aed2-8d32-ab0d-8b861c343f25"
    assert ticket_id(OrderId("order-1"), 0) == "ff8d227a-621e-8f0f-a09e-d78c3d29e2b5"


def test_bytes_that_only_the_holder_of_a_secret_derives() -> None:
    assert derive(SECRET, "a", "b").hex() == "c6e5aabaa221eb6d846fbcf63c1c3d159cfbaef578c83239b68ae93207a689fb"


def test_the_fingerprint_by_which_a_repeated_command_is_told_from_another_with_its_id(tmp_path: Path) -> None:
    server = Server("conference-1", Clock(), tmp_path)
    server.run(creation(), id="command-1")
    with reading(server.engine).connect() as conn:
        stored = known(conn, "conference-1", ["command-1"])["command-1"]
    assert from_json(dict[str, Any], stored.body)["fingerprint"] == "82cce66516e85c7d65e7afd6ce11c275"


def test_the_secrets_of_a_conference() -> None:
    """Tickets were signed and order links were mailed with what is derived from the master secret."""
    secret = Secrets(MASTER).of("conference-1")
    assert secret.secret.hex() == "55151d7a2eece69f265d7e55bb0b1434c132e2d1ee44016e9d5785cc7f0b88fc"
    assert secret.public_ticket_key == "icc5yxm8rUqY/DjwxUqtWQOOxY/2/a8QFEKPEAKvi3U="
    assert Secrets(MASTER).hashed("token") == "4f5b4fc1a65f718464381e265e707e76aa98b3a481b443436a5c160adbd15cdd"


def test_a_code_and_a_uuid7_of_the_standard() -> None:
    assert code(0b00001_00010_11111, 3) == "BC9"
    drawn = bytes.fromhex("cc30" + "18c4dc0c0c07398f")
    assert uuid7(unix_ms=0x017F22E279B0, random=drawn) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


def test_the_text_of_a_checkpoint() -> None:
    text = f"history-1:17:{'ab' * 32}:door-00c0ffee"
    assert Checkpoint.parse(text) == Checkpoint("history-1", 17, "ab" * 32, "door-00c0ffee")
    assert str(Checkpoint.parse(text)) == text
    assert str(START) == f":0:{NO_HASH_TEXT}:"


def test_what_a_device_signs_of_a_bundle() -> None:
    commands = [RawJson(b'{"id":"x"}'), RawJson(b"{}")]
    signed = signed_bytes("a", Batch(release=1, device="laptop-1", epoch=2, first=17, commands=commands))
    assert signed == b'{"commands":[{"id":"x"},{}],"conference":"a","device":"laptop-1","epoch":2,"first":17}'
    assert from_json(dict[str, object], signed)["first"] == 17
