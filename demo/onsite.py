"""On site: an hour without a network at the door, at a second gate and in the organizer's office."""

import json
import time
from typing import Any, Final

from demo.laptop import Answer
from demo.registering import hand_on_late
from demo.telling import seconds
from demo.world import NORTH, OWNER_EMAIL, ROOM, SLUG, SOUTH, Ticket, World

_FORGOTTEN: Final = "joran muuss"  # how somebody types Jöran Muuß-Merholz
_STAY_OUT: Final = 30
_LAPS: Final = 3


def door_and_office(world: World, access_code: str) -> None:
    """Two more laptops enrol with what the owner knows."""
    told, a, b, c = world.told, world.a, world.b, world.c
    told.chapter("Two more laptops: B at the door, C of another organizer")
    began = time.monotonic()
    said = {"conference": SLUG, "email": OWNER_EMAIL, "access_code": access_code}
    b.join(**said, role="door", label="Door laptop")
    c.join(**said, role="organizer", label="Otto's laptop")
    b.sync()
    c.ask("go_online")
    c.sync()
    tickets = len(world.speakers) + len(world.group) + 1  # the workshop of somebody with a badge
    passes = b.rows("checkin.passes")
    told.claim(
        len(passes) == tickets == len(c.rows("checkin.passes")),
        f"Both are enrolled with the owner's address and the access code, and hold {tickets} tickets, in"
        f" {seconds(began)}.",
        len(passes),
    )
    held = {view: json.dumps(b.rows(view)) for view in b.state()["digests"]}
    told.claim(
        not {"registration.orders", "conference.owners", "payments.payments"} & set(held)
        and not any("@" in rows for rows in held.values()),
        f"B, a door device, was sent {len(held)} views: no order, no amount, and no e-mail address in any row.",
        [view for view, rows in held.items() if "@" in rows],
    )
    a.ask("go_offline")
    told.line("A loses the network again, and B has none from here on. C stays connected.")


def an_hour_offline(world: World) -> None:
    """Edits and scans that know nothing of each other."""
    told = world.told
    told.chapter("The offline hour")
    _edits(world)
    hand_on_late(world)
    _arrivals(world)
    _findings(world)
    _coffee(world)
    _second_gate(world)


def _edits(world: World) -> None:
    told, a, c = world.told, world.a, world.c
    a.issue("conference.edit_conference", tagline={"seen": "A New Dawn", "new": "In the light"})
    a.issue("conference.edit_conference", description={"seen": "", "new": "Four days in Hamburg."})
    c.issue("conference.edit_conference", tagline={"seen": "A New Dawn", "new": "Shine on"})
    c.until_sent()
    c.sync()
    mine, theirs = (one.row("conference.conferences")["tagline"] for one in (a, c))
    told.claim(
        (mine, theirs) == ("In the light", "Shine on"),
        f"A (alone) writes the tagline “{mine}” and a description; C (connected) writes “{theirs}”.",
    )


def _arrivals(world: World) -> None:
    """Everybody comes to the north gate, one without a ticket."""
    told, b = world.told, world.b
    found = b.ask("rows", view="checkin.passes", search=_FORGOTTEN)["rows"]
    told.hold(len(found) == 1, "A search without accents finds one.", found)
    forgetful = next(iter(found))
    by_search = b.admit_found(forgetful, area=world.areas["Main door"], gate=NORTH)
    told.hold(by_search["verdict"]["finding"] == "admit", "Found by search, he is admitted.", by_search)
    took: list[float] = []
    for ticket in [*(one for one in world.speakers if one.id != forgetful), *_guests(world)]:
        at = time.monotonic()
        scanned = scan(world, ticket.code)
        took.append(time.monotonic() - at)
        told.hold(scanned["verdict"]["finding"] == "admit", f"{ticket.name} is admitted.", scanned["verdict"])
    took.sort()
    told.claim(
        len(took) + 1 == len(world.speakers) + len(_guests(world)),
        f"B admits {len(took)} tickets: {_ms(took, 0.5)} ms a scan (99 %: {_ms(took, 0.99)} ms), each on disk before"
        " its verdict.",
    )
    told.claim(
        by_search["action"] == "admitted",
        f"Jöran Muuß-Merholz forgot his ticket. B finds him as “{_FORGOTTEN}”, and lets him in.",
    )


