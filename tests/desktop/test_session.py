"""Sync sessions: against the real server in one process, and against answers that no right server gives."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.sync.session import Request, Response, State
from shared.access.access import ChangeDeviceRole, Device, EnrolDevice
from shared.conference.conference import Conference, EditConference, Owner
from shared.conference.seat_types import AddSeatType, SeatType
from shared.kernel.codec import RawJson, from_json, to_json
from shared.kernel.decider import Actor, Role
from shared.kernel.edits import Edit
from shared.kernel.ids import DeviceId, SeatTypeId
from shared.kernel.messages import wire_of
from shared.sync.digest import row_hash
from shared.sync.protocol import BATCH_BYTES_MOST, BATCH_COMMANDS_MOST, Batch, Code, Page, Problem, PushedRow
from tests.sync.world import CONFERENCE, Clock, Desktop, Server, creation

ORGANIZER = Actor(role=Role.ORGANIZER, id="laptop", label="laptop")


@pytest.fixture
def server(tmp_path: Path) -> Server:
    server = Server(CONFERENCE, Clock(), tmp_path)
    server.creators.add("laptop")
    return server


@pytest.fixture
def laptop(server: Server, tmp_path: Path) -> Desktop:
    """A laptop that made the conference and is in step."""
    laptop = Desktop("laptop", server, tmp_path / "laptop", server.clock)
    laptop.workspace.issue(creation())
    assert ended(laptop) is State.SYNCED
    return laptop


def ended(desktop: Desktop, ask: Callable[[Request], Response | None] | None = None) -> State | None:
    """How a session ended; None where the network was cut."""
    end = desktop.sync(ask)
    return None if end is None else end.state


def tagline(text: str, *, seen: str = "") -> EditConference:
    return EditConference(tagline=Edit(seen=seen, new=text))


def shown_tagline(desktop: Desktop) -> str:
    conference = desktop.workspace.get(Conference)
    assert conference is not None
    return conference.tagline


def problem(code: Code | str, *, status: int = 409, epoch: int | None = None) -> Response:
    return Response(status, to_json(Problem(code=code, title="", status=status, epoch=epoch)))


def door(server: Server, folder: Path) -> Desktop:
    """A second device, at the door."""
    server.run(EnrolDevice(device=DeviceId("door"), label="door", role=Role.DOOR), id="enrolment-of-door")
    return Desktop("door", server, folder / "door", server.clock)


def in_step(desktop: Desktop, role: Role = Role.ORGANIZER) -> bool:
    """Whether the rows that are here, and not only what is said of them, have the server's digests."""
    for view, digest in desktop.server.digests(role).items():
        rows = desktop.workspace._base.shown._connection.execute(
            "SELECT id, body FROM rows WHERE view = ?", (view,)
        ).fetchall()
        if sum(row_hash(view, one, body) for one, body in rows) % 2**128 != digest:
            return False
    return desktop.workspace.digests == desktop.server.digests(role)


# What a network does


def test_a_session_that_is_cut_anywhere_goes_on_with_the_next(server: Server, laptop: Desktop, tmp_path: Path) -> None:
    server.page_rows = 2
    other = door(server, tmp_path)
    for number in range(6):
        seat_type = AddSeatType(
            seat_type=SeatTypeId(f"01a20000-0000-7000-8000-{number:012x}"), name="Full", quota=5, price=0
        )
        server.run(seat_type, id=f"command-{number:08d}", actor=ORGANIZER)
    for lost in range(40):
        left = [lost % 3]

        def ask(request: Request, left: list[int] = left) -> Response | None:
            answer = server.answer("door", request)
            left[0] -= 1
            return answer if left[0] >= 0 else None

        if ended(other, ask) is State.SYNCED:
            break
    assert in_step(other, Role.DOOR)
    assert len(other.workspace.rows(SeatType)) == 6


def test_a_lost_answer_changes_nothing_when_the_batch_is_sent_again(server: Server, laptop: Desktop) -> None:
    laptop.workspace.issue(tagline("On a train"))

    def lost(request: Request) -> None:
        server.answer("laptop", request)

    assert ended(laptop, lost) is None
    head = server.head
    assert laptop.workspace.pending
    assert ended(laptop) is State.SYNCED
    assert server.head == head
    assert in_step(laptop)


