"""Blank tickets: signed with the lease, verified at every gate, gone with the lease."""

import base64
from dataclasses import replace
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.checkin.blanks import Blanks, IssueBlanks, WithdrawBlanks
from shared.checkin.process import process, react
from shared.checkin.ticket_code import Evidence, TicketCode, examine
from shared.execute import gather
from shared.kernel.ids import ConferenceId, DeviceId
from shared.registration.allotments import (
    LEASE_MOST,
    AllotmentLeased,
    LeaseAllotment,
    ReturnAllotment,
    WriteOffAllotment,
    blank_ids,
)
from tests.shared.registration.world import VIP, World
from tests.spec import CONFERENCE, DOOR, Memory

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = KEY.public_key()
LEASE = LeaseAllotment(allotment="a1", desk=DeviceId(DOOR.id), seat_type=VIP, quantity=3)


def verify(signature: bytes, signed: bytes) -> bool:
    try:
        PUBLIC.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def server() -> World:
    world = World(vip=1000)
    public = base64.b64encode(PUBLIC.public_bytes_raw()).decode()
    world.context = replace(world.context, sign=KEY.sign, ticket_key=public)
    return world


def blanks(world: World) -> Blanks:
    row = world.memory.get(Blanks, "a1")
    assert row is not None
    return row


def test_a_lease_brings_as_many_tickets_that_every_gate_verifies() -> None:
    world = server()
    world.send(LEASE, DOOR)
    assert tuple(one.ticket for one in blanks(world).blanks) == blank_ids("a1", 3)
    for blank in blanks(world).blanks:
        for hour, day in ((0, 31), (23, 3)):
            at = datetime(2026, 8 if day == 31 else 9, day, hour, tzinfo=UTC)
            evidence, code = examine(blank.code, verify=verify, conference=ConferenceId(CONFERENCE), at=at)
            assert evidence is Evidence.GENUINE
            assert isinstance(code, TicketCode)
            assert (code.ticket, code.version, code.seat_type) == (blank.ticket, 1, VIP)


def test_blanks_are_issued_once() -> None:
    world = server()
    world.send(LEASE, DOOR)
    again = IssueBlanks(
        allotment="a1", seat_type=VIP, tickets=(), valid_from=world.context.now, valid_until=world.context.now
    )
    assert world.send(again).events == []


def test_a_desktop_signs_nothing() -> None:
    world = World()
    world.send(LEASE, DOOR)
    assert world.memory.get(Blanks, "a1") is None


def test_blanks_end_with_the_lease() -> None:
    world = server()
    for end in (ReturnAllotment(allotment="a1"), WriteOffAllotment(allotment="a2")):
        world.send(replace(LEASE, allotment=end.allotment), DOOR)
        world.send(end, DOOR if isinstance(end, ReturnAllotment) else world.context.actor)
        assert world.memory.get(Blanks, end.allotment) is None
    assert world.send(WithdrawBlanks(allotment="a1")).events == []


def test_the_largest_lease_has_a_ticket_for_each_seat() -> None:
    world = server()
    world.send(replace(LEASE, quantity=LEASE_MOST), DOOR)
    assert len({one.code for one in blanks(world).blanks}) == LEASE_MOST


def test_a_lease_without_a_conference_brings_none() -> None:
    leased = AllotmentLeased(allotment="a1", desk=DeviceId(DOOR.id), seat_type=VIP, quantity=1)
    world = server()
    found = gather(lambda got: process.needs(leased, got), Memory())
    assert react(leased, found, world.context) == []
