"""The log is gapless, chained, and knows every command that it ever took."""

from dataclasses import replace
from datetime import UTC, datetime
from threading import Thread

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from server.store import commits
from server.store.commits import NO_HASH, Head, NewCommit, Stored, chain_hash

NOW = datetime(2026, 11, 23, 12, 30, 15, 123456, tzinfo=UTC)
SPACE = "space"


def made(number: int, *, device: str | None = None, epoch: int | None = None, seq: int | None = None) -> NewCommit:
    return NewCommit(f"command-{number}", device, epoch, seq, b'{"status":"accepted"}', b"body %d" % number)


def appended(connection: Connection, *new: NewCommit, space: str = SPACE) -> Head:
    return commits.append(connection, space, commits.lock(connection, space), new, NOW)


def is_chained(log: list[Stored]) -> bool:
    previous = NO_HASH
    for place, one in enumerate(log, start=1):
        if one.position != place or chain_hash(previous, place, one) != one.hash:
            return False
        previous = one.hash
    return True


def test_a_new_space_is_at_position_zero(engine: Engine) -> None:
    with engine.begin() as connection:
        assert commits.head(connection, SPACE) is None
        assert commits.hash_at(connection, SPACE, 0) is None
        assert commits.lock(connection, SPACE) == Head(0, bytes(32), None)
        assert commits.head(connection, SPACE) == Head(0, bytes(32), None)
        assert commits.hash_at(connection, SPACE, 0) == bytes(32)


def test_appending_moves_the_head_and_keeps_the_commits(engine: Engine) -> None:
    new = [made(1), made(2, device="d", epoch=1, seq=1)]
    with engine.begin() as connection:
        head = appended(connection, *new)
    with engine.begin() as connection:
        assert head.position == 2
        assert commits.head(connection, SPACE) == head == commits.lock(connection, SPACE)
        assert head.decided_at == NOW
        log = commits.read(connection, SPACE, 0, 10)
        assert [one.position for one in log] == [1, 2]
        assert [NewCommit(one.command_id, one.device, one.epoch, one.seq, one.outcome, one.body) for one in log] == new
        assert commits.hash_at(connection, SPACE, 2) == head.hash == log[-1].hash
        assert commits.hash_at(connection, SPACE, 3) is None


def test_appending_nothing_changes_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        head = appended(connection, made(1))
        assert commits.append(connection, SPACE, head, [], NOW) is head


