"""Group commit by a thread: answers after COMMIT, a failed write taken apart, an unknown COMMIT found by its ids."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from server.drain import Drain
from server.jobs import Answer, Job
from server.operations.rebuild import rebuild
from server.store.problems import EnvironmentProblem
from shared.kernel.codec import Undecodable
from shared.kernel.ids import OrderId
from shared.registration.order import CancelOrder
from shared.registration.order_state import Order
from shared.registration.seats import SeatsOfType
from tests.server.authority import SEATS, SPACE, WEB, Authority, order, statuses


@pytest.fixture
def woken() -> list[tuple[str, int]]:
    return []


@pytest.fixture
def drain(opened: Authority, woken: list[tuple[str, int]]) -> Iterator[Drain]:
    made = Drain(opened.engine, opened.tools, clock=opened.clock, wake=lambda *moved: woken.append(moved))
    yield made
    made.close()


def job(authority: Authority, *commands: Any) -> Job:
    return Job(commands=authority.incoming(*commands), actor=WEB)


@contextmanager
def busy(authority: Authority, drain: Drain) -> Iterator[None]:
    """The drain waits for the conference's lock, so that what is submitted meanwhile becomes one batch."""
    with authority.engine.begin() as conn:
        conn.execute(text("UPDATE spaces SET position = position"))
        yield


def failing(engine: Engine, table: str, condition: str) -> None:
    """A real failure: a trigger of the database's own refuses such rows."""
    with engine.begin() as conn:
        if engine.dialect.name == "sqlite":
            raised = "SELECT RAISE(ABORT, 'the disk is on fire')"
            conn.execute(text(f"CREATE TRIGGER fire BEFORE INSERT ON {table} WHEN {condition} BEGIN {raised}; END"))
        else:
            function = "BEGIN RAISE EXCEPTION 'the disk is on fire'; END"
            conn.execute(text(f"CREATE FUNCTION burn() RETURNS trigger LANGUAGE plpgsql AS $$ {function} $$"))
            conn.execute(
                text(
                    f"CREATE TRIGGER fire BEFORE INSERT ON {table} FOR EACH ROW WHEN ({condition})"
                    " EXECUTE FUNCTION burn()"
                )
            )


def mended(engine: Engine, table: str) -> None:
    with engine.begin() as conn:
        conn.execute(text("DROP TRIGGER fire" + ("" if engine.dialect.name == "sqlite" else f" ON {table}")))


def held(authority: Authority) -> int:
    number: int = authority.row(SeatsOfType, SEATS).held
    return number


def test_what_waits_together_is_committed_together_and_everybody_gets_their_own_answer(
    opened: Authority, drain: Drain, woken: list[tuple[str, int]]
) -> None:
    begun: list[int] = []
    with busy(opened, drain):
        first = drain.submit(SPACE, job(opened, order(1)))
        others = [drain.submit(SPACE, job(opened, order(number))) for number in range(2, 12)]
        event.listen(opened.engine, "commit", lambda _: begun.append(1))
    answers = [one.result(20) for one in (first, *others)]
    assert len(begun) <= 3, "the one that held it up, the first job, the ten others"
    assert [one.receipts[0].command_id for one in answers] == [f"command-{n:06d}" for n in range(6, 17)]
    assert held(opened) == 11
    assert woken[-1] == (SPACE, len(opened.log()))


