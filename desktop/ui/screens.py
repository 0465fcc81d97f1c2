"""The screens of one conference, each made when it is first gone to."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QWidget

from desktop.ui.activity.activity_screen import ActivityScreen
from desktop.ui.attendees.attendees_screen import AttendeesScreen
from desktop.ui.changes import Changes
from desktop.ui.desk import Desk
from desktop.ui.door.door_screen import DoorScreen
from desktop.ui.door.scanner import Scanner
from desktop.ui.editor.editor_screen import EditorScreen
from desktop.ui.problems.problems_screen import ProblemsScreen
from desktop.workspace import Workspace

S = TypeVar("S", bound=QWidget)


class Screens(QObject):
    """`gone` asks the window to go to a place; `counted` tells how many problems there are.

    `unsaved` tells that `is_unsaved` may have changed.
    """

    gone = Signal(str)
    counted = Signal(int)
    sounded = Signal(str)
    unsaved = Signal()

    def __init__(
        self, workspace: Workspace, desk: Desk, scanner: Scanner, settings: QSettings, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.changes = Changes(workspace, self)
        self._desk, self._scanner, self._settings = desk, scanner, settings
        self._made: dict[str, QWidget] = {}
        self._makers: Mapping[str, Callable[[], QWidget]] = {
            "conference": self._editor,
            "attendees": lambda: AttendeesScreen(workspace, self.changes),
            "door": self._door,
            "problems": self._problems,
            "activity": lambda: ActivityScreen(workspace, self.changes),
        }

    def screen(self, place: str) -> QWidget:
        """The screen of a place."""
        if place not in self._made:
            self._made[place] = self._makers[place]()
        return self._made[place]

    def made(self, place: str, kind: type[S]) -> S:
        """The screen of a place, as its class."""
        screen = self.screen(place)
        assert isinstance(screen, kind)
        return screen

    @property
    def is_at_door(self) -> bool:
        """Whether the door was opened, so that scans are for it."""
        return "door" in self._made

    @property
    def is_unsaved(self) -> bool:
        """Whether something was typed in the editor that is not saved."""
        editor = self._made.get("conference")
        return isinstance(editor, EditorScreen) and editor.is_unsaved

    def _editor(self) -> EditorScreen:
        made = EditorScreen(self.workspace, self.changes, self._desk.new_id)
        made.typed.connect(self.unsaved)
        return made

    def _door(self) -> DoorScreen:
        made = DoorScreen(
            self.workspace,
            self.changes,
            scanner=self._scanner,
            connection=lambda: self._desk.connection(self.workspace.conference),
            settings=self._settings,
            now=self._desk.now,
        )
        made.came_up.connect(lambda: self.gone.emit("door"))
        made.sounded.connect(self.sounded)
        return made

    def _problems(self) -> ProblemsScreen:
        made = ProblemsScreen(self.workspace, self.changes)
        made.change_asked.connect(lambda _: self.gone.emit("conference"))
        made.counted.connect(self.counted)
        return made
