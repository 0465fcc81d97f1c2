"""Allotments: a desk sells without a network and never beyond its lease; if it did, that is known."""

from shared.kernel.ids import DeviceId, OrderId, SeatTypeId
from shared.registration import allotments, seats
from shared.registration.allotments import (
    Allotment,
    AllotmentEnded,
    AllotmentLeased,
    AllotmentSold,
    AllotmentState,
    LeaseAllotment,
    RecordAllotmentSale,
    ReturnAllotment,
    WriteOffAllotment,
)
from shared.registration.seats import Reservation, SeatsAdded, SeatsOfType
from tests.spec import DOOR, Given, Memory, given, replace_actor

VIP, DAY = SeatTypeId("vip"), SeatTypeId("day")
DESK = DeviceId(DOOR.id)
SALE = OrderId("sale-1")


def desk(quota: int, leased: int) -> Given:
    """At the desk `DOOR`, with a lease `a1` of so many seats of the quota (none of 0)."""
    rows = given(seats.decider, SeatsAdded(seat_type=VIP, name="VIP", price=100, quota=quota)).memory.rows
    events = [AllotmentLeased(allotment="a1", desk=DESK, seat_type=VIP, quantity=leased)] if leased else []
    return given(allotments.decider, *events, rows=rows, context=replace_actor(DOOR))


def lease(quantity: int, seat_type: SeatTypeId = VIP) -> LeaseAllotment:
    return LeaseAllotment(allotment="a1", desk=DESK, seat_type=seat_type, quantity=quantity)


def sale(quantity: int, seat_type: SeatTypeId = VIP, allotment: str = "a1") -> RecordAllotmentSale:
    return RecordAllotmentSale(allotment=allotment, reservation=SALE, seat_type=seat_type, quantity=quantity)


def sold(*, allotted: int = 0, available: int = 0, lacking: int = 0, seat_type: SeatTypeId = VIP) -> AllotmentSold:
    return AllotmentSold(
        allotment="a1",
        reservation=SALE,
        seat_type=seat_type,
        from_allotment=allotted,
        from_available=available,
        lacking=lacking,
    )


def test_a_desk_gets_what_is_left_of_what_it_asks_for() -> None:
    leased = desk(3, 0).when(lease(5)).then(AllotmentLeased(allotment="a1", desk=DESK, seat_type=VIP, quantity=3))
    assert leased.row(SeatsOfType, VIP).allotted == 3
    leased.when(lease(1)).refused("allotment_exists", allotment="a1")


def test_a_lease_of_nothing_is_refused() -> None:
    desk(0, 0).when(lease(1)).refused("no_seats_left", seat_type=VIP)
    desk(3, 0).when(lease(1, DAY)).refused("unknown_seat_type", seat_type=DAY)
    desk(3, 0).when(lease(0)).refused("invalid_field", field="quantity", rule="out_of_range", least=1, most=200)


def test_a_sale_takes_from_the_lease_first() -> None:
    state = desk(5, 3).when(sale(2)).then(sold(allotted=2))
    assert state.row(Allotment, "a1").left == 1
    assert state.row(Reservation, SALE).sold == {VIP: 2}
    state.when(sale(2)).then(sold(allotted=1, available=1))


def test_a_sale_beyond_all_seats_is_recorded_with_what_lacks() -> None:
    state = desk(2, 2).when(sale(3)).then(sold(allotted=2, lacking=1))
    assert state.row(SeatsOfType, VIP).sold == 2
    state.when(sale(1)).then(sold(lacking=1))


def test_a_sale_from_no_lease_of_that_type_takes_what_is_available() -> None:
    memory = given(
        seats.decider,
        SeatsAdded(seat_type=DAY, name="Day", price=100, quota=1),
        rows=desk(2, 1).memory.rows,
    ).memory
    state = given(allotments.decider, rows=memory.rows)
    state.when(sale(2, DAY)).then(sold(available=1, lacking=1, seat_type=DAY))


def test_a_sale_of_what_nobody_knows_is_recorded_all_the_same() -> None:
    state = given(allotments.decider, rows=Memory().rows).when(sale(1)).then(sold(lacking=1))
    state.lacks(Reservation, SALE)


def test_a_desk_returns_what_it_did_not_sell() -> None:
    state = (
        desk(5, 3)
        .when(sale(1))
        .then(sold(allotted=1))
        .when(ReturnAllotment(allotment="a1"))
        .then(AllotmentEnded(allotment="a1", returned=2, is_written_off=False))
    )
    assert state.row(Allotment, "a1").state == AllotmentState.RETURNED
    assert state.row(SeatsOfType, VIP).available == 4
    state.when(ReturnAllotment(allotment="a1")).nothing()


def test_a_sale_that_comes_after_the_write_off_takes_what_is_available() -> None:
    state = (
        desk(3, 3)
        .when(WriteOffAllotment(allotment="a1"))
        .then(AllotmentEnded(allotment="a1", returned=3, is_written_off=True))
    )
    assert state.row(Allotment, "a1").state == AllotmentState.WRITTEN_OFF
    state.when(sale(1)).then(sold(available=1))


def test_only_its_own_desk_returns_an_allotment() -> None:
    other = replace_actor(DOOR, id="desk-2")
    desk(3, 3).at(other).when(ReturnAllotment(allotment="a1")).refused("allotment_of_another_desk", desk=DESK)
    desk(3, 0).when(ReturnAllotment(allotment="a1")).refused("unknown_allotment", allotment="a1")
