"""Laptops are enrolled by a one-time code or by what a conference's owner knows, and whoever guesses learns nothing."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from httpx2 import Response
from starlette.requests import Request

from server.lookup import look_up
from server.store import directory
from server.store.engine import reading
from server.web.auth import DeviceIdentity, authenticate
from server.web.invitations import VALID_FOR, invite
from shared.access.access import Device, RevokeDevice
from shared.conference.conference import Owner
from shared.kernel.decider import Role, key
from shared.kernel.ids import DeviceId
from tests.server.web.world import SPACE, World, bearer

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = base64.b64encode(KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
DEVICE = {"device": "laptop-00000001", "label": "Ann's laptop", "public_key": PUBLIC}


def proof(device: str, code: str) -> dict[str, str]:
    """What only the holder of the device's key can say."""
    return {"proof": base64.b64encode(KEY.sign(f"lanyard enrol\n{device}\n{code}".encode())).decode()}


def invitation(world: World) -> str:
    with world.services.engine.begin() as conn:
        return invite(conn, world.services.secrets, "Ann@Example.org", world.clock())


def enrol(world: World, code: str, token: str | None = None, **changed: str) -> Response:
    return world.client.post("/enrol", json=DEVICE | {"code": code} | changed, headers=bearer(token))


def owner_knows(world: World) -> dict[str, str]:
    """What lets a device into the conference."""
    with reading(world.services.engine).begin() as conn:
        owner = look_up(conn, SPACE, [key(Owner)]).get(Owner)
    assert owner is not None
    assert owner.access_code is not None
    return {"owner_email": "Olga@example.org", "access_code": owner.access_code.lower()}


def enrol_here(world: World, token: str | None = None, named: str = "PyCon", **changed: str) -> Response:
    body = DEVICE | {"role": "door"} | owner_knows(world) | changed
    return world.client.post(f"/enrol/{named}", json=body, headers=bearer(token))


def identity(world: World, token: str) -> DeviceIdentity | None:
    scope: dict[str, Any] = {
        "type": "http",
        "app": world.app,
        "headers": [(b"authorization", f"Bearer {token}".encode())],
    }
    return authenticate(Request(scope))


def row(world: World) -> Device | None:
    with reading(world.services.engine).begin() as conn:
        return look_up(conn, SPACE, [key(Device, DEVICE["device"])]).get(Device, DEVICE["device"])


def test_a_one_time_code_enrols_a_device_that_may_create_conferences(bare: World) -> None:
    code = invitation(bare)
    enrolled = enrol(bare, code.lower().replace("-", " "))
    assert enrolled.status_code == 200
    assert enrolled.json()["may_create"]
    assert identity(bare, enrolled.json()["token"]) == DeviceIdentity(
        device=DEVICE["device"], label="Ann's laptop", public_key=PUBLIC, may_create=True, is_revoked=False
    )
    assert identity(bare, "another token") is None


def test_a_code_works_once_and_for_a_week(bare: World) -> None:
    code = invitation(bare)
    assert enrol(bare, code).status_code == 200
    used = enrol(bare, code, device="laptop-00000002")
    late = invitation(bare)
    bare.clock.pass_time(days=VALID_FOR.days)
    misses = [used, enrol(bare, late, device="laptop-00000003"), enrol(bare, "no code", device="laptop-00000004")]
    assert {(one.status_code, one.text) for one in misses} == {(403, used.text)}
    assert used.json()["code"] == "enrolment_failed"


def test_a_lost_answer_is_repaired_by_the_key(bare: World) -> None:
    code = invitation(bare)
    lost = enrol(bare, code).json()["token"]
    assert enrol(bare, code).status_code == 403
    again = enrol(bare, code, **proof(DEVICE["device"], code))
    assert again.status_code == 200
    assert identity(bare, lost) is None
    assert identity(bare, again.json()["token"]) is not None


