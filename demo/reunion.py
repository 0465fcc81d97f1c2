"""The network is back: what contradicts itself is told, a server is killed, and at the end all are equal."""

import time
from typing import Any, Final

from demo import pictures
from demo.laptop import Answer
from demo.ledger import Ledger
from demo.telling import money, seconds, until
from demo.world import CURRENCY, DINNER_PRICE, FULL_PRICE, NORTH, ROOM, SOUTH, WORKSHOP_PRICE, WORKSHOP_QUOTA, World

_LOOK_S: Final = 0.0005
_INCIDENTS: Final = "checkin.incidents"


def the_organizer_is_back(world: World) -> None:
    """A finds the network, and learns that somebody else was faster."""
    told, a = world.told, world.a
    told.chapter("A is back on the network: a conflict")
    a.ask("go_online")
    a.until_sent()
    a.sync()
    problems = a.state()["problems"]
    told.hold(len(problems) == 1, "One command of A's was refused.", problems)
    problem = problems[0]
    tagline = problem["values"]["fields"]["tagline"]
    told.line(f"A's problems say: “{problem['message']}”")
    told.claim(
        (problem["code"], tagline["theirs"], tagline["mine"], tagline["by"])
        == ("changed_meanwhile", "Shine on", "In the light", world.c.device),
        f"With it stand theirs (“{tagline['theirs']}”, by Otto's laptop) and mine (“{tagline['mine']}”).",
        problem,
    )
    conference = a.row("conference.conferences")
    told.claim(
        (conference["tagline"], conference["description"]) == ("Shine on", "Four days in Hamburg."),
        "The other field that A changed went through: different fields never collide.",
        conference,
    )


def killed_in_the_middle(world: World) -> None:
    """B sends its queue; the server dies under it, and comes back."""
    told, b, ledger = world.told, world.b, world.ledger()
    told.chapter("B is back on the network, and the server is killed in the middle of its push")
    queued, before = b.waits(), ledger.position()
    b.ask("go_online")
    until("B's push begins", lambda: ledger.position() > before, look_s=_LOOK_S)
    world.server.kill()
    taken = ledger.position() - before
    told.claim(0 < taken < queued, f"kill -9 when {taken} of B's {queued} commands were on the server's disk.", taken)
    waiting = b.waits()
    told.claim(
        queued - taken <= waiting <= queued,
        f"B keeps {waiting}: those that it was not answered, and those whose change has not come down.",
        waiting,
    )
    began = time.monotonic()
    world.server.start()
    told.line(f"The server is started again on the same data, and is up after {seconds(began)}.")
    b.until_sent(60)
    world.sync_all()
    _nothing_lost(world, ledger)
    ledger.close()


def _nothing_lost(world: World, ledger: Ledger) -> None:
    told = world.told
    for one in world.laptops:
        numbers = ledger.numbers_of(one.device)
        expected = list(range(1, one.issued + 1))
        told.hold(numbers == expected, f"Each command of {one.name} is in the log once.", (len(numbers), one.issued))
    issued = [one.issued for one in world.laptops]
    told.claim(
        ledger.broken_at() is None,
        f"All {sum(issued)} commands of the laptops are in the log once and in order; its {ledger.position()} commits"
        " are chained without a gap.",
        ledger.broken_at(),
    )
    told.claim(
        [len(one.state()["pending"]) for one in world.laptops] == [0, 0, 0], "Nothing waits on any laptop any more."
    )


def contradictions(world: World) -> None:
    """What nobody could know at the gates stands in front of a human."""
    told = world.told
    told.chapter("What the gates could not know")
    of_each = world.every(_INCIDENTS)
    told.hold(all(one == of_each[0] for one in of_each), "All laptops show the same incidents.", of_each)
    by_finding = {one["finding"]: one for one in of_each[0].values()}
    told.hold(set(by_finding) == {"already_inside", "revoked"}, "There are two incidents.", by_finding)
    double, revoked = by_finding["already_inside"], by_finding["revoked"]
    told.claim(
        (double["ticket"], {double["first"]["gate"], double["second"]["gate"]})
        == (world.group["Ada"].id, {NORTH, SOUTH}),
        f"A double admission: Ada at the gates {double['first']['gate']} and {double['second']['gate']}. A, B and C"
        " all show it, with devices and times.",
        double,
    )
    told.claim(
        (revoked["ticket"], revoked["second"]["gate"]) == (world.group["Dalia"].id, NORTH),
        f"A revoked ticket was let in at the gate {revoked['second']['gate']}: Dalia's; the seat was Goran's by then.",
        revoked,
    )


def shut_and_opened(world: World) -> None:
    """The laptops are shut, opened as windows for pictures, and opened again."""
    told = world.told
    told.chapter("The lids are shut, and opened again")
    positions = [one.state()["checkpoint"]["position"] for one in world.laptops]
    for one in world.laptops:
        one.quit()
    began = time.monotonic()
    taken = pictures.take(world)
    if taken:
        told.line(
            f"{taken} pictures of the windows, in {seconds(began)}. B's turned Ada away, who came again: she is inside."
        )
    else:
        told.line("No pictures of the windows: Qt cannot be loaded on this machine.")
    for one in world.laptops:
        one.open_again(world.conference)
    again = [one.state() for one in world.laptops]
    told.claim(
        all(one["checkpoint"]["position"] >= before for one, before in zip(again, positions, strict=True))
        and len(again[0]["problems"]) == 1,
        "All three are open again with what they had; A's conflict still waits for its author.",
        again[0]["problems"],
    )


