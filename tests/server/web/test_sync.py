"""Sync over HTTP: whose commands are taken, and for which conference."""

import base64
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from httpx2 import Response
from sqlalchemy import Engine

from server.lookup import look_up
from server.store import commits, directory
from server.store.directory import EnrolledDevice
from server.store.engine import reading
from shared.access.access import EnrolDevice
from shared.conference.conference import Conference, EditConference
from shared.domain import RELEASE
from shared.kernel.codec import RawJson, to_json
from shared.kernel.decider import Actor, Role, key
from shared.kernel.edits import Edit
from shared.kernel.ids import DeviceId
from shared.kernel.messages import wire_of
from shared.sync.protocol import Batch, Command, signed_bytes
from tests.server.web.world import SPACE, World, bearer

OTHER = str(UUID(int=9))
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SERVER = Actor(role=Role.SERVER, id="server")
ANN, BO = "laptop-of-ann", "laptop-of-bo"


def enrolled(world: World, device: str, *spaces: str) -> None:
    """An organizer's device of these conferences; its id is its token."""
    public = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
    with world.services.engine.begin() as conn:
        directory.add_device(
            conn,
            EnrolledDevice(
                device=device,
                account=None,
                token_hash=world.services.secrets.hashed(device),
                public_key=public,
                label=device,
                role_hint="",
                enrolled_at=world.clock(),
            ),
        )
    for space in spaces:
        enrol = EnrolDevice(device=DeviceId(device), label=device, role=Role.ORGANIZER)
        world.command(enrol, actor=SERVER, space=space)


def edit(tagline: str) -> RawJson:
    body = EditConference(tagline=Edit(seen="", new=tagline))
    wire = wire_of(body)
    made = Command(
        id=f"command-{tagline}",
        name=wire.name,
        version=wire.version,
        issued_at=datetime(2026, 5, 4, tzinfo=UTC),
        body=RawJson(to_json(body)),
    )
    return RawJson(to_json(made))


def signed(batch: Batch, conference: str) -> dict[str, Any]:
    signature = base64.b64encode(KEY.sign(signed_bytes(conference, batch))).decode()
    return {"release": RELEASE, "device": batch.device, "epoch": 1, "first": 1, "signature": signature}


def push(world: World, document: bytes, conference: str, token: str) -> Response:
    return world.client.post(f"/sync/{conference}/commands", content=document, headers=bearer(token))


def tagline(world: World, conference: str) -> str:
    with reading(world.services.engine).begin() as conn:
        row = look_up(conn, conference, [key(Conference)]).get(Conference)
    assert row is not None
    return row.tagline


def spaces(engine: Engine) -> list[str]:
    with reading(engine).begin() as conn:
        return commits.spaces(conn)


def test_a_signed_bundle_is_taken_for_the_conference_that_it_was_made_for_and_no_other(world: World) -> None:
    world.make_conference(slug="other", space=OTHER)
    enrolled(world, ANN, SPACE, OTHER)
    enrolled(world, BO)
    batch = Batch(release=RELEASE, device=ANN, epoch=1, first=1, commands=[edit("here")])
    batch = Batch(**signed(batch, SPACE), commands=batch.commands)
    assert push(world, to_json(batch), OTHER, BO).json()["code"] == "forbidden"
    assert push(world, to_json(batch), SPACE, BO).json()["expected"] == 2
    assert (tagline(world, SPACE), tagline(world, OTHER)) == ("here", "")


def test_a_bundle_whose_commands_were_changed_or_that_nobody_signed_is_not_taken(world: World) -> None:
    enrolled(world, ANN, SPACE)
    enrolled(world, BO)
    batch = Batch(release=RELEASE, device=ANN, epoch=1, first=1, commands=[edit("one")])
    changed = Batch(**signed(batch, SPACE), commands=[edit("two")])
    for document in (
        to_json(batch),
        to_json(changed),
        to_json(changed).replace(b'"signature":"', b'"signature":"\xc3\xa9'),
    ):
        assert push(world, document, SPACE, BO).json()["code"] == "forbidden"
    assert tagline(world, SPACE) == ""


def test_a_device_revoked_in_the_directory_is_heard_no_more(world: World) -> None:
    enrolled(world, ANN, SPACE)
    with world.services.engine.begin() as conn:
        directory.revoke_device(conn, ANN)
    batch = Batch(release=RELEASE, device=ANN, epoch=1, first=1, commands=[edit("late")])
    assert push(world, to_json(batch), SPACE, ANN).json()["expected"] == 2
    assert tagline(world, SPACE) == ""
    assert world.client.get(f"/sync/{SPACE}/changes", headers=bearer(ANN)).json()["code"] == "forbidden"


@pytest.mark.parametrize("conference", ["a%00b", "x" * 3_000, "no%20such", OTHER])
def test_a_conference_that_there_cannot_be_is_forbidden_and_leaves_nothing(world: World, conference: str) -> None:
    enrolled(world, ANN, SPACE)
    before = spaces(world.services.engine)
    batch = Batch(release=RELEASE, device=ANN, epoch=1, first=1, commands=[edit("lost")])
    pushed = push(world, to_json(batch), conference, ANN)
    asked = world.client.get(f"/sync/{conference}/changes", headers=bearer(ANN))
    assert [(one.status_code, one.json()["code"]) for one in (pushed, asked)] == [(403, "forbidden")] * 2
    assert spaces(world.services.engine) == before
