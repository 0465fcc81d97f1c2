"""The transaction: what a batch of commands comes to, be they new, known, unreadable or under a wrong number."""

from dataclasses import replace
from datetime import timedelta
from secrets import token_hex
from typing import Any

import pytest
from sqlalchemy import text

from server.jobs import Incoming, Job
from server.store import commits, deadlines, outbox
from server.store.engine import reading
from server.web.batches import read_commands
from shared.access.access import ChangeDeviceRole, Device, HeldFactTask, RevokeDevice
from shared.checkin.areas import DefineArea
from shared.checkin.views import Incident
from shared.conference.conference import Conference, EditConference
from shared.conference.seat_types import AddSeatType
from shared.kernel.codec import RawJson, from_json, to_json
from shared.kernel.decider import Role
from shared.kernel.edits import Edit
from shared.kernel.ids import AreaId, DeviceId, OrderId, PaymentId, PersonId, SeatTypeId, TicketId
from shared.payments.payment import RecordCapture
from shared.registration.order import ExpireOrder, StartPayment
from shared.registration.order_state import Order
from shared.registration.seats import SeatsOfType
from shared.sync.protocol import Batch, Code, Status
from tests.server.authority import (
    DOOR,
    FREE,
    LAPTOP,
    SEATS,
    SERVER,
    WEB,
    Authority,
    codes,
    creation,
    order,
    raw,
    scan,
    statuses,
)


def tagline(new: str, seen: str = "") -> EditConference:
    return EditConference(tagline=Edit(seen=seen, new=new))


def seats_row(authority: Authority) -> Any:
    return authority.row(SeatsOfType, SEATS)


# A batch


def test_a_batch_is_one_transaction_with_a_position_for_each_command(opened: Authority) -> None:
    before = len(opened.log())
    answers = opened.submit(
        *(opened.numbered(scan(number, clock=opened.clock), first=number, device=DOOR) for number in (1, 2)),
        opened.numbered(tagline("New"), first=5),
    )
    assert [one.receipts[0].position for one in answers] == [before + 1, before + 2, before + 3]
    assert answers[-1].head == before + 3 == len(opened.log())
    assert [one.expected for one in answers] == [2, 3, 6]


def test_later_commands_of_a_batch_see_what_earlier_ones_did_and_a_hot_row_is_written_once(opened: Authority) -> None:
    before = seats_row(opened)
    jobs = [opened.numbered(order(number), first=4 + number) for number in range(1, 21)]
    answers = opened.submit(*jobs)
    assert {status for answer in answers for status in statuses(answer)} == {"accepted"}
    assert (seats_row(opened).held, before.held) == (20, 0)
    assert seats_row(opened).available == before.available - 20
    # The same orders one by one leave the same rows at the same positions: `holds` compares with the log.
    assert len({row.locator for row in opened.rows(Order).values()}) == 20


def test_a_batch_never_sells_more_than_there_is(authority: Authority) -> None:
    authority.open_conference(quota=3)
    answers = authority.submit(*(authority.numbered(order(number, 2), first=4 + number) for number in range(1, 5)))
    assert seats_row(authority).held == 3
    assert seats_row(authority).available == 0
    assert [statuses(one)[0] for one in answers][:2] == ["accepted", "accepted"]


def test_a_row_changed_and_changed_back_in_a_batch_has_the_position_of_the_last_change(opened: Authority) -> None:
    answer = opened.push(tagline("Other"), tagline("", seen="Other"), first=5)
    assert statuses(answer) == ["accepted", "accepted"]
    with reading(opened.engine).begin() as conn:
        position = conn.execute(text("SELECT position FROM rows WHERE view = 'conference.conference'")).scalar()
    assert position in (answer.head, None)
    assert opened.row(Conference).tagline == ""


# The same command again


def test_a_command_that_comes_twice_is_handled_once_across_batches_and_inside_one(opened: Authority) -> None:
    (edit,) = opened.incoming(tagline("Once"))
    first, inside = opened.submit(opened.numbered(edit, first=5), opened.numbered(edit, first=5))
    again = opened.push(edit, first=5)
    for answer in (inside, again):
        assert answer.receipts[0].position == first.receipts[0].position
        assert answer.receipts[0].verdict == first.receipts[0].verdict
        assert (answer.stopped, answer.expected) == (None, 6)
    assert opened.verdict(edit.command_id).status is Status.ACCEPTED


def test_a_known_command_under_another_number_has_its_outcome_and_uses_the_number_up(opened: Authority) -> None:
    (edit,) = opened.incoming(tagline("Once"))
    opened.push(edit, first=5)
    before = len(opened.log())
    again = opened.push(edit, first=6)
    assert (statuses(again), again.expected, len(opened.log())) == (["accepted"], 7, before)
    assert opened.push(tagline("Twice", seen="Once"), first=7).stopped is None