def test_positions_are_gapless_while_many_write_to_one_space(engine: Engine) -> None:
    writers, batches, size = 4, 10, 3

    def write(writer: int) -> None:
        for batch in range(batches):
            with engine.begin() as connection:
                first = (writer * batches + batch) * size
                appended(connection, *(made(first + place) for place in range(size)))

    threads = [Thread(target=write, args=[writer]) for writer in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.begin() as connection:
        log = commits.read(connection, SPACE, 0, 1000)
        head = commits.head(connection, SPACE)
    assert len(log) == writers * batches * size
    assert is_chained(log)
    assert head is not None
    assert (head.position, head.hash) == (len(log), log[-1].hash)


def test_a_flipped_byte_breaks_the_chain(engine: Engine) -> None:
    with engine.begin() as connection:
        appended(connection, made(1), made(2, device="d", epoch=3, seq=4), made(3))
        log = commits.read(connection, SPACE, 0, 10)
    assert is_chained(log)
    middle = log[1]
    forged = [replace(middle, outcome=flipped) for flipped in every_flip(middle.outcome)]
    forged += [replace(middle, body=flipped) for flipped in every_flip(middle.body)]
    forged += [replace(middle, hash=flipped) for flipped in every_flip(middle.hash)]
    forged += [
        replace(middle, command_id="command-3"),
        replace(middle, device="e"),
        replace(middle, device=None, epoch=None, seq=None),
        replace(middle, epoch=34, seq=None),
        replace(middle, epoch=4, seq=3),
        replace(middle, outcome=middle.outcome + middle.body[:1], body=middle.body[1:]),
    ]
    for one in forged:
        assert not is_chained([log[0], one, log[2]])
    assert not is_chained([log[0], log[2]])
    assert not is_chained([log[1], log[0], log[2]])


def every_flip(document: bytes) -> list[bytes]:
    return [
        document[:place] + bytes([document[place] ^ 1 << place % 8]) + document[place + 1 :]
        for place in range(len(document))
    ]


def test_a_command_is_kept_once(engine: Engine) -> None:
    with engine.begin() as connection:
        appended(connection, made(1))
    with pytest.raises(IntegrityError), engine.begin() as connection:
        appended(connection, made(2), made(1))
    with engine.begin() as connection:
        appended(connection, made(1), space="another")
        assert list(commits.known(connection, SPACE, ["command-1", "command-2"])) == ["command-1"]
        head = commits.head(connection, SPACE)
        assert head is not None
        assert head.position == 1


def test_a_number_of_a_device_is_used_once(engine: Engine) -> None:
    with engine.begin() as connection:
        appended(connection, made(1, device="d", epoch=1, seq=1), made(2, device="d", epoch=2, seq=1))
    with pytest.raises(IntegrityError), engine.begin() as connection:
        appended(connection, made(3, device="d", epoch=1, seq=1))


def test_a_head_that_was_not_locked_is_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        stale = commits.lock(connection, SPACE)
        commits.append(connection, SPACE, stale, [made(1)], NOW)
        with pytest.raises(RuntimeError, match="was not locked at position 0"):
            commits.append(connection, SPACE, stale, [made(2)], NOW)


def test_a_known_command_has_its_outcome_and_body(engine: Engine) -> None:
    with engine.begin() as connection:
        appended(connection, made(1), made(2, device="d", epoch=1, seq=7))
        found = commits.known(connection, SPACE, {"command-2", "command-9"})
        assert commits.known(connection, SPACE, []) == {}
    (stored,) = found.values()
    assert (stored.position, stored.device, stored.epoch, stored.seq) == (2, "d", 1, 7)
    assert (stored.outcome, stored.body) == (made(2).outcome, made(2).body)


def test_numbers_are_kept_by_device_and_epoch(engine: Engine) -> None:
    with engine.begin() as connection:
        commits.set_next_numbers(connection, SPACE, {("d", 1): 5, ("d", 2): 2, ("e", 1): 9})
        commits.set_next_numbers(connection, SPACE, {("d", 1): 6})
        asked = [("d", 1), ("e", 1), ("e", 2), ("f", 1)]
        assert commits.next_numbers(connection, SPACE, asked) == {("d", 1): 6, ("e", 1): 9}
        assert commits.next_numbers(connection, SPACE, []) == {}
        assert commits.epochs(connection, SPACE, "d") == [1, 2]
        assert commits.epochs(connection, SPACE, "f") == []


def test_a_device_reads_its_own_outcomes_in_order(engine: Engine) -> None:
    new = [made(seq, device="de"[seq % 2], epoch=1, seq=seq) for seq in range(1, 9)]
    with engine.begin() as connection:
        appended(connection, *new, made(9))
        found = commits.outcomes_of(connection, SPACE, "d", 2, 8)
        assert [(one[0], one[1], one[2], one[3]) for one in found] == [
            (position, f"command-{position}", 1, position) for position in (4, 6, 8)
        ]
        assert found[0][4] == new[3].outcome
        assert [one[0] for one in commits.outcomes_of(connection, SPACE, "d", 0, 8, 2)] == [2, 4]


def test_heads_of_many_spaces_come_at_once(engine: Engine) -> None:
    with engine.begin() as connection:
        head = appended(connection, made(1))
        appended(connection, made(1), space="another")
        assert commits.heads(connection, [SPACE, "unknown"]) == {SPACE: head}
        assert commits.spaces(connection) == ["another", SPACE]


def test_the_log_is_read_in_parts(engine: Engine) -> None:
    with engine.begin() as connection:
        appended(connection, *(made(number) for number in range(7)))
        assert [one.position for one in commits.read(connection, SPACE, 2, 3)] == [3, 4, 5]
        assert [one.position for one in commits.read(connection, SPACE, 5, 3)] == [6, 7]