def test_a_valid_code_does_not_give_away_a_device_of_somebody_else_and_is_not_used_up(bare: World) -> None:
    assert enrol(bare, invitation(bare)).status_code == 200
    code = invitation(bare)
    assert enrol(bare, code).json()["code"] == "enrolment_failed"
    assert enrol(bare, code, token="guess").status_code == 403
    assert enrol(bare, code, device="laptop-00000002").status_code == 200


def test_owner_address_and_access_code_enrol_a_device_in_a_role(world: World) -> None:
    enrolled = enrol_here(world)
    assert enrolled.status_code == 200, enrolled.text
    assert (enrolled.json()["conference"], enrolled.json()["role"]) == (SPACE, "door")
    assert not enrolled.json()["may_create"]
    assert row(world) == Device(label="Ann's laptop", role=Role.DOOR)
    assert identity(world, enrolled.json()["token"]) is not None


def test_one_token_serves_several_conferences(world: World) -> None:
    token = enrol(world, invitation(world)).json()["token"]
    enrolled = enrol_here(world, token, role="organizer")
    assert (enrolled.json()["token"], enrolled.json()["may_create"]) == (None, True)
    assert row(world) == Device(label="Ann's laptop", role=Role.ORGANIZER)
    assert identity(world, token) is not None


def test_a_device_identifier_is_not_taken_over(world: World) -> None:
    assert enrol_here(world).status_code == 200
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    taken = enrol_here(world, role="organizer", public_key=base64.b64encode(other).decode())
    assert (taken.status_code, taken.json()["code"]) == (403, "enrolment_failed")
    assert row(world) == Device(label="Ann's laptop", role=Role.DOOR)
    code = owner_knows(world)["access_code"]
    assert enrol_here(world, role="organizer", **proof(DEVICE["device"], code)).status_code == 200


def test_all_misses_are_alike_and_limited(world: World) -> None:
    misses = [
        enrol_here(world, access_code="AAAAA"),
        enrol_here(world, owner_email="bo@example.org"),
        enrol_here(world, owner_email="", access_code=""),
        enrol_here(world, named="nowhere"),
    ]
    assert {(one.status_code, one.text) for one in misses} == {(403, misses[0].text)}
    for _ in range(7):
        enrol_here(world, access_code="AAAAA")
    limited = enrol_here(world)
    assert (limited.status_code, limited.json()["code"]) == (429, "too_many_attempts")


def test_a_device_revoked_in_the_directory_is_known_and_cannot_enrol_again(world: World) -> None:
    token = enrol_here(world).json()["token"]
    with world.services.engine.begin() as conn:
        directory.revoke_device(conn, DEVICE["device"])
    known = identity(world, token)
    assert known is not None
    assert known.is_revoked
    assert enrol_here(world, token).json()["code"] == "enrolment_failed"


def test_a_device_revoked_in_the_conference_alone_may_be_let_in_again(world: World) -> None:
    token = enrol_here(world).json()["token"]
    world.command(RevokeDevice(device=DeviceId(DEVICE["device"])))
    assert enrol_here(world, token).status_code == 200
    assert row(world) == Device(label="Ann's laptop", role=Role.DOOR)


@pytest.mark.parametrize(
    ("changed", "field", "rule"),
    [
        ({"public_key": "AAAA"}, "public_key", "ed25519_key"),
        ({"public_key": "not base64!"}, "public_key", "ed25519_key"),
        ({"role": "server"}, "role", "organizer_or_door"),
        ({"role": "king"}, "role", "invalid_value"),
        ({"label": ""}, "label", "too_short"),
        ({"device": "x y"}, "device", "too_short"),
        ({"device": "x y z x y z"}, "device", "invalid_value"),
    ],
)
def test_a_bad_enrolment_names_the_field_at_fault(world: World, changed: dict[str, str], field: str, rule: str) -> None:
    refused = enrol_here(world, **changed)
    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["field"]) == (422, "invalid_field", field)
    assert problem["values"]["rule"] == rule
