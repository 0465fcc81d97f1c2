"""The door of the screens: what a user sees, what waits, what was refused; and the gate and the second try on top."""

import base64
import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.door import Door
from desktop.profile import now
from desktop.reapply import refreshed
from desktop.store.base import Base
from desktop.sync.session import State
from desktop.workspace import Change
from shared.access.access import Device, ErasedPerson, ErasePerson
from shared.checkin import ticket_code
from shared.checkin.admission import Action
from shared.checkin.areas import DefineArea
from shared.checkin.ticket_code import TicketCode
from shared.checkin.verdict import Direction, Finding, Pass
from shared.conference.conference import (
    ChangeOwner,
    Conference,
    EditConference,
    Owner,
    PublishConference,
)
from shared.conference.seat_types import AddSeatType, SeatType
from shared.kernel.codec import RawJson, from_json, to_json
from shared.kernel.decider import Actor, Key, Rejected, Role, key
from shared.kernel.edits import Edit
from shared.kernel.ids import AreaId, ConferenceId, OrderId, PersonId, SeatTypeId, TicketId
from shared.kernel.messages import wire_of
from shared.registration.assignments import AssignSeat
from shared.registration.order import ConfirmFreeOrder, PlaceOrder
from shared.registration.order_state import Order, OrderState
from shared.registration.pricing import Wanted
from shared.sync.overlay import Standing
from shared.sync.protocol import Outcome, Page, PushedRow, Status, Verdict
from tests.sync.world import Clock, Desktop, Server, creation

SPACE = "01a20000-0000-7000-8000-000000000001"
FULL = SeatTypeId("01a20000-0000-7000-8000-000000000002")
TICKET = TicketId("01a20000-0000-7000-8000-000000000003")
OTHER = Actor(role=Role.ORGANIZER, id="other", label="other")


@pytest.fixture
def laptop(tmp_path: Path) -> Desktop:
    """A laptop that made the conference and is in step."""
    server = Server(SPACE, Clock(), tmp_path)
    server.creators.add("laptop")
    laptop = Desktop("laptop", server, tmp_path / "laptop", server.clock)
    laptop.workspace.issue(creation())
    laptop.sync()
    return laptop


def ticket_of(first_name: str, last_name: str = "") -> Pass:
    return Pass(
        ticket=TICKET,
        locator="ABC123",
        position=1,
        seat_type=FULL,
        version=1,
        attendee=PersonId("p1"),
        first_name=first_name,
        last_name=last_name,
        company="",
        is_cancelled=False,
    )


def tagline(text: str, *, seen: str = "") -> EditConference:
    return EditConference(tagline=Edit(seen=seen, new=text))


def test_rows_show_what_is_pending_on_top(laptop: Desktop) -> None:
    workspace = laptop.workspace
    assert workspace.rows(SeatType) == {}
    workspace.issue(AddSeatType(seat_type=FULL, name="Full", quota=5, price=0))
    assert [one.name for one in workspace.rows(SeatType).values()] == ["Full"]
    laptop.sync()
    assert not workspace.is_waiting(SeatType, FULL)


def test_listeners_hear_which_rows_changed(laptop: Desktop) -> None:
    heard: list[set[Key]] = []
    laptop.workspace.listen(heard.append)
    laptop.workspace.issue(tagline("x"))
    assert key(Conference) in heard[-1]


def test_a_refused_edit_waits_for_the_user(laptop: Desktop) -> None:
    workspace = laptop.workspace
    laptop.server.run(tagline("Theirs"), id="theirs-0001", actor=OTHER)
    mine = workspace.issue(tagline("Mine")).context.command_id
    laptop.sync()
    (problem,) = workspace.problems()
    assert (problem.code, problem.is_settled, problem.logged.command_id) == ("changed_meanwhile", True, mine)
    logged, outcome = workspace.activity()[0]
    assert logged.command_id == mine
    assert outcome is not None
    workspace.issue(refreshed(problem.logged.command(), workspace))
    workspace.drop(mine)
    assert not workspace.problems()
    assert laptop.sync() is not None
    conference = workspace.get(Conference)
    assert conference is not None
    assert conference.tagline == "Mine"


def test_what_will_probably_be_refused_is_shown_and_sent(laptop: Desktop) -> None:
    workspace = laptop.workspace
    mine = workspace.issue(tagline("Mine")).context.command_id
    laptop.server.run(tagline("Theirs"), id="theirs-0001", actor=OTHER)
    page = laptop.server.answer("laptop", laptop.staging.request())
    assert laptop.staging.take(from_json(Page, page.body))
    (problem,) = workspace.problems()
    assert (problem.code, problem.is_settled) == ("changed_meanwhile", False)
    assert [one.standing for one in workspace.pending] == [Standing.DOUBTFUL]
    laptop.close()
    laptop.open()
    assert [one.standing for one in laptop.workspace.pending] == [Standing.DOUBTFUL]
    ended = laptop.sync()
    assert ended is not None
    assert ended.pushed == 1
    (problem,) = laptop.workspace.problems()
    assert (problem.logged.command_id, problem.is_settled) == (mine, True)


