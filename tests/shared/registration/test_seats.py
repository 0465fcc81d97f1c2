"""SeatsAvailability: nothing is oversold, whatever is asked in whatever order."""

from dataclasses import replace
from typing import Any

from hypothesis import given as for_all
from hypothesis import strategies as st

from shared.kernel.ids import DeviceId, OrderId, SeatTypeId
from shared.registration import allotments, seats
from shared.registration.allotments import (
    LeaseAllotment,
    RecordAllotmentSale,
    ReturnAllotment,
    WriteOffAllotment,
)
from shared.registration.seats import (
    CancelReservation,
    ChangeSalesTerms,
    CloseSales,
    CommitReservation,
    OfferSeats,
    OpenSales,
    Reservation,
    ReservationCancelled,
    ReservationCommitted,
    ReserveSeats,
    ReturnSeats,
    Sales,
    SalesClosed,
    SalesOpened,
    SalesTermsChanged,
    SeatsAdded,
    SeatsChanged,
    SeatsOfType,
    SeatsReserved,
    SeatsReturned,
)
from tests.spec import CONTEXT, Memory, given

VIP, DAY = SeatTypeId("vip"), SeatTypeId("day")
R1, R2 = OrderId("r1"), OrderId("r2")
OPENED = SalesOpened(currency="EUR", hold_s=900, seats_per_order=20)


def added(quota: int, seat_type: SeatTypeId = VIP) -> SeatsAdded:
    return SeatsAdded(seat_type=seat_type, name="Seat", price=100, quota=quota)


def reserved(reservation: OrderId = R1, **granted: int) -> SeatsReserved:
    return SeatsReserved(reservation=reservation, granted={SeatTypeId(one): n for one, n in granted.items()})


def released(**granted: int) -> SeatsReserved:
    """Reserved, with less than before."""
    return replace(reserved(R1, **granted), released=True)


def committed(reservation: OrderId = R1, **granted: int) -> ReservationCommitted:
    return ReservationCommitted(reservation=reservation, seats={SeatTypeId(one): n for one, n in granted.items()})


def test_sales_open_once() -> None:
    opened = given(seats.decider).when(OpenSales(currency="EUR", hold_s=900, seats_per_order=20)).then(OPENED)
    opened.when(OpenSales(currency="EUR", hold_s=900, seats_per_order=20)).nothing()
    assert opened.row(Sales) == Sales(is_open=True, currency="EUR", hold_s=900, seats_per_order=20, orders=0)


def test_closed_sales_open_again_and_remember_how_many_orders_there_were() -> None:
    closed = given(seats.decider, OPENED).when(CloseSales()).then(SalesClosed())
    closed.when(CloseSales()).nothing()
    closed.when(OpenSales(currency="EUR", hold_s=60, seats_per_order=20)).then(
        SalesOpened(currency="EUR", hold_s=60, seats_per_order=20)
    )


def test_sales_that_never_opened_cannot_close_or_change() -> None:
    given(seats.decider).when(CloseSales()).nothing()
    given(seats.decider).when(ChangeSalesTerms(hold_s=60, seats_per_order=5)).nothing()


def test_terms_of_sales_change() -> None:
    changed = given(seats.decider, OPENED).when(ChangeSalesTerms(hold_s=60, seats_per_order=5))
    state = changed.then(SalesTermsChanged(hold_s=60, seats_per_order=5))
    assert (state.row(Sales).hold_s, state.row(Sales).seats_per_order) == (60, 5)
    state.when(ChangeSalesTerms(hold_s=60, seats_per_order=5)).nothing()


def test_a_seat_type_is_offered_and_then_on_other_terms() -> None:
    offered = given(seats.decider).when(OfferSeats(seat_type=VIP, name="Seat", price=100, quota=3)).then(added(3))
    offered.when(OfferSeats(seat_type=VIP, name="Seat", price=100, quota=3)).nothing()
    changed = offered.when(OfferSeats(seat_type=VIP, name="Chair", price=200, quota=5)).then(
        SeatsChanged(seat_type=VIP, name="Chair", price=200, quota=5)
    )
    assert changed.row(SeatsOfType, VIP) == SeatsOfType(
        name="Chair", price=200, quota=5, available=5, held=0, sold=0, allotted=0
    )


def test_a_quota_cannot_fall_below_what_is_taken() -> None:
    taken = given(seats.decider, added(5), reserved(vip=2), committed(vip=2), reserved(R2, vip=1))
    taken.when(OfferSeats(seat_type=VIP, name="Seat", price=100, quota=2)).refused(
        "quota_too_small", least=3, seat_type=VIP
    )
    smallest = taken.when(OfferSeats(seat_type=VIP, name="Seat", price=100, quota=3)).then(
        SeatsChanged(seat_type=VIP, name="Seat", price=100, quota=3)
    )
    assert smallest.row(SeatsOfType, VIP).available == 0


def test_a_reservation_gets_what_is_left() -> None:
    given(seats.decider, added(3)).when(ReserveSeats(reservation=R1, wanted={VIP: 5})).then(reserved(vip=3))


def test_nothing_left_is_an_answer_too() -> None:
    given(seats.decider, added(3), reserved(vip=3)).when(ReserveSeats(reservation=R2, wanted={VIP: 1})).then(
        reserved(R2, vip=0)
    )


def test_the_same_reservation_again_is_an_adjustment() -> None:
    held = given(seats.decider, added(5), added(1, DAY), reserved(vip=3, day=1))
    less = held.when(ReserveSeats(reservation=R1, wanted={VIP: 2})).then(released(vip=2))
    assert less.row(SeatsOfType, VIP).available == 3
    assert less.row(SeatsOfType, DAY).available == 1, "a type no longer wanted is released"
    assert less.row(Reservation, R1).held == {VIP: 2}
    less.when(ReserveSeats(reservation=R1, wanted={VIP: 9})).then(reserved(vip=5))


