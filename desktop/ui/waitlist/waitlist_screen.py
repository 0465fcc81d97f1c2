"""Who waits for seats, in the order in which they are asked, and what became of each."""

from typing import Final

from PySide6.QtCore import Signal

from desktop.ui import words
from desktop.ui.changes import Changes
from desktop.ui.parts.form_dialog import ConfirmDialog
from desktop.ui.parts.labels import button
from desktop.ui.parts.list_page import ListPage, ListTexts
from desktop.ui.parts.paged import Column
from desktop.ui.parts.shapes import Shape
from desktop.ui.tokens import Tone
from desktop.ui.translation import QT_TRANSLATE_NOOP
from desktop.workspace import Workspace
from shared.kernel.decider import Key
from shared.registration.waitlist import EntryState, LeaveWaitList, PassedOver, WaitEntry, WaitList, WaitPage, page_of

_STATES: Final = {
    EntryState.WAITING: (QT_TRANSLATE_NOOP("words", "Waits"), Shape.CLOCK, Tone.ACCENT),
    EntryState.OFFERED: (QT_TRANSLATE_NOOP("words", "Has an offer"), Shape.INFO, Tone.CAUTION),
    EntryState.ACCEPTED: (QT_TRANSLATE_NOOP("words", "Accepted"), Shape.CHECK, Tone.GOOD),
    EntryState.DECLINED: (QT_TRANSLATE_NOOP("words", "Declined"), Shape.RING, Tone.NEUTRAL),
    EntryState.LAPSED: (QT_TRANSLATE_NOOP("words", "Offer lapsed"), Shape.RING, Tone.NEUTRAL),
    EntryState.LEFT: (QT_TRANSLATE_NOOP("words", "Left the list"), Shape.RING, Tone.NEUTRAL),
}


class WaitListScreen(ListPage):
    """An offer's order is asked for by `order_asked`."""

    order_asked = Signal(str)

    def __init__(self, workspace: Workspace, changes: Changes) -> None:
        super().__init__(workspace, changes, WaitEntry, also=(WaitPage,))
        self._order = button(self.tr("&Open the offer"), self._go)
        self._take_off = button(self.tr("&Take off the list…"), self._leave)
        for one in (self.search, self._order, self._take_off):
            self.tools.addWidget(one)
        self.body.addWidget(self.stack, 1)
        self.table.activated.connect(lambda _: self._go())
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._allow())
        self._allow()

    def texts(self) -> ListTexts:
        nobody = self.tr("Whoever wants seats that are sold out can wait for them, and is asked in this order.")
        return ListTexts(
            title=self.tr("Wait list"),
            table=self.tr("Wait list"),
            search=self.tr("Search the wait list"),
            hint=self.tr("Name or e-mail (Ctrl+F)"),
            shape=Shape.QUEUE,
            empty=(self.tr("Nobody waits"), nobody),
            not_found=(self.tr("Nobody found"), self.tr("Try part of a name or address.")),
            width=260,
        )

    def show_changes(self, keys: set[Key]) -> None:
        self.show_state()

    def show_state(self) -> None:
        head = self._workspace.get(WaitList)
        waiting = 0 if head is None else head.waiting
        total = words.plural(self.model.total, "entry", "entries")
        self.name(
            self.tr("Wait list"),
            self.tr("{0}, {1} waiting").format(total, words.count(waiting)) if self.model.total else "",
        )
        self._allow()

    def _allow(self) -> None:
        chosen: tuple[str, WaitEntry] | None = self.chosen
        self._order.setEnabled(chosen is not None and chosen[1].offer is not None)
        is_open = chosen is not None and chosen[1].state in (EntryState.WAITING, EntryState.OFFERED)
        self._take_off.setEnabled(is_open)

    def _go(self) -> None:
        chosen = self.chosen
        if chosen is not None and chosen[1].offer is not None:
            self.order_asked.emit(chosen[1].offer)

    def _leave(self) -> None:
        if (chosen := self.chosen) is None:
            return
        id, entry = chosen
        text = self.tr(
            "Their place is gone, and so is an offer that they have. To wait again they have to join at the end."
        )
        title = self.tr("Take {0} off the wait list?").format(words.full_name(entry.first_name, entry.last_name))
        texts = (title, text, self.tr("&Take off the list"))
        dialog = ConfirmDialog(self._workspace, LeaveWaitList(entry=id), texts, self.window())
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def columns(self) -> tuple[Column[WaitEntry], ...]:
        return (
            Column(self.tr("No."), lambda _, one: words.count(one.number), 70, is_number=True),
            Column(self.tr("Name"), lambda _, one: words.full_name(one.first_name, one.last_name)),
            Column(self.tr("Wants"), lambda _, one: self._wants(one), 220),
            Column(self.tr("State"), lambda _, one: words.say(_STATES[one.state][0]), 140, mark=self._mark),
            Column(self.tr("Passed over"), self._passed_over, 190),
            Column(self.tr("Offer until"), lambda _, one: _until(one), 130),
        )

    def _mark(self, id: str, one: WaitEntry) -> tuple[Shape, Tone]:
        if self._workspace.is_waiting(WaitEntry, id):
            return Shape.CLOCK, Tone.WAITING
        _, shape, tone = _STATES[one.state]
        return shape, tone

    def _wants(self, one: WaitEntry) -> str:
        return ", ".join(
            f"{words.count(line.quantity)} × {words.seat_type(self._workspace, line.seat_type)}" for line in one.lines
        )

    def _passed_over(self, id: str, one: WaitEntry) -> str:
        last = self._last_passed_over(id, one)
        if last is None:
            return ""
        times = words.plural(last.times, "time", "times")
        free = ", ".join(
            f"{words.count(number)} × {words.seat_type(self._workspace, seat_type)}"
            for seat_type, number in last.free.items()
        )
        return self.tr("{0}, when there was only {1}").format(times, free)

    def _last_passed_over(self, id: str, one: WaitEntry) -> PassedOver | None:
        if one.state is not EntryState.WAITING:
            return None
        page = self._workspace.get(WaitPage, str(page_of(one.number)))
        turns = () if page is None else page.entries
        return next((turn.passed_over for turn in turns if turn.entry == id), None)


def _until(one: WaitEntry) -> str:
    is_open = one.state is EntryState.OFFERED and one.offered_until is not None
    return words.moment(one.offered_until) if is_open and one.offered_until is not None else ""
