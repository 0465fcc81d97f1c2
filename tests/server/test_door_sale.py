"""Sales at the door on a real server: signed blanks, sealed names, rows that the log gives again."""

from datetime import UTC, datetime

from server.tickets import tickets_of
from shared.access.access import ErasePerson
from shared.checkin.badges import Badge, RecordBadgePrinted
from shared.checkin.blanks import Blanks
from shared.checkin.correction import CorrectAttendee
from shared.checkin.ticket_code import decode
from shared.checkin.verdict import Pass
from shared.kernel.ids import DeviceId, PersonId
from shared.kernel.personal import Erased
from shared.registration.allotments import Allotment, LeaseAllotment
from shared.registration.assignments import SeatAssignment, seat_id
from shared.registration.door_sale import (
    DoorSale,
    RecordDoorSale,
    RecordTillCount,
    SeatAtDoor,
    Takings,
    VoidDoorSale,
    order_of,
)
from shared.registration.order_state import Order
from shared.registration.receipts import Method
from tests.server.authority import DOOR, SEATS, Authority, statuses

NOON = datetime(2027, 5, 1, 12, 0, tzinfo=UTC)
LEASE = LeaseAllotment(allotment="a1", desk=DeviceId(DOOR), seat_type=SEATS, quantity=2)


def sale_of(authority: Authority, number: int = 0) -> RecordDoorSale:
    """To one person on the blank of this number."""
    blank = authority.row(Blanks, "a1").blanks[number]
    seat = SeatAtDoor(
        seat_type=SEATS,
        price=100_00,
        allotment="a1",
        ticket=blank.ticket,
        attendee=PersonId(f"walk-in-{number}"),
        first_name="Zacharias",
        last_name=f"Secretwalkin{number}",
        email=f"zacharias.walkin{number}@secret.example",
    )
    return RecordDoorSale(
        sale=f"s{number}",
        desk=DeviceId(DOOR),
        till="till-1",
        seats=(seat,),
        method=Method.CASH,
        currency="EUR",
        sold_at=NOON,
    )


def test_a_desk_sells_corrects_prints_voids_and_counts(opened: Authority) -> None:
    assert statuses(opened.push(LEASE, first=1, device=DOOR)) == ["accepted"]
    first, second = sale_of(opened), sale_of(opened, 1)
    ticket, bo = first.seats[0].ticket, first.seats[0].attendee
    assert ticket is not None
    answer = opened.push(
        first,
        CorrectAttendee(ticket=ticket, attendee=bo, first_name="Zach", last_name="Secretwalkin"),
        RecordBadgePrinted(print="p1", ticket=ticket, layout="badge", printed_at=NOON),
        second,
        VoidDoorSale(order=order_of(second)),
        RecordTillCount(till="till-1", currency="EUR", opening=0, counted=100_00, counted_at=NOON),
        first=2,
        device=DOOR,
    )
    assert statuses(answer) == ["accepted"] * 6
    assert opened.row(SeatAssignment, seat_id(order_of(first), 0)).first_name == "Zach"
    assert (opened.row(Pass, ticket).first_name, opened.row(Badge, ticket).times) == ("Zach", 1)
    assert opened.row(Takings, "till-1").counts[0].difference == 0
    assert (opened.row(Order, order_of(first)).owed, opened.row(Order, order_of(second)).owed) == (0, 0)
    assert opened.row(Allotment, "a1").left == 1
    again = opened.push(first, first=8, device=DOOR)
    assert statuses(again) == ["accepted"]
    assert len(opened.rows(DoorSale)) == 2


def test_a_void_that_is_sent_again_does_nothing_and_another_one_is_refused(opened: Authority) -> None:
    opened.push(LEASE, first=1, device=DOOR)
    sold = sale_of(opened)
    void = VoidDoorSale(order=order_of(sold))
    opened.push(sold, void, first=2, device=DOOR)
    assert statuses(opened.push(void, first=3, device=DOOR)) == [], "it is the same command: nothing new"
    assert statuses(opened.push(void, first=4, device=DOOR)) == ["refused"]
    assert opened.row(Takings, "till-1").in_till("EUR") == 0


def test_the_ticket_of_a_sale_is_the_blank_whoever_shows_it(opened: Authority) -> None:
    opened.push(LEASE, first=1, device=DOOR)
    blank, sold = opened.row(Blanks, "a1").blanks[0], sale_of(opened)
    opened.push(sold, first=2, device=DOOR)
    with opened.engine.begin() as conn:
        secret = opened.tools.secrets.of(opened.space)
        (shown,) = tickets_of(conn, secret, opened.space, order_of(sold))
    printed, mailed = decode(blank.code).code, decode(shown.code).code
    assert (printed.ticket, printed.version, printed.seat_type) == (mailed.ticket, mailed.version, mailed.seat_type)
    assert printed.valid_from <= mailed.valid_from < mailed.valid_until <= printed.valid_until


def test_who_bought_at_the_door_is_sealed_in_the_log_and_can_be_erased(opened: Authority) -> None:
    opened.push(LEASE, first=1, device=DOOR)
    sold = sale_of(opened)
    opened.push(sold, first=2, device=DOOR)
    assert b"Secretwalkin" not in opened.everything_stored()
    assert b"walkin0@secret" not in opened.everything_stored()
    opened.run(ErasePerson(person=PersonId("walk-in-0")))
    ticket = sold.seats[0].ticket
    assert ticket is not None
    assert isinstance(opened.row(Pass, ticket).last_name, Erased)
    assert isinstance(opened.row(Order, order_of(sold)).email, Erased)
    opened.push(sale_of(opened, 1), first=3, device=DOOR)
    late = opened.row(SeatAssignment, seat_id(order_of(sale_of(opened, 1)), 0))
    assert late.last_name == "Secretwalkin1", "nobody else is touched"