def test_an_unknown_type_refuses_the_whole_reservation() -> None:
    given(seats.decider, added(3)).when(ReserveSeats(reservation=R1, wanted={VIP: 1, DAY: 1})).refused(
        "unknown_seat_type", seat_type=DAY
    )


def test_nobody_wants_less_than_no_seat() -> None:
    given(seats.decider, added(3)).when(ReserveSeats(reservation=R1, wanted={VIP: -1})).refused(
        "invalid_field", field="wanted", rule="out_of_range", least=0, most=100_000
    )


def test_all_or_none_takes_none_when_one_is_missing() -> None:
    state = given(seats.decider, added(3), added(1, DAY))
    state.when(ReserveSeats(reservation=R1, wanted={VIP: 3, DAY: 2}, all_or_none=True)).then(reserved(vip=0, day=0))
    state.when(ReserveSeats(reservation=R1, wanted={VIP: 3, DAY: 1}, all_or_none=True)).then(reserved(vip=3, day=1))


def test_a_commit_sells_what_is_held_once() -> None:
    sold = (
        given(seats.decider, added(3), reserved(vip=2)).when(CommitReservation(reservation=R1)).then(committed(vip=2))
    )
    assert sold.row(Reservation, R1) == Reservation(held={}, sold={VIP: 2}, is_committed=True)
    sold.when(CommitReservation(reservation=R1)).nothing()
    sold.when(CancelReservation(reservation=R1)).nothing()


def test_a_cancelled_reservation_gives_back_once() -> None:
    given(seats.decider, added(3), reserved(vip=2)).when(CancelReservation(reservation=R1)).then(
        ReservationCancelled(reservation=R1, seats={VIP: 2})
    ).when(CancelReservation(reservation=R1)).nothing()


def test_a_reservation_that_nobody_made_is_neither_committed_nor_cancelled() -> None:
    given(seats.decider).when(CommitReservation(reservation=R1)).nothing()
    given(seats.decider).when(CancelReservation(reservation=R1)).nothing()


def test_after_commit_a_reserve_only_adds_to_what_is_held() -> None:
    sold = given(seats.decider, added(9), added(1, DAY), reserved(vip=2), committed(vip=2), reserved(vip=3, day=1))
    state = sold.when(ReserveSeats(reservation=R1, wanted={VIP: 1})).then(reserved(vip=3, day=1))
    assert state.row(Reservation, R1).sold == {VIP: 2}
    state.when(ReserveSeats(reservation=R1, wanted={VIP: 4})).then(reserved(vip=4, day=1)).when(
        CommitReservation(reservation=R1)
    ).then(committed(vip=4, day=1))


def test_sold_seats_come_back_only_when_they_are_returned() -> None:
    sold = given(seats.decider, added(3), reserved(vip=2), committed(vip=2))
    returned = sold.when(ReturnSeats(reservation=R1, seats={VIP: 1})).then(
        SeatsReturned(reservation=R1, seats={VIP: 1})
    )
    assert returned.row(SeatsOfType, VIP).available == 2
    returned.when(ReturnSeats(reservation=R1, seats={VIP: 2})).refused("not_sold", seat_type=VIP, most=1)
    returned.when(ReturnSeats(reservation=R1, seats={DAY: 1})).refused("not_sold", seat_type=DAY, most=0)
    returned.when(ReturnSeats(reservation=R1, seats={})).nothing()


TYPES = st.sampled_from([VIP, DAY])
ORDERS = st.sampled_from([R1, R2, OrderId("r3")])
LEASES = st.sampled_from(["a1", "a2"])
SOME = st.integers(0, 7)
BY_TYPE = st.dictionaries(TYPES, SOME, max_size=2)
SCRIPTS = st.lists(
    st.one_of(
        st.builds(OfferSeats, seat_type=TYPES, name=st.just("Seat"), price=SOME, quota=st.integers(0, 12)),
        st.builds(ReserveSeats, reservation=ORDERS, wanted=BY_TYPE, all_or_none=st.booleans()),
        st.builds(CommitReservation, reservation=ORDERS),
        st.builds(CancelReservation, reservation=ORDERS),
        st.builds(ReturnSeats, reservation=ORDERS, seats=BY_TYPE),
        st.builds(
            LeaseAllotment,
            allotment=LEASES,
            desk=st.just(DeviceId(CONTEXT.actor.id)),
            seat_type=TYPES,
            quantity=SOME,
        ),
        st.builds(RecordAllotmentSale, allotment=LEASES, reservation=ORDERS, seat_type=TYPES, quantity=SOME),
        st.builds(ReturnAllotment, allotment=LEASES),
        st.builds(WriteOffAllotment, allotment=LEASES),
    ),
    max_size=40,
)


@for_all(script=SCRIPTS)
def test_every_seat_is_in_one_place_after_any_script(script: list[Any]) -> None:
    memory = Memory()
    for command in script:
        decider = allotments.decider if isinstance(command, allotments.Command) else seats.decider
        memory = given(decider, rows=memory.rows).when(command).state.memory
        reservations = memory.all(Reservation).values()
        for seat_type, one in memory.all(SeatsOfType).items():
            parts = (one.available, one.held, one.sold, one.allotted)
            assert sum(parts) == one.quota
            assert min(parts) >= 0
            assert one.held == sum(each.held.get(SeatTypeId(seat_type), 0) for each in reservations)
            assert one.sold == sum(each.sold.get(SeatTypeId(seat_type), 0) for each in reservations)
            leases = memory.all(allotments.Allotment).values()
            assert one.allotted == sum(each.left for each in leases if each.seat_type == seat_type)