def test_another_body_under_a_known_id_is_refused_and_both_are_kept(opened: Authority) -> None:
    (one,) = opened.incoming(tagline("One"))
    other = Incoming(command_id=one.command_id, wire=one.wire, body=to_json(tagline("Other")), issued_at=one.issued_at)
    first, inside = opened.submit(opened.numbered(one, first=5), opened.numbered(other, first=6))
    assert statuses(first) == ["accepted"]
    assert inside.receipts[0].verdict.code == "id_reused"
    before = opened.log()
    assert b"Other" in before[-1].body
    assert before[-1].seq == 6
    again = opened.push(other, first=6)
    assert codes([again]) == ["id_reused"]
    assert opened.push(other, first=7).expected == 8
    assert len(opened.log()) == len(before), "it is kept once"
    assert opened.row(Conference).tagline == "One"


def test_a_refused_command_is_recorded_uses_its_number_up_and_stays_refused(opened: Authority) -> None:
    (bad,) = opened.incoming(
        AddSeatType(seat_type=SeatTypeId("01a20000-0000-7000-8000-000000000013"), name="", quota=1, price=1)
    )
    for _ in range(2):
        answer = opened.push(bad, first=5)
        assert (statuses(answer), answer.expected) == (["refused"], 6)
    stored = opened.stored(bad.command_id)
    assert stored is not None
    assert (stored.device, stored.epoch, stored.seq) == (LAPTOP, 1, 5)


# Numbers


def test_a_gap_stops_with_the_number_that_is_expected(opened: Authority) -> None:
    before = len(opened.log())
    answer = opened.push(tagline("Late"), first=7)
    assert (answer.stopped, answer.expected, answer.receipts) == (Code.GAP, 5, [])
    assert len(opened.log()) == before


def test_an_old_number_with_an_unknown_id_is_a_fork_and_changes_nothing_yet(opened: Authority) -> None:
    before = len(opened.log())
    answer = opened.push(tagline("Clone"), first=4)
    assert (answer.stopped, answer.epoch, answer.expected) == (Code.FORKED, 2, 1)
    assert len(opened.log()) == before
    assert opened.row(Device, LAPTOP).epochs == (1,)


def test_an_epoch_opens_with_its_first_recorded_command_and_both_histories_are_kept(opened: Authority) -> None:
    known = opened.incoming(tagline("Known"))[0]
    opened.push(known, first=5)
    opened.push(known, first=1, epoch=2)
    assert opened.row(Device, LAPTOP).epochs == (1,), "what is known opens nothing"
    answer = opened.push(tagline("Clone", seen="Known"), first=2, epoch=2)
    assert (statuses(answer), answer.epoch, answer.expected) == (["accepted"], 2, 3)
    assert opened.row(Device, LAPTOP).epochs == (1, 2)
    log = opened.log()
    assert [(one.epoch, one.seq) for one in log if one.device == LAPTOP][-1] == (2, 2)
    assert b"access.open_epoch" in log[-2].body, "it is opened before the command"
    original = opened.push(tagline("Original", seen="Clone"), first=6)
    assert statuses(original) == ["accepted"]
    assert (opened.expected(epoch=1), opened.expected(epoch=2)) == (7, 3)


def test_an_epoch_is_not_skipped(opened: Authority) -> None:
    answer = opened.push(tagline("Far"), first=1, epoch=9)
    assert (answer.stopped, answer.epoch, answer.expected) == (Code.FORKED, 2, 1)


# What cannot be read


@pytest.mark.parametrize(
    ("name", "version", "body", "error", "code"),
    [
        ("conference.edit_conference", 1, b'{"tagline":7}', None, "invalid"),
        ("conference.edit_conference", 1, b'{"tagline', None, "unreadable"),
        ("conference.edit_conference", 9, b"{}", None, "unknown_version"),
        ("conference.no_such_thing", 1, b"{}", None, "unknown_message"),
        ("access.device_revoked", 1, b'{"device":"laptop-1"}', None, "unknown_message"),
        ("", 0, b"\xff\x00 nothing", "unreadable", "unreadable"),
    ],
)
def test_an_unreadable_intent_is_refused_under_its_number_and_the_rest_goes_on(
    opened: Authority, name: str, version: int, body: bytes, error: str | None, code: str
) -> None:
    bad = raw(name, body, "command-bad", opened.clock(), version=version, error=error)
    answer = opened.push(bad, tagline("Goes on"), first=5)
    assert statuses(answer) == ["refused", "accepted"]
    assert (answer.receipts[0].verdict.code, answer.expected) == (code, 7)
    assert not opened.rows(HeldFactTask)


