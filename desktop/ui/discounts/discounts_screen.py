"""Discount codes: what each gives, to whom, and how often it was used."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QTableWidget, QTableWidgetItem

from desktop.ui import words
from desktop.ui.changes import Changes, concerns
from desktop.ui.discounts.discount_dialog import DiscountDialog, described
from desktop.ui.parts.form_dialog import attempt
from desktop.ui.parts.labels import button, empty_state, label
from desktop.ui.parts.page import Page
from desktop.ui.parts.paged import dress
from desktop.ui.parts.shapes import Shape, icon
from desktop.ui.theme import Theme
from desktop.ui.tokens import Tone
from desktop.workspace import Workspace
from shared.discounts.discount import Discount, WithdrawDiscount
from shared.kernel.decider import Key
from shared.kernel.messages import wire_of
from shared.registration.codes import Code

_QUIET_MS: Final = 150
_VIEWS: Final = (wire_of(Discount).name, wire_of(Code).name)
_CODE: Final = Qt.ItemDataRole.UserRole
_WIDTHS: Final = (0, 110, 170, 100, 200, 165)


class DiscountsScreen(Page):
    """`now` is the time that says which codes are over."""

    def __init__(self, workspace: Workspace, changes: Changes, now: Callable[[], datetime]) -> None:
        super().__init__("", scrolls=False)
        self.name(self.tr("Discount codes"))
        self._workspace, self._now = workspace, now
        self._edit = button(self.tr("E&dit"), self._ask)
        self._withdraw = button(self.tr("&Withdraw"), self._take_back)
        self._withdraw.setToolTip(self.tr("Nobody can enter it any more. Orders that have it keep it."))
        for one in (self._edit, self._withdraw):
            self.tools.addWidget(one)
        self.tools.addWidget(button(self.tr("&New code"), lambda: self.open_form(""), "primary"))
        self.error = label("", "error", wraps=True)
        self.error.hide()
        self.body.addWidget(self.error)
        self.table = self._table()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        nothing = self.tr("A code takes a percentage or an amount off each seat. Say how often, and until when.")
        self.stack.addWidget(empty_state(Shape.PERCENT, self.tr("No discount codes yet"), nothing))
        self.body.addWidget(self.stack, 1)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_QUIET_MS)
        self._quiet.timeout.connect(self.refresh)
        changes.changed.connect(self._on_change)
        self.refresh()

    def _table(self) -> QTableWidget:
        heads = [
            self.tr("Code"),
            self.tr("Takes off"),
            self.tr("For"),
            self.tr("Used"),
            self.tr("Valid"),
            self.tr("State"),
        ]
        table = QTableWidget(0, len(heads))
        table.setAccessibleName(self.tr("Discount codes"))
        table.setHorizontalHeaderLabels(heads)
        dress(table, _WIDTHS)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.itemSelectionChanged.connect(self._allow)
        table.itemActivated.connect(lambda _: self._ask())
        return table

    def open_form(self, code: str) -> DiscountDialog:
        """The form of a code, of a new one for an empty text."""
        dialog = DiscountDialog(self._workspace, code, self)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    @property
    def chosen(self) -> str:
        """The code selected, empty where none is."""
        items = self.table.selectedItems()
        return str(items[0].data(_CODE)) if items else ""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _on_change(self, keys: set[Key]) -> None:
        if self.isVisible() and concerns(keys, *_VIEWS) and not self._quiet.isActive():
            self._quiet.start()

    def refresh(self) -> None:
        """Show the codes as they are now, those that were withdrawn last."""
        chosen = self.chosen
        rows = sorted(self._workspace.rows(Discount).items(), key=lambda one: (one[1].is_withdrawn, one[0]))
        self.table.setRowCount(len(rows))
        for place, (code, row) in enumerate(rows):
            self._fill(place, code, row)
        codes = [code for code, _ in rows]
        self.table.clearSelection()
        if chosen in codes:
            self.table.selectRow(codes.index(chosen))
        self.stack.setCurrentIndex(0 if rows else 1)
        self.name(self.tr("Discount codes"), words.plural(len(rows), "code", "codes") if rows else "")
        self._allow()

    def _fill(self, place: int, code: str, row: Discount) -> None:
        known = self._workspace.get(Code, code)
        used = words.count(0 if known is None else known.used)
        name = "amount" if row.amount is not None else "percentage"
        state, shape, tone = self._state(code, row, 0 if known is None else known.used)
        texts = (
            code,
            described(self._workspace, name, getattr(row, name)),
            described(self._workspace, "seat_types", row.seat_types) if row.seat_types else self.tr("All seat types"),
            used if row.quota is None else self.tr("{0} of {1}").format(used, words.count(row.quota)),
            self._valid(row),
            state,
        )
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setData(_CODE, code)
            item.setToolTip(row.note if column == 0 and row.note else text)
            if column == len(texts) - 1:
                item.setIcon(icon(shape, tone, 14))
                item.setForeground(QColor(Theme.now().strong[tone]))
            self.table.setItem(place, column, item)

    def _state(self, code: str, row: Discount, used: int) -> tuple[str, Shape, Tone]:
        now = self._now()
        if self._workspace.is_waiting(Discount, code):
            return self.tr("waiting"), Shape.CLOCK, Tone.WAITING
        if row.is_withdrawn:
            return self.tr("Withdrawn"), Shape.CROSS, Tone.NEUTRAL
        if row.valid_until is not None and now >= row.valid_until:
            return self.tr("Over"), Shape.RING, Tone.NEUTRAL
        if row.valid_from is not None and now < row.valid_from:
            return self.tr("Not yet"), Shape.CLOCK, Tone.ACCENT
        if row.quota is not None and used >= row.quota:
            return self.tr("Used up"), Shape.RING, Tone.CAUTION
        return self.tr("Valid"), Shape.CHECK, Tone.GOOD

    def _valid(self, row: Discount) -> str:
        starts, ends = (None if one is None else words.moment(one) for one in (row.valid_from, row.valid_until))
        if starts is None and ends is None:
            return self.tr("always")
        if ends is None:
            return self.tr("from {0}").format(starts)
        return self.tr("until {0}").format(ends) if starts is None else f"{starts} – {ends}"

    def _allow(self) -> None:
        row = self._workspace.get(Discount, self.chosen) if self.chosen else None
        self._edit.setEnabled(row is not None)
        self._edit.setText(self.tr("&Define anew") if row is not None and row.is_withdrawn else self.tr("E&dit"))
        self._withdraw.setEnabled(row is not None and not row.is_withdrawn)

    def _ask(self) -> None:
        if self.chosen:
            self.open_form(self.chosen)

    def _take_back(self) -> None:
        attempt(self._workspace, WithdrawDiscount(code=self.chosen), self.error)
