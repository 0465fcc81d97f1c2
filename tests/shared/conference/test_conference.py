"""The conference: created unpublished, edited by several at once, its address fixed once it was public."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import assume
from hypothesis import given as any_of
from hypothesis import strategies as st

from shared.conference.conference import (
    RESERVED_SLUGS,
    SLUG,
    AccessCodeRenewed,
    ChangeOwner,
    ChooseSlug,
    ClaimSlug,
    Conference,
    ConferenceCreated,
    ConferenceEdited,
    ConferencePublished,
    ConferenceUnpublished,
    CreateConference,
    EditConference,
    Owner,
    OwnerChanged,
    PublishConference,
    RenewAccessCode,
    SlugChosen,
    SlugClaim,
    SlugClaimed,
    SlugRefused,
    SlugState,
    UnpublishConference,
)
from shared.conference.conference_rules import decider
from shared.kernel.decider import Actor, Role, put
from shared.kernel.edits import Edit
from shared.kernel.ids import ALPHABET, PersonId
from shared.kernel.personal import ERASED
from tests.spec import CONFERENCE, CONTEXT, OFFLINE, Given, given

ADA = PersonId("ada")
BO = replace(CONTEXT, actor=Actor(role=Role.ORGANIZER, id="laptop-2"))

CREATE = CreateConference(
    owner=ADA,
    owner_name="Ada Example",
    owner_email="ada@example.org",
    name="PyCon",
    slug="pycon",
    starts_on=date(2027, 5, 1),
    ends_on=date(2027, 5, 3),
)
CREATED = ConferenceCreated(
    owner=ADA,
    owner_name="Ada Example",
    owner_email="ada@example.org",
    name="PyCon",
    slug="pycon",
    starts_on=date(2027, 5, 1),
    ends_on=date(2027, 5, 3),
    tagline="",
    description="",
    location="",
    time_zone="UTC",
    currency="EUR",
    access_code=None,
    ticket_key=None,
)
PUBLISHED = ConferencePublished(is_first=True)
PUBLISHED_AGAIN = ConferencePublished(is_first=False)


def there(*events: Any) -> Given:
    """A conference that was created, and what happened to it since."""
    return given(decider, CREATED, *events)


def invalid(field: str, rule: str, **limits: Any) -> dict[str, Any]:
    """The values of a refused field."""
    return {"field": field, "rule": rule, **limits}


# Creation


def test_a_conference_is_created_unpublished() -> None:
    created = given(decider, context=OFFLINE).when(CREATE).then(CREATED)
    conference = created.row(Conference)
    assert (conference.is_published, conference.was_published, conference.seat_types) == (False, False, ())
    assert (conference.slug, conference.slug_state, conference.slug_held) == ("pycon", SlugState.WAITING, None)
    assert (conference.hold_s, conference.seats_per_order) == (15 * 60, 20)
    assert created.row(Owner) == Owner(owner=ADA, name="Ada Example", email="ada@example.org", access_code=None)


def test_only_the_server_makes_the_access_code_and_the_ticket_key() -> None:
    served = replace(CONTEXT, ticket_key="key")
    (event,) = given(decider, context=served).when(CREATE).events
    assert event.ticket_key == "key"
    assert len(event.access_code) == 5
    assert set(event.access_code) <= set(ALPHABET)
    (other,) = given(decider, context=replace(served, command_id="command-2")).when(CREATE).events
    assert other.access_code != event.access_code


def test_a_conference_is_created_once() -> None:
    there().when(CREATE).refused("conference_exists")


@pytest.mark.parametrize(
    ("field", "value", "values"),
    [
        ("name", "x", invalid("name", "too_short", least=2)),
        ("name", "x" * 201, invalid("name", "too_long", most=200)),
        ("tagline", "x" * 201, invalid("tagline", "too_long", most=200)),
        ("description", "x" * 20_001, invalid("description", "too_long", most=20_000)),
        ("location", "x" * 201, invalid("location", "too_long", most=200)),
        ("time_zone", "Europe/Ber lin", invalid("time_zone", "iana_time_zone")),
        ("slug", "py con", invalid("slug", "letters_digits_underscore")),
        ("currency", "eur", invalid("currency", "three_capital_letters")),
        ("owner_name", " ", invalid("owner_name", "too_short", least=1)),
        ("owner_email", "ada", invalid("owner_email", "not_an_email_address")),
        ("ends_on", date(2027, 4, 30), invalid("ends_on", "before_start", starts_on="2027-05-01")),
        ("starts_on", date.min, invalid("starts_on", "out_of_range", least="2000-01-01", most="2099-12-31")),
        ("ends_on", date.max, invalid("ends_on", "out_of_range", least="2000-01-01", most="2099-12-31")),
    ],
)
def test_a_field_out_of_its_limits_is_refused_by_name(field: str, value: Any, values: dict[str, Any]) -> None:
    changed: dict[str, Any] = {field: value}
    given(decider).when(replace(CREATE, **changed)).refused("invalid_field", **values)


def test_a_conference_may_end_on_the_day_when_it_starts() -> None:
    assert given(decider).when(replace(CREATE, ends_on=CREATE.starts_on)).events


def test_a_conference_of_an_erased_owner_is_still_created() -> None:
    assert given(decider).when(replace(CREATE, owner_name=ERASED, owner_email=ERASED)).events


@pytest.mark.parametrize(
    "command",
    [
        EditConference(),
        ChangeOwner(owner=ADA, seen_name="", seen_email="", name="A", email="a@b.c"),
        ChooseSlug(slug="other"),
        ClaimSlug(slug="other"),
        PublishConference(),
        UnpublishConference(),
        RenewAccessCode(),
    ],
    ids=lambda command: type(command).__name__,
)
def test_nothing_happens_to_a_conference_that_does_not_exist(command: Any) -> None:
    given(decider).when(command).refused("unknown_conference")


# Edits


def test_an_edit_changes_the_fields_it_names_and_remembers_who_did() -> None:
    edit = EditConference(name=Edit(seen="PyCon", new="PyCon 2027"), hold_s=Edit(seen=900, new=60))
    edited = there().when(edit).then(ConferenceEdited(by="laptop-1", name="PyCon 2027", hold_s=60))
    conference = edited.row(Conference)
    assert (conference.name, conference.hold_s, conference.tagline) == ("PyCon 2027", 60, "")
    assert conference.edited_by == {"name": "laptop-1", "hold_s": "laptop-1"}


def test_an_edit_that_changes_nothing_is_no_event() -> None:
    there().when(EditConference()).nothing()
    there().when(EditConference(name=Edit(seen="Old name", new="PyCon"))).nothing()


def test_two_organizers_edit_different_fields_and_both_apply() -> None:
    """Both saw the conference as it was created."""
    edited = there().when(EditConference(tagline=Edit(seen="", new="Snakes"))).state.at(BO)
    both = edited.when(EditConference(location=Edit(seen="", new="Oslo"))).state.row(Conference)
    assert (both.tagline, both.location) == ("Snakes", "Oslo")
    assert both.edited_by == {"tagline": "laptop-1", "location": "laptop-2"}


def test_two_organizers_edit_the_same_field_and_the_later_one_is_asked() -> None:
    edited = there().when(EditConference(tagline=Edit(seen="", new="Snakes"))).state.at(BO)
    edited.when(EditConference(tagline=Edit(seen="", new="Python"), location=Edit(seen="", new="Oslo"))).refused(
        "changed_meanwhile", fields={"tagline": {"theirs": "Snakes", "mine": "Python", "by": "laptop-1"}}
    )


def test_a_date_that_changed_meanwhile_is_told_as_a_text() -> None:
    edited = there(ConferenceEdited(by="laptop-2", starts_on=date(2027, 4, 30)))
    edited.when(EditConference(starts_on=Edit(seen=date(2027, 5, 1), new=date(2027, 5, 2)))).refused(
        "changed_meanwhile",
        fields={"starts_on": {"theirs": "2027-04-30", "mine": "2027-05-02", "by": "laptop-2"}},
    )


TEXT_FIELDS = ("tagline", "description", "location", "links")
choices = st.dictionaries(st.sampled_from(TEXT_FIELDS), st.sampled_from(["a", "b"]), max_size=4)


@any_of(mine=choices, theirs=choices)
def test_edits_apply_together_unless_they_want_different_things_of_one_field(
    mine: dict[str, str], theirs: dict[str, str]
) -> None:
    def edit(wanted: dict[str, str]) -> EditConference:
        fields: dict[str, Any] = {field: Edit(seen="", new=new) for field, new in wanted.items()}
        return EditConference(**fields)

    first = there().when(edit(theirs)).state
    outcome = first.at(BO).when(edit(mine))
    clashes = {one for one in mine.keys() & theirs.keys() if mine[one] != theirs[one]}
    if clashes:
        assert outcome.rejected is not None
        assert outcome.rejected.values["fields"] == {
            one: {"theirs": theirs[one], "mine": mine[one], "by": "laptop-1"} for one in clashes
        }
    else:
        conference = outcome.state.row(Conference)
        assert {one: getattr(conference, one) for one in mine | theirs} == theirs | mine


@pytest.mark.parametrize(
    ("edit", "values"),
    [
        (EditConference(hold_s=Edit(seen=900, new=59)), invalid("hold_s", "out_of_range", least=60, most=86400)),
        (EditConference(hold_s=Edit(seen=900, new=86401)), invalid("hold_s", "out_of_range", least=60, most=86400)),
        (
            EditConference(seats_per_order=Edit(seen=20, new=0)),
            invalid("seats_per_order", "out_of_range", least=1, most=1000),
        ),
        (EditConference(links=Edit(seen="", new="x" * 2001)), invalid("links", "too_long", most=2000)),
        (EditConference(time_zone=Edit(seen="UTC", new="")), invalid("time_zone", "iana_time_zone")),
        (
            EditConference(starts_on=Edit(seen=date(2027, 5, 1), new=date(2027, 5, 4))),
            invalid("ends_on", "before_start", starts_on="2027-05-04"),
        ),
    ],
)
def test_an_edit_keeps_to_the_limits(edit: EditConference, values: dict[str, Any]) -> None:
    there().when(edit).refused("invalid_field", **values)


def test_an_edit_never_unpublishes() -> None:
    edited = there(PUBLISHED).when(EditConference(name=Edit(seen="PyCon", new="PyCon 2027"))).state
    assert edited.row(Conference).is_published


# The owner


def change(seen_name: Any = "Ada Example", seen_email: Any = "ada@example.org", **new: Any) -> ChangeOwner:
    return ChangeOwner(
        **{
            "owner": ADA,
            "seen_name": seen_name,
            "seen_email": seen_email,
            "name": "Ada Lovely",
            "email": "al@example.org",
        }
        | new
    )


def test_the_owner_is_corrected() -> None:
    changed = there().when(change()).then(OwnerChanged(owner=ADA, name="Ada Lovely", email="al@example.org"))
    assert changed.row(Owner) == Owner(owner=ADA, name="Ada Lovely", email="al@example.org", access_code=None)


def test_a_correction_to_what_is_so_already_is_no_event() -> None:
    there().when(change(seen_name="Somebody", name="Ada Example", email="ada@example.org")).nothing()


def test_an_owner_who_changed_meanwhile_is_told_by_fields_and_not_by_values() -> None:
    """The values are personal, and a refusal is kept for ever."""
    there().when(change(seen_name="Adam")).refused("changed_meanwhile", fields=["name"])
    there().when(change(seen_email="adam@example.org")).refused("changed_meanwhile", fields=["email"])
    there().when(change("Adam", "adam@example.org")).refused("changed_meanwhile", fields=["name", "email"])


def test_a_correction_of_another_person_is_refused() -> None:
    there().when(change(owner=PersonId("adam"))).refused("changed_meanwhile", fields=["owner"])


def test_an_owner_has_a_name_and_an_address() -> None:
    there().when(change(name="")).refused("invalid_field", **invalid("name", "too_short", least=1))
    there().when(change(email="ada")).refused("invalid_field", **invalid("email", "not_an_email_address"))


def test_the_access_code_is_renewed_by_the_server_alone() -> None:
    before = replace(CREATED, access_code="ABCDE")
    renewed = given(decider, before).at(replace(CONTEXT, command_id="command-2")).when(RenewAccessCode())
    code = renewed.state.row(Owner).access_code
    assert code is not None
    assert code != "ABCDE"
    assert len(code) == 5
    given(decider, before, context=OFFLINE).when(RenewAccessCode()).then(AccessCodeRenewed(access_code=None))


# The slug


def test_a_slug_is_chosen_again_before_the_first_publish() -> None:
    chosen = there(SlugRefused(slug="pycon")).when(ChooseSlug(slug="Py_Con_2")).then(SlugChosen(slug="Py_Con_2"))
    conference = chosen.row(Conference)
    assert (conference.slug, conference.slug_state) == ("Py_Con_2", SlugState.WAITING)
    chosen.when(ChooseSlug(slug="Py_Con_2")).nothing()


@pytest.mark.parametrize("slug", ["api", "API", "Sync", "enrol", "hooks", "static"])
def test_a_slug_is_none_of_the_servers_own_addresses(slug: str) -> None:
    there().when(ChooseSlug(slug=slug)).refused("invalid_field", **invalid("slug", "reserved"))
    given(decider).when(replace(CREATE, slug=slug)).refused("invalid_field", **invalid("slug", "reserved"))


def test_a_conference_has_an_id_that_a_ticket_can_carry() -> None:
    elsewhere = replace(CONTEXT, conference="conference-1")
    given(decider, context=elsewhere).when(CREATE).refused("invalid_field", **invalid("conference", "uuid"))


def test_a_slug_is_fixed_by_the_first_publish_for_ever() -> None:
    there(PUBLISHED, ConferenceUnpublished()).when(ChooseSlug(slug="other")).refused("slug_is_fixed", slug="pycon")


@any_of(slug=st.text(st.characters(codec="utf-8")) | st.from_regex(SLUG) | st.text("aZ0_", max_size=60))
def test_a_slug_is_of_ascii_letters_digits_and_underscores(slug: str) -> None:
    assume(slug.lower() not in RESERVED_SLUGS)
    is_one = 1 <= len(slug) <= 50 and slug.isascii() and all(one.isalnum() or one == "_" for one in slug)
    outcome = there().when(ChooseSlug(slug=slug))
    if is_one:
        assert outcome.rejected is None
    else:
        outcome.refused("invalid_field", **invalid("slug", "letters_digits_underscore"))


def test_a_free_slug_becomes_this_conferences() -> None:
    claimed = there().when(ClaimSlug(slug="PyCon")).then(SlugClaimed(slug="PyCon", conference=CONFERENCE))
    conference = claimed.row(Conference)
    assert (conference.slug_state, conference.slug_held) == (SlugState.OURS, "PyCon")
    assert claimed.row(SlugClaim, "pycon") == SlugClaim(conference=CONFERENCE)


def test_a_slug_is_unique_whatever_its_case() -> None:
    taken = given(decider, CREATED, rows=put(SlugClaim(conference="another"), "pycon"))
    refused = taken.when(ClaimSlug(slug="PYCON")).then(SlugRefused(slug="PYCON"))
    assert refused.row(Conference).slug_state == SlugState.TAKEN
    assert refused.row(SlugClaim, "pycon").conference == "another"


def test_another_slug_releases_the_one_before() -> None:
    ours = there(SlugClaimed(slug="pycon", conference=CONFERENCE), SlugChosen(slug="other"))
    claimed = ours.when(ClaimSlug(slug="other")).then(
        SlugClaimed(slug="other", conference=CONFERENCE, released="pycon")
    )
    claimed.lacks(SlugClaim, "pycon")
    assert claimed.row(SlugClaim, "other").conference == CONFERENCE


def test_the_same_slug_in_another_case_stays_claimed() -> None:
    ours = there(SlugClaimed(slug="pycon", conference=CONFERENCE))
    claimed = ours.when(ClaimSlug(slug="PyCon")).then(SlugClaimed(slug="PyCon", conference=CONFERENCE))
    assert claimed.row(SlugClaim, "pycon").conference == CONFERENCE


def test_a_refused_slug_keeps_the_one_that_is_held() -> None:
    ours = given(
        decider,
        CREATED,
        SlugClaimed(slug="pycon", conference=CONFERENCE),
        SlugChosen(slug="taken"),
        rows=put(SlugClaim(conference="another"), "taken"),
    )
    refused = ours.when(ClaimSlug(slug="taken")).then(SlugRefused(slug="taken"))
    assert refused.row(Conference).slug_held == "pycon"
    assert refused.row(SlugClaim, "pycon").conference == CONFERENCE


# Publishing


def test_a_conference_is_published_and_taken_back() -> None:
    published = there().when(PublishConference()).then(PUBLISHED)
    assert published.row(Conference).is_published
    hidden = published.when(UnpublishConference()).then(ConferenceUnpublished())
    assert (hidden.row(Conference).is_published, hidden.row(Conference).was_published) == (False, True)
    hidden.when(PublishConference()).then(PUBLISHED_AGAIN)


def test_publishing_or_hiding_twice_is_once() -> None:
    there(PUBLISHED).when(PublishConference()).nothing()
    there().when(UnpublishConference()).nothing()


def test_a_taken_slug_blocks_publishing_until_another_is_chosen() -> None:
    taken = there(SlugRefused(slug="pycon"))
    taken.when(PublishConference()).refused("slug_taken", slug="pycon")
    taken.when(ChooseSlug(slug="other")).state.when(PublishConference()).then(PUBLISHED)
