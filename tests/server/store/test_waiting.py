"""Deadlines and mails wait in the database, and none is lost with the process that took it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from server.store import deadlines, outbox
from server.store.outbox import LEASE, Kind
from shared.kernel.decider import Call, Deadline, Mail
from shared.kernel.messages import message
from shared.kernel.personal import OfOwner

NOW = datetime(2026, 11, 23, 12, 30, 15, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@message("test.expire_order", version=2)
class ExpireOrder:
    order: str


@message("test.greet")
class Greet:
    owner: str
    name: OfOwner


def expiry(order: str, due: datetime | None) -> Deadline:
    return Deadline(key=f"expiry {order}", due=due, command=None if due is None else ExpireOrder(order=order))


def test_a_deadline_survives_until_it_is_handled(engine: Engine) -> None:
    with engine.begin() as connection:
        assert deadlines.next_due(connection) is None
        deadlines.put(connection, "space", [expiry("1", NOW + MINUTE), expiry("2", NOW), expiry("3", NOW + 2 * MINUTE)])
    with engine.begin() as connection:
        assert deadlines.next_due(connection) == NOW
        found = deadlines.due(connection, NOW + MINUTE, 10)
        assert [(one.key, one.due) for one in found] == [("expiry 2", NOW), ("expiry 1", NOW + MINUTE)]
        assert (found[0].space, found[0].command_name, found[0].command_version) == ("space", "test.expire_order", 2)
        assert found[0].body == b'{"order":"2"}'
        assert deadlines.due(connection, NOW + MINUTE, 1) == found[:1]
        deadlines.delete(connection, found)
        deadlines.delete(connection, [])
    with engine.begin() as connection:
        assert deadlines.due(connection, NOW + MINUTE, 10) == []
        assert deadlines.next_due(connection) == NOW + 2 * MINUTE


def test_a_deadline_is_moved_and_removed_by_its_key(engine: Engine) -> None:
    with engine.begin() as connection:
        deadlines.put(connection, "space", [expiry("1", NOW), expiry("2", NOW)])
        deadlines.put(connection, "another", [expiry("2", NOW)])
        deadlines.put(connection, "space", [expiry("1", NOW + MINUTE), expiry("2", None)])
        assert [one.space for one in deadlines.due(connection, NOW, 10)] == ["another"]
        assert [one.key for one in deadlines.due(connection, NOW + MINUTE, 10)] == ["expiry 2", "expiry 1"]


def test_a_deadline_set_anew_while_the_old_one_was_handled_stays(engine: Engine) -> None:
    with engine.begin() as connection:
        deadlines.put(connection, "space", [expiry("1", NOW)])
        handled = deadlines.due(connection, NOW, 10)
        deadlines.put(connection, "space", [expiry("1", NOW + MINUTE)])
        deadlines.delete(connection, handled)
        assert deadlines.next_due(connection) == NOW + MINUTE


def test_a_deadline_keeps_nothing_personal(engine: Engine) -> None:
    with engine.begin() as connection, pytest.raises(TypeError, match=r"test\.greet has personal fields"):
        deadlines.put(connection, "space", [Deadline(key="k", due=NOW, command=Greet(owner="ann", name="Ann"))])


def mails(*abouts: str) -> list[tuple[int, Mail]]:
    return [(1 + place // 2, Mail(template="order", about=about)) for place, about in enumerate(abouts)]


def test_mails_are_numbered_within_their_commit(engine: Engine) -> None:
    with engine.begin() as connection:
        outbox.add(connection, "space", mails("a", "b", "c"), NOW)
        outbox.add(connection, "space", [], NOW)
        taken = outbox.take_due(connection, Kind.MAIL, NOW, 10)
    assert [(one.position, one.n, one.name, one.about, one.attempts) for one in taken] == [
        (1, 0, "order", "a", 1),
        (1, 1, "order", "b", 1),
        (2, 0, "order", "c", 1),
    ]


def test_a_taken_mail_is_nobody_elses_until_its_lease_is_over(engine: Engine) -> None:
    with engine.begin() as connection:
        outbox.add(connection, "space", mails("a", "b", "c"), NOW)
    with engine.begin() as connection:
        first = outbox.take_due(connection, Kind.MAIL, NOW, 2)
    with engine.begin() as connection:
        assert [one.about for one in first] == ["a", "b"]
        assert [one.about for one in outbox.take_due(connection, Kind.MAIL, NOW, 2)] == ["c"]
        assert outbox.take_due(connection, Kind.MAIL, NOW + LEASE - MINUTE, 2) == []
        again = outbox.take_due(connection, Kind.MAIL, NOW + LEASE, 10)
    assert [(one.about, one.attempts) for one in again] == [("a", 2), ("b", 2), ("c", 2)]


def test_two_processes_take_different_mails(engine: Engine) -> None:
    with engine.begin() as connection:
        outbox.add(connection, "space", mails("a", "b", "c"), NOW)
    with engine.begin() as one:
        first = outbox.take_due(one, Kind.MAIL, NOW, 2)
        if engine.dialect.name == "postgresql":  # on SQLite the other one waits
            with engine.begin() as other:
                assert [mail.about for mail in outbox.take_due(other, Kind.MAIL, NOW, 2)] == ["c"]
    assert [mail.about for mail in first] == ["a", "b"]


def test_a_mail_that_was_sent_is_gone(engine: Engine) -> None:
    with engine.begin() as connection:
        outbox.add(connection, "space", mails("a", "b"), NOW)
        sent, _ = outbox.take_due(connection, Kind.MAIL, NOW, 10)
        outbox.done(connection, [sent])
        assert [one.about for one in outbox.take_due(connection, Kind.MAIL, NOW + LEASE, 10)] == ["b"]


def test_a_mail_that_fails_is_put_off_longer_each_time(engine: Engine) -> None:
    waits = []
    now = NOW
    with engine.begin() as connection:
        outbox.add(connection, "space", mails("a"), now)
        for _ in range(14):
            (mail,) = outbox.take_due(connection, Kind.MAIL, now, 10)
            outbox.put_off(connection, [(mail, "smtp_451")], now)
            due = outbox.next_due(connection, Kind.MAIL)
            assert due is not None
            waits.append(due - now)
            now = due
    assert waits[:3] == [MINUTE / 2, MINUTE, 2 * MINUTE]
    assert waits[-1] == timedelta(hours=6)


def test_a_mail_that_was_given_up_comes_again_when_somebody_says_so(engine: Engine) -> None:
    with engine.begin() as connection:
        outbox.add(connection, "space", mails("a", "b", "c"), NOW)
        a, b, _ = outbox.take_due(connection, Kind.MAIL, NOW, 10)
        outbox.give_up(connection, [(a, "recipient_550")])
        outbox.put_off(connection, [(b, "recipient_450")], NOW)
        assert outbox.waiting(connection, Kind.MAIL) == [
            outbox.Waiting("order", None, is_given_up=False, count=1),
            outbox.Waiting("order", "recipient_450", is_given_up=False, count=1),
            outbox.Waiting("order", "recipient_550", is_given_up=True, count=1),
        ]
        later = NOW + timedelta(days=100)
        assert [one.about for one in outbox.take_due(connection, Kind.MAIL, later, 10)] == ["b", "c"]
        assert outbox.retry(connection, Kind.MAIL, later) == 2
        again = outbox.take_due(connection, Kind.MAIL, later, 10)
    assert [(one.about, one.attempts) for one in again] == [("a", 1), ("b", 1)]


def test_what_was_not_tried_is_given_back_as_it_was(engine: Engine) -> None:
    with engine.begin() as connection:
        outbox.add(connection, "space", mails("a"), NOW)
        taken = outbox.take_due(connection, Kind.MAIL, NOW, 10)
        outbox.release(connection, taken, NOW)
        assert outbox.take_due(connection, Kind.MAIL, NOW, 10) == taken


def test_calls_and_mails_about_the_same_wait_apart(engine: Engine) -> None:
    with engine.begin() as connection:
        asked: list[tuple[int, Mail | Call]] = [
            (1, Mail(template="refund", about="p:r")),
            (2, Call(service="refund", about="p:r")),
        ]
        outbox.add(connection, "space", asked, NOW)
        assert outbox.next_due(connection, Kind.CALL) == NOW
        (call,) = outbox.take_due(connection, Kind.CALL, NOW, 10)
        assert (call.kind, call.name, call.position) == ("call", "refund", 2)
        outbox.done(connection, [call])
        assert outbox.next_due(connection, Kind.CALL) is None
        assert [one.kind for one in outbox.take_due(connection, Kind.MAIL, NOW, 10)] == ["mail"]


def test_what_fails_takes_the_place_of_what_was_asked_for_before(engine: Engine) -> None:
    with engine.begin() as connection:
        outbox.add(connection, "space", mails("a", "b", "a"), NOW)
        _, _, last = outbox.take_due(connection, Kind.MAIL, NOW, 10)
        outbox.put_off(connection, [(last, "smtp_451")], NOW)
        left = outbox.take_due(connection, Kind.MAIL, NOW + LEASE, 10)
    assert sorted((one.about, one.position) for one in left) == [("a", 2), ("b", 1)]
