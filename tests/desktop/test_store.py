"""The encrypted files: the log, the base, the search index."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2 as sqlite

from desktop.store import files
from desktop.store.base import Base
from desktop.store.files import EnvironmentProblem, open_file, transaction
from desktop.store.log import Log, decode_events
from desktop.store.search import folded, match_expression
from desktop.store.searcher import never
from shared.checkin.verdict import Admission, Direction, Pass, Passage
from shared.conference.conference import ConferenceCreated, Owner
from shared.execute import Undecided
from shared.kernel.codec import RawJson, to_json
from shared.kernel.decider import Key, key
from shared.kernel.ids import AreaId, DeviceId, PersonId, SeatTypeId, TicketId
from shared.kernel.messages import wire_of
from shared.registration.order_state import Order
from shared.sync.digest import row_hash
from shared.sync.protocol import START, Checkpoint, Outcome, PushedRow, Status, Verdict
from tests.sync.world import FILE_KEY, creation

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PASSES, ADMISSIONS = wire_of(Pass).name, wire_of(Admission).name


def ticket(first_name: str, last_name: str, *, company: str = "", locator: str = "ABC123") -> Pass:
    return Pass(
        ticket=TicketId("t"),
        locator=locator,
        position=1,
        seat_type=SeatTypeId("full"),
        version=1,
        attendee=PersonId("p"),
        first_name=first_name,
        last_name=last_name,
        company=company,
        is_cancelled=False,
    )


def pushed(rows: dict[str, Pass | None], position: int = 1) -> dict[Key, PushedRow]:
    return {
        Key(PASSES, id): PushedRow(PASSES, id, position, RawJson(b"null" if row is None else to_json(row)))
        for id, row in rows.items()
    }


@pytest.fixture
def base(tmp_path: Path) -> Base:
    return Base(tmp_path / "base.db", FILE_KEY)


def apply(base: Base, rows: dict[Key, PushedRow], *, emptied: tuple[str, ...] = (), upto: int = 1) -> None:
    checkpoint = Checkpoint("history-1", upto, "0f", "door-1")
    base.apply(checkpoint, {PASSES: 1}, base.digests_after(rows, emptied), rows, [], emptied)
    base.show(base.snapshot())


PEOPLE = {
    "1": ticket("Łucja", "Öz", company="Łódź Robotics"),
    "2": ticket("Jörg", "Müller-Lüdenscheidt", locator="XYZ789"),
    "3": ticket("伟", "王"),
    "4": ticket("Anna", "O'Neil %_\"*"),
    "5": ticket("Jo", "Jo"),
}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("lodz", ["1"]),
        ("LUCJA oz", ["1"]),
        ("jorg", ["2"]),
        ("muller ludensch", ["2"]),
        ("xyz", ["2"]),
        ("王伟", ["3"]),
        ("伟王", []),
        ("伟", ["3"]),
        ("o'neil", ["4"]),
        ('%_"', ["4"]),
        ("j", ["5", "1", "2"]),
        ("jo anna", []),
        ("   ", []),
    ],
)
def test_search_finds_every_word_whatever_its_accents_and_case(base: Base, text: str, ids: list[str]) -> None:
    apply(base, pushed(dict(PEOPLE)))
    assert [one.id for one in base.searcher.search(PASSES, text)] == ids


def test_the_index_follows_the_rows(base: Base) -> None:
    apply(base, pushed(dict(PEOPLE)))
    apply(base, pushed({"1": ticket("Ada", "Example"), "2": None}, 2), upto=2)
    assert not base.searcher.search(PASSES, "lodz")
    assert not base.searcher.search(PASSES, "jorg")
    assert [one.id for one in base.searcher.search(PASSES, "ada")] == ["1"]
    apply(base, pushed({"9": ticket("Only", "One")}, 3), emptied=(PASSES,), upto=3)
    assert [one.id for one in base.shown.rows(PASSES)] == ["9"]
    assert not base.searcher.search(PASSES, "ada")
    assert base.searcher.search(PASSES, "only")
    assert base.shown.count(PASSES) == 1


def test_a_search_that_is_over_finds_nothing_and_the_next_one_is_whole(base: Base) -> None:
    many = {f"{number}-{id}": row for number in range(500) for id, row in PEOPLE.items()}
    apply(base, pushed(dict(many)))
    assert base.searcher.search(PASSES, "o", limit=9, is_over=lambda: True) == []
    assert len(base.searcher.search(PASSES, "o", limit=9)) == 9
    base.searcher.close()
    assert base.searcher.search(PASSES, "o") == []


def admission(*entered: datetime) -> Admission:
    passages = tuple(
        Passage(scan=f"{at}", direction=Direction.ENTRY, gate="West", device=DeviceId("d"), at=at) for at in entered
    )
    return Admission(area=AreaId("door"), ticket=TicketId("t"), seat_type=None, passages=passages)


def admitted(rows: dict[str, Admission | None], position: int = 1) -> dict[Key, PushedRow]:
    return {
        Key(ADMISSIONS, id): PushedRow(ADMISSIONS, id, position, RawJson(b"null" if row is None else to_json(row)))
        for id, row in rows.items()
    }


MINUTE = int(AT.timestamp()) // 60


def test_tallies_follow_the_rows(base: Base) -> None:
    later = AT + timedelta(minutes=2)
    apply(base, admitted({"1": admission(AT), "2": admission(AT, later), "3": admission()}))
    assert base.tally(ADMISSIONS) == {MINUTE: {"door": 2}, MINUTE + 2: {"door": 1}}
    apply(base, admitted({"1": None, "2": admission(AT), "3": admission(later)}, 2), upto=2)
    assert base.tally(ADMISSIONS) == {MINUTE: {"door": 1}, MINUTE + 2: {"door": 1}}
    apply(base, admitted({"2": None}, 3), upto=3)
    assert base.tally(ADMISSIONS) == {MINUTE + 2: {"door": 1}}
    apply(base, admitted({"9": admission(AT)}, 4), emptied=(ADMISSIONS,), upto=4)
    assert base.tally(ADMISSIONS) == {MINUTE: {"door": 1}}
    assert base.tally(PASSES) == {}


@pytest.fixture
def old(base: Base) -> Base:
    """A file from before there were tallies, with a view of a version that is read anew anyway."""
    orders = wire_of(Order).name
    rows = admitted({"1": admission(AT)}) | {Key(orders, "o"): PushedRow(orders, "o", 1, RawJson(b'{"old":1}'))}
    for statement in (
        "DROP TABLE tallies",
        "PRAGMA user_version = 1",
        f"INSERT INTO views VALUES ('{ADMISSIONS}', 1, '0'), ('{orders}', 1, '0'), ('{PASSES}', 1, '0')",
    ):
        base._writer.execute(statement)
    base._writer.executemany(
        "INSERT INTO rows VALUES (?, ?, 1, ?)", [(*at, bytes(row.body)) for at, row in rows.items()]
    )
    base.close()
    return Base(base.path, FILE_KEY)


def test_a_file_from_before_there_were_tallies_is_counted_once_it_is_asked_for(old: Base) -> None:
    assert old.tally(ADMISSIONS) == {}
    old.count_old_rows(never)
    assert old.tally(ADMISSIONS) == {MINUTE: {"door": 1}}
    assert old.tally(wire_of(Order).name) == {}
    apply(old, admitted({"1": None}, 2), upto=2)
    assert old.tally(ADMISSIONS) == {}
    old.close()
    once_more = Base(old.path, FILE_KEY)
    once_more.count_old_rows(never)
    assert once_more.tally(ADMISSIONS) == {}
    once_more.close()
    assert once_more.tally(ADMISSIONS) == {}


@pytest.mark.parametrize("emptied", [(), (ADMISSIONS,)])
def test_what_comes_while_old_rows_are_counted_counts_too(old: Base, emptied: tuple[str, ...]) -> None:
    apply(old, admitted({"2": admission(AT)}, 2), upto=2)
    came = iter([admitted({"3": admission(AT)}, 3)])

    def meanwhile() -> bool:
        for rows in came:
            apply(old, rows, emptied=emptied, upto=3)
        return False

    old.count_old_rows(meanwhile)
    assert old.tally(ADMISSIONS) == {MINUTE: {"door": 1 if emptied else 3}}
    old.close()


def test_counting_that_was_given_up_begins_again(old: Base) -> None:
    old.count_old_rows(lambda: True)
    assert old.tally(ADMISSIONS) == {}
    old.count_old_rows(never)
    assert old.tally(ADMISSIONS) == {MINUTE: {"door": 1}}
    old.close()


def test_a_file_that_an_older_release_had_meanwhile_is_counted_anew(base: Base) -> None:
    """That release says so in the file, and keeps no sums of what it writes."""
    apply(base, admitted({"1": admission(AT), "2": admission(AT)}))
    base._writer.execute(f"INSERT OR REPLACE INTO views VALUES ('{ADMISSIONS}', 1, '0')")
    base._writer.execute("PRAGMA user_version = 1")
    base._writer.execute("DELETE FROM rows WHERE id = '2'")
    base.close()
    again = Base(base.path, FILE_KEY)
    again.count_old_rows(never)
    assert again.tally(ADMISSIONS) == {MINUTE: {"door": 1}}
    again.close()


def test_a_close_waits_for_the_change_that_is_being_applied(base: Base) -> None:
    closing = threading.Thread(target=base.close)

    class Slow(dict[str, int]):
        def items(self) -> Any:
            closing.start()
            closing.join(0.1)
            assert closing.is_alive()
            return super().items()

    base.apply(Checkpoint("history-1", 1, "0f", "door-1"), Slow({PASSES: 1}), {}, pushed(dict(PEOPLE)), [])
    closing.join(20)
    again = Base(base.path, FILE_KEY)
    assert again.shown.count(PASSES) == len(PEOPLE)
    again.close()


def test_words_are_folded() -> None:
    assert folded("Æneas STRASSE Straße Đorđe") == "aeneas strasse strasse dorde"
    assert match_expression(" ") is None


def test_readers_see_a_change_only_after_a_refresh(base: Base) -> None:
    rows = pushed({"1": ticket("Ada", "Example")})
    checkpoint = Checkpoint("history-1", 1, "0f", "door-1")
    outcome = Outcome(command_id="c", epoch=1, seq=1, position=1, verdict=Verdict(status=Status.ACCEPTED))
    assert base.shown.checkpoint() == START
    base.apply(checkpoint, {PASSES: 1}, base.digests_after(rows, ()), rows, [outcome])
    assert (base.shown.rows(PASSES), base.shown.checkpoint(), base.shown.versions()) == ({}, START, {})
    base.show(base.snapshot())
    assert base.shown.fetch([Key(PASSES, "1"), Key(PASSES, "2")]) == {
        Key(PASSES, "1"): ticket("Ada", "Example"),
        Key(PASSES, "2"): None,
    }
    assert (base.shown.checkpoint(), base.shown.outcomes()) == (checkpoint, {"c": outcome})
    with pytest.raises(Undecided):
        base.shown.fetch([key(Owner)])


def test_digests_follow_the_rows(base: Base) -> None:
    ada, bo = ticket("Ada", "A"), ticket("Bo", "B")
    apply(base, pushed({"1": ada, "2": bo}))
    assert (
        base.shown.digests()[PASSES]
        == sum(row_hash(PASSES, id, to_json(row)) for id, row in (("1", ada), ("2", bo))) % 2**128
    )
    apply(base, pushed({"1": bo, "2": None}, 2), upto=2)
    assert base.shown.digests()[PASSES] == row_hash(PASSES, "1", to_json(bo))
    apply(base, pushed({"1": None}, 3), upto=3)
    assert base.shown.digests()[PASSES] == 0


def test_a_change_that_fails_leaves_nothing(base: Base) -> None:
    class Crash(Exception):
        pass

    def crash() -> None:
        with transaction(base._writer) as connection:
            connection.execute("INSERT INTO meta VALUES ('x', 'y')")
            raise Crash

    with pytest.raises(Crash):
        crash()
    assert base._writer.execute("SELECT count(*) FROM meta").fetchone() == (0,)
    base.close()


# Files


def test_a_file_needs_its_key(tmp_path: Path) -> None:
    open_file(tmp_path / "x.db", FILE_KEY, "CREATE TABLE t (a)").close()
    assert b"SQLite format 3" not in (tmp_path / "x.db").read_bytes()
    with pytest.raises(EnvironmentProblem, match="not its key"):
        open_file(tmp_path / "x.db", bytes(32), "CREATE TABLE IF NOT EXISTS u (a)")


def test_an_sqlite_that_can_lose_commits_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "sqlite", OldSqlite)
    with pytest.raises(EnvironmentProblem, match="can lose commits"):
        open_file(tmp_path / "x.db", FILE_KEY, "")
    assert sqlite.sqlite_version_info >= (3, 51, 3)


class OldSqlite:
    """The interpreter's own on Debian 12."""

    sqlite_version = "3.40.1"
    sqlite_version_info = (3, 40, 1)