def test_a_page_that_is_not_the_next_one_is_ignored(server: Server, laptop: Desktop) -> None:
    server.run(tagline("Theirs"), id="theirs-0001", actor=ORGANIZER)
    request = laptop.staging.request()
    page = from_json(Page, server.answer("laptop", request).body)
    assert not laptop.staging.take(replace(page, after=page.after + 1))
    assert shown_tagline(laptop) == ""
    assert laptop.staging.take(page)
    assert shown_tagline(laptop) == "Theirs"


def test_pages_of_a_history_that_is_gone_are_forgotten_before_anything_else(server: Server, laptop: Desktop) -> None:
    server.page_rows = 1
    server.run(tagline("Theirs"), id="theirs-0001", actor=ORGANIZER)
    server.run(EnrolDevice(device=DeviceId("door"), label="door", role=Role.DOOR), id="enrolment-of-door")
    asked: list[str] = []

    def restored_after_the_first_page(request: Request) -> Response:
        asked.append(request.headers["Last-Event-ID"])
        return problem(Code.HISTORY_CHANGED) if len(asked) == 2 else server.answer("laptop", request)

    assert ended(laptop, restored_after_the_first_page) is State.SYNCED
    assert asked[2] == asked[0] != asked[1]
    assert in_step(laptop)
    assert not laptop.workspace.notices()


# Batches


def test_a_long_queue_goes_in_batches(server: Server, laptop: Desktop) -> None:
    sizes: list[int] = []

    def ask(request: Request) -> Response:
        if request.method == "POST":
            sizes.append(len(from_json(Batch, request.body).commands))
        return server.answer("laptop", request)

    for number in range(BATCH_COMMANDS_MOST + 1):
        laptop.workspace.issue(tagline(f"{number}", seen=shown_tagline(laptop)))
    assert ended(laptop, ask) is State.SYNCED
    assert sizes == [BATCH_COMMANDS_MOST, 1]
    assert in_step(laptop)


def test_a_batch_stays_within_the_limit_of_bytes(server: Server, laptop: Desktop) -> None:
    sizes: list[int] = []

    def ask(request: Request) -> Response:
        if request.method == "POST":
            sizes.append(len(request.body))
        return server.answer("laptop", request)

    for number in range(130):
        text = f"{number} " + "x" * 9000
        laptop.workspace.issue(EditConference(description=Edit(seen=_description(laptop), new=text)))
    assert ended(laptop, ask) is State.SYNCED
    assert len(sizes) > 1
    assert max(sizes) <= BATCH_BYTES_MOST
    assert in_step(laptop)


def _description(desktop: Desktop) -> str:
    conference = desktop.workspace.get(Conference)
    assert conference is not None
    return conference.description


# Epochs


def test_a_cloned_device_goes_on_under_a_new_epoch(server: Server, laptop: Desktop, tmp_path: Path) -> None:
    laptop.close()
    clone_folder = tmp_path / "clone"
    clone_folder.mkdir()
    for file in laptop.folder.iterdir():
        (clone_folder / file.name).write_bytes(file.read_bytes())
    laptop.open()
    clone = Desktop("laptop", server, clone_folder, server.clock)
    clone.ids.count = 1000
    laptop.workspace.issue(tagline("Mine"))
    clone.workspace.issue(EditConference(location=Edit(seen="", new="Here")))
    assert ended(laptop) is State.SYNCED
    assert ended(clone) is State.SYNCED
    assert clone.workspace.epoch == 2
    assert [one.code for one in clone.workspace.notices()] == ["device_was_copied"]
    clone.workspace.issue(EditConference(links=Edit(seen="", new="https://example.org")))
    assert ended(clone) is State.SYNCED
    assert ended(laptop) is State.SYNCED
    assert in_step(clone)
    assert in_step(laptop)
    assert not clone.workspace.problems()


def test_an_epoch_that_the_server_does_not_know_is_left(server: Server, laptop: Desktop) -> None:
    laptop.workspace.open_epoch(3)
    laptop.workspace.issue(tagline("After a restore"))
    assert ended(laptop) is State.SYNCED
    assert laptop.workspace.epoch == 2
    assert in_step(laptop)


def test_an_epoch_is_entered_again_behind_what_is_there(laptop: Desktop) -> None:
    laptop.workspace.open_epoch(2)
    laptop.workspace.issue(tagline("1"))
    laptop.workspace.open_epoch(3)
    laptop.workspace.issue(tagline("2", seen="1"))
    laptop.workspace.issue(tagline("3", seen="2"))
    laptop.log.open_epoch(CONFERENCE, 2, ["laptop-command-00000003"])
    laptop.log.open_epoch(CONFERENCE, 2, ["laptop-command-00000004"])
    numbers = [(one.epoch, one.seq) for one in laptop.log.commands(CONFERENCE)]
    assert numbers == [(1, 1), (2, 1), (2, 2), (3, 1)]


