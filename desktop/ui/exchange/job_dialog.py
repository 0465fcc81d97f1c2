"""A dialog around long work: what it is about, how far it is, what came of it, and a way to stop it."""

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.parts.form_dialog import say
from desktop.ui.parts.job import Job
from desktop.ui.parts.labels import button, label
from desktop.ui.tokens import Space


class JobDialog(QDialog):
    """Heirs put what they ask into `form`, and `run` their work. Closing stops what is under way."""

    def __init__(self, title: str, explained: str, start: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self.setWindowTitle(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.ROOMY, Space.ROOMY, Space.ROOMY, Space.WIDE)
        column.setSpacing(Space.USUAL)
        column.addWidget(label(title, "title"))
        column.addWidget(label(explained, wraps=True))
        self.form = QVBoxLayout()
        self.form.setSpacing(Space.USUAL)
        column.addLayout(self.form, 1)
        self.told = label("", "small", wraps=True)
        column.addWidget(self.told)
        self.error = label("", "error", wraps=True)
        self.error.hide()
        column.addWidget(self.error)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.bar.hide()
        column.addWidget(self.bar)
        row = QHBoxLayout()
        row.addStretch(1)
        self.close_button = button(self.tr("Close"), self._leave)
        self.start = button(start, self.begin, "primary")
        row.addWidget(self.close_button)
        row.addWidget(self.start)
        column.addLayout(row)

    @property
    def is_busy(self) -> bool:
        """Whether there is work under way."""
        return self._job is not None

    def begin(self) -> None:
        """What the last button does."""
        raise NotImplementedError

    def allow(self, *, is_free: bool) -> None:
        """Let the user ask for work, or not while there is some."""
        self.start.setEnabled(is_free)

    def run(self, work: Callable[[Job], object], then: Callable[[object], None], *, steps: int = 0) -> None:
        """Do it in a thread; 0 steps are an unknown number. What is wrong with the environment is said here."""
        say(self.error, "")
        job = self._job = Job(work, self)
        job.progressed.connect(self.bar.setValue)
        job.ended.connect(lambda result: self._ended(result, then))
        self.bar.setMaximum(steps)
        self.bar.setValue(0)
        self.bar.show()
        self.close_button.setText(self.tr("Cancel"))
        self.allow(is_free=False)
        job.start()

    def failed(self) -> None:
        """The environment was in the way, which is said already."""

    def reject(self) -> None:
        if self._job is not None:
            self._job.cancel()
        super().reject()

    def _ended(self, result: object, then: Callable[[object], None]) -> None:
        self._job = None
        self.bar.hide()
        self.close_button.setText(self.tr("Close"))
        self.allow(is_free=True)
        if isinstance(result, Exception):
            say(self.error, words.problem(result))
            self.failed()
        else:
            then(result)

    def _leave(self) -> None:
        if self._job is not None:
            self._job.cancel()
        else:
            self.reject()
