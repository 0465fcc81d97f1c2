"""A field with its name above, its state beside it, and what is wrong below: the error stands where it is mended."""

from datetime import date
from typing import Any, Final

from PySide6.QtCore import QDate, QLocale, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDateEdit,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.parts.labels import Chip, label, repolish
from desktop.ui.parts.shapes import Shape
from desktop.ui.tokens import Space, Tone

Control = QLineEdit | QPlainTextEdit | QSpinBox | QDoubleSpinBox | QDateEdit | QComboBox
_LINES_HEIGHT: Final = 68


class Field(QWidget):
    """Name, control, waiting mark, hint, error. `value` is what stands in the control, as the domain's type."""

    edited = Signal()

    def __init__(self, name: str, control: Control, hint: str = "") -> None:
        super().__init__()
        self.control = control
        self._hint = hint
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.TIGHT)
        row = QHBoxLayout()
        row.setSpacing(Space.SMALL)
        self._name = label(name, "caption")
        self._name.setBuddy(control)
        self._name.setFixedHeight(22)
        self._waiting = Chip(Shape.CLOCK, self.tr("waiting"), Tone.WAITING)
        self._waiting.setToolTip(self.tr("Saved on this device. The server does not have it yet."))
        self._waiting.hide()
        row.addWidget(self._name)
        row.addWidget(self._waiting)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(control)
        self._below = label(hint, "small", wraps=True)
        self._below.setVisible(bool(hint))
        column.addWidget(self._below)
        control.setAccessibleName(name)
        if isinstance(control, QComboBox):
            control.view().setAccessibleName(name)
        if isinstance(control, QPlainTextEdit):
            control.setTabChangesFocus(True)
            control.document().setDocumentMargin(Space.HAIR)  # as a line has
            control.setFixedHeight(_LINES_HEIGHT)
            control.textChanged.connect(self.edited)
        elif isinstance(control, QLineEdit):
            control.textEdited.connect(self.edited)
        elif isinstance(control, QComboBox):
            control.activated.connect(self.edited)
        elif isinstance(control, QDateEdit):
            control.dateChanged.connect(self.edited)
        else:
            control.valueChanged.connect(self.edited)

    @property
    def name(self) -> str:
        return self._name.text()

    @property
    def value(self) -> Any:
        control = self.control
        if isinstance(control, QLineEdit):
            return control.text().strip()
        if isinstance(control, QPlainTextEdit):
            return control.toPlainText().strip()
        if isinstance(control, QDateEdit):
            return control.date().toPython()
        if isinstance(control, QComboBox):
            return control.currentData()
        return control.value()

    def show_value(self, value: Any) -> None:
        """Put a value into the control without telling that it was edited."""
        control = self.control
        control.blockSignals(True)
        if isinstance(control, QLineEdit):
            control.setText(str(value))
            control.setCursorPosition(0)  # a long text is read from its begin
        elif isinstance(control, QPlainTextEdit):
            control.setPlainText(str(value))
        elif isinstance(control, QDateEdit):
            assert isinstance(value, date)
            control.setDate(QDate(value.year, value.month, value.day))
        elif isinstance(control, QComboBox):
            control.setCurrentIndex(max(control.findData(value), 0))
        else:
            control.setValue(value)
        control.blockSignals(False)

    def mark_waiting(self, is_waiting: bool) -> None:
        self._waiting.setVisible(is_waiting)
        self.control.setAccessibleDescription(self._waiting.toolTip() if is_waiting else self._hint)

    @property
    def is_marked_waiting(self) -> bool:
        return not self._waiting.isHidden()

    def complain(self, sentence: str) -> None:
        """Say what is wrong here; an empty sentence takes it back."""
        self._below.setText(sentence or self._hint)
        self._below.setVisible(bool(sentence or self._hint))
        self._below.setProperty("look", "error" if sentence else "small")
        self.control.setProperty("wrong", bool(sentence))
        self.control.setAccessibleDescription(sentence or self._hint)
        repolish(self._below)
        repolish(self.control)

    @property
    def complaint(self) -> str:
        return self._below.text() if self._below.property("look") == "error" else ""


def line(text: str = "", placeholder: str = "") -> QLineEdit:
    made = QLineEdit(text)
    made.setPlaceholderText(placeholder)
    return made


def whole_number(least: int, most: int, suffix: str = "") -> QSpinBox:
    made = QSpinBox()
    made.setRange(least, most)
    made.lineEdit().setTextMargins(Space.SMALL + 1, 0, 0, 0)  # a style sheet moves the text of no spin box
    made.setGroupSeparatorShown(True)
    made.setSuffix(suffix)
    return made


def day() -> QDateEdit:
    made = QDateEdit()
    made.setCalendarPopup(True)
    made.setDisplayFormat(
        QLocale().dateFormat(QLocale.FormatType.ShortFormat).replace("yyyy", "yy").replace("yy", "yyyy")
    )
    return made


def choice(entries: dict[str, str]) -> QComboBox:
    """A choice of values, each with its text."""
    made = QComboBox()
    for value, text in entries.items():
        made.addItem(text, value)
    return made


def may_shrink(made: QComboBox) -> None:
    """Let a choice be narrower than the longest of its texts."""
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(8)