def test_a_command_of_a_newer_release_is_kept_and_sent(laptop: Desktop) -> None:
    """As after going back to an older desktop."""
    laptop.workspace.issue(tagline("x"))
    laptop.log._connection.execute("UPDATE commands SET version = 99 WHERE name = 'conference.edit_conference'")
    laptop.close()
    laptop.open()
    assert not laptop.workspace.pending
    ended = laptop.sync()
    assert ended is not None
    assert (ended.state, ended.pushed) == (State.SYNCED, 1)
    assert [one.code for one in laptop.workspace.problems()] == ["unknown_version"]


def test_an_erased_person_is_forgotten_here_too(laptop: Desktop) -> None:
    kept = laptop.folder / f"base-{SPACE}.20261123T090000.old"
    kept.touch()
    laptop.workspace.issue(ErasePerson(person=PersonId("owner-1")))
    laptop.sync()
    owner = laptop.workspace.get(Owner)
    assert owner is not None
    assert str(owner.email) == "erased"
    assert b"ada@example.org" not in laptop.log.commands(SPACE)[0].body
    assert not kept.exists()


def test_the_rows_that_are_kept_from_before_a_restore_do_not_name_who_was_erased_since(laptop: Desktop) -> None:
    workspace = laptop.workspace
    erasure = {key(ErasedPerson, "owner-1"): to_json(ErasedPerson(person=PersonId("owner-1")))}
    fresh = fresh_base(laptop, erasure)
    workspace.swap(fresh, keep_old=True)
    assert not list(laptop.folder.glob("*.old"))
    workspace.swap(fresh_base(laptop, erasure), keep_old=True)
    assert len(list(laptop.folder.glob("*.old"))) == 1


def fresh_base(laptop: Desktop, more: dict[Key, bytes]) -> Base:
    """What was read anew: all that there was, and more."""
    workspace = laptop.workspace
    shown, fresh = workspace._base.shown, workspace.new_base()
    bodies = {at: to_json(row) for view in shown.versions() for at, row in shown.rows(view).items()} | more
    rows = {at: PushedRow(*at, 3, RawJson(body)) for at, body in bodies.items()}
    fresh.apply(workspace.checkpoint, workspace.versions(), fresh.digests_after(rows, ()), rows, [])
    return fresh


def test_what_waited_and_was_refused_is_told_when_everything_was_read_anew(laptop: Desktop) -> None:
    workspace = laptop.workspace
    mine = workspace.issue(AddSeatType(seat_type=FULL, name="Full", quota=5, price=0)).context.command_id
    fresh = fresh_base(laptop, {})
    refused = Outcome(command_id=mine, epoch=1, seq=9, position=4, verdict=Verdict(status=Status.REFUSED, code="no"))
    fresh.apply(workspace.checkpoint, workspace.versions(), fresh.shown.digests(), {}, [refused])
    heard: list[set[Key]] = []
    workspace.listen(heard.append)
    workspace.swap(fresh, keep_old=False)
    assert workspace.get(SeatType, FULL) is None
    assert key(SeatType, FULL) in heard[-1]


def test_a_search_goes_on_in_the_base_that_takes_the_place_of_the_one_that_is_searched(laptop: Desktop) -> None:
    workspace = laptop.workspace
    many = {key(Pass, f"{number}"): to_json(ticket_of("Jo")) for number in range(1000)}
    workspace.swap(fresh_base(laptop, many), keep_old=False)
    searched = workspace._base.searcher
    fresh = fresh_base(laptop, {key(Pass, "0"): to_json(ticket_of("Jo", "Xu"))})
    swap = threading.Thread(target=lambda: workspace.swap(fresh, keep_old=False))

    def is_over() -> bool:
        if not searched.is_closed:
            swap.start()
            assert searched._closed.wait(20)
        return False

    assert list(workspace.search(Pass, "xu jo", is_over=is_over)) == ["0"]
    assert searched.is_closed
    swap.join(20)


def test_a_search_of_a_workspace_that_is_closed_meanwhile_ends(laptop: Desktop) -> None:
    workspace = laptop.workspace
    many = {key(Pass, f"{number}"): to_json(ticket_of("Jo")) for number in range(1000)}
    workspace.swap(fresh_base(laptop, many), keep_old=False)
    reading = workspace._overlay.fetch

    def read_and_close(keys: Iterable[Key]) -> dict[Key, Any]:
        rows = reading(keys)
        workspace.close()
        return rows

    workspace._overlay.fetch = read_and_close  # type: ignore[method-assign]
    assert 0 < len(workspace.search(Pass, "jo", limit=500)) < 500
    laptop.open()


