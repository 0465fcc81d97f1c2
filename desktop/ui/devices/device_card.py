"""A device: its name, what it is, and what an organizer can do with it. Both are asked back: they reach far."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from desktop.ui import words
from desktop.ui.devices.listing import Listed
from desktop.ui.parts.form_dialog import ConfirmDialog
from desktop.ui.parts.labels import Chip, Elided, button, label
from desktop.ui.parts.shapes import Mark, Shape
from desktop.ui.tokens import Space, Tone
from desktop.workspace import Workspace
from shared.access.access import ChangeDeviceRole, RevokeDevice
from shared.kernel.decider import Role
from shared.kernel.ids import DeviceId


class DeviceCard(QFrame):
    """Shows one device as it was listed; the screen makes another card when that changes."""

    def __init__(self, workspace: Workspace, listed: Listed) -> None:
        super().__init__()
        self._workspace, self.listed = workspace, listed
        device = listed.device
        self.setProperty("look", "card")
        self.setAccessibleName(self._name)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.WIDE, Space.USUAL, Space.WIDE, Space.USUAL)
        row.setSpacing(Space.USUAL)
        shape, tone = (Shape.CROSS, Tone.BAD) if device.is_revoked else _look(device.role)
        row.addWidget(Mark(shape, tone, 22))
        column = QVBoxLayout()
        column.setSpacing(Space.TIGHT)
        column.addWidget(Elided(self._name, "strong"))
        chips = QHBoxLayout()
        chips.setSpacing(Space.TIGHT)
        for chip in self._chips(shape, tone):
            chips.addWidget(chip)
        chips.addStretch(1)
        column.addLayout(chips)
        if told := self._told():
            column.addWidget(label(told, "small", wraps=True))
        row.addLayout(column, 1)
        if listed.is_own or device.is_revoked or workspace.role is not Role.ORGANIZER:
            return
        other = self.tr("Make &door staff") if device.role is Role.ORGANIZER else self.tr("Make &organizer")
        for text, does in ((other, self._change_role), (self.tr("&Revoke…"), self._revoke)):
            row.addWidget(button(text, does, name=f"{text.replace('&', '')}: {self._name}"))

    @property
    def _name(self) -> str:
        return self.listed.device.label or self.listed.id

    def _chips(self, shape: Shape, tone: Tone) -> list[Chip]:
        listed, device = self.listed, self.listed.device
        chips = [Chip(shape, self.tr("Revoked") if device.is_revoked else words.role(device.role), tone)]
        if listed.is_own:
            chips.append(Chip(Shape.DOT, self.tr("This device"), Tone.ACCENT))
        if listed.is_waiting:
            chips.append(Chip(Shape.CLOCK, self.tr("waiting for the server"), Tone.WAITING))
        if listed.held:
            chips.append(Chip(Shape.WARNING, self.tr("{0} held").format(words.count(listed.held)), Tone.CAUTION))
        return chips

    def _told(self) -> str:
        told = []
        if self.listed.set_up_at is not None:
            told.append(self.tr("Set up {0}, by its own clock.").format(words.moment(self.listed.set_up_at)))
        if (copies := len(self.listed.device.epochs)) > 1:
            told.append(
                self.tr("Its data was copied or restored {0}; every copy is heard.").format(
                    words.plural(copies - 1, "time", "times")
                )
            )
        if self.listed.is_own and not self.listed.device.is_revoked:
            told.append(self.tr("Another organizer’s device can change its role or revoke it."))
        return " ".join(told)

    def _change_role(self) -> None:
        is_organizer = self.listed.device.role is Role.ORGANIZER
        if is_organizer:
            title = self.tr("Make “{0}” a device of door staff?")
            text = self.tr(
                "It keeps names and tickets for the door. Orders, e-mail addresses and amounts of money are deleted"
                " on it with its next contact, and it cannot change the conference any more."
            )
        else:
            title = self.tr("Make “{0}” an organizer’s device?")
            text = self.tr(
                "It gets everything: orders, e-mail addresses and amounts of money. It can change the conference, and"
                " revoke other devices."
            )
        accept = self.tr("Make door staff") if is_organizer else self.tr("Make organizer")
        role = Role.DOOR if is_organizer else Role.ORGANIZER
        self._ask(ChangeDeviceRole(device=DeviceId(self.listed.id), role=role), title, text, accept)

    def _revoke(self) -> None:
        text = self.tr(
            "From then on it gets no changes, and the server takes no commands from it. Scans and sales that it has"
            " not sent yet are kept by the server when they come, and wait to be looked at. The conference gets a new"
            " access code, which is mailed to the owner, because this device knows the old one.\n\nWhat is on the"
            " device stays there, encrypted. It can be let in again with the new access code."
        )
        command = RevokeDevice(device=DeviceId(self.listed.id))
        self._ask(command, self.tr("Revoke “{0}”?"), text, self.tr("Revoke the device"))

    def _ask(self, command: object, title: str, text: str, accept: str) -> None:
        dialog = ConfirmDialog(self._workspace, command, (title.format(self._name), text, accept), self.window())
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _look(role: Role) -> tuple[Shape, Tone]:
    return (Shape.DEVICE, Tone.ACCENT) if role is Role.ORGANIZER else (Shape.DOOR, Tone.NEUTRAL)
