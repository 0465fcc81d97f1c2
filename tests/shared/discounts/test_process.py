"""The way of a code from the organizer to registration, before the first publish and after it."""

import pytest

from shared.conference.conference import PublishConference
from shared.conference.seat_types import EditSeatType
from shared.discounts.discount import DefineDiscount, Discount, DiscountDefined, EditDiscount, WithdrawDiscount, decider
from shared.discounts.process import needs, react
from shared.execute import gather
from shared.kernel.decider import Rejected
from shared.kernel.edits import Edit
from shared.registration.codes import Code, OfferCode
from shared.registration.pricing import CodeTerms
from tests.shared.registration.world import DAY, DINNER, VIP, World
from tests.spec import CONTEXT, ORGANIZER, given

DEFINE = DefineDiscount(code="speaker", percentage=50_00, seat_types=(VIP,), quota=5, combines_with=("EARLY",))


def refusal(world: World, command: object) -> tuple[str, dict[str, object]]:
    """What the organizer is told; nothing of what they wanted is kept."""
    before = dict(world.memory.rows)
    with pytest.raises(Rejected) as refused:
        world.send(command, ORGANIZER)
    assert world.memory.rows == before
    return refused.value.code, refused.value.values


def code(world: World) -> Code:
    row = world.memory.get(Code, "SPEAKER")
    assert row is not None
    return row


@pytest.mark.parametrize("is_published", [False, True])
def test_registration_knows_a_code_at_once(*, is_published: bool) -> None:
    world = World(is_published=is_published)
    world.send(DEFINE, ORGANIZER)
    assert code(world) == Code(
        terms=CodeTerms(percentage=50_00, seat_types=(VIP,), quota=5, combines_with=("EARLY",)), used=0
    )
    world.send(EditDiscount(code="SPEAKER", seat_types=Edit(seen=(VIP,), new=()), quota=Edit(seen=5, new=10)))
    assert (code(world).terms.seat_types, code(world).terms.quota) == ((), 10)
    world.send(WithdrawDiscount(code="SPEAKER"), ORGANIZER)
    assert code(world).is_withdrawn


@pytest.mark.parametrize("is_published", [False, True])
def test_a_quota_above_the_seats_refuses_the_intent_whole(*, is_published: bool) -> None:
    world = World(is_published=is_published)
    world.send(DEFINE, ORGANIZER)
    edit = EditDiscount(code="SPEAKER", quota=Edit(seen=5, new=6))
    assert refusal(world, edit) == ("quota_above_seats", {"most": 5})
    world.send(EditSeatType(seat_type=VIP, quota=Edit(seen=5, new=6)))
    world.send(edit, ORGANIZER)
    assert code(world).terms.quota == 6


def test_a_scope_of_a_seat_type_that_there_is_not_refuses_the_intent_whole() -> None:
    world = World()
    define = DefineDiscount(code="SPEAKER", amount=5_00, seat_types=(DAY, DINNER))
    assert refusal(world, define) == ("unknown_seat_type", {"seat_type": DINNER})
    world.add(DINNER, 1)
    world.send(define, ORGANIZER)


def test_a_code_that_was_defined_before_the_first_publish_holds_after_it() -> None:
    world = World(is_published=False)
    world.send(DEFINE, ORGANIZER)
    world.send(PublishConference(), ORGANIZER)
    assert code(world).terms.quota == 5


def test_a_note_is_the_organizers_own() -> None:
    world = World()
    world.send(DEFINE, ORGANIZER)
    events = world.send(EditDiscount(code="SPEAKER", note=Edit(seen="", new="For speakers.")), ORGANIZER).events
    assert len(events) == 1
    row = world.memory.get(Discount, "SPEAKER")
    assert row is not None
    assert row.note == "For speakers."


def test_where_there_is_no_conference_there_are_no_seats() -> None:
    defined = DiscountDefined(
        code="SPEAKER",
        percentage=50_00,
        amount=None,
        seat_types=(),
        quota=None,
        valid_from=None,
        valid_until=None,
        combines_with=(),
        note="",
    )
    memory = given(decider, defined).memory
    found = gather(lambda got: needs(defined, got), memory)
    offer = OfferCode(code="SPEAKER", terms=CodeTerms(percentage=50_00), seats={})
    assert react(defined, found, CONTEXT) == [offer]
