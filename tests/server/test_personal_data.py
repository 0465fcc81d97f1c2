"""Nobody's name or address stands in clear in what is kept for ever, and an erased person is gone from all of it."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from server.store.engine import create_engine_for
from server.store.schema import metadata
from shared.access.access import ErasePerson
from shared.conference.conference import Owner
from shared.kernel.ids import OrderId, PersonId
from shared.kernel.personal import Erased
from shared.registration.assignments import AssignSeat, SeatAssignment
from shared.registration.order import AssignRegistrantDetails, ConfirmFreeOrder
from shared.registration.order_state import Order
from tests.server.authority import DOOR, FREE, SEATS, WEB, Authority, codes, order, raw, statuses

SECRETS = (b"Secret", b"Zacharias", b"secret.example", b"zacharias")


def assign(number: int, attendee: str, order_number: int = 1) -> AssignSeat:
    return AssignSeat(
        order=OrderId(f"order-{order_number}"),
        position=0,
        attendee=PersonId(attendee),
        first_name="Zacharias",
        last_name=f"Secretattendee{number}",
        email=f"zacharias.attendee{number}@secret.example",
    )


def erase(person: str) -> ErasePerson:
    return ErasePerson(person=PersonId(person))


def rows_in_clear(authority: Authority) -> str:
    with authority.engine.begin() as conn:
        bodies = conn.execute(text("SELECT body FROM rows WHERE body IS NOT NULL")).scalars().all()
    return b"\n".join(bytes(one) for one in bodies).decode()


def said_of_others(authority: Authority) -> list[bytes]:
    """Personal texts in the rows, but for the owner's."""
    said = rows_in_clear(authority).replace("Secretowner", "").replace("olga@secret.example", "").encode()
    return [one for one in SECRETS if one in said]


def sold(authority: Authority, number: int = 1) -> None:
    """A free order, confirmed."""
    authority.run(order(number, seat_type=FREE), ConfirmFreeOrder(order=OrderId(f"order-{number}")), actor=WEB)


def test_no_personal_text_is_in_commits_outcomes_deadlines_or_outbox(opened: Authority) -> None:
    sold(opened)
    opened.run(assign(1, "attendee-1"), actor=WEB)
    opened.run(order(2), actor=WEB)
    refused = order(3, 0)
    assert statuses(opened.push(refused, first=5)) == ["refused"]
    unread = raw("registration.place_order", b'{"email":"zacharias@secret.example"}', "command-unread", opened.clock())
    wrong = raw("no.such", b'{"name":"Secretname"}', "command-wrong", opened.clock(), error="invalid")
    held = raw("checkin.record_x", b'"Secretname"', "command-held", opened.clock())
    opened.push(unread, wrong, first=6)
    opened.push(held, first=1, device=DOOR)
    kept = opened.everything_stored()
    assert not [one for one in SECRETS if one in kept]
    assert b"person-1" in kept, "the looking finds what is there"
    assert "Secretname1" in rows_in_clear(opened)


def test_an_erased_person_is_gone_from_rows_and_log_and_the_rows_are_as_the_log_says(opened: Authority) -> None:
    sold(opened)
    opened.run(assign(1, "attendee-1"), actor=WEB)
    opened.run(erase("person-1"), erase("attendee-1"))
    assert not said_of_others(opened)
    known = opened.row(Order, "order-1")
    assert (known.registrant, type(known.email)) == ("person-1", Erased)
    (seat,) = opened.rows(SeatAssignment).values()
    assert (seat.attendee, type(seat.email)) == ("attendee-1", Erased)
    with opened.engine.begin() as conn:
        gone = conn.execute(text("SELECT person FROM person_keys WHERE key IS NULL")).scalars().all()
    assert sorted(gone) == ["attendee-1", "person-1"]
    assert opened.tools.erased_ids.all() == {(opened.space, "person-1"), (opened.space, "attendee-1")}
    assert opened.row(Owner).email == "olga@secret.example", "nobody else is touched"


def test_what_comes_after_the_erasure_says_nothing_of_the_person_even_in_the_same_batch(opened: Authority) -> None:
    sold(opened)
    answers = opened.submit(
        opened.numbered(erase("person-1"), first=5),
        opened.numbered(
            AssignRegistrantDetails(
                order=OrderId("order-1"),
                registrant=PersonId("person-1"),
                first_name="Zacharias",
                last_name="Secretname1",
                email="zacharias1@secret.example",
            ),
            assign(1, "person-1"),
            first=6,
        ),
    )
    assert "accepted" in statuses(answers[0])
    assert not said_of_others(opened)
    opened.run(assign(2, "person-1"), actor=WEB)
    assert not said_of_others(opened)
    assert not [one for one in SECRETS if one in opened.everything_stored()]


def test_erasing_twice_and_erasing_a_stranger_do_no_harm(opened: Authority) -> None:
    opened.run(order(1), actor=WEB)
    answer = opened.run(erase("person-1"), erase("person-1"), erase("nobody"))
    assert codes([answer]) == [None, None, None]
    assert type(opened.row(Order, "order-1").last_name) is Erased


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("order"), st.integers(1, 6), st.integers(0, 3)),
        st.tuples(st.just("confirm"), st.integers(1, 6), st.just(0)),
        st.tuples(st.just("assign"), st.integers(1, 6), st.integers(1, 4)),
        st.tuples(st.just("erase"), st.integers(1, 6), st.just(0)),
        st.tuples(st.just("forget"), st.integers(1, 4), st.just(0)),
    ),
    max_size=25,
)


@settings(max_examples=40)
@given(steps=STEPS, cuts=st.lists(st.integers(1, 5), min_size=1, max_size=25))
def test_rows_are_what_the_log_says_for_any_script_cut_into_any_batches(
    steps: list[tuple[str, int, int]], cuts: list[int]
) -> None:
    with TemporaryDirectory() as folder:
        engine = create_engine_for("sqlite://")
        metadata.create_all(engine)
        authority = Authority(engine, Path(folder))
        authority.open_conference(quota=4)
        commands = [_command(*step) for step in steps]
        numbers = iter(cuts * 25)
        first = 5
        while commands:
            size = next(numbers)
            batch, commands = commands[:size], commands[size:]
            authority.submit(*(authority.numbered(one, first=first + place) for place, one in enumerate(batch)))
            first += len(batch)
        authority.holds()
        engine.dispose()


def _command(kind: str, number: int, more: int) -> object:
    match kind:
        case "order":
            return order(number, more, FREE if number % 2 else SEATS)
        case "confirm":
            return ConfirmFreeOrder(order=OrderId(f"order-{number}"))
        case "assign":
            return assign(more, f"attendee-{more}", number)
        case "erase":
            return erase(f"person-{number}")
        case _:
            return erase(f"attendee-{number}")
