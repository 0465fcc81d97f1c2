"""The conference as a calendar file: one event of whole days, so that it stands on the same days in every time zone.

Its UID never changes, so that a later file corrects what a calendar has instead of doubling it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event, vUri
from sqlalchemy import Connection

from server.lookup import look_up
from shared.conference.conference import Conference
from shared.kernel.decider import key


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceEvent:
    """What a calendar is told of a conference. `id` is the conference's."""

    id: str
    name: str
    tagline: str
    location: str
    starts_on: date
    ends_on: date
    url: str


def conference_event(conn: Connection, space: str, public_url: str) -> ConferenceEvent | None:
    """The conference as it is now; None if there is none."""
    conference = look_up(conn, space, [key(Conference)]).get(Conference)
    if conference is None:
        return None
    return ConferenceEvent(
        id=space,
        name=conference.name,
        tagline=conference.tagline,
        location=conference.location,
        starts_on=conference.starts_on,
        ends_on=conference.ends_on,
        url=f"{public_url}/{conference.slug}",
    )


def conference_ics(event: ConferenceEvent, now: datetime) -> bytes:
    """The file; of two with the same UID the one with the later `now` is the newer."""
    entry = Event()
    entry.add("uid", f"{event.id}@lanyard")
    entry.add("dtstamp", now)
    entry.add("summary", event.name)
    entry.add("dtstart", event.starts_on)
    entry.add("dtend", event.ends_on + timedelta(days=1))  # the first day that is not part of it
    if event.location:
        entry.add("location", event.location)
    if event.tagline:
        entry.add("description", event.tagline)
    entry.add("url", vUri(event.url))
    calendar = Calendar()
    calendar.add("prodid", "-//Lanyard//Conference//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(entry)
    return bytes(calendar.to_ical())