def the_hold_ends(world: World) -> None:
    """The order that nobody paid expires by the server's clock, which a restart did not stop."""
    told, order, api = world.told, world.unpaid, world.api
    assert order is not None
    told.chapter("A minute after it was placed, the unpaid order expires")
    workshop = world.seat_types["Workshop"]
    began, sold = time.monotonic(), 2
    # It may have ended before: the chapters take longer where other work is done, too.
    until("the hold ends", lambda: api.remaining(workshop) == WORKSHOP_QUOTA - sold, within_s=70, look_s=0.2)
    left = api.remaining(workshop)
    told.claim(
        (order.show()["state"], left) == ("expired", WORKSHOP_QUOTA - sold),
        f"Its {order.granted(workshop)} workshop seats are free ({seconds(began)} were left to wait): {left} remain,"
        f" {sold} are sold. The deadline outlived the kill.",
        (order.show()["state"], left),
    )


def all_equal(world: World) -> None:
    """The same on every disk: digests, arrivals, money, seats."""
    told, ledger = world.told, world.ledger()
    told.chapter("Everything is equal everywhere")
    world.sync_all()
    states = [one.state() for one in world.laptops]
    server = ledger.digests()
    compared = 0
    for one, state in zip(world.laptops, states, strict=True):
        differing = [view for view, digest in state["digests"].items() if server.get(view, "0") != digest]
        told.hold(not differing, f"The digests on {one.name} are the server's.", differing)
        told.hold(state["connection"]["is_equal"], f"{one.name} knows that it is equal.", state["connection"])
        compared += len(state["digests"])
    positions = {one["checkpoint"]["position"] for one in states} | {ledger.position()}
    told.claim(
        len(positions) == 1,
        f"Position {ledger.position()} on the server and on A, B and C; all {compared} digests of views are equal.",
        positions,
    )
    _arrivals(world, ledger)
    _money(world, ledger)
    _seats(world, ledger)
    ledger.close()


def _arrivals(world: World, ledger: Ledger) -> None:
    told = world.told
    counted = [ledger.rows("checkin.arrivals"), *world.every("checkin.arrivals")]
    told.hold(all(one == counted[0] for one in counted), "Arrivals are the same everywhere.", counted)
    main, room = (counted[0][world.areas[name]] for name in ("Main door", ROOM))
    speakers = len(world.speakers)
    expected = {world.seat_types["Speaker"]: speakers, world.seat_types["Full conference"]: 5}
    told.claim(
        (main["admitted"], main["inside"], main["turned_away"], sum(room["admitted"].values()), room["turned_away"])
        == (expected, world.inside, world.turned_away, 2, 1),
        f"Arrivals: {speakers} speakers and 5 guests, {main['inside']} inside, {main['turned_away']} turned away,"
        f" {sum(main['entries'].values())} entries at {len(main['entries'])} gates; workshop: 2.",
        counted[0],
    )


def _money(world: World, ledger: Ledger) -> None:
    told = world.told
    for orders in (ledger.rows("registration.orders"), world.a.rows("registration.orders")):
        confirmed = [one for one in orders.values() if one["state"] == "confirmed"]
        owed = sum(one["total"] for one in confirmed)
        received = sum(receipt["amount"] for one in orders.values() for receipt in one["receipts"])
        returned = sum(refund["amount"] for one in orders.values() for refund in one["returned"])
        told.hold(owed == received - returned == world.paid, "Money: confirmed, received and shown.", (owed, received))
    payments = world.c.rows("payments.payments").values()
    captured = sum(capture["amount"] for one in payments for capture in one["captures"])
    refunded = sum(refund["amount"] for one in payments for refund in one["refunds"])
    told.claim(
        captured - refunded == world.paid,
        f"Money: {money(world.paid, CURRENCY)} were shown, paid, captured once and kept, and stand so on the server, A"
        " and C.",
        (captured, refunded),
    )


def _seats(world: World, ledger: Ledger) -> None:
    told = world.told
    everywhere: list[Answer] = [ledger.rows("registration.seat_types"), *world.every("registration.seat_types")]
    told.hold(all(one == everywhere[0] for one in everywhere), "Seats are the same everywhere.", everywhere)
    seats: dict[str, Any] = {one["name"]: one for one in everywhere[0].values()}
    for one in seats.values():
        parts = [one[part] for part in ("available", "held", "sold", "allotted")]
        told.hold(sum(parts) == one["quota"] and min(parts) >= 0, "available + held + sold + allotted = quota", one)
    sold = {name: one["sold"] for name, one in seats.items()}
    told.claim(
        sold == {"Speaker": len(world.speakers), "Full conference": 5, "Workshop": 2, "Dinner": 4}
        and world.paid == 5 * FULL_PRICE + 2 * WORKSHOP_PRICE + 4 * DINNER_PRICE,
        "Seats: available + held + sold + allotted = quota for each type; sold: "
        + ", ".join(f"{name} {number}" for name, number in sold.items())
        + ".",
        sold,
    )
