"""The screens of one conference, each made when it is first gone to, and imported then: a start needs one of them."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QDialog, QWidget

from desktop.ui.badges.printing import BadgeDesk
from desktop.ui.changes import Changes
from desktop.ui.desk import Desk
from desktop.ui.door.camera_panel import Source, system_camera
from desktop.ui.door.door_screen import DoorScreen
from desktop.ui.parts import columns
from desktop.ui.parts.printers import SystemPress
from desktop.workspace import Workspace
from shared.checkin.verdict import Pass
from shared.kernel.ids import OrderId

if TYPE_CHECKING:
    from desktop.ui.badges.badges_screen import BadgesScreen
    from desktop.ui.editor.editor_screen import EditorScreen
    from desktop.ui.sale.sale_screen import SaleScreen

S = TypeVar("S", bound=QWidget)


class Screens(QObject):
    """`gone` asks the window to go to a place; `counted` tells how many problems there are.

    `unsaved` tells that `is_unsaved` may have changed.
    """

    gone = Signal(str)
    counted = Signal(int)
    sounded = Signal(str)
    unsaved = Signal()

    def __init__(
        self,
        workspace: Workspace,
        desk: Desk,
        settings: QSettings,
        parent: QObject,
        camera: Source = system_camera,
    ) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.changes = Changes(workspace, self)
        self._desk, self._camera, self._settings = desk, camera, settings
        self.badges = BadgeDesk(workspace, settings, SystemPress(), new_id=desk.new_id, now=desk.now)
        self._made: dict[str, QWidget] = {}
        self._edited: EditorScreen | None = None
        self._selling: SaleScreen | None = None
        self._laid_out: BadgesScreen | None = None
        self._makers: Mapping[str, Callable[[], QWidget]] = {
            "dashboard": self._dashboard,
            "conference": self._editor,
            "orders": self._orders,
            "attention": self._attention,
            "money": self._money,
            "discounts": self._discounts,
            "waitlist": self._wait_list,
            "attendees": self._attendees,
            "door": self._door,
            "sale": self._sale,
            "badges": self._print_badges,
            "problems": self._problems,
            "activity": self._activity,
            "devices": self._devices,
        }

    def screen(self, place: str) -> QWidget:
        """The screen of a place."""
        if place not in self._made:
            self._made[place] = self._makers[place]()
            columns.remember(self._made[place], self._settings, place)
        return self._made[place]

    def made(self, place: str, kind: type[S]) -> S:
        """The screen of a place, as its class."""
        screen = self.screen(place)
        assert isinstance(screen, kind)
        return screen

    @property
    def door(self) -> DoorScreen | None:
        """The door once it was opened, so that scans are for it."""
        made = self._made.get("door")
        return made if isinstance(made, DoorScreen) else None

    @property
    def is_unsaved(self) -> bool:
        """Whether something was typed in the editor that is not saved."""
        return self._edited is not None and self._edited.is_unsaved

    @property
    def is_laying_out(self) -> bool:
        """Whether a badge layout was changed that is not saved."""
        return self._laid_out is not None and self._laid_out.is_unsaved

    @property
    def is_selling(self) -> bool:
        """Whether a sale is typed that is not made."""
        return self._selling is not None and self._selling.counter.is_open

    def open_order(self, id: str) -> None:
        """Show one order, wherever it was asked for."""
        from desktop.ui.orders.orders_screen import OrdersScreen

        self.gone.emit("orders")
        self.made("orders", OrdersScreen).open_order(OrderId(id))

    def _orders(self) -> QWidget:
        from desktop.ui.orders.orders_screen import OrdersScreen

        made = OrdersScreen(self.workspace, self.changes, self._desk.new_id)
        columns.remember_choice(made.list.filter, self._settings, f"filter/{self.workspace.conference}/orders")
        return made

    def _activity(self) -> QWidget:
        from desktop.ui.activity.activity_screen import ActivityScreen

        made = ActivityScreen(self.workspace, self.changes)
        columns.remember_choice(made.filter, self._settings, f"filter/{self.workspace.conference}/activity")
        return made

    def _attention(self) -> QWidget:
        from desktop.ui.attention.attention_screen import AttentionScreen

        made = AttentionScreen(self.workspace, self.changes, self._desk.new_id)
        made.order_asked.connect(self.open_order)
        return made

    def _money(self) -> QWidget:
        from desktop.ui.money.money_screen import MoneyScreen

        made = MoneyScreen(self.workspace, self.changes)
        made.order_asked.connect(self.open_order)
        return made

    def _wait_list(self) -> QWidget:
        from desktop.ui.waitlist.waitlist_screen import WaitListScreen

        made = WaitListScreen(self.workspace, self.changes)
        made.order_asked.connect(self.open_order)
        return made

    def _attendees(self) -> QWidget:
        from desktop.ui.attendees.attendees_screen import AttendeesScreen

        made = AttendeesScreen(self.workspace, self.changes)
        made.import_asked.connect(lambda: self._import(made.window()))
        made.export_asked.connect(lambda: self._export(made.window()))
        return made

    def _import(self, over: QWidget) -> None:
        from desktop.ui.exchange.import_dialog import ImportDialog

        _open(ImportDialog(self.workspace, self._desk, over))

    def _export(self, over: QWidget) -> None:
        from desktop.ui.exchange.export_dialog import ExportDialog

        _open(ExportDialog(self.workspace, over))

    def _dashboard(self) -> QWidget:
        from desktop.ui.dashboard.dashboard_screen import DashboardScreen

        made = DashboardScreen(self.workspace, self.changes)
        made.asked.connect(self.gone)
        return made

    def save(self) -> None:
        """Save what was typed. What is refused stays typed, and `is_unsaved`."""
        if self._edited is not None:
            self._edited.save()

    def save_layout(self) -> None:
        """Save the badge layout. What is refused stays as it was drawn."""
        if self._laid_out is not None:
            self._laid_out.save()

    def _editor(self) -> QWidget:
        from desktop.ui.editor.editor_screen import EditorScreen

        made = EditorScreen(self.workspace, self.changes, self._desk.new_id)
        made.typed.connect(self.unsaved)
        self._edited = made
        return made

    def _door(self) -> DoorScreen:
        made = DoorScreen(
            self.workspace,
            self.changes,
            camera=self._camera,
            connection=lambda: self._desk.connection(self.workspace.conference),
            settings=self._settings,
            badges=self.badges,
            now=self._desk.now,
        )
        made.further_asked.connect(self._sell_further)
        made.walk_in_asked.connect(self._sell_to_a_walk_in)
        made.sounded.connect(self.sounded)
        return made

    def _sell_further(self, row: Pass) -> None:
        from desktop.ui.sale.sale_screen import SaleScreen

        self.gone.emit("sale")
        self.made("sale", SaleScreen).start_for(row)

    def _sell_to_a_walk_in(self) -> None:
        from desktop.ui.sale.sale_screen import SaleScreen

        self.gone.emit("sale")
        self.made("sale", SaleScreen).sell.click()

    def _sale(self) -> QWidget:
        from desktop.ui.sale.sale_screen import SaleScreen
        from desktop.ui.sale.till import Till

        self._selling = SaleScreen(
            self.workspace,
            self.changes,
            till=Till(self.workspace, new_id=self._desk.new_id, now=self._desk.now),
            badges=self.badges,
            connection=lambda: self._desk.connection(self.workspace.conference),
        )
        return self._selling

    def _discounts(self) -> QWidget:
        from desktop.ui.discounts.discounts_screen import DiscountsScreen

        return DiscountsScreen(self.workspace, self.changes, self._desk.now)

    def _print_badges(self) -> QWidget:
        from desktop.ui.badges.badges_screen import BadgesScreen
        from desktop.ui.parts.paper import ask_pdf

        made = BadgesScreen(self.workspace, self.changes, self.badges, self._desk.new_id, ask_pdf)
        self._laid_out = made
        return made

    def _devices(self) -> QWidget:
        from desktop.ui.devices.devices_screen import DevicesScreen

        return DevicesScreen(self.workspace, self.changes)

    def _problems(self) -> QWidget:
        from desktop.ui.problems.problems_screen import ProblemsScreen

        made = ProblemsScreen(self.workspace, self.changes)
        made.change_asked.connect(lambda _: self.gone.emit("conference"))
        made.counted.connect(self.counted)
        return made


def _open(dialog: QDialog) -> None:
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