@pytest.mark.parametrize(
    ("name", "version", "body", "error", "code"),
    [
        ("checkin.record_scan", 1, b'{"scan":"unread"}', None, "invalid"),
        ("checkin.record_scan", 1, b"scan", "too_deep", "too_deep"),
        ("checkin.record_scan", 2, b'{"scan":"x"}', None, "unknown_version"),
        ("checkin.record_applause", 1, b"{}", None, "unknown_message"),
    ],
)
def test_a_fact_that_cannot_be_read_is_held_with_a_task_and_uses_its_number_up(
    opened: Authority, name: str, version: int, body: bytes, error: str | None, code: str
) -> None:
    bad = raw(name, body, "command-bad", opened.clock(), version=version, error=error)
    answer = opened.push(bad, scan(1, clock=opened.clock), first=1, device=DOOR)
    assert statuses(answer) == ["held", "accepted"]
    assert (answer.receipts[0].verdict.code, answer.expected) == (code, 3)
    task = opened.row(HeldFactTask, "command-bad")
    assert (task.device, task.name, task.version, task.reason) == (DOOR, name, version, code)
    opened.push(bad, first=1, device=DOOR)
    assert len(opened.rows(HeldFactTask)) == 1


# Who may


def test_a_role_that_may_not_is_refused_and_its_fact_is_held(opened: Authority) -> None:
    capture = RecordCapture(payment=PaymentId("p"), reference="r", amount=1, currency="EUR")
    answer = opened.push(tagline("By the door"), capture, first=1, device=DOOR)
    assert [(one.verdict.status, one.verdict.code) for one in answer.receipts] == [
        ("refused", "forbidden"),
        ("held", "forbidden"),
    ]
    opened.run(ChangeDeviceRole(device=DeviceId(DOOR), role=Role.ORGANIZER))
    assert statuses(opened.push(tagline("By the door"), first=3, device=DOOR)) == ["accepted"]


def test_a_revoked_device_has_its_intents_refused_and_its_facts_held(opened: Authority) -> None:
    revoke = opened.numbered(RevokeDevice(device=DeviceId(DOOR)), first=5)
    _, answer = opened.submit(
        revoke, opened.numbered(scan(1, clock=opened.clock), tagline("Late"), first=1, device=DOOR)
    )
    assert [(one.verdict.status, one.verdict.code) for one in answer.receipts] == [
        ("held", "device_revoked"),
        ("refused", "device_revoked"),
    ]
    assert (answer.expected, len(opened.rows(HeldFactTask))) == (3, 1)
    assert not opened.rows(Incident)


def test_a_stranger_has_no_business_here_and_uses_no_number_up(opened: Authority) -> None:
    before = len(opened.log())
    for may_create in (False, True):
        answer = opened.submit(opened.numbered(tagline("x"), first=1, device="stranger", may_create=may_create))[0]
        assert (answer.stopped, len(opened.log())) == (Code.FORBIDDEN, before)


def test_a_creation_that_was_refused_may_be_followed_by_one_that_is_not(authority: Authority) -> None:
    bad = raw("conference.create_conference", b"{}", "command-bad", authority.clock())
    assert codes(authority.submit(authority.numbered(bad, first=1, may_create=True))) == ["invalid"]
    assert codes(authority.submit(authority.numbered(creation(), first=2, may_create=True))) == [None]
    assert authority.row(Device, LAPTOP).role is Role.ORGANIZER


def test_a_registrants_refused_request_is_answered_and_not_recorded(opened: Authority) -> None:
    before = len(opened.log())
    answer = opened.run(order(1, 0), actor=WEB)
    assert (statuses(answer), len(opened.log())) == (["refused"], before)
    assert statuses(opened.run(order(1, 1), actor=WEB)) == ["accepted"]
    refused = opened.run(AddSeatType(seat_type=SEATS, name="Again", quota=1, price=1), actor=SERVER)
    assert (statuses(refused), len(opened.log())) == (["refused"], before + 2)


# What is written beside the log


