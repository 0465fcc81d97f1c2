"""The reader of frab schedules: what it takes from the real file, and what it refuses."""

from datetime import date
from pathlib import Path

import pytest

from demo.frab import SIZE_MOST, FrabError, Schedule, Speaker, read, read_file, split_name
from demo.world import SCHEDULE_FILE

HEAD = "<conference><title>A</title><acronym>a</acronym><start>2014-12-27</start><end>2014-12-28</end></conference>"


@pytest.fixture(scope="module")
def congress() -> Schedule:
    return read_file(SCHEDULE_FILE)


def schedule(inside: str = "", *, head: str = HEAD, before: str = "") -> bytes:
    return f"{before}<schedule>{head}{inside}</schedule>".encode()


def test_the_real_schedule_has_title_dates_and_rooms(congress: Schedule) -> None:
    assert congress.title == "31. Chaos Communication Congress"
    assert congress.acronym == "31c3"
    assert congress.version.startswith("1.5 ")
    assert (congress.starts_on, congress.ends_on) == (date(2014, 12, 27), date(2014, 12, 31))
    assert congress.rooms == ("Saal 1", "Saal 2", "Saal G", "Saal 6")
    assert congress.events == 138


def test_every_speaker_is_there_once_in_the_order_of_the_schedule(congress: Schedule) -> None:
    assert len(congress.speakers) == 198
    assert len({one.id for one in congress.speakers}) == 198
    assert congress.speakers[0] == Speaker(id="1544", name="erdgeist")
    assert congress.speakers[0].email == "speaker-1544@example.org"


def test_two_ids_with_one_name_stay_two_people_and_names_are_trimmed(congress: Schedule) -> None:
    assert [one.id for one in congress.speakers if one.name == "Laura Poitras"] == ["3669", "5258"]
    assert all(one.name == " ".join(one.name.split()) for one in congress.speakers)


def test_the_name_that_comes_first_counts_and_a_person_without_one_is_left_out() -> None:
    persons = "<person id='1'>Bo</person><person id='1'>Bob</person><person id='2'> </person><person>Ann</person>"
    assert read(schedule(persons)).speakers == (Speaker(id="1", name="Bo"),)


def test_names_keep_their_script_and_are_composed() -> None:
    persons = "<person id='1'>Jo\u0308ran</person><person id='2'>王 伟</person><person id='3'>דליה חדד</person>"
    assert [one.name for one in read(schedule(persons)).speakers] == ["J\u00f6ran", "王 伟", "דליה חדד"]


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("Linus Neumann", ("Linus", "Neumann")),
        ("Hong Phuc Dang", ("Hong Phuc", "Dang")),
        ("Jöran Muuß-Merholz", ("Jöran", "Muuß-Merholz")),
        ("Geraldine de Bastion", ("Geraldine", "de Bastion")),
        ("Jeroen van der Ham", ("Jeroen", "van der Ham")),
        ("Alexandre De Oliveira", ("Alexandre", "De Oliveira")),
        ("Dr. Rüdiger Hanig", ("Dr. Rüdiger", "Hanig")),
        ("Van Holst", ("Van", "Holst")),
        ("erdgeist", ("", "erdgeist")),
        ("Martin Haase/maha", ("", "Martin Haase/maha")),
        ("cyphunk / nathan fain", ("", "cyphunk / nathan fain")),
        ("Andrea Behrendt - read & delete", ("", "Andrea Behrendt - read & delete")),
        ("Claudio ࿓ vecna", ("", "Claudio ࿓ vecna")),
        (
            "Anonymous member of Tarnac Solidarity Committee",
            ("", "Anonymous member of Tarnac Solidarity Committee"),
        ),
    ],
)
def test_a_name_is_split_where_that_is_sensible(name: str, split: tuple[str, str]) -> None:
    assert split_name(name) == split


def test_no_name_of_the_schedule_is_changed_by_splitting(congress: Schedule) -> None:
    for one in congress.speakers:
        first, last = split_name(one.name)
        assert last
        assert f"{first} {last}".strip() == one.name


def test_a_document_type_is_refused_before_its_entities_mean_anything() -> None:
    bomb = '<!DOCTYPE schedule [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    with pytest.raises(FrabError, match="document type"):
        read(schedule("<title>&b;</title>", before=bomb))
    fetched = '<!DOCTYPE schedule SYSTEM "file:///etc/passwd">'
    with pytest.raises(FrabError, match="document type"):
        read(schedule(before=fetched))


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"", "not readable XML"),
        (b"<schedule>", "not readable XML"),
        (b"<schedule>&nbsp;</schedule>", "not readable XML"),
        (b"<html/>", "not a frab schedule"),
        (b"<schedule/>", "not a frab schedule"),
        (schedule(head=HEAD.replace("A</title>", "</title>")), "has no <title>"),
        (schedule(head=HEAD.replace("2014-12-28", "tomorrow")), "is no date: tomorrow"),
    ],
)
def test_what_is_no_schedule_is_refused_with_a_sentence(document: bytes, why: str) -> None:
    with pytest.raises(FrabError, match=why):
        read(document)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "large.xml"
    with file.open("wb") as large:
        large.truncate(SIZE_MOST + 1)
    with pytest.raises(FrabError, match="larger than"):
        read_file(file)
