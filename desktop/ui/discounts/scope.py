"""Which seat types a discount code is for: a box each; none chosen is all of them."""

from collections.abc import Sequence

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from desktop.ui.parts.labels import label
from desktop.ui.tokens import Space
from desktop.workspace import Workspace
from shared.conference.conference import Conference
from shared.conference.seat_types import SeatType
from shared.kernel.ids import SeatTypeId


class Scope(QWidget):
    """`value` is the scope as the domain has it."""

    def __init__(self, workspace: Workspace, chosen: Sequence[SeatTypeId]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.TIGHT)
        column.addWidget(label(self.tr("Seat types"), "caption"))
        conference = workspace.get(Conference)
        self.boxes: dict[SeatTypeId, QCheckBox] = {}
        for one in () if conference is None else conference.seat_types:
            row = workspace.get(SeatType, one)
            if row is not None:
                box = QCheckBox(row.name.replace("&", "&&"))
                box.setAccessibleName(self.tr("For {0}").format(row.name))
                box.setChecked(one in chosen)
                column.addWidget(box)
                self.boxes[one] = box
        # Of a type that this device does not show, too: saving something else must not take it away.
        self._others = tuple(one for one in chosen if one not in self.boxes)
        column.addWidget(label(self.tr("None chosen: it is for all."), "small", wraps=True))

    @property
    def value(self) -> tuple[SeatTypeId, ...]:
        return tuple(sorted({*self._others, *(one for one, box in self.boxes.items() if box.isChecked())}))
