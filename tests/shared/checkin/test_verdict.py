"""The one rule of the door: what a scan is, given what a gate holds."""

from typing import Any

import pytest

from shared.checkin import verdict
from shared.checkin.ticket_code import Evidence, proof_of
from shared.checkin.verdict import Admission, Attendee, Direction, Finding, Passage, Seen, Verdict, admission_id
from shared.execute import gather
from shared.kernel.decider import put
from shared.kernel.ids import AreaId, TicketId
from tests.shared.checkin.gates import (
    AREAS,
    BADGE,
    BO,
    BOS,
    CY,
    DOOR,
    FULL,
    LESSON,
    OTHER,
    SEAT,
    WORKSHOP,
    Rows,
    pass_of,
    passage,
    seen,
)
from tests.spec import Memory


def concluded(what: Seen, rows: Rows = BOS) -> Verdict:
    return verdict.verdict(what, gather(lambda found: verdict.needs(what, found), Memory(rows)))


def inside(*passages: Passage, area: AreaId = DOOR, ticket: TicketId = BADGE) -> Rows:
    return put(Admission(area=area, ticket=ticket, seat_type=FULL, passages=passages), admission_id(area, ticket))


def test_a_genuine_ticket_for_the_area_is_admitted() -> None:
    assert concluded(seen()) == Verdict(finding=Finding.ADMIT, ticket=BADGE, seat_type=FULL)


def test_who_is_found_by_search_is_admitted() -> None:
    assert concluded(seen(evidence=Evidence.FOUND, version=None)).finding == Finding.ADMIT


def test_who_is_inside_is_shown_with_the_entry() -> None:
    first = passage("s1", at=0)
    assert concluded(seen(5), BOS | inside(first)) == Verdict(
        finding=Finding.ALREADY_INSIDE, ticket=BADGE, seat_type=FULL, entered=first
    )


def test_who_left_may_come_back() -> None:
    rows = BOS | inside(passage("s1", at=0), passage("s2", at=3, direction=Direction.EXIT))
    assert concluded(seen(5), rows).finding == Finding.ADMIT


@pytest.mark.parametrize(
    ("evidence", "finding"),
    [
        (Evidence.FORGED, Finding.FORGED),
        (Evidence.OTHER_CONFERENCE, Finding.OTHER_CONFERENCE),
        (Evidence.UNREADABLE, Finding.UNREADABLE),
    ],
)
@pytest.mark.parametrize("direction", Direction)
def test_a_code_that_proves_nothing_names_no_ticket(evidence: Evidence, finding: Finding, direction: Direction) -> None:
    assert concluded(seen(evidence=evidence, direction=direction)) == Verdict(finding=finding)


def test_a_scan_without_a_ticket_is_unknown() -> None:
    assert concluded(seen(evidence=Evidence.FOUND, ticket=None)) == Verdict(finding=Finding.UNKNOWN)


@pytest.mark.parametrize(
    ("shown", "what", "finding"),
    [
        ({"is_cancelled": True}, {}, Finding.CANCELLED),
        ({"version": 3, "attendee": CY}, {}, Finding.REVOKED),
        ({"attendee": None}, {}, Finding.NOT_ASSIGNED),
        ({"attendee": None, "version": 3}, {"evidence": Evidence.FOUND, "version": None}, Finding.NOT_ASSIGNED),
        ({}, {"evidence": Evidence.OUT_OF_TIME}, Finding.OUT_OF_TIME),
        ({}, {"area": AreaId("cellar")}, Finding.UNKNOWN_AREA),
    ],
)
def test_a_ticket_with_something_against_it_is_not_admitted(
    shown: dict[str, Any], what: dict[str, Any], finding: Finding
) -> None:
    rows = BOS | put(pass_of(BADGE, **shown), BADGE)
    assert concluded(seen(**what), rows) == Verdict(finding=finding, ticket=BADGE, seat_type=FULL)


def test_a_genuine_code_that_the_list_lacks_is_admitted_on_its_signature() -> None:
    assert concluded(seen(), AREAS) == Verdict(finding=Finding.UNLISTED, ticket=BADGE, seat_type=FULL)
    assert concluded(seen(area=WORKSHOP), AREAS).finding == Finding.WRONG_AREA


def test_a_genuine_code_of_a_later_version_shows_that_the_list_is_old() -> None:
    assert concluded(seen(version=3)).finding == Finding.UNLISTED
    assert concluded(seen(version=3), BOS | put(pass_of(BADGE, attendee=None), BADGE)).finding == Finding.UNLISTED


def test_a_ticket_that_is_found_by_search_must_be_in_the_list() -> None:
    assert concluded(seen(evidence=Evidence.FOUND), AREAS).finding == Finding.UNKNOWN


def test_the_badge_finds_the_attendees_ticket_for_the_workshop() -> None:
    assert concluded(seen(area=WORKSHOP)) == Verdict(finding=Finding.ADMIT, ticket=SEAT, seat_type=LESSON)