def test_many_threads_get_each_their_outcome_and_nothing_is_oversold(opened: Authority, drain: Drain) -> None:
    jobs = [job(opened, order(number, 3)) for number in range(1, 61)]
    futures: list[Future[Answer]] = []
    lock = threading.Lock()

    def send(mine: list[Job]) -> None:
        for one in mine:
            future = drain.submit(SPACE, one)
            with lock:
                futures.append(future)

    threads = [threading.Thread(target=send, args=(jobs[place::4],)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(statuses(one.result(20)) == ["accepted"] for one in futures)
    assert (held(opened), opened.row(SeatsOfType, SEATS).available) == (100, 0)


def test_a_write_that_fails_for_one_is_taken_apart_and_the_others_are_done(opened: Authority, drain: Drain) -> None:
    failing(opened.engine, "commits", "NEW.command_id = 'command-000008'")
    with busy(opened, drain):
        futures = [drain.submit(SPACE, job(opened, order(number))) for number in range(1, 6)]
    for future in (*futures[:2], *futures[3:]):
        assert statuses(future.result(20)) == ["accepted"]
    with pytest.raises(EnvironmentProblem, match="Repeat the request"):
        futures[2].result(20)
    assert held(opened) == 4
    assert opened.stored("command-000008") is None
    mended(opened.engine, "commits")
    opened.count = 7
    assert statuses(drain.submit(SPACE, job(opened, order(3))).result(20)) == ["accepted"]
    assert held(opened) == 5


def test_after_a_failed_write_the_rules_see_what_is_stored_and_not_what_was_meant(
    opened: Authority, drain: Drain
) -> None:
    assert statuses(drain.submit(SPACE, job(opened, order(1, 10))).result(20)) == ["accepted"]
    failing(opened.engine, "outbox", "NEW.name = 'order_link'")
    with pytest.raises(EnvironmentProblem):
        drain.submit(SPACE, job(opened, order(2, 20))).result(20)
    mended(opened.engine, "outbox")
    assert statuses(drain.submit(SPACE, job(opened, order(3, 20))).result(20)) == ["accepted"]
    assert held(opened) == 30
    assert "order-2" not in opened.rows(Order)


def test_a_commit_whose_end_is_unknown_is_resolved_by_the_commands_ids(opened: Authority, drain: Drain) -> None:
    """The connection breaks after the database has committed and before it could say so."""
    broken: list[int] = []

    def lose_the_answer(conn: Any) -> None:
        if not broken:
            broken.append(1)
            conn.connection.driver_connection.execute("COMMIT")
            raise OperationalError("COMMIT", None, Exception("the connection is gone"))

    event.listen(opened.engine, "commit", lose_the_answer)
    answer = drain.submit(SPACE, job(opened, order(1, 2))).result(20)
    event.remove(opened.engine, "commit", lose_the_answer)
    assert broken
    assert statuses(answer) == ["accepted"]
    assert held(opened) == 2
    assert sum(one.command_id == "command-000006" for one in opened.log()) == 1


def test_a_bug_in_an_unrecorded_request_is_told_to_who_asked_and_to_nobody_else(
    opened: Authority, drain: Drain
) -> None:
    drain.submit(SPACE, job(opened, order(1))).result(20)
    with opened.engine.begin() as conn:
        conn.execute(text("UPDATE rows SET body = :body WHERE key = 'order-1'"), {"body": b"{}"})
    fresh = Drain(opened.engine, opened.tools, clock=opened.clock, wake=lambda *_: None)
    with busy(opened, fresh):
        futures = [
            fresh.submit(SPACE, job(opened, one)) for one in (order(2), CancelOrder(order=OrderId("order-1")), order(3))
        ]
    assert statuses(futures[0].result(20)) == statuses(futures[2].result(20)) == ["accepted"]
    with pytest.raises(Undecodable):
        futures[1].result(20)
    fresh.close()
    assert held(opened) == 3
    assert not rebuild(opened.engine, SPACE).is_same


def test_who_gave_up_waiting_does_not_stop_the_others(opened: Authority, drain: Drain) -> None:
    with busy(opened, drain):
        futures = [drain.submit(SPACE, job(opened, order(number))) for number in range(1, 6)]
        cancelled = [one.cancel() for one in futures[1:3]]
    assert cancelled == [True, True]
    for one in (futures[0], *futures[3:]):
        assert statuses(one.result(20)) == ["accepted"]
    assert statuses(drain.submit(SPACE, job(opened, order(9))).result(20)) == ["accepted"]


def test_a_listener_that_cannot_be_woken_takes_no_answer_away(opened: Authority) -> None:
    def gone(space: str, position: int) -> None:
        raise RuntimeError("the event loop is closed")

    drain = Drain(opened.engine, opened.tools, clock=opened.clock, wake=gone)
    for number in (1, 2):
        assert statuses(drain.submit(SPACE, job(opened, order(number))).result(20)) == ["accepted"]
    drain.close()


def test_a_closed_drain_takes_nothing_and_keeps_nobody_waiting(opened: Authority, drain: Drain) -> None:
    drain.close()
    for number in (1, 2):
        with pytest.raises(RuntimeError):
            drain.submit(SPACE, job(opened, order(number)))


def test_a_busy_conference_does_not_keep_the_others_from_their_turn(opened: Authority, drain: Drain) -> None:
    number, is_over = 0, threading.Event()

    def again(_: object = None) -> None:
        nonlocal number
        number += 1
        if not is_over.is_set():
            # Called by the thread that handles, so that something waits whenever a batch is done.
            drain.submit(SPACE, job(opened, order(number))).add_done_callback(again)

    again()
    try:
        answer = drain.submit("01a20000-0000-7000-8000-00000000000f", job(opened, order(1))).result(20)
    finally:
        is_over.set()
    assert statuses(answer) == ["refused"]


def test_conferences_that_nobody_uses_are_not_kept_in_memory(opened: Authority, drain: Drain) -> None:
    for number in range(100):
        drain.submit(f"nowhere-{number}", Job(commands=[], actor=WEB)).result(20)
    assert len(drain._spaces) <= 64
    assert statuses(drain.submit(SPACE, job(opened, order(1))).result(20)) == ["accepted"]


def test_listeners_are_told_before_anybody_is_answered(opened: Authority) -> None:
    answers: list[Future[Answer]] = []
    were_answered: list[bool] = []
    drain = Drain(
        opened.engine,
        opened.tools,
        clock=opened.clock,
        wake=lambda *_: were_answered.extend(one.done() for one in answers),
    )
    with busy(opened, drain):
        answers += [drain.submit(SPACE, job(opened, order(number))) for number in (1, 2)]
    for one in answers:
        assert statuses(one.result(20)) == ["accepted"]
    drain.close()
    assert were_answered
    assert not any(were_answered[: len(answers)])


def test_others_stand_back_while_it_handles_commands(opened: Authority, drain: Drain) -> None:
    with busy(opened, drain):
        answer = drain.submit(SPACE, job(opened, order(1)))
        assert drain.courtesy._under_way == 1
    answer.result()
    drain.close()
    assert drain.courtesy._under_way == 0
