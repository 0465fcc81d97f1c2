"""What this desk prints with: layout, printer, and whether a badge comes out when somebody is let in."""

from functools import partial

from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QHBoxLayout, QVBoxLayout

from desktop.ui.badges.printing import BadgeDesk, Paper
from desktop.ui.parts.field import Field
from desktop.ui.parts.labels import label
from desktop.ui.tokens import Space
from desktop.workspace import Workspace
from shared.checkin.badges import BadgeLayout


class DeskCard(QFrame):
    """Keeps each choice at once; it is of this device alone."""

    def __init__(self, workspace: Workspace, badges: BadgeDesk) -> None:
        super().__init__()
        self._workspace, self._badges = workspace, badges
        self.setProperty("look", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        column.setSpacing(Space.SMALL)
        column.addWidget(label(self.tr("Printing at this desk"), "heading"))
        self.layouts, self.printers = QComboBox(), QComboBox()
        column.addWidget(Field(self.tr("Badge"), self.layouts))
        column.addWidget(Field(self.tr("Printer"), self.printers))
        self.on_admission = QCheckBox(self.tr("Print a badge on admission"))
        self.on_admission.setAccessibleName(self.on_admission.text())
        self.on_admission.setChecked(badges.prints_on_admission)
        column.addWidget(self.on_admission)
        column.addWidget(label(self.tr("After a sale, print"), "caption"))
        row = QHBoxLayout()
        row.setSpacing(Space.USUAL)
        self.after_sale = {
            Paper.RECEIPT: QCheckBox(self.tr("Receipt")),
            Paper.TICKET: QCheckBox(self.tr("Ticket")),
            Paper.BADGE: QCheckBox(self.tr("Badge")),
        }
        for paper, box in self.after_sale.items():
            box.setAccessibleName(self.tr("After a sale, print: {0}").format(box.text()))
            box.setChecked(paper in badges.prints_after_sale)
            box.toggled.connect(partial(badges.print_after_sale, paper))
            row.addWidget(box)
        row.addStretch(1)
        column.addLayout(row)
        self.layouts.activated.connect(lambda _: badges.use_layout(self.layouts.currentData()))
        self.printers.activated.connect(lambda _: badges.use_printer(self.printers.currentData()))
        self.on_admission.toggled.connect(badges.print_on_admission)

    def refresh(self) -> None:
        """Show the layouts and printers that there are."""
        self.layouts.clear()
        for id, one in self._workspace.rows(BadgeLayout).items():
            self.layouts.addItem(one.name, id)
        self.layouts.setCurrentIndex(self.layouts.findData(self._badges.layout_id))
        self.printers.clear()
        self.printers.addItem(self.tr("The usual one"), "")
        for name in self._badges.press.names():
            self.printers.addItem(name, name)
        chosen = self._badges.printer
        if chosen and self.printers.findData(chosen) < 0:
            self.printers.addItem(self.tr("{0} (not there)").format(chosen), chosen)
        self.printers.setCurrentIndex(max(self.printers.findData(chosen), 0))
