"""The transaction when something is wrong: bugs, damaged rows, other processes, a database put back under it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from server.operations.rebuild import rebuild
from server.project import Cache
from shared.access.access import HeldFactTask
from shared.conference.seat_types import AddSeatType, EditSeatType, SeatType
from shared.kernel.edits import Edit
from shared.kernel.ids import OrderId, PaymentId, SeatTypeId
from shared.payments.payment import Payment, RecordCapture
from shared.registration.order import CancelOrder, StartPayment
from shared.registration.order_state import Order
from shared.registration.seats import SeatsOfType
from tests.server.authority import (
    FREE,
    SEATS,
    WEB,
    Authority,
    codes,
    order,
    statuses,
)


def seats_row(authority: Authority) -> Any:
    return authority.row(SeatsOfType, SEATS)


# What goes wrong on our side


def paid(authority: Authority) -> RecordCapture:
    """The capture of an order's payment, not told yet."""
    authority.run(order(1), actor=WEB)
    authority.run(StartPayment(order=OrderId("order-1"), payment=PaymentId("payment-1")), actor=WEB)
    return RecordCapture(payment=PaymentId("payment-1"), reference="r-1", amount=100_00, currency="EUR")


def test_a_bug_in_an_intent_refuses_it_and_leaves_no_half_effect(opened: Authority) -> None:
    opened.run(order(1), actor=WEB)
    damaged = _damage(opened, lambda: opened.drop_row(SeatsOfType, SEATS))
    workshop = AddSeatType(
        seat_type=SeatTypeId("01a20000-0000-7000-8000-000000000013"), name="Workshop", quota=1, price=1
    )
    cancel = CancelOrder(order=OrderId("order-1"))
    answer = opened.push(order(2, seat_type=FREE), workshop, cancel, order(3, seat_type=FREE), first=5)
    assert statuses(answer) == ["accepted", "accepted", "refused", "accepted"]
    assert (answer.receipts[2].verdict.code, answer.expected) == ("internal_error", 9)
    assert opened.row(Order, "order-1").state == "reserved", "nothing of it was done"
    damaged()


def test_a_bug_in_a_fact_holds_it_whole(opened: Authority) -> None:
    capture = paid(opened)
    damaged = _damage(opened, lambda: opened.drop_row(SeatsOfType, SEATS))
    answer = opened.run(capture)
    assert [(one.verdict.status, one.verdict.code) for one in answer.receipts] == [("held", "internal_error")]
    assert opened.row(Payment, "payment-1").state == "initiated"
    assert opened.row(HeldFactTask, answer.receipts[0].command_id).name == "payments.record_capture"
    damaged()


def test_a_fact_whose_reactions_are_refused_is_held(opened: Authority) -> None:
    capture = paid(opened)
    damaged = _damage(opened, lambda: opened.drop_row(Order, "order-1"))
    answer = opened.run(capture)
    assert [(one.verdict.status, one.verdict.code) for one in answer.receipts] == [("held", "unknown_order")]
    damaged()


def test_an_intent_whose_reactions_are_refused_is_refused_whole(opened: Authority) -> None:
    opened.push(order(1, 3), first=5)
    answer = opened.push(EditSeatType(seat_type=SEATS, quota=Edit(seen=100, new=2)), first=6)
    assert codes([answer]) == ["quota_too_small"]
    assert opened.row(SeatType, SEATS).quota == 100


def _damage(authority: Authority, damage: Callable[[], None]) -> Callable[[], None]:
    """Damage the rows; the answer undoes it, so that the invariants can be looked at."""
    damage()

    def mend() -> None:
        assert not rebuild(authority.engine, authority.space).is_same
        authority.cache.clear()

    return mend


# Other processes


def test_what_another_process_wrote_is_seen(opened: Authority) -> None:
    other = Authority(opened.engine, opened.folder, clock=opened.clock, count=1000)
    other.run(order(1, 2), actor=WEB)
    opened.run(order(2, 3), actor=WEB)
    other.run(order(3, 4), actor=WEB)
    assert seats_row(opened).held == 9
    assert (other.cache.position, other.cache.hash) == (len(opened.log()), opened.log()[-1].hash)
    assert all(one.position > 0 for one in opened.log())


@pytest.mark.parametrize("limits", [{"refreshed_most": 3}, {"rows_most": 3}])
def test_a_cache_that_is_too_far_behind_or_too_large_is_dropped(opened: Authority, limits: dict[str, Any]) -> None:
    cache = Cache(**limits)
    other = Authority(opened.engine, opened.folder, clock=opened.clock, cache=cache, count=1000)
    other.run(order(1, 2), actor=WEB)
    for number in range(2, 6):
        opened.run(order(number), actor=WEB)
    known = len(cache.rows)
    other.run(order(6), actor=WEB)
    assert seats_row(opened).held == 7
    assert len(cache.rows) <= known, "what it knew of the first order is gone"


def test_a_cache_of_a_log_that_was_replaced_is_dropped(opened: Authority) -> None:
    """As when a backup is put under a running server: the position may be the same, the hash is not."""
    tables = ("spaces", "commits", "device_numbers", "rows", "digests", "deadlines", "outbox", "person_keys")
    with opened.engine.begin() as conn:
        backup = {one: conn.execute(text(f"SELECT * FROM {one}")).all() for one in tables}
    opened.run(order(1, 7), actor=WEB)
    with opened.engine.begin() as conn:
        for table, found in backup.items():
            conn.execute(text(f"DELETE FROM {table}"))
            for one in found:
                names = ", ".join(f'"{name}"' for name in one._mapping)
                marks = ", ".join(f":p{place}" for place in range(len(one)))
                conn.execute(
                    text(f"INSERT INTO {table} ({names}) VALUES ({marks})"),
                    {f"p{n}": part for n, part in enumerate(one)},
                )
    opened.run(order(2, 1), actor=WEB)
    assert seats_row(opened).held == 1
