"""The office: orders in every state and the money of all of them, before and after there is any."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSettings

from demo.scenes.stages import Pictures, founded, screens, settle, shown
from desktop.ui.discounts.discounts_screen import DiscountsScreen
from desktop.ui.main_window import MainWindow
from shared.kernel.ids import OrderId
from shared.registration.order import CancelOrder
from tests.desktop.ui import dialogs, money_stage
from tests.desktop.ui.stage import FULL, PEOPLE, WORKSHOP, Stage, StagedDesk

PLACES = ("orders", "attention", "money", "discounts", "waitlist")
_EMPTY = ("dashboard", *PLACES, "attendees", "badges", "problems")


def busy(folder: Path) -> tuple[Stage, dict[str, OrderId]]:
    """The conference with orders, of which one waits for the server to be cancelled; those worth a look by a name."""
    stage = founded(folder)
    for person in PEOPLE:
        stage.sell(person, FULL, WORKSHOP)
    made = money_stage.busy(stage)
    stage.laptop.sync()
    stage.laptop.workspace.issue(CancelOrder(order=made["discounted"]))
    return stage, made


def pictures(stage: Stage, made: dict[str, OrderId], settings: QSettings) -> Pictures:
    """The lists, and orders in which something is to be done."""
    with shown(desk_of(stage), settings) as window:
        window.open_conference(stage.server.conference, "orders")
        yield from lists(window)
        yield from orders(window, made)
        discount = screens(window).made("discounts", DiscountsScreen).open_form("")
        discount.fields["valid_until"].show_value("next week")
        discount.save()
        settle()
        yield "discount-error", discount
        discount.close()


def lists(window: MainWindow) -> Pictures:
    """Each list as it opens."""
    for place in PLACES:
        window.go(place)
        settle()
        yield place, window


def orders(window: MainWindow, made: dict[str, OrderId]) -> Pictures:
    """Money that came too late, a code and a cancellation that waits, an invoice."""
    for name in ("late", "discounted", "invoiced"):
        screens(window).open_order(made[name])
        settle()
        yield f"order-{name}", window


def desk_of(stage: Stage) -> StagedDesk:
    """In step with the server."""
    desk = StagedDesk(stage.laptop)
    desk.line = replace(desk.line, heard_at=stage.clock.now, is_equal=True)
    return desk


def empty(folder: Path, settings: QSettings) -> Pictures:
    """The same places on the evening when the sale has just opened."""
    stage = founded(folder)
    with shown(desk_of(stage), settings) as window:
        window.open_conference(stage.server.conference, "orders")
        for place in _EMPTY:
            window.go(place)
            settle()
            yield f"{place}-empty", window


def every_dialog(stage: Stage, settings: QSettings) -> Pictures:
    """Each dialog of the desktop over the office's window."""
    with shown(desk_of(stage), settings) as window:
        window.open_conference(stage.server.conference, "orders")
        for name, dialog in dialogs.every(window, stage.folder):
            settle()
            yield f"dialog-{name}", dialog
