"""Before the doors open: speakers register, and a group orders, pays and hands out its seats."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final

from demo.frab import Speaker, split_name
from demo.registrant import accept_at_processor
from demo.telling import money, seconds, until
from demo.world import CURRENCY, FULL_PRICE, SLUG, WORKSHOP_PRICE, Ticket, World
from server.gateways.hosted_page import Callback, Result
from server.gateways.signing import HEADER, sign
from server.settings import Settings
from shared.kernel.codec import to_json

_AT_ONCE: Final = 8


def speakers_register(world: World) -> None:
    """Every speaker of the schedule orders a free seat and fetches a ticket."""
    told, speakers = world.told, world.schedule.speakers
    told.chapter(f"{len(speakers)} speakers register over the public web API")
    began = time.monotonic()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        world.speakers = list(pool.map(lambda one: _register(world, one), speakers))
    took_s = time.monotonic() - began
    told.claim(
        len({one.id for one in world.speakers}) == len(speakers),
        f"{len(speakers)} orders placed, confirmed and assigned, and as many signed tickets fetched: {took_s:.1f} s,"
        f" {4 * len(speakers) / took_s:.0f} requests a second.",
    )
    world.a.sync()
    passes = {
        id: f"{one['first_name']} {one['last_name']}".strip() for id, one in world.a.rows("checkin.passes").items()
    }
    told.claim(
        sorted(passes.values()) == sorted(one.name for one in speakers),
        f"A shows all of them by name, as published: {speakers[3].name}, Jöran Muuß-Merholz, Claudio ࿓ vecna …",
    )


def _register(world: World, speaker: Speaker) -> Ticket:
    first, last = split_name(speaker.name)
    person = {"first_name": first, "last_name": last, "email": speaker.email}
    order = world.api.place({world.seat_types["Speaker"]: 1}, person)
    state = order.confirm()["state"]
    world.told.hold(state == "confirmed", "A free order is confirmed without payment.", state)
    order.assign(0, person)
    ticket = order.tickets()[0]
    return Ticket(name=speaker.name, id=ticket["ticket"], code=ticket["code"])


_GROUP: Final = (
    ("Ada", "Okafor"),
    ("Bo", "Lindqvist"),
    ("伟", "王"),
    ("Dalia", "חדד"),
    ("Emeka", "Ōta"),
)


def a_group_pays(world: World) -> None:
    """An order is granted in part, paid at the processor, and given to attendees."""
    told, api = world.told, world.api
    full, workshop = world.seat_types["Full conference"], world.seat_types["Workshop"]
    told.chapter("A registrant pays for a group")
    registrant = {"first_name": "Rita", "last_name": "Ström", "email": "rita@example.org"}
    order = world.group_order = api.place({full: 5, workshop: 4}, registrant)
    world.paid = 5 * FULL_PRICE + 2 * WORKSHOP_PRICE
    told.claim(
        (order.granted(full), order.granted(workshop), order.placed["total"]) == (5, 2, world.paid),
        f"Rita orders 5 full and 4 workshop seats and is granted 5 and 2, for {money(world.paid, CURRENCY)}.",
        order.placed,
    )
    began = time.monotonic()
    started = order.start_payment()
    returned_to = accept_at_processor(started["redirect_url"])
    told.hold(returned_to.startswith(f"{world.server.url}/{SLUG}/orders/"), "The browser comes back.", returned_to)
    until("the processor's signed callback", lambda: order.show()["state"] == "confirmed")
    told.claim(
        started["amount"] == world.paid, f"She accepts on the processor's page; {seconds(began)} later it is confirmed."
    )
    _call_back_again(world, started["payment"])
    _assign_group(world)


def _call_back_again(world: World, payment: str) -> None:
    """What the processor does twice by itself, once more and checked, and once with a wrong signature."""
    told, order = world.told, world.group_order
    assert order is not None
    world.a.sync()
    captures = world.a.row("payments.payments", payment)["captures"]
    body = to_json(
        Callback(
            payment=payment,
            order=order.id,
            result=Result.CAPTURED,
            amount=world.paid,
            currency=CURRENCY,
            reference=captures[0]["reference"],
        )
    )
    key, hook = Settings(data_dir=world.data).payment_key(), f"/hooks/payments/{world.conference}"
    statuses = [
        world.api.post_raw(hook, body, {HEADER: sign(one, body, datetime.now(UTC))}) for one in (key, key, b"a guess")
    ]
    told.hold(statuses == [204, 204, 401], "A repeated callback is taken, a forged one is not.", statuses)
    world.a.sync()
    row = world.a.row("registration.orders", order.id)
    told.claim(
        (len(row["receipts"]), row["tasks"]) == (1, []),
        "The processor repeats its callback on purpose, and we do so twice more: it counts once. A forged one: 401.",
        row,
    )


def _assign_group(world: World) -> None:
    told, order = world.told, world.group_order
    assert order is not None
    seats: list[dict[str, Any]] = []
    for position, (first, last) in enumerate(_GROUP):
        seats = order.assign(position, _attendee(position, first, last))
    order.assign(5, _attendee(0, *_GROUP[0]) | {"attendee": seats[0]["attendee"]})
    order.assign(6, _attendee(6, "Farid", "Ben Ali"))
    old = order.tickets()
    order.assign(4, _attendee(7, "Fatou", "N’Diaye"))
    tickets = order.tickets()
    told.claim(
        (len(tickets), old[4]["version"], tickets[4]["version"]) == (7, 1, 2) and old[4]["code"] != tickets[4]["code"],
        "7 seats are given to 6 people, one with a workshop besides. One seat is handed on: its old ticket is revoked.",
    )
    world.revoked_code = old[4]["code"]
    for ticket in tickets:
        if ticket["position"] != 5:
            name = ticket["first_name"]
            world.group[name] = Ticket(name=name, id=ticket["ticket"], code=ticket["code"])


def _attendee(number: int, first: str, last: str) -> dict[str, Any]:
    return {"first_name": first, "last_name": last, "email": f"guest-{number}@example.org", "company": "Example Oy"}


def hand_on_late(world: World) -> None:
    """Dalia's seat goes to somebody else while the door has no network."""
    assert world.group_order is not None
    world.group_order.assign(3, _attendee(8, "Goran", "Šimić"))
