"""Every dialog of the desktop, opened over a window as its user opens it. A class that is missing here fails a test."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

import desktop.ui
from desktop.ui.badges.badges_screen import BadgesScreen
from desktop.ui.crash_dialog import CrashDialog
from desktop.ui.devices.device_card import DeviceCard
from desktop.ui.devices.devices_screen import DevicesScreen
from desktop.ui.discounts.discounts_screen import DiscountsScreen
from desktop.ui.editor.area_dialog import AreaDialog
from desktop.ui.editor.seat_type_dialog import SeatTypeDialog
from desktop.ui.exchange.export_dialog import ExportDialog
from desktop.ui.exchange.import_dialog import ImportDialog
from desktop.ui.home.create_dialog import CreateDialog
from desktop.ui.kiosk.pin import Pin
from desktop.ui.kiosk.pin_dialog import ChoosePinDialog, LeaveDialog
from desktop.ui.main_window import MainWindow
from desktop.ui.orders.order_page import OrderPage
from desktop.ui.orders.orders_screen import OrdersScreen
from desktop.ui.orders.refund_dialog import Refunding
from desktop.ui.screens import Screens
from desktop.ui.unsaved_dialog import UnsavedDialog
from desktop.ui.unsent_dialog import UnsentDialog
from desktop.ui.waitlist.waitlist_screen import WaitListScreen
from shared.conference.seat_types import SeatType
from shared.discounts.discount import Discount
from shared.kernel.ids import AreaId, PaymentId, SeatTypeId
from shared.payments.payment import Payment
from shared.registration.order_state import Order, OrderState

_WAIT_MS: Final = 10
_WAITS_MOST: Final = 500
_PEOPLE: Final = "Bestellung;Vorname;Nachname;Email\nA1B2C3;Ann;O’Brien;ann@example.org\n;;;\n"
_TOLD: Final = 'File "desktop/ui/door/door_screen.py", line 180, in _do\nbuiltins.KeyError\n'


def every(window: MainWindow, folder: Path) -> Iterator[tuple[str, QDialog]]:
    """Each dialog by a name, open while its turn is. The window shows a conference with orders in every state."""
    for name, show in _OPENERS.items():
        with _open(window, lambda show=show: show(window, folder)) as dialog:  # type: ignore[misc]
            yield name, dialog


def classes() -> set[type[QDialog]]:
    """The classes of dialogs that `desktop.ui` has, without those that only others are made of."""
    for module in pkgutil.walk_packages(desktop.ui.__path__, "desktop.ui."):
        importlib.import_module(module.name)
    return {one for one in _heirs(QDialog) if one.__module__.startswith("desktop.") and not one.__subclasses__()}


def _heirs(kind: type[QDialog]) -> Iterator[type[QDialog]]:
    for one in kind.__subclasses__():
        yield one
        yield from _heirs(one)


@contextmanager
def _open(window: MainWindow, show: Callable[[], object]) -> Iterator[QDialog]:
    made = show()
    dialog = made if isinstance(made, QDialog) else next(one for one in window.findChildren(QDialog) if one.isVisible())
    dialog.open()
    try:
        yield dialog
    finally:
        dialog.reject()
        dialog.hide()  # also one that first asks whether to leave


# How each is opened: by what the user presses where that is simple, else as the screen makes it


def _screens(window: MainWindow) -> Screens:
    assert window.screens is not None
    return window.screens


def _order(window: MainWindow) -> tuple[OrderPage, PaymentId]:
    """The page of a confirmed order, and its payment."""
    screens = _screens(window)
    workspace = screens.workspace
    paid = {PaymentId(id): one.order for id, one in workspace.rows(Payment).items() if one.order is not None}
    confirmed = {id for id, one in workspace.rows(Order).items() if one.state is OrderState.CONFIRMED}
    payment, order = next((id, one) for id, one in sorted(paid.items()) if one in confirmed)
    screens.open_order(order)
    return screens.made("orders", OrdersScreen).page, payment


def _refund(window: MainWindow) -> None:
    page, payment = _order(window)
    page.money.refund_asked.emit(Refunding(payment=payment, refund="", amount=1_00, currency="EUR"))


def _discount(window: MainWindow, *, is_new: bool) -> QDialog:
    window.go("discounts")
    codes = sorted(_screens(window).workspace.rows(Discount))
    return _screens(window).made("discounts", DiscountsScreen).open_form("" if is_new else codes[0])


def _take_off(window: MainWindow) -> None:
    window.go("waitlist")
    screen = _screens(window).made("waitlist", WaitListScreen)
    screen.table.selectRow(0)
    screen._leave()


def _device(window: MainWindow) -> DeviceCard:
    window.go("devices")
    cards = _screens(window).made("devices", DevicesScreen).cards
    return next(one for one in cards if not one.listed.is_own)


def _import(window: MainWindow, folder: Path) -> QDialog:
    """With a file that was looked through."""
    file = folder / "people.csv"
    file.write_text(_PEOPLE)
    dialog = ImportDialog(_screens(window).workspace, window._desk, window, lambda _: file)
    dialog.choose.click()
    for _ in range(_WAITS_MOST):
        QTest.qWait(_WAIT_MS)
        if not dialog.is_busy and dialog.model.rowCount():
            break
    return dialog


def _run(window: MainWindow) -> None:
    window.go("badges")
    _screens(window).made("badges", BadgesScreen).ask_run()


def _seat_type(window: MainWindow) -> QDialog:
    workspace = _screens(window).workspace
    return SeatTypeDialog(workspace, SeatTypeId(min(workspace.rows(SeatType))), window)


_OPENERS: Final[dict[str, Callable[[MainWindow, Path], object]]] = {
    "connection": lambda window, _: window.show_connection(),
    "keys": lambda window, _: window.show_keys(),
    "settings": lambda window, _: window.show_settings(),
    "create": lambda window, _: CreateDialog(window._desk, window),
    "seat-type-new": lambda window, _: SeatTypeDialog(_screens(window).workspace, SeatTypeId("new"), window),
    "seat-type": lambda window, _: _seat_type(window),
    "area": lambda window, _: AreaDialog(_screens(window).workspace, AreaId("new"), window),
    "unsaved": lambda window, _: UnsavedDialog(["Gathering of Sciences 2026"], window),
    "unsent": lambda window, _: UnsentDialog(27, window),
    "pin": lambda window, _: ChoosePinDialog(window),
    "pin-leave": lambda window, _: LeaveDialog(Pin(window._settings), lambda: 0.0, window),
    "order-assign": lambda window, _: _order(window)[0].seats.assign_asked.emit(0),
    "order-cancel": lambda window, _: _order(window)[0].cancel.click(),
    "order-cancel-seat": lambda window, _: _order(window)[0].seats.cancel_asked.emit(0),
    "order-payment": lambda window, _: _order(window)[0].money.payment_asked.emit(),
    "order-refund": lambda window, _: _refund(window),
    "discount-new": lambda window, _: _discount(window, is_new=True),
    "discount": lambda window, _: _discount(window, is_new=False),
    "waitlist-off": lambda window, _: _take_off(window),
    "device-role": lambda window, _: _device(window)._change_role(),
    "device-revoke": lambda window, _: _device(window)._revoke(),
    "badges-run": lambda window, _: _run(window),
    "import-empty": lambda window, _: ImportDialog(_screens(window).workspace, window._desk, window),
    "import": _import,
    "export": lambda window, _: ExportDialog(_screens(window).workspace, window),
    "crash": lambda window, _: CrashDialog(_TOLD, "/home/ada/lanyard/errors.log", window),
}