def test_numbers_that_nobody_has_any_more_are_left_behind(server: Server, laptop: Desktop) -> None:
    laptop.workspace.issue(tagline("1"))
    laptop.workspace.issue(tagline("2", seen="1"))
    # The first one is gone from this device, and the server never got it.
    laptop.log._connection.execute("DELETE FROM commands WHERE command_id = 'laptop-command-00000002'")
    laptop.close()
    laptop.open()
    assert ended(laptop) is State.SYNCED
    assert laptop.workspace.epoch == 2
    assert in_step(laptop)
    assert [one.code for one in laptop.workspace.problems()] == ["changed_meanwhile"]


def test_a_server_that_forks_without_end_is_given_up(laptop: Desktop) -> None:
    laptop.workspace.issue(tagline("x"))

    def ask(request: Request) -> Response:
        return problem(Code.FORKED, epoch=from_json(Batch, request.body).epoch + 1)

    end = laptop.sync(ask)
    assert end is not None
    assert (end.state, end.detail) == (State.FAILED, "forked")


def test_a_server_that_misses_commands_for_ever_is_given_up(server: Server, laptop: Desktop) -> None:
    laptop.workspace.issue(tagline("x"))

    def ask(request: Request) -> Response:
        return problem(Code.GAP) if request.method == "POST" else server.answer("laptop", request)

    assert ended(laptop, ask) is State.FAILED


# Roles and histories


def test_a_changed_role_is_read_anew(server: Server, laptop: Desktop, tmp_path: Path) -> None:
    other = door(server, tmp_path)
    assert ended(other) is State.SYNCED
    assert in_step(other, Role.DOOR)
    assert other.workspace.get(Owner) is None
    server.run(ChangeDeviceRole(device=DeviceId("door"), role=Role.ORGANIZER), id="promotion", actor=ORGANIZER)
    assert ended(other) is State.SYNCED
    assert other.workspace.role is Role.ORGANIZER
    assert other.workspace.get(Owner) is not None
    assert in_step(other)
    server.run(ChangeDeviceRole(device=DeviceId("door"), role=Role.DOOR), id="demotion", actor=ORGANIZER)
    assert ended(other) is State.SYNCED
    assert other.workspace.get(Owner) is None
    assert in_step(other, Role.DOOR)


def test_a_second_start_while_reading_anew_begins_again(server: Server, laptop: Desktop) -> None:
    laptop.staging.start_over(keep_old=False)
    laptop.staging.start_over(keep_old=False)
    assert ended(laptop) is State.SYNCED
    assert in_step(laptop)


def test_a_server_restored_without_a_word_gets_its_commands_back(
    server: Server, laptop: Desktop, tmp_path: Path
) -> None:
    backup = Server(CONFERENCE, server.clock, tmp_path / "backup")
    backup.creators.add("laptop")
    first = laptop.log.commands(CONFERENCE)[0]
    backup.run(creation(), id=first.command_id, actor=ORGANIZER)
    backup.run(EnrolDevice(device=DeviceId("laptop"), label="laptop", role=Role.ORGANIZER), id="enrolment")
    laptop.workspace.issue(tagline("Since the backup"))
    assert ended(laptop) is State.SYNCED
    laptop.server = backup
    assert ended(laptop) is State.SYNCED
    assert shown_tagline(laptop) == "Since the backup"
    assert in_step(laptop)
    assert "server_was_restored" in [one.code for one in laptop.workspace.notices()]
    assert list(laptop.folder.glob("*.old"))


# Views and digests


def test_a_view_that_differs_is_read_anew(server: Server, laptop: Desktop) -> None:
    server.run(
        AddSeatType(seat_type=SeatTypeId("01a20000-0000-7000-8000-000000000001"), name="Full", quota=5, price=0),
        id="type-0001",
        actor=ORGANIZER,
    )
    assert ended(laptop) is State.SYNCED
    base = laptop.workspace._base
    base._writer.execute("UPDATE rows SET body = replace(body, 'Full', 'Fool') WHERE view = 'conference.seat_types'")
    base._writer.execute("UPDATE views SET digest = '1' WHERE view = 'conference.seat_types'")
    laptop.close()
    laptop.open()
    laptop.workspace.issue(tagline("x"))
    assert ended(laptop) is State.SYNCED
    assert not laptop.staging.differing
    assert [one.name for one in laptop.workspace.rows(SeatType).values()] == ["Full"]
    assert in_step(laptop)


