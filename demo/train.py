"""A server starts; a conference is made on a train with no network, and published when there is one again."""

import email
import email.policy
import re
import time
from datetime import UTC, datetime
from typing import Final

from demo.telling import money, seconds, until
from demo.world import (
    CURRENCY,
    FULL_PRICE,
    HOLD_S,
    OWNER,
    OWNER_EMAIL,
    ROOM,
    SLUG,
    WORKSHOP_PRICE,
    WORKSHOP_QUOTA,
    World,
)

_CODE: Final = re.compile(r"^ *access code: +(\S+)\s*$", re.MULTILINE)
_SPARE_SEATS: Final = 12
_UNPAID_SEATS: Final = 4


def a_server(world: World) -> str:
    """The server runs; an organizer's one-time code."""
    told, server = world.told, world.server
    told.chapter("A server, and a code for the organizer")
    server.start_processor()
    server.start()
    told.line(f"`lanyard serve` on embedded defaults at {server.url}, the payment processor at {server.payment_url}.")
    code = server.invite(OWNER_EMAIL)
    told.claim(len(code) == 23, f"`lanyard invite {OWNER_EMAIL}` printed a one-time code.", code)
    return code


def on_the_train(world: World, code: str) -> None:
    """The organizer's laptop enrols, loses the network, and makes the whole conference."""
    told, a, schedule = world.told, world.a, world.schedule
    told.chapter("On the train: laptop A makes a conference with no network")
    a.enrol(code, "Olga's laptop")
    told.line(
        f"A is enrolled and loses the network. “{schedule.title}” is imported: {schedule.events} talks by"
        f" {len(schedule.speakers)} speakers."
    )
    world.conference = a.ask("new_conference_id")["conference"]
    a.ask("open", conference=world.conference)
    began = time.monotonic()
    a.issue(
        "conference.create_conference",
        owner=a.new_id(),
        owner_name=OWNER,
        owner_email=OWNER_EMAIL,
        name=schedule.title,
        slug=SLUG,
        starts_on=str(schedule.starts_on),
        ends_on=str(schedule.ends_on),
        location="Hamburg",
        time_zone="Europe/Berlin",
        currency=CURRENCY,
    )
    quotas = {"Speaker": (len(schedule.speakers) + _SPARE_SEATS, 0), "Full conference": (300, FULL_PRICE)}
    for name, (quota, price) in (quotas | {"Workshop": (WORKSHOP_QUOTA, WORKSHOP_PRICE)}).items():
        world.seat_types[name] = a.new_id()
        a.issue("conference.add_seat_type", seat_type=world.seat_types[name], name=name, quota=quota, price=price)
    for name, admitted in {"Main door": ("Speaker", "Full conference"), ROOM: ("Workshop",)}.items():
        world.areas[name] = a.new_id()
        ids = [world.seat_types[one] for one in admitted]
        a.issue("checkin.define_area", area=world.areas[name], name=name, seat_types=ids)
    a.issue("conference.edit_conference", tagline={"seen": "", "new": "A New Dawn"})
    today = datetime.now(UTC).date()
    until_day = today + (schedule.ends_on - schedule.starts_on)
    a.issue(
        "conference.edit_conference",
        starts_on={"seen": str(schedule.starts_on), "new": str(today)},
        ends_on={"seen": str(schedule.ends_on), "new": str(until_day)},
        hold_s={"seen": 900, "new": HOLD_S},
    )
    took_ms = (time.monotonic() - began) * 1000
    told.line(
        f"Its dates ({schedule.starts_on} to {schedule.ends_on}) are moved to today, because tickets are good around"
        " them only."
    )
    waiting = a.ask("rows", view="conference.conferences")["waiting"]
    pending = a.state()["pending"]
    told.claim(
        len(pending) == a.issued and all(one["standing"] == "waiting" for one in pending) and waiting == [""],
        f"All {a.issued} commands are on A's disk ({took_ms:.0f} ms), shown at once and marked as waiting.",
        pending,
    )
    told.claim(world.api.conferences() == [], "The server knows nothing of it.")


def published(world: World) -> str:
    """The laptop finds the network; the conference is published. The access code of the mail."""
    told, a, api = world.told, world.a, world.api
    told.chapter("Back on the network: it is published")
    began = time.monotonic()
    a.ask("go_online")
    a.until_sent()
    told.claim(not a.state()["problems"], f"{a.issued} commands went up and were accepted in {seconds(began)}.")
    a.issue("conference.publish_conference")
    a.until_sent()
    shown = api.conference()
    told.claim(
        (shown["name"], len(shown["seats"])) == (world.schedule.title, 3),
        f"{world.server.url}/api/v1/conferences/{SLUG} offers three types of seats: free,"
        f" {money(FULL_PRICE, CURRENCY)} and {money(WORKSHOP_PRICE, CURRENCY)}.",
        shown,
    )
    world.unpaid = api.place(
        {world.seat_types["Workshop"]: _UNPAID_SEATS}, {"last_name": "Nobody", "email": "nobody@example.org"}
    )
    left = api.remaining(world.seat_types["Workshop"])
    told.claim(
        left == WORKSHOP_QUOTA - _UNPAID_SEATS,
        f"Somebody orders {_UNPAID_SEATS} of {WORKSHOP_QUOTA} workshop seats, and will never pay. {left} are left.",
        left,
    )
    mails = world.data / "mail"
    until("the mail with the access code", lambda: _mailed_code(world) != "")
    code = _mailed_code(world)
    told.claim(
        code == a.row("conference.owners")["access_code"],
        f"The access code {code} came by mail ({len(list(mails.glob('*.eml')))} .eml files so far).",
    )
    return code


def _mailed_code(world: World) -> str:
    """The access code in the mail about it; empty while there is none."""
    for file in (world.data / "mail").glob("*.eml"):
        text = email.message_from_bytes(file.read_bytes(), policy=email.policy.default).get_body(("plain",))
        found = None if text is None else _CODE.search(text.get_content())
        if found:
            return found[1]
    return ""
