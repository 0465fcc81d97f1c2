"""A copy of a conference has what was set up in the original, and nothing of what happened there."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from shared.checkin.areas import Area, DefineArea
from shared.checkin.badges import BadgeLayout, DefineBadgeLayout
from shared.conference.conference import Conference, CreateConference, EditConference, SlugState
from shared.conference.seat_types import AddSeatType, SeatType
from shared.copying import NEXT_TIME, Original, commands, creation, next_name
from shared.discounts.discount import DefineDiscount, Discount
from shared.kernel.edits import Edit
from shared.kernel.ids import AreaId, PersonId, SeatTypeId

FULL, GONE = SeatTypeId("full"), SeatTypeId("gone")
START = date(2026, 5, 4)
UNTIL = datetime(2026, 4, 1, tzinfo=UTC)


def conference(*seat_types: SeatTypeId, starts_on: date = START) -> Conference:
    return Conference(
        name="Gathering 2026",
        tagline="Open questions",
        description="Talks",
        slug="gathering_2026",
        slug_state=SlugState.OURS,
        slug_held=None,
        location="Town",
        time_zone="Europe/Warsaw",
        currency="EUR",
        starts_on=starts_on,
        ends_on=starts_on,
        links="",
        hold_s=900,
        seats_per_order=10,
        is_published=True,
        was_published=True,
        ticket_key=None,
        seat_types=seat_types,
        edited_by={},
    )


def discount(*seat_types: SeatTypeId, is_withdrawn: bool = False) -> Discount:
    return Discount(
        percentage=10_00,
        amount=None,
        seat_types=seat_types,
        quota=5,
        valid_from=None,
        valid_until=UNTIL,
        combines_with=("OTHER",),
        note="friends",
        is_withdrawn=is_withdrawn,
        edited_by={},
    )


def original() -> Original:
    return Original(
        conference=replace(conference(FULL), hold_s=600, invoice_prefix="G2026-"),
        seat_types={FULL: SeatType(seat_type=FULL, name="Full", description="All", quota=9, price=100, edited_by={})},
        areas={"door": Area(area=AreaId("door"), name="Door", seat_types=(FULL, GONE), edited_by={})},
        discounts={
            "FRIEND": discount(FULL),
            "ALL": discount(),
            "OLD": discount(is_withdrawn=True),
            "LOST": discount(GONE),
        },
        layouts={
            "badge": BadgeLayout(
                name="Badge",
                page_width=1050,
                page_height=1480,
                fields=(),
                colours={FULL: "#0a7f5c", GONE: "#000000"},
                marks={GONE: "X"},
                edited_by={},
            )
        },
    )


def test_a_copy_has_the_settings_seat_types_areas_codes_and_layouts() -> None:
    numbers = count(1)
    copy = conference(starts_on=START + NEXT_TIME)
    made = list(commands(original(), copy, lambda: f"new-{next(numbers)}"))
    full = SeatTypeId("new-1")
    code = DefineDiscount(
        code="FRIEND",
        percentage=10_00,
        seat_types=(full,),
        quota=5,
        valid_until=UNTIL + timedelta(weeks=52),
        combines_with=("OTHER",),
        note="friends",
    )
    assert made == [
        EditConference(hold_s=Edit(seen=900, new=600), invoice_prefix=Edit(seen="", new="G2027-")),
        AddSeatType(seat_type=full, name="Full", description="All", quota=9, price=100),
        DefineArea(area=AreaId("new-2"), name="Door", seat_types=(full,)),
        code,
        replace(code, code="ALL", seat_types=()),
        DefineBadgeLayout(
            layout="new-3",
            name="Badge",
            page_width=1050,
            page_height=1480,
            fields=(),
            colours={full: "#0a7f5c"},
            marks={},
        ),
    ]


def test_a_prefix_without_a_year_is_not_taken_over_because_two_invoices_would_have_one_number() -> None:
    known = Original(
        conference=replace(conference(), invoice_prefix="G-"), seat_types={}, areas={}, discounts={}, layouts={}
    )
    assert not list(commands(known, conference(), str))


def test_a_copy_of_what_was_never_set_up_takes_no_commands() -> None:
    empty = Original(conference=conference(), seat_types={}, areas={}, discounts={}, layouts={})
    assert not list(commands(empty, conference(), str))
    opens = replace(discount(), valid_from=UNTIL, valid_until=None)
    (code,) = commands(replace(empty, discounts={"A": opens}), conference(starts_on=START + timedelta(days=1)), str)
    assert (code.valid_from, code.valid_until) == (UNTIL + timedelta(days=1), None)


def test_a_copy_is_created_with_what_was_typed_and_what_nobody_is_asked_for() -> None:
    typed = CreateConference(
        owner=PersonId("o"),
        owner_name="Ada Example",
        owner_email="ada@example.org",
        name="Gathering 2027",
        slug="gathering_2027",
        starts_on=START + NEXT_TIME,
        ends_on=START + NEXT_TIME,
        location="Elsewhere",
        currency="JPY",
    )
    wanted = replace(typed, tagline="Open questions", description="Talks", time_zone="Europe/Warsaw", currency="EUR")
    assert creation(typed, original()) == wanted


def test_the_next_time_has_the_next_year_in_its_name() -> None:
    assert next_name("Gathering 2026") == "Gathering 2027"
    assert next_name("gathering_2026") == "gathering_2027"
    assert next_name("31C3") == "31C3"
    assert next_name("No 120267") == "No 120267"