# The log


def test_a_person_is_forgotten_in_the_log(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.db", FILE_KEY)
    command = creation("owner-1")
    created = ConferenceCreated(
        owner=command.owner,
        owner_name=command.owner_name,
        owner_email=command.owner_email,
        name=command.name,
        slug=command.slug,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        tagline="",
        description="",
        location="",
        time_zone="UTC",
        currency="EUR",
        access_code=None,
        ticket_key=None,
    )
    log.append("c", "command-1", command, AT, [created])
    log.append("c", "command-2", creation("owner-2"), AT, [])
    log._connection.execute(
        "INSERT INTO commands SELECT conference, epoch, 9, 'command-9', 'of.a_newer_release', 7, issued_at, body,"
        " events FROM commands WHERE command_id = 'command-1'"
    )
    log.forget("c", ["owner-1"])
    first, second, newer = log.commands("c")
    assert str(first.command().owner_name) == "erased"
    assert [str(one.owner_email) for one in decode_events(first.events)] == ["erased"]
    assert second.command().owner_name == "Ada Example"
    assert newer.wire.name == "of.a_newer_release"
    log.close()


def test_settings_and_notices_are_kept(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.db", FILE_KEY)
    assert log.setting("x") is None
    log.set("x", {"a": 1})
    log.set("x", {"a": 2})
    log.notify("c", AT, "device_was_copied", {"epoch": 2})
    log.close()
    log = Log(tmp_path / "log.db", FILE_KEY)
    assert log.setting("x") == {"a": 2}
    (notice,) = log.notices("c")
    assert (notice.at, notice.code, notice.details) == (AT, "device_was_copied", {"epoch": 2})
    log.read_notice(notice.id)
    assert not log.notices("c")
    log.close()


def test_pages_come_in_order_of_the_name_whatever_its_accents(base: Base) -> None:
    names = {"1": "Żak", "2": "Abel", "3": "", "4": "Łódzki", "5": "abel"}
    apply(base, pushed({id: ticket("Ann", name) if name else ticket("", "") for id, name in names.items()}))
    assert [at.id for at in base.shown.page(PASSES, offset=0, limit=3)] == ["2", "5", "4"]
    assert [at.id for at in base.shown.page(PASSES, offset=3, limit=3)] == ["1", "3"]
    apply(base, pushed({"1": ticket("Ann", "Aalto"), "2": None}, 2), upto=2)
    assert [at.id for at in base.shown.page(PASSES, offset=0, limit=9)] == ["1", "5", "4", "3"]
    assert base.shown.count(PASSES) == 4