def test_notices_are_read(laptop: Desktop) -> None:
    laptop.workspace.open_epoch(2)
    (notice,) = laptop.workspace.notices()
    laptop.workspace.read_notice(notice.id)
    assert not laptop.workspace.notices()


# The second try


def test_a_second_try_has_what_its_author_sees_now(laptop: Desktop) -> None:
    workspace = laptop.workspace
    workspace.issue(tagline("Now"))
    again = refreshed(EditConference(tagline=Edit(seen="Then", new="Mine"), links=Edit(seen="x", new="y")), workspace)
    assert (again.tagline, again.links) == (Edit(seen="Now", new="Mine"), Edit(seen="", new="y"))
    change = ChangeOwner(owner=PersonId("owner-1"), seen_name="x", seen_email="y", name="Bo", email="bo@example.org")
    owner = refreshed(change, workspace)
    assert (owner.seen_name, owner.seen_email, owner.name) == ("Ada Example", "ada@example.org", "Bo")
    assert refreshed(PublishConference(), workspace) == PublishConference()


def test_a_second_try_without_the_row_is_the_first_one(tmp_path: Path) -> None:
    server = Server(SPACE, Clock(), tmp_path)
    empty = Desktop("door", server, tmp_path / "door", server.clock)
    assert refreshed(tagline("x"), empty.workspace) == tagline("x")


# The gate


AREA = AreaId("01a20000-0000-7000-8000-000000000004")


class Gate:
    """A laptop at the main door, with one ticket that the server has pushed."""

    def __init__(self, laptop: Desktop) -> None:
        self.laptop = laptop
        self.key = Ed25519PrivateKey.generate()
        workspace = laptop.workspace
        workspace.issue(AddSeatType(seat_type=FULL, name="Full", quota=5, price=0))
        workspace.issue(DefineArea(area=AREA, name="Main", seat_types=(FULL,)))
        laptop.sync()
        shown = ticket_of("Jörg", "Öz")
        rows = {key(Pass, TICKET): PushedRow(wire_of(Pass).name, TICKET, 3, RawJson(to_json(shown)))}
        change = Change(checkpoint=workspace.checkpoint, versions=workspace.versions(), rows=rows, outcomes=[])
        workspace.apply(replace(change, digests=workspace.digests_after(change)))

    def door(self, direction: Direction = Direction.ENTRY) -> Door:
        return Door(self.laptop.workspace, area=AREA, gate="West", direction=direction)

    def code(self, at: datetime, *, conference: str = SPACE) -> str:
        conference_row = self.laptop.workspace.get(Conference)
        assert conference_row is not None
        assert conference_row.ticket_key is not None
        secret = self.laptop.server.tools.secrets.of(SPACE)
        assert secret.sign is not None
        return ticket_code.issue(
            TicketCode(
                conference=ConferenceId(conference),
                ticket=TICKET,
                version=1,
                seat_type=FULL,
                valid_from=at - timedelta(days=1),
                valid_until=at + timedelta(days=1),
                key_id=ticket_code.key_id(base64.b64decode(conference_row.ticket_key)),
            ),
            secret.sign,
        )


@pytest.fixture
def gate(laptop: Desktop) -> Gate:
    return Gate(laptop)


def scan(door: Door, text: str) -> tuple[Finding, Action]:
    seen = door.see(text)
    scanned = door.record(seen, door.verdict(seen))
    return scanned.verdict.finding, scanned.action


def test_a_ticket_is_admitted_once_and_the_scans_are_kept(gate: Gate) -> None:
    code = gate.code(now())
    assert scan(gate.door(), code) == (Finding.ADMIT, Action.ADMITTED)
    assert scan(gate.door(), code) == (Finding.ALREADY_INSIDE, Action.TURNED_AWAY)
    assert scan(gate.door(Direction.EXIT), code) == (Finding.LEAVE, Action.ADMITTED)
    assert scan(gate.door(), code) == (Finding.ADMIT, Action.ADMITTED)
    assert len(gate.laptop.workspace.pending) == 4
    assert [one.id for one in gate.laptop.workspace._base.searcher.search(wire_of(Pass).name, "jorg")] == [TICKET]
    assert [one.locator for one in gate.laptop.workspace.search(Pass, "jorg oz").values()] == ["ABC123"]
    assert gate.laptop.workspace.search(Pass, " ") == {}