def test_a_view_that_differs_even_then_is_told(server: Server, laptop: Desktop) -> None:
    view = wire_of(Conference).name

    def ask(request: Request) -> Response:
        answer = server.answer("laptop", request)
        if request.method == "POST":
            return answer
        page = from_json(Page, answer.body)
        return Response(
            200, to_json(replace(page, digests=None if page.digests is None else page.digests | {view: "5"}))
        )

    laptop.workspace.issue(tagline("x"))
    assert ended(laptop, ask) is State.SYNCED
    assert laptop.staging.differing == {view}
    assert in_step(laptop)
    assert ended(laptop) is State.SYNCED
    assert not laptop.staging.differing


def test_a_view_newer_than_this_desktop_keeps_its_old_rows(server: Server, laptop: Desktop) -> None:
    view = wire_of(Conference).name

    def newer(request: Request) -> Response:
        answer = server.answer("laptop", request)
        if request.method == "POST":
            return answer
        page = from_json(Page, answer.body)
        rows = [
            one if one.view != view else PushedRow(view, one.id, one.position, RawJson(b'"?"')) for one in page.rows
        ]
        return Response(200, to_json(replace(page, views=page.views | {view: 99}, rows=rows)))

    server.run(tagline("Theirs"), id="theirs-0001", actor=ORGANIZER)
    laptop.workspace.issue(EditConference(location=Edit(seen="", new="Here")))
    assert ended(laptop, newer) is State.UPDATE_DESKTOP
    assert not laptop.workspace.pending
    assert shown_tagline(laptop) == ""


def test_a_view_that_this_desktop_learned_is_read_from_its_start(server: Server, laptop: Desktop) -> None:
    """As after an update of the desktop: the base says which version of a view it holds."""
    base = laptop.workspace._base
    base._writer.execute("UPDATE views SET version = 0, digest = '0' WHERE view = 'access.devices'")
    base._writer.execute("DELETE FROM rows WHERE view = 'access.devices'")
    laptop.close()
    laptop.open()
    server.page_rows = 1
    server.run(tagline("Theirs"), id="theirs-0001", actor=ORGANIZER)
    assert ended(laptop) is State.SYNCED
    assert laptop.workspace.get(Device, "laptop") is not None
    assert in_step(laptop)


# Answers that end a session


@pytest.mark.parametrize(
    ("answer", "state", "detail"),
    [
        (problem(Code.UNKNOWN_DEVICE, status=401), State.NOT_ENROLLED, "unknown_device"),
        (problem(Code.FORBIDDEN, status=403), State.NOT_ENROLLED, "forbidden"),
        (problem(Code.SERVER_OLDER), State.UPDATE_SERVER, "server_older"),
        (problem("unavailable", status=503), State.FAILED, "unavailable"),
        (Response(502, b"<html>Bad gateway</html>"), State.FAILED, "status 502"),
        (Response(200, b"<html>Welcome to the hotel</html>"), State.FAILED, "status 200"),
    ],
)
def test_an_answer_to_a_push_that_ends_the_session(
    laptop: Desktop, answer: Response, state: State, detail: str
) -> None:
    laptop.workspace.issue(tagline("x"))
    end = laptop.sync(lambda _: answer)
    assert end is not None
    assert (end.state, end.detail) == (state, detail)
    assert laptop.workspace.pending
    assert laptop.workspace.is_pending


@pytest.mark.parametrize(
    ("answer", "state", "detail"),
    [
        (problem(Code.FORBIDDEN, status=403), State.NOT_ENROLLED, "forbidden"),
        (Response(500, b""), State.FAILED, "status 500"),
        (Response(200, b"<html>Welcome to the hotel</html>"), State.FAILED, "unreadable page"),
    ],
)
def test_an_answer_to_a_pull_that_ends_the_session(
    laptop: Desktop, answer: Response, state: State, detail: str
) -> None:
    end = laptop.sync(lambda _: answer)
    assert end is not None
    assert (end.state, end.detail) == (state, detail)


def test_pages_without_end_are_given_up(server: Server, laptop: Desktop) -> None:
    answer = server.answer("laptop", laptop.staging.request())
    page = replace(from_json(Page, answer.body), after=12345)
    end = laptop.sync(lambda _: Response(200, to_json(page)))
    assert end is not None
    assert (end.state, end.detail) == (State.FAILED, "the change has no end")
