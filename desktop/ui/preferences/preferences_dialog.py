"""Language, looks and kiosk mode. What is chosen holds at once; only the language reopens the window."""

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui import language
from desktop.ui.appearance import Appearance, Contrast, Scheme
from desktop.ui.language import OWN_NAMES, Language
from desktop.ui.parts.field import Field, choice
from desktop.ui.parts.labels import button, label
from desktop.ui.tokens import Space


class PreferencesDialog(QDialog):
    """Says `language_chosen` when another one is wanted, and `kiosk_asked` when the door shall be all there is."""

    language_chosen = Signal()
    kiosk_asked = Signal()

    def __init__(
        self, settings: QSettings, appearance: Appearance, parent: QWidget | None = None, *, may_stand: bool = False
    ) -> None:
        super().__init__(parent)
        self._settings, self._appearance = settings, appearance
        self.setWindowTitle(self.tr("Settings"))
        self.setMinimumWidth(440)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.ROOMY, Space.ROOMY, Space.ROOMY, Space.WIDE)
        column.setSpacing(Space.USUAL)
        column.addWidget(label(self.tr("Settings"), "title"))
        as_system = self.tr("As the system has it")
        self.language = choice({"": as_system} | {one.value: name for one, name in OWN_NAMES.items()})
        self.scheme = choice({"": as_system, Scheme.LIGHT.value: self.tr("Light"), Scheme.DARK.value: self.tr("Dark")})
        self.contrast = choice(
            {"": as_system, Contrast.USUAL.value: self.tr("Usual"), Contrast.HIGH.value: self.tr("High contrast")}
        )
        hint = self.tr("The window opens again in the language that you choose.")
        for name, control, below, kept in (
            (self.tr("Language"), self.language, hint, language.chosen(settings)),
            (self.tr("Colours"), self.scheme, "", appearance.scheme),
            (self.tr("Contrast"), self.contrast, "", appearance.contrast),
        ):
            control.setCurrentIndex(control.findData(kept.value))
            column.addWidget(Field(name, control, below))
        self.still = QCheckBox(self.tr("Nothing &moves or blinks"))
        self.still.setAccessibleName(self.tr("Nothing moves or blinks"))
        self.still.setChecked(appearance.is_still)
        column.addWidget(self.still)
        self.kiosk = button(self.tr("&Kiosk mode…"), self._ask_kiosk)
        self.kiosk.setToolTip(self.tr("The door and nothing else, in full screen, until the PIN is typed."))
        self.kiosk.setEnabled(may_stand)
        row = QHBoxLayout()
        row.addWidget(self.kiosk)
        row.addStretch(1)
        close = button(self.tr("Close"), self.accept, "primary")
        close.setDefault(True)
        row.addWidget(close)
        column.addSpacing(Space.TIGHT)
        column.addLayout(row)
        self.scheme.activated.connect(self._dress)
        self.contrast.activated.connect(self._dress)
        self.still.toggled.connect(self._hold_still)
        self.language.activated.connect(self._speak)

    def _dress(self) -> None:
        self._appearance.scheme = Scheme(_chosen(self.scheme))
        self._appearance.contrast = Contrast(_chosen(self.contrast))

    def _hold_still(self, wanted: bool) -> None:
        self._appearance.is_still = wanted

    def _speak(self) -> None:
        wanted = Language(_chosen(self.language))
        if wanted is not language.chosen(self._settings):
            language.keep(self._settings, wanted)
            self.accept()
            self.language_chosen.emit()

    def _ask_kiosk(self) -> None:
        self.accept()
        self.kiosk_asked.emit()


def _chosen(control: QComboBox) -> str:
    return str(control.currentData())
