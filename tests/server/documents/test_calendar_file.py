"""The conference as a calendar reads it."""

from datetime import date, timedelta

from icalendar import Calendar
from sqlalchemy import Connection

from server.documents.calendar_file import ConferenceEvent, conference_event, conference_ics
from tests.server.documents.conftest import Keep
from tests.server.documents.world import NOW, SPACE


def test_the_conference_is_an_event_of_whole_days(conn: Connection, keep: Keep) -> None:
    keep({})
    event = conference_event(conn, SPACE, "https://lanyard.example")
    assert event is not None
    calendar = Calendar.from_ical(conference_ics(event, NOW))
    assert calendar["method"] == "PUBLISH"
    (entry,) = calendar.walk("VEVENT")
    assert entry["summary"] == "PyCon Łódź"
    assert (entry.decoded("dtstart"), entry.decoded("dtend")) == (date(2026, 5, 20), date(2026, 5, 23))
    assert entry["location"] == "Łódź, Piotrkowska 1"
    assert entry["description"] == "Three days"
    assert entry["url"] == "https://lanyard.example/pycon"
    assert SPACE in str(entry["uid"])


def test_a_later_file_is_about_the_same_event() -> None:
    (first,), (later,) = (
        Calendar.from_ical(conference_ics(event(name=name), NOW + timedelta(days=day))).walk("VEVENT")
        for name, day in (("PyCon", 0), ("PyCon Łódź", 1))
    )
    assert first["uid"] == later["uid"]
    assert later.decoded("dtstamp") > first.decoded("dtstamp")


def test_lines_and_signs_in_a_text_stay_in_it() -> None:
    text = "a, b; c\\ d\nBEGIN:VEVENT\nEND:VCALENDAR " + "王" * 90
    (entry,) = Calendar.from_ical(conference_ics(event(name=text), NOW)).walk("VEVENT")
    assert entry["summary"] == text


def test_what_is_not_known_is_left_out() -> None:
    (entry,) = Calendar.from_ical(conference_ics(event(name="PyCon"), NOW)).walk("VEVENT")
    assert "location" not in entry
    assert "description" not in entry


def test_no_conference_is_no_event(conn: Connection) -> None:
    assert conference_event(conn, SPACE, "https://lanyard.example") is None


def event(*, name: str) -> ConferenceEvent:
    """A conference of one day without a place."""
    day = date(2026, 5, 20)
    return ConferenceEvent(
        id=SPACE, name=name, tagline="", location="", starts_on=day, ends_on=day, url="https://lanyard.example/pycon"
    )
