"""What else may become of an order: a code, an invoice, a wait list and a refund; and the money of it adds up."""

import time
from typing import Any, Final

from demo.forms import Pages
from demo.registrant import Entry, Order, accept_at_processor
from demo.telling import money, seconds, until
from demo.world import CURRENCY, DINNER_PRICE, SLUG, World

_CODE: Final = "EARLY-BIRD"
_DINNERS: Final = 4
_REDUCED: Final = DINNER_PRICE * 8 // 10


def dinners(world: World) -> None:
    """Four dinners: two with a code, two on invoice; then two of them come free, and a group that waits gets both."""
    told, began = world.told, time.monotonic()
    told.chapter("A dinner: a discount code, an invoice, a wait list, a refund")
    _offer(world)
    nora = _with_code(world)
    ivo = _on_invoice(world)
    kim = _wait(world)
    _cancel_and_refund(world, nora)
    _take_offer(world, kim)
    _paid_by_transfer(world, ivo)
    _adds_up(world)
    told.line(f"All this took {seconds(began)}.")


def _offer(world: World) -> None:
    a = world.a
    dinner = world.seat_types["Dinner"] = a.new_id()
    a.issue("conference.add_seat_type", seat_type=dinner, name="Dinner", quota=_DINNERS, price=DINNER_PRICE)
    a.issue("discounts.define_discount", code=_CODE, percentage=20_00, seat_types=[dinner])
    a.issue(
        "conference.edit_conference",
        invoice_prefix={"seen": "", "new": "31C3-"},
        invoice_from={"seen": "", "new": "Example e. V.\nExample Street 1, 20355 Hamburg"},
    )
    a.until_sent()


def _with_code(world: World) -> str:
    """Nora buys two on the pages, without JavaScript. The order's id."""
    told = world.told
    pages = Pages(world.server.url)
    pages.open(f"/{SLUG}")
    pages.send(f"/{SLUG}", **{f"seats-{world.seat_types['Dinner']}": "2", "code": _CODE})
    order = pages.path
    pages.send("/details", first_name="Nora", last_name="Ní Dhomhnaill", email="nora@example.org")
    price = 2 * _REDUCED
    accept_at_processor(pages.leave_by("/payment"))

    def is_confirmed() -> bool:
        pages.open(order)
        return "You are registered" in pages.text

    until("the order's page says that it is confirmed", is_confirmed)
    told.claim(
        f"€{price / 100:.2f}" in pages.text,
        f"Nora buys 2 of {_DINNERS} dinners on the web pages with the code “{_CODE}”, for {money(price, CURRENCY)}.",
        pages.text,
    )
    world.paid += price
    pages.close()
    return order.rpartition("/")[2]


def _on_invoice(world: World) -> Order:
    """Ivo has the other two on invoice."""
    dinner = world.seat_types["Dinner"]
    ivo = world.api.place({dinner: 2}, {"first_name": "Ivo", "last_name": "Đurić", "email": "ivo@example.org"})
    state = ivo.order_on_invoice("Example Oy\nExample Street 2, Helsinki")
    world.told.claim(
        (state["state"], state["owed"], ivo.invoice(1)[:5]) == ("confirmed", 2 * DINNER_PRICE, b"%PDF-"),
        f"Ivo has the other 2 on invoice: confirmed at once, with {money(2 * DINNER_PRICE, CURRENCY)} to be paid, and"
        " the invoice as PDF.",
        state,
    )
    return ivo


def _wait(world: World) -> Entry:
    """Kim waits for two that stay together."""
    kim = world.api.wait({world.seat_types["Dinner"]: 2}, {"last_name": "김", "email": "kim@example.org"})
    left = world.api.remaining(world.seat_types["Dinner"])
    world.told.hold((left, kim.show()["state"]) == (0, "waiting"), "Kim waits for what is sold out.", left)
    return kim


def _cancel_and_refund(world: World, order: str) -> None:
    """The organizer's laptop cancels Nora's seats and pays her money back."""
    told, a = world.told, world.a
    a.sync()
    a.issue("registration.cancel_seats", order=order, positions=[0, 1])
    a.until_sent()
    row = _synced_row(world, order)
    (task,) = row["tasks"]
    receipt, price = task["receipt"], 2 * _REDUCED
    a.issue("payments.request_refund", refund=a.new_id(), payment=receipt["payment"], amount=price)
    a.until_sent()
    until("the processor pays it back", lambda: bool(_synced_row(world, order)["returned"]))
    row = _synced_row(world, order)
    told.claim(
        (row["tasks"], [one["amount"] for one in row["returned"]]) == ([], [price]),
        f"Nora cannot come. A cancels her seats, and has the processor pay {money(price, CURRENCY)} back.",
        row,
    )
    world.paid -= price


def _take_offer(world: World, kim: Entry) -> None:
    until("Kim is offered seats", lambda: kim.show()["state"] == "offered")
    order = world.api.opened(kim.show()["offer"])
    lines = [(line["quantity"], line["granted"]) for line in order.show()["lines"]]
    accept_at_processor(order.start_payment()["redirect_url"])
    until("Kim's payment is confirmed", lambda: order.show()["state"] == "confirmed")
    world.told.claim(
        (lines, kim.show()["state"]) == ([(2, 2)], "accepted"),
        "Kim waited for two dinners that stay together: both of Nora's are offered at once, and bought.",
        lines,
    )
    world.paid += 2 * DINNER_PRICE


def _paid_by_transfer(world: World, ivo: Order) -> None:
    a, amount = world.a, 2 * DINNER_PRICE
    a.issue(
        "payments.record_payment",
        payment=a.new_id(),
        order=ivo.id,
        method="transfer",
        amount=amount,
        currency=CURRENCY,
    )
    a.until_sent()
    world.told.hold(ivo.show()["owed"] == 0, "Ivo owes nothing any more.", ivo.show())
    world.paid += amount


def _adds_up(world: World) -> None:
    """The balance on the laptop against its own ledger and against what this story knows."""
    a = world.a
    a.sync()
    balance: dict[str, dict[str, int]] = a.row("payments.balances", "conference")
    captured, refunded, recorded = (balance[one][CURRENCY] for one in ("captured", "refunded", "recorded"))
    entries = a.rows("payments.ledger").values()
    sums = {kind: sum(one["amount"] for one in entries if one["kind"] == kind) for kind in ("captured", "refunded")}
    world.told.claim(
        (sums["captured"], sums["refunded"]) == (captured, refunded) and captured - refunded == recorded == world.paid,
        f"Ivo's transfer is put down. A's books: {money(captured, CURRENCY)} came, {money(refunded, CURRENCY)} went"
        f" back, {money(recorded, CURRENCY)} are the orders'; {len(entries)} entries say the same.",
        balance,
    )


def _synced_row(world: World, order: str) -> Any:
    world.a.sync()
    return world.a.row("registration.orders", order)