def test_a_code_is_checked(gate: Gate) -> None:
    code = gate.code(now())
    forged = code[:-20] + ("A" if code[-20] != "A" else "B") + code[-19:]
    assert scan(gate.door(), forged) == (Finding.FORGED, Action.TURNED_AWAY)
    assert scan(gate.door(), "a poster") == (Finding.UNREADABLE, Action.TURNED_AWAY)
    assert scan(gate.door(), gate.code(now() - timedelta(days=9))) == (Finding.OUT_OF_TIME, Action.TURNED_AWAY)


def test_somebody_found_by_search_is_let_through_for_a_reason(gate: Gate) -> None:
    door = gate.door()
    seen = door.found(TICKET)
    assert door.record(seen, door.verdict(seen)).action is Action.ADMITTED
    seen = door.found("01a20000-0000-7000-8000-00000000000f")
    assert door.record(seen, door.verdict(seen), override="Speaker").action is Action.OVERRIDDEN


def test_without_the_conference_key_nothing_is_genuine(tmp_path: Path, gate: Gate) -> None:
    server = Server(SPACE, Clock(), tmp_path / "other")
    empty = Desktop("door", server, tmp_path / "door", server.clock)
    door = Door(empty.workspace, area=AREA, gate="West", direction=Direction.ENTRY)
    assert door.verdict(door.see(gate.code(now()))).finding is Finding.FORGED
    with pytest.raises(Rejected):
        empty.workspace.issue(PublishConference())
    assert empty.workspace.get(Device, "door") is None


def test_pages_show_first_what_the_server_does_not_have_yet(laptop: Desktop) -> None:
    registrant = Actor(role=Role.REGISTRANT, id="web")
    laptop.workspace.issue(AddSeatType(seat_type=FULL, name="Full", quota=5, price=0))
    laptop.workspace.issue(PublishConference())
    laptop.sync()
    order = OrderId("order-1")
    place = PlaceOrder(
        order=order,
        lines=(Wanted(seat_type=FULL, quantity=1),),
        registrant=PersonId("p2"),
        last_name="Zett",
        email="zett@example.org",
    )
    laptop.server.run(place, id="place-0001", actor=registrant)
    laptop.server.run(ConfirmFreeOrder(order=order), id="confirm-0001", actor=registrant)
    laptop.sync()
    assert laptop.workspace.page(Pass, offset=0, limit=9) == {}
    laptop.workspace.issue(
        AssignSeat(
            order=order,
            position=0,
            attendee=PersonId("p2"),
            first_name="",
            last_name="Zett",
            email="zett@example.org",
        )
    )
    waiting = laptop.workspace.page(Pass, offset=0, limit=9)
    assert [row.last_name for row in waiting.values()] == ["Zett"]
    assert laptop.workspace.page(Pass, offset=1, limit=9) == {}
    assert laptop.workspace.count(Pass) == 1
    laptop.sync()
    assert list(laptop.workspace.page(Pass, offset=0, limit=9)) == list(waiting)
    assert laptop.workspace.count(Pass) == 1


def test_a_group_can_be_paged_through_and_searched(tmp_path: Path) -> None:
    at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    plain = Order(
        number=1,
        locator="AAAAAA",
        state=OrderState.CONFIRMED,
        lines=(),
        total=0,
        currency="EUR",
        placed_at=at,
        expires_at=at,
        last_name="Öz",
    )
    orders = {
        "a": plain,
        "b": replace(plain, number=2, state=OrderState.EXPIRED, codes=("EARLY",)),
        "c": replace(plain, number=3),
    }
    view = wire_of(Order).name
    base = Base(tmp_path / "base.db", bytes(32))

    def push(rows: dict[str, Order | None], emptied: tuple[str, ...] = ()) -> None:
        bodies = {id: b"null" if row is None else to_json(row) for id, row in rows.items()}
        pushed = {Key(view, id): PushedRow(view, id, 1, RawJson(body)) for id, body in bodies.items()}
        base.apply(base.shown.checkpoint(), {view: 2}, {}, pushed, [], emptied)
        base.show(base.snapshot())

    def listed(group: str) -> list[str]:
        return [one.id for one in base.shown.page(view, offset=0, limit=9, group=group)]

    push(dict(orders))
    assert (listed(""), listed("confirmed"), listed("expired")) == (["c", "b", "a"], ["c", "a"], ["b"])
    assert (base.shown.count(view), base.shown.count(view, "confirmed")) == (3, 2)
    assert [one.id for one in base.searcher.search(view, "early", group="expired")] == ["b"]
    assert not base.searcher.search(view, "early", group="confirmed")
    push({"a": replace(plain, state=OrderState.EXPIRED), "c": None})
    assert (listed("confirmed"), listed("expired")) == ([], ["b", "a"])
    push({"a": plain}, emptied=(view,))
    assert (listed(""), listed("confirmed"), listed("expired")) == (["a"], ["a"], [])
    base.close()
