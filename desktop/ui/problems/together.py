"""Several refused commands at once: all reapplied or all dropped, in a thread, because each is written to disk."""

from collections.abc import Callable, Collection, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout

from desktop.reapply import refreshed
from desktop.ui import words
from desktop.ui.parts.job import Cancelled, Job
from desktop.ui.parts.labels import button, label
from desktop.ui.problems.inbox import body_of
from desktop.ui.tokens import Space
from desktop.workspace import Problem, Workspace
from shared.kernel.decider import Rejected

_SEVERAL = 2


class Together(QFrame):
    """What stands above the cards where there are several.

    `turned` tells that the choice changed here, `dropped` which commands were.
    """

    turned = Signal()
    dropped = Signal(object)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._problems: dict[str, Problem] = {}
        self.chosen: set[str] = set()
        self._job: Job | None = None
        self._dropping: list[str] = []
        self.setProperty("look", "card")
        self.setAccessibleName(self.tr("Several at once"))
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.SMALL, Space.WIDE, Space.SMALL)
        row = QHBoxLayout()
        row.setSpacing(Space.SMALL)
        column.addLayout(row)
        self.all = button(self.tr("Choose &all"), self._choose_all)
        self.none = button(self.tr("Choose &none"), self._choose_none)
        self.told = label("", "muted", wraps=True)
        self.again = button(self.tr("&Reapply chosen"), self._reapply)
        self.drop = button(self.tr("&Drop chosen"), self._drop)
        self.cancel = button(self.tr("Cancel"), self._cancel)
        for widget in (self.all, self.none):
            row.addWidget(widget)
        row.addWidget(self.told, 1)
        for widget in (self.again, self.drop, self.cancel):
            row.addWidget(widget)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress"))
        column.addWidget(self.bar)
        self.show_problems(())

    @property
    def is_busy(self) -> bool:
        """Whether they are being dealt with."""
        return self._job is not None

    def show_problems(self, problems: Collection[Problem]) -> None:
        """Those that can be chosen; what is no problem any more is not chosen either."""
        self._problems = {one.logged.command_id: one for one in problems if one.is_settled}
        self.chosen &= self._problems.keys()
        self._refresh()

    def choose(self, command_id: str, is_chosen: bool) -> None:
        if is_chosen:
            self.chosen.add(command_id)
        else:
            self.chosen.discard(command_id)
        self.told.setText("")
        self._refresh()

    def _refresh(self) -> None:
        self.setVisible(len(self._problems) >= _SEVERAL or self.is_busy or bool(self.told.text()))
        is_free = not self.is_busy
        for widget in (self.again, self.drop):
            widget.setEnabled(is_free and bool(self.chosen))
        self.all.setEnabled(is_free and len(self.chosen) < len(self._problems))
        self.none.setEnabled(is_free and bool(self.chosen))
        self.bar.setVisible(not is_free)
        self.cancel.setVisible(not is_free)
        if self.chosen:
            told = self.tr("{0} of {1} chosen")
            self.told.setText(told.format(words.count(len(self.chosen)), words.count(len(self._problems))))

    def _choose_all(self) -> None:
        self._turn(set(self._problems))

    def _choose_none(self) -> None:
        self._turn(set())

    def _turn(self, chosen: set[str]) -> None:
        self.chosen = chosen
        self.told.setText("")
        self._refresh()
        self.turned.emit()

    # What is done with them

    def _reapply(self) -> None:
        self._dropping = []
        self._start(self._again)

    def _drop(self) -> None:
        self._dropping = list(self.chosen)
        self._start(self._dropped)

    def _start(self, does: Callable[[Problem], bool]) -> None:
        problems = [one for id, one in self._problems.items() if id in self.chosen]
        self.bar.setMaximum(len(problems))
        self.bar.setValue(0)
        self.told.setText("")
        job = self._job = Job(lambda job: _each(job, problems, does), self)
        job.progressed.connect(self.bar.setValue)
        job.ended.connect(self._ended)
        self._refresh()
        job.start()

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _ended(self, result: object) -> None:
        self._job = None
        self.chosen = set()
        done, left = result if isinstance(result, tuple) else (0, 0)
        told = self.tr("{0} dealt with; Activity keeps them.").format(words.plural(done, "entry", "entries"))
        if left:
            told += " " + self.tr("{0} would be refused again, and stay here.").format(words.count(left))
        self.told.setText(told)
        self._refresh()
        self.turned.emit()
        if done and self._dropping:
            self.dropped.emit(self._dropping)

    def _again(self, problem: Problem) -> bool:
        body = body_of(problem)
        if body is None:
            return False
        try:
            self._workspace.issue(refreshed(body, self._workspace))
        except Rejected:
            return False
        return self._dropped(problem)

    def _dropped(self, problem: Problem) -> bool:
        self._workspace.drop(problem.logged.command_id)
        return True


def _each(job: Job, problems: Sequence[Problem], does: Callable[[Problem], bool]) -> tuple[int, int]:
    """How many were dealt with, and how many could not be."""
    done, left = 0, 0
    try:
        for one in job.each(problems):
            is_done = does(one)
            done, left = done + is_done, left + (not is_done)
    except Cancelled:
        pass  # what was done stays done
    return done, left
