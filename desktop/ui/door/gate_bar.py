"""Where this device stands: area, gate, operator, entry or exit; and whether it sounds. Remembered."""

from typing import Final

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.ui.door.doorkeeper import Post
from desktop.ui.parts.labels import button, label
from desktop.ui.tokens import Space
from desktop.workspace import Workspace
from shared.checkin.areas import Area
from shared.checkin.verdict import Direction
from shared.kernel.ids import AreaId

_MUTED: Final = "door/is_muted"  # of the device, whichever conference it stands for


class GateBar(QFrame):
    """Emits `changed` when any of it changes. `post` is None until there is an area and a gate has a name."""

    changed = Signal()

    def __init__(self, workspace: Workspace, settings: QSettings) -> None:
        super().__init__()
        self._workspace, self._settings = workspace, settings
        self._group = f"door/{workspace.conference}"
        self.area = QComboBox()
        self.area.setMinimumWidth(170)
        self.gate = QLineEdit(self._kept("gate"))
        self.gate.setPlaceholderText(self.tr("For instance West"))
        self.gate.setMaximumWidth(140)
        self.operator = QLineEdit(self._kept("operator"))
        self.operator.setPlaceholderText(self.tr("Your name"))
        self.operator.setMaximumWidth(150)
        self.operator.setMaxLength(100)
        self.entry = self._segment(self.tr("E&ntry"))
        self.exit = self._segment(self.tr("E&xit"))
        self.entry.setChecked(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.USUAL)
        for name, widget in (
            (self.tr("Area"), self.area),
            (self.tr("Gate"), self.gate),
            (self.tr("Operator"), self.operator),
        ):
            widget.setAccessibleName(name)
            row.addLayout(_named(name, widget))
        segments = QWidget()
        pair = QHBoxLayout(segments)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(Space.TIGHT)
        pair.addWidget(self.entry)
        pair.addWidget(self.exit)
        row.addLayout(_named(self.tr("Direction"), segments))
        self.sound = button(self.tr("Sound"), self._keep_sound, "segment", name=self.tr("A sound for each verdict"))
        self.sound.setCheckable(True)
        self.sound.setChecked(not self._settings.value(_MUTED, False, bool))
        self._say_sound()
        row.addLayout(_named(self.tr("Sound"), self.sound))
        self.area.view().setAccessibleName(self.tr("Area"))
        self.area.activated.connect(self._keep)
        self.gate.editingFinished.connect(self._keep)
        self.operator.editingFinished.connect(self._keep)
        self.entry.toggled.connect(lambda _: self.changed.emit())
        self.refresh()

    def refresh(self) -> None:
        """Show the areas as they stand."""
        areas = self._workspace.rows(Area)
        chosen = self.area.currentData() or self._kept("area")
        if [self.area.itemData(place) for place in range(self.area.count())] == list(areas):
            return
        self.area.clear()
        for area_id, area in areas.items():
            self.area.addItem(area.name, area_id)
        self.area.setCurrentIndex(max(self.area.findData(chosen), 0) if areas else -1)
        self.area.setEnabled(bool(areas))

    @property
    def post(self) -> Post | None:
        area, gate = self.area.currentData(), self.gate.text().strip()
        if not area or not gate:
            return None
        return Post(
            area=AreaId(area),
            gate=gate,
            operator=self.operator.text().strip(),
            direction=Direction.EXIT if self.exit.isChecked() else Direction.ENTRY,
        )

    @property
    def is_audible(self) -> bool:
        return self.sound.isChecked()

    def _keep_sound(self) -> None:
        self._settings.setValue(_MUTED, not self.is_audible)
        self._say_sound()

    def _say_sound(self) -> None:
        self.sound.setText(self.tr("On") if self.is_audible else self.tr("Off"))

    def _segment(self, text: str) -> QPushButton:
        made = button(text, lambda: None, "segment")
        made.setCheckable(True)
        made.setAutoExclusive(True)
        return made

    def _keep(self) -> None:
        for name, kept in (
            ("area", self.area.currentData()),
            ("gate", self.gate.text()),
            ("operator", self.operator.text()),
        ):
            self._settings.setValue(f"{self._group}/{name}", kept or "")
        self.changed.emit()

    def _kept(self, name: str) -> str:
        return str(self._settings.value(f"{self._group}/{name}", "") or "")


def _named(name: str, widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(Space.HAIR)
    column.addWidget(label(name, "caption"))
    column.addWidget(widget)
    return column
