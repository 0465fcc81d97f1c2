"""Choose the PIN of kiosk mode, or type it to leave."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.kiosk.pin import LEAST, Pin
from desktop.ui.parts.field import Field
from desktop.ui.parts.labels import button, label
from desktop.ui.tokens import Space


class _PinDialog(QDialog):
    """A title, an explanation, fields for digits, and two buttons."""

    def __init__(self, texts: tuple[str, str, str], fields: list[Field], parent: QWidget | None) -> None:
        super().__init__(parent)
        title, explained, accept = texts
        self.setWindowTitle(title)
        self.setMinimumWidth(400)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.ROOMY, Space.ROOMY, Space.ROOMY, Space.WIDE)
        column.setSpacing(Space.USUAL)
        column.addWidget(label(title, "title"))
        column.addWidget(label(explained, wraps=True))
        for field in fields:
            column.addWidget(field)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(button(self.tr("Cancel"), self.reject))
        self.accept_button = button(accept, self._accept, "primary")
        self.accept_button.setDefault(True)
        row.addWidget(self.accept_button)
        column.addLayout(row)

    def _accept(self) -> None:
        raise NotImplementedError


class ChoosePinDialog(_PinDialog):
    """Says `chosen` with the PIN, typed twice."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        self.pin = Field(words.say("PIN"), _secret(), words.say("At least {least} digits or letters.", least=LEAST))
        self.again = Field(words.say("PIN once more"), _secret())
        explained = words.say(
            "The door fills the screen, also after a restart. Only this PIN ends it: remember it, or have it written"
            " down where visitors do not come."
        )
        texts = words.say("Kiosk mode"), explained, words.say("&Begin")
        super().__init__(texts, [self.pin, self.again], parent)

    def _accept(self) -> None:
        self.pin.complain("")
        self.again.complain("")
        if len(self.pin.value) < LEAST:
            self.pin.complain(words.say("At least {least} digits or letters.", least=LEAST))
            self.pin.control.setFocus()
        elif self.pin.value != self.again.value:
            self.again.complain(words.say("This is not the same."))
            self.again.control.setFocus()
        else:
            self.accept()
            self.chosen.emit(self.pin.value)


class LeaveDialog(_PinDialog):
    """Accepted with the right PIN alone."""

    def __init__(self, pin: Pin, now: Callable[[], float], parent: QWidget | None = None) -> None:
        self._pin, self._now = pin, now
        self.pin = Field(words.say("PIN"), _secret())
        texts = words.say("Leave kiosk mode"), words.say("Scanning goes on meanwhile."), words.say("&Leave")
        super().__init__(texts, [self.pin], parent)

    def _accept(self) -> None:
        now = self._now()
        if self._pin.is_right(self.pin.value, now):
            self.accept()
            return
        wait_s = self._pin.wait_s(now)
        wrong = words.say("This is not the PIN.")
        self.pin.complain(
            words.say("Too many wrong ones. Wait {seconds} seconds.", seconds=wait_s) if wait_s else wrong
        )
        self.pin.show_value("")
        self.pin.control.setFocus()


def _secret() -> QLineEdit:
    made = QLineEdit()
    made.setEchoMode(QLineEdit.EchoMode.Password)
    return made
