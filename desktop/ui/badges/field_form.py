"""One field of a badge: what it shows, where and how large in millimetres, and how it is written."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QGridLayout, QWidget

from desktop.ui import words
from desktop.ui.badges.draft import ALIGNS, CONTENTS
from desktop.ui.parts.field import Field, choice, line, may_shrink, whole_number
from desktop.ui.tokens import Space
from shared.checkin.badges import FONT_LEAST, FONT_MOST, PAGE_MOST, TEXT_MOST, Align, BadgeField, Content


def millimetres() -> QDoubleSpinBox:
    """A length on paper. The domain counts tenths."""
    made = QDoubleSpinBox()
    made.lineEdit().setTextMargins(Space.TIGHT + 2, 0, 0, 0)
    made.setDecimals(1)
    made.setRange(0, PAGE_MOST / 10)
    made.setSuffix(" mm")
    return made


class FieldForm(QWidget):
    """Emits `changed` when something was edited; `field` is what stands in it."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.text = line()
        self.text.setMaxLength(TEXT_MOST)
        self.fields = {
            "content": Field(self.tr("Shows"), choice({str(one): words.say(text) for one, text in CONTENTS.items()})),
            "align": Field(self.tr("Aligned"), choice({str(one): words.say(text) for one, text in ALIGNS.items()})),
            "left": Field(self.tr("From the left"), millimetres()),
            "top": Field(self.tr("From the top"), millimetres()),
            "width": Field(self.tr("Width"), millimetres()),
            "height": Field(self.tr("Height"), millimetres()),
            "font_pt": Field(self.tr("Largest type"), whole_number(FONT_LEAST, FONT_MOST, " pt")),
            "text": Field(self.tr("Text"), self.text),
        }
        self.is_bold = QCheckBox(self.tr("Bold"))
        self.is_bold.setAccessibleName(self.tr("Bold"))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.WIDE)
        grid.setVerticalSpacing(Space.TIGHT)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        for place, field in enumerate(self.fields.values()):
            grid.addWidget(field, place // 2, place % 2)
            if isinstance(field.control, QComboBox):
                may_shrink(field.control)
            field.edited.connect(self.changed)
        grid.addWidget(self.is_bold, len(self.fields) // 2, 0)
        self.is_bold.toggled.connect(self.changed)

    def show_field(self, field: BadgeField | None) -> None:
        """None disables the form."""
        self.setEnabled(field is not None)
        if field is None:
            return
        for name, shown in self.fields.items():
            value = getattr(field, name)
            shown.show_value(value / 10 if isinstance(shown.control, QDoubleSpinBox) else value)
        self.is_bold.blockSignals(True)
        self.is_bold.setChecked(field.is_bold)
        self.is_bold.blockSignals(False)
        self._fit(field.content)

    @property
    def field(self) -> BadgeField:
        values = {name: one.value for name, one in self.fields.items()}
        content = Content(values["content"])
        self._fit(content)
        return BadgeField(
            content=content,
            left=round(values["left"] * 10),
            top=round(values["top"] * 10),
            width=round(values["width"] * 10),
            height=round(values["height"] * 10),
            font_pt=values["font_pt"],
            is_bold=self.is_bold.isChecked(),
            align=Align(values["align"]),
            text=values["text"] if content is Content.TEXT else "",
        )

    def _fit(self, content: Content) -> None:
        """Ask only for what the content has."""
        self.fields["text"].setEnabled(content is Content.TEXT)
        for name in ("font_pt", "align"):
            self.fields[name].setEnabled(content is not Content.QR)
        self.is_bold.setEnabled(content is not Content.QR)