def test_the_badge_of_somebody_in_the_workshop_is_told_from_the_workshops_admission() -> None:
    first = passage("s1")
    rows = BOS | inside(first, area=WORKSHOP, ticket=SEAT)
    assert concluded(seen(5, area=WORKSHOP), rows) == Verdict(
        finding=Finding.ALREADY_INSIDE, ticket=SEAT, seat_type=LESSON, entered=first
    )


@pytest.mark.parametrize(
    "change",
    [
        put(pass_of(SEAT, LESSON, is_cancelled=True), SEAT),
        put(pass_of(SEAT, FULL), SEAT),
        put(Attendee(tickets=(BADGE,)), BO),
        put(Attendee(tickets=(BADGE, OTHER)), BO),
        put(pass_of(BADGE, attendee=CY), BADGE),
        put(pass_of(BADGE, attendee=None), BADGE),
    ],
)
def test_without_a_ticket_for_it_the_area_is_wrong(change: Rows) -> None:
    assert concluded(seen(area=WORKSHOP, version=3), BOS | change) == Verdict(
        finding=Finding.WRONG_AREA, ticket=BADGE, seat_type=FULL
    )


PROOF = proof_of(BADGE, 2, BO)
CODE: dict[str, Any] = {"evidence": Evidence.BADGE, "seat_type": None, "proof": PROOF}
"""The code of the badge that a desk printed for Bo, who was found by name."""


def test_a_badges_code_admits_whom_the_list_has() -> None:
    assert concluded(seen(**CODE)) == Verdict(finding=Finding.ADMIT, ticket=BADGE, seat_type=FULL)
    first = passage("s1", at=0)
    assert concluded(seen(5, **CODE), BOS | inside(first)).finding == Finding.ALREADY_INSIDE


def test_a_badges_code_finds_the_attendees_ticket_for_the_workshop() -> None:
    wanted = Verdict(finding=Finding.ADMIT, ticket=SEAT, seat_type=LESSON)
    assert concluded(seen(area=WORKSHOP, **CODE)) == wanted


@pytest.mark.parametrize("direction", Direction)
def test_a_badges_code_for_another_attendee_is_forged_and_names_no_ticket(direction: Direction) -> None:
    for proof in ("", proof_of(BADGE, 1, BO), proof_of(BADGE, 2, CY), proof_of(SEAT, 2, BO)):
        assert concluded(seen(direction=direction, **CODE | {"proof": proof})) == Verdict(finding=Finding.FORGED)


def test_a_badges_code_proves_nothing_without_the_attendee() -> None:
    assert concluded(seen(**CODE), AREAS).finding == Finding.UNKNOWN
    for version in (3, None):
        assert concluded(seen(version=version, **CODE)).finding == Finding.UNKNOWN
    rows = BOS | put(pass_of(BADGE, attendee=None), BADGE)
    assert concluded(seen(**CODE), rows).finding == Finding.NOT_ASSIGNED


def test_whoever_had_the_seat_before_cannot_come_in_with_a_badge() -> None:
    """Not with the badge of then, and not with one made from what a ticket says of its id."""
    rows = BOS | put(pass_of(BADGE, attendee=CY, version=3), BADGE)
    assert concluded(seen(**CODE), rows).finding == Finding.REVOKED
    made = CODE | {"version": 3, "proof": proof_of(BADGE, 3, BO)}
    assert concluded(seen(**made), rows).finding == Finding.FORGED


def test_the_badge_of_a_cancelled_seat_is_told_as_that() -> None:
    rows = BOS | put(pass_of(BADGE, is_cancelled=True), BADGE)
    assert concluded(seen(**CODE), rows).finding == Finding.CANCELLED


def test_everybody_may_leave() -> None:
    out = seen(direction=Direction.EXIT)
    assert concluded(out) == Verdict(finding=Finding.LEAVE, ticket=BADGE, seat_type=FULL)
    rows = BOS | put(pass_of(BADGE, is_cancelled=True), BADGE)
    assert concluded(out, rows).finding == Finding.LEAVE


def test_who_leaves_the_workshop_by_badge_leaves_with_the_workshops_ticket() -> None:
    assert concluded(seen(area=WORKSHOP, direction=Direction.EXIT)).ticket == SEAT


def test_of_many_passages_the_first_entry_and_the_newest_are_remembered() -> None:
    few = tuple(passage(f"s{number}", at=number) for number in range(49))
    assert verdict.remembered(few) == few
    many = (*few, passage("s49", at=49))
    assert verdict.remembered(many) == (many[0], *many[2:])
    out = passage("x", direction=Direction.EXIT)
    assert verdict.remembered((out,) * 50) == (out,) * 48
    assert verdict.remembered((out,) * 10 + many[:40]) == (out,) * 8 + many[:40]
