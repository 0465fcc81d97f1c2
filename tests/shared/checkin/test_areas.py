"""Areas: each names the seat types that it admits."""

from shared.checkin.areas import (
    Area,
    AreaDefined,
    AreaEdited,
    AreaRemoved,
    Arrivals,
    DefineArea,
    EditArea,
    RemoveArea,
    decider,
)
from shared.kernel.decider import put
from shared.kernel.edits import Edit
from shared.kernel.ids import AreaId, SeatTypeId
from tests.spec import given

DOOR, DINNER = AreaId("door"), AreaId("dinner")
FULL, DAY, MEAL = SeatTypeId("full"), SeatTypeId("day"), SeatTypeId("meal")
DEFINED = AreaDefined(area=DOOR, name="Main door", seat_types=(FULL,))


def test_an_area_names_the_seat_types_it_admits() -> None:
    state = given(decider).when(DefineArea(area=DOOR, name="Main door", seat_types=(FULL,))).then(DEFINED)
    assert state.row(Area, DOOR) == Area(area=DOOR, name="Main door", seat_types=(FULL,), edited_by={})


def test_an_area_is_defined_once() -> None:
    given(decider, DEFINED).when(DefineArea(area=DOOR, name="Door", seat_types=(DAY,))).refused(
        "area_exists", area=DOOR
    )


def test_an_area_has_a_name_and_a_seat_type() -> None:
    given(decider).when(DefineArea(area=DOOR, name=" ", seat_types=(FULL,))).refused(
        "invalid_field", field="name", rule="too_short", least=1
    )
    given(decider).when(DefineArea(area=DOOR, name="Door", seat_types=())).refused(
        "invalid_field", field="seat_types", rule="out_of_range", least=1, most=100
    )
    given(decider, DEFINED).when(EditArea(area=DOOR, seat_types=Edit(seen=(FULL,), new=()))).refused(
        "invalid_field", field="seat_types", rule="out_of_range", least=1, most=100
    )


def test_edits_of_different_fields_both_apply() -> None:
    state = (
        given(decider, DEFINED)
        .when(EditArea(area=DOOR, name=Edit(seen="Main door", new="West door")))
        .then(AreaEdited(area=DOOR, by="laptop-1", name="West door"))
    )
    state = state.when(EditArea(area=DOOR, seat_types=Edit(seen=(FULL,), new=(FULL, DAY)))).then(
        AreaEdited(area=DOOR, by="laptop-1", seat_types=(FULL, DAY))
    )
    assert state.row(Area, DOOR) == Area(
        area=DOOR,
        name="West door",
        seat_types=(FULL, DAY),
        edited_by={"name": "laptop-1", "seat_types": "laptop-1"},
    )


def test_an_edit_of_a_field_that_changed_meanwhile_is_refused_with_both_values() -> None:
    given(decider, DEFINED, AreaEdited(area=DOOR, by="laptop-2", name="West door")).when(
        EditArea(area=DOOR, name=Edit(seen="Main door", new="East door"))
    ).refused("changed_meanwhile", fields={"name": {"theirs": "West door", "mine": "East door", "by": "laptop-2"}})


def test_an_edit_to_what_is_so_already_does_nothing() -> None:
    given(decider, DEFINED).when(EditArea(area=DOOR, name=Edit(seen="Door", new="Main door"))).nothing()


def test_an_area_that_is_not_there_cannot_be_edited_or_removed() -> None:
    given(decider).when(EditArea(area=DINNER)).refused("unknown_area", area=DINNER)
    given(decider).when(RemoveArea(area=DINNER)).refused("unknown_area", area=DINNER)


def test_an_area_is_removed_before_its_first_scan() -> None:
    given(decider, DEFINED).when(RemoveArea(area=DOOR)).then(AreaRemoved(area=DOOR)).lacks(Area, DOOR)


def test_an_area_stays_once_something_was_scanned_there() -> None:
    arrivals = Arrivals(admitted={MEAL: 1}, inside=1, entries={"west": 1}, turned_away=0)
    given(decider, DEFINED, rows=put(arrivals, DOOR)).when(RemoveArea(area=DOOR)).refused("area_was_used", area=DOOR)