def test_the_last_deadline_under_a_key_counts_and_mails_keep_their_commit(opened: Authority) -> None:
    opened.submit(
        opened.numbered(order(1), StartPayment(order=OrderId("order-1"), payment=PaymentId("p-1")), first=5),
        opened.numbered(order(2, seat_type=FREE), first=7),
    )
    with opened.engine.begin() as conn:
        due = deadlines.due(conn, opened.clock().replace(year=2030), 10)
        mails = outbox.take_due(conn, outbox.Kind.MAIL, opened.clock().replace(year=2030), 10)
    assert {one.key for one in due} == {"order:order-1", "order:order-2", "payment:p-1"}
    warning = next(one for one in due if one.key == "order:order-1")
    assert warning.due == opened.row(Order, "order-1").expires_at - timedelta(minutes=5)
    assert {(one.name, one.about) for one in mails} >= {("order_link", "order-1"), ("order_link", "order-2")}
    at = {one.about: one.position for one in mails if one.name == "order_link"}
    assert at["order-2"] == at["order-1"] + 2


def test_time_never_runs_back_in_a_log(opened: Authority) -> None:
    opened.run(order(1), actor=WEB)
    opened.clock.now = opened.clock.now.replace(year=2020)
    opened.run(order(2), actor=WEB)
    times = [from_json(dict[str, Any], one.body)["at"] for one in opened.log()]
    assert times == sorted(times)


def test_an_id_that_no_database_keeps_does_not_hold_up_its_batch(opened: Authority) -> None:
    documents = [RawJson(b'{"id":"nul\\u0000nul-nul","name":"no\\u0000such"}'), RawJson(b'{"id":"no\\u0000such')]
    batch = Batch(release=1, device=LAPTOP, epoch=1, first=5, commands=documents)
    commands, bad = read_commands(batch, opened.clock())
    answer = opened.submit(Job(commands=commands, device=LAPTOP, first=5))[0]
    assert (statuses(answer), answer.expected, len(bad)) == (["refused", "refused"], 7, 2)


def test_ids_too_long_for_an_index_are_refused_and_hold_nothing_up(opened: Authority) -> None:
    long = token_hex(5_000)
    answer = opened.push(
        DefineArea(area=AreaId(long), name="Main", seat_types=(SEATS,)),
        replace(order(1), order=OrderId(long)),
        replace(order(2), registrant=PersonId(long)),
        replace(scan(1, clock=opened.clock, ticket=TicketId(long))),
        tagline("New"),
        first=5,
    )
    assert statuses(answer) == ["refused", "refused", "refused", "held", "accepted"]
    assert codes([answer])[:4] == ["invalid_field", "invalid_field", "invalid", "invalid_field"]


def test_a_scan_without_a_time_zone_is_held_and_spoils_no_later_one(opened: Authority) -> None:
    ticket = TicketId("ticket-1")
    good = [scan(number, clock=opened.clock, ticket=ticket) for number in (1, 2)]
    bad = to_json(replace(good[0], scan="scan-3")).replace(b'Z"', b'"')
    answer = opened.push(raw("checkin.record_scan", bad, "naive-scan", opened.clock()), *good, first=1, device=DOOR)
    assert statuses(answer) == ["held", "accepted", "accepted"]


def test_another_command_with_the_same_body_under_a_known_id_is_kept_as_what_it_is(opened: Authority) -> None:
    body = to_json(order(1))
    one, other = (
        raw(name, body, "twice-used", opened.clock()) for name in ("access.no_such", "registration.place_order")
    )
    answer = opened.push(one, other, first=5)
    assert codes([answer]) == ["unknown_message", "id_reused"]
    assert b"order-1" in opened.log()[-1].body
    assert b"secret.example" not in opened.everything_stored()


def test_a_stranger_leaves_no_trace_of_a_conference_that_there_is_not(authority: Authority) -> None:
    for may_create in (False, True):
        job = Job(commands=authority.incoming(tagline("x")), device=LAPTOP, first=2, may_create=may_create)
        assert authority.submit(job)[0].stopped is not None
    with authority.engine.begin() as conn:
        assert commits.spaces(conn) == []
    authority.open_conference()


def test_a_device_revoked_in_the_directory_is_revoked_here(opened: Authority) -> None:
    commands = opened.incoming(scan(1, clock=opened.clock), tagline("Late"))
    answer = opened.submit(Job(commands=commands, device=LAPTOP, first=5, is_revoked=True))[0]
    assert [(one.verdict.status, one.verdict.code) for one in answer.receipts] == [
        ("held", "device_revoked"),
        ("refused", "device_revoked"),
    ]


def test_a_deadline_is_not_decided_before_its_date_though_the_clock_was_set_back(opened: Authority) -> None:
    opened.run(order(1), actor=WEB)
    due = opened.row(Order, "order-1").expires_at
    expire = opened.incoming(ExpireOrder(order=OrderId("order-1")))
    opened.submit(Job(commands=expire, actor=SERVER, not_before=due))
    assert opened.row(Order, "order-1").state == "expired"
    assert seats_row(opened).held == 0