def _guests(world: World) -> list[Ticket]:
    """All of the group who may come through the main door with the ticket they hold, but for the new Fatou."""
    return [world.group[name] for name in ("Ada", "Bo", "伟")]


def _findings(world: World) -> None:
    """What a gate has to turn away, and what it must not."""
    told = world.told
    ada, bo, farid, fatou = (world.group[name] for name in ("Ada", "Bo", "Farid", "Fatou"))
    forged = scan(world, _forged(fatou.code))
    revoked = scan(world, world.revoked_code)
    again = scan(world, bo.code)
    told.claim(
        _found(forged, revoked, again) == ["forged", "revoked", "already_inside"],
        "Turned away: a forged code, the revoked ticket of the seat that was handed on, a ticket that is inside.",
        _found(forged, revoked, again),
    )
    new, no_room = scan(world, fatou.code), scan(world, farid.code)
    told.claim(
        _found(new, no_room) == ["admit", "wrong_area"],
        "The new holder is admitted. Farid, with a workshop only, is at the wrong door.",
        _found(new, no_room),
    )
    at_room = [scan(world, one.code, area=ROOM, gate=ROOM) for one in (farid, ada, bo)]
    told.claim(
        _found(*at_room) == ["admit", "admit", "wrong_area"],
        "At the workshop room Farid is right; Ada's badge finds her workshop seat; Bo has none.",
        _found(*at_room),
    )
    dalia = scan(world, world.group["Dalia"].code)
    told.claim(
        _found(dalia) == ["admit"],
        "Dalia's seat was handed on to Goran on the web just now. B cannot know, and admits her.",
    )


def _coffee(world: World) -> None:
    """Many go out and come back, so that B has a long queue to send."""
    told, b = world.told, world.b
    began, before = time.monotonic(), b.issued
    for _ in range(_LAPS):
        for direction in ("exit", "entry"):
            for ticket in world.speakers:
                scan(world, ticket.code, direction=direction)
    for ticket in world.speakers[:_STAY_OUT]:
        scan(world, ticket.code, direction="exit")
    world.inside = len(world.speakers) + 5 - _STAY_OUT
    rate = (b.issued - before) / (time.monotonic() - began)
    told.line(
        f"Coffee: {b.issued - before} more scans out and in ({rate:.0f} a second); {_STAY_OUT} speakers stay out."
    )


def _second_gate(world: World) -> None:
    told, a = world.told, world.a
    scanned = a.scan(world.group["Ada"].code, area=world.areas["Main door"], gate=SOUTH)
    told.claim(
        _found(scanned) == ["admit"],
        "At the south gate, A admits Ada as well: neither gate can know of the other.",
        scanned,
    )
    waiting = {one.name: one.waits() for one in world.laptops}
    told.claim(
        (waiting["A"], waiting["B"], waiting["C"]) == (3, world.b.issued, 0),
        f"Waiting for the server: {waiting['A']} commands on A, {waiting['B']} on B, none on C.",
        waiting,
    )


def scan(world: World, code: str, *, area: str = "Main door", gate: str = NORTH, direction: str = "entry") -> Answer:
    """A scan at one of B's gates."""
    return world.b.scan(code, area=world.areas[area], gate=gate, direction=direction)


def _forged(code: str) -> str:
    """The code with one letter of its signature changed."""
    at = len(code) - 20
    return code[:at] + ("B" if code[at] == "A" else "A") + code[at + 1 :]


def _found(*scans: Answer) -> list[Any]:
    return [one["verdict"]["finding"] for one in scans]


def _ms(ordered: list[float], part: float) -> str:
    return f"{ordered[min(int(len(ordered) * part), len(ordered) - 1)] * 1000:.1f}"
