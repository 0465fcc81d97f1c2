"""Files that are really damaged, and disks in the way: said in words, nothing lost that the server does not have."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlite

from desktop.store.aside import is_marked, mark
from desktop.store.files import Damaged, EnvironmentProblem, open_file, transaction
from desktop.store.log import Log
from desktop.sync.session import State
from shared.access.access import ErasePerson
from shared.conference.conference import Conference, EditConference
from shared.kernel.decider import Role
from shared.kernel.edits import Edit
from shared.kernel.ids import PersonId
from tests.desktop.fakes import damage
from tests.sync.world import CONFERENCE, FILE_KEY, Clock, Desktop, Server, creation

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def laptop(tmp_path: Path) -> Desktop:
    """A laptop that made the conference and is in step."""
    server = Server(CONFERENCE, Clock(), tmp_path)
    server.creators.add("laptop")
    laptop = Desktop("laptop", server, tmp_path / "laptop", server.clock)
    laptop.workspace.issue(creation())
    assert is_synced(laptop)
    return laptop


def is_synced(laptop: Desktop) -> bool:
    """Whether a session ended with all that the server has, and nothing that waits."""
    end = laptop.sync()
    is_equal = laptop.workspace.digests == laptop.server.digests(Role.ORGANIZER)
    return end is not None and end.state is State.SYNCED and is_equal and not laptop.workspace.is_pending


def append(log: Log, commands: int) -> None:
    for number in range(commands):
        log.append("c", f"id-{number}", creation(), AT, [])


def test_a_base_that_is_damaged_is_kept_and_downloaded_anew(laptop: Desktop) -> None:
    laptop.workspace.issue(EditConference(tagline=Edit(seen="", new="After")))
    laptop.close()
    (file,) = laptop.folder.glob("base-*.db")
    damage(file)
    spoilt = file.read_bytes()
    laptop.open()
    (notice,) = laptop.workspace.notices()
    assert notice.code == "base_was_damaged"
    assert (laptop.folder / notice.details["file"]).read_bytes()[4096:] == spoilt[4096:]
    assert laptop.workspace.is_pending
    assert is_synced(laptop)
    assert laptop.workspace.epoch == 1
    after = laptop.workspace.get(Conference)
    assert after is not None
    assert after.tagline == "After"


def test_damage_that_is_met_while_running_is_mended_at_the_next_start(laptop: Desktop) -> None:
    assert is_synced(laptop)
    laptop.close()
    laptop.open()
    (file,) = laptop.folder.glob("base-*.db")
    damage(file)
    with pytest.raises(Damaged, match="Start Lanyard anew"):
        laptop.workspace.get(Conference)
    laptop.close()
    laptop.open()
    assert [one.code for one in laptop.workspace.notices()] == ["base_was_damaged"]
    assert is_synced(laptop)
    laptop.close()
    laptop.open()
    assert len(laptop.workspace.notices()) == 1, "a new file is no damaged one"


def test_what_was_put_aside_goes_when_somebody_is_erased(laptop: Desktop) -> None:
    laptop.close()
    (file,) = laptop.folder.glob("base-*.db")
    mark(file)
    file.with_name(f"{file.name}-wal").write_bytes(b"left by a program that was killed")
    laptop.open()
    assert len(list(laptop.folder.glob("base-*.old"))) == 2
    assert is_synced(laptop)
    laptop.server.run(ErasePerson(person=PersonId("owner-1")), id="erasure")
    assert is_synced(laptop)
    assert not list(laptop.folder.glob("base-*.old"))


def test_a_damaged_log_takes_no_base_with_it(laptop: Desktop) -> None:
    assert is_synced(laptop)
    laptop.close()
    damage(laptop.folder / "log.db")
    with pytest.raises(Damaged, match=r"log\.db cannot be read"):
        laptop.open()
    assert not list(laptop.folder.glob("*.old"))


def test_a_damaged_log_is_told_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    log = Log(path, FILE_KEY)
    append(log, 200)
    log.close()
    damage(path)
    left = path.read_bytes()
    log = Log(path, FILE_KEY)
    with pytest.raises(EnvironmentProblem, match=r"log\.db cannot be read.*Nothing in it was changed"):
        log.commands("c")
    log.close()
    assert path.read_bytes()[4096:] == left[4096:]
    assert not is_marked(path)


def test_a_full_file_is_told_and_takes_more_when_there_is_room(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.db", FILE_KEY)
    (pages,) = log._connection.execute("PRAGMA page_count").fetchone()
    log._connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()
    with pytest.raises(EnvironmentProblem, match="disk is full"):
        append(log, 200)
    kept = len(log.commands("c"))
    log._connection.execute("PRAGMA max_page_count = 1000").fetchall()
    assert log.append("c", "another", creation(), AT, []).seq == kept + 1
    log.close()


def test_a_file_that_another_one_writes_to_is_told(tmp_path: Path) -> None:
    one, other = (open_file(tmp_path / "x.db", FILE_KEY, "CREATE TABLE IF NOT EXISTS t (a)") for _ in range(2))
    other.execute("PRAGMA busy_timeout = 0")
    with transaction(one), pytest.raises(EnvironmentProblem, match="Another program"), transaction(other):
        pass
    with pytest.raises(sqlite.OperationalError, match="no such table"):
        one.execute("SELECT * FROM unknown")
    one.close()
    other.close()


def test_a_place_without_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.db").mkdir()
    with pytest.raises(EnvironmentProblem, match="may write"):
        open_file(tmp_path / "x.db", FILE_KEY, "")
