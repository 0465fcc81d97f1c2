"""Enrolment: with a one-time code, to create conferences, or with what the owner of a conference knows."""

import threading

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.desk import AccessRequest, Desk, Invitation, Refused
from desktop.ui.parts.field import Field, choice, line
from desktop.ui.parts.labels import button, card, label
from desktop.ui.tokens import Space
from shared.kernel.decider import Role

_WIDTH = 520


class EnrolScreen(QWidget):
    """Emits `enrolled` with the workspace of the conference joined, or None for a one-time code."""

    enrolled = Signal(object)
    left = Signal()
    _answered = Signal(object)

    def __init__(self, desk: Desk, server: str = "") -> None:
        super().__init__()
        self._desk = desk
        self._answered.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self.server = Field(self.tr("Server address"), line(server, "https://conference.example.org"))
        self.code = Field(
            self.tr("One-time code"),
            line("", "ABCDE-FGHJK-MNPQR-STUVW"),
            self.tr("Whoever runs the server makes it for you."),
        )
        self.conference = Field(self.tr("Address of the conference"), line("", "gathering_2027"))
        self.owner_email = Field(self.tr("Owner’s e-mail"), line("", "owner@example.org"))
        self.access_code = Field(
            self.tr("Access code"), line("", "A1B2C"), self.tr("Five characters. The owner got it by mail.")
        )
        self.role = Field(
            self.tr("This device is for"), choice({one.value: words.role(one) for one in (Role.DOOR, Role.ORGANIZER)})
        )
        by_field = {
            "server": self.server,
            "code": self.code,
            "conference": self.conference,
            "owner_email": self.owner_email,
            "access_code": self.access_code,
            "role": self.role,
        }
        self._by_field = by_field
        frame, column = card(margin=Space.ROOMY, spacing=Space.USUAL)
        frame.setFixedWidth(_WIDTH)
        column.addWidget(label(self.tr("Connect this device"), "title"))
        explained = self.tr(
            "A server gives this device a name and a role. Afterwards it works with or without a network."
        )
        column.addWidget(label(explained, "muted", wraps=True))
        self._join, self._invited = (
            self._segment(self.tr("&Join a conference")),
            self._segment(self.tr("I have a one-time &code")),
        )
        self._join.setChecked(True)
        row = QHBoxLayout()
        row.setSpacing(Space.SMALL)
        row.addWidget(self._join)
        row.addWidget(self._invited)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.server)
        self._pages = QStackedWidget()
        self._pages.addWidget(_column(self.conference, self.owner_email, self.access_code, self.role))
        self._pages.addWidget(_column(self.code))
        self._join.clicked.connect(lambda: self._turn(0))
        self._invited.clicked.connect(lambda: self._turn(1))
        column.addWidget(self._pages)
        self._error = label("", "error", wraps=True)
        self._error.hide()
        column.addWidget(self._error)
        row = QHBoxLayout()
        self._later = button(self.tr("Not now"), self.left.emit, "quiet")
        row.addWidget(self._later)
        row.addStretch(1)
        self._send = button(self.tr("&Connect"), self._ask, "primary")
        self._send.setDefault(True)
        row.addWidget(self._send)
        column.addLayout(row)
        for field in by_field.values():
            control = field.control
            if hasattr(control, "returnPressed"):
                control.returnPressed.connect(self._ask)
        whole = QVBoxLayout(self)
        whole.addStretch(1)
        whole.addWidget(frame, 0, Qt.AlignmentFlag.AlignHCenter)
        whole.addStretch(2)
        self._turn(0)

    def choose_invitation(self) -> None:
        """Show the form for a one-time code."""
        self._invited.setChecked(True)
        self._turn(1)

    def _segment(self, text: str) -> QPushButton:
        made = button(text, lambda: None, "segment")
        made.setCheckable(True)
        made.setAutoExclusive(True)
        return made

    def _turn(self, page: int) -> None:
        self._pages.setCurrentIndex(page)
        for place in range(self._pages.count()):
            vertical = QSizePolicy.Policy.Preferred if place == page else QSizePolicy.Policy.Ignored
            (self._pages.widget(place) or self).setSizePolicy(QSizePolicy.Policy.Preferred, vertical)
        self._pages.adjustSize()

    def _ask(self) -> None:
        for field in self._by_field.values():
            field.complain("")
        self._error.hide()
        if missing := self._missing():
            missing.complain(self.tr("{name} is missing.").format(name=missing.name))
            missing.control.setFocus()
            return
        request = self._request()
        self._send.setEnabled(False)
        self._send.setText(self.tr("Connecting…"))
        threading.Thread(target=self._enrol, args=(request,), daemon=True, name="enrol").start()

    def _missing(self) -> Field | None:
        asked = [
            self.server,
            *((self.code,) if self._invited.isChecked() else (self.conference, self.owner_email, self.access_code)),
        ]
        return next((field for field in asked if not field.value), None)

    def _request(self) -> Invitation | AccessRequest:
        if self._invited.isChecked():
            return Invitation(server=self.server.value, code=self.code.value)
        return AccessRequest(
            server=self.server.value,
            conference=self.conference.value,
            owner_email=self.owner_email.value,
            access_code=self.access_code.value,
            role=Role(self.role.value),
        )

    def _enrol(self, request: Invitation | AccessRequest) -> None:
        try:
            answer: object = self._desk.enrol(request)
        except Refused as refused:
            answer = refused
        self._answered.emit(answer)

    def _take(self, answer: object) -> None:
        self._send.setEnabled(True)
        self._send.setText(self.tr("&Connect"))
        if not isinstance(answer, Refused):
            self.enrolled.emit(answer)
            return
        at = self._by_field.get(answer.field)
        if at is not None:
            at.complain(answer.sentence)
            at.control.setFocus()
        else:
            self._error.setText(answer.sentence)
            self._error.show()


def _column(*fields: Field) -> QWidget:
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(Space.USUAL)
    for field in fields:
        column.addWidget(field)
    return whole
