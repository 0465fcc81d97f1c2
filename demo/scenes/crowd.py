"""A hundred thousand people: the lists that open at once however long they are."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Final
from uuid import UUID

from PySide6.QtCore import QSettings

from demo.scenes.stages import Pictures, founded, screens, settle, shown, until
from desktop.ui.attendees.attendees_screen import AttendeesScreen
from desktop.workspace import Change, Workspace
from shared.checkin.verdict import Pass
from shared.kernel.codec import RawJson, to_json
from shared.kernel.decider import key
from shared.kernel.ids import TicketId
from shared.sync.protocol import PushedRow
from tests.desktop.ui.stage import FULL, PEOPLE, StagedDesk

_MANY: Final = 100_000
_SYLLABLES: Final = ("an", "be", "chi", "dor", "el", "fa", "gri", "ho", "ik", "jo", "ka", "lu", "mo", "ne", "ow", "pri")


def pictures(folder: Path, settings: QSettings) -> Pictures:
    """The list of attendees at its start, at its end, and searched."""
    stage = founded(folder)
    for person in PEOPLE:
        stage.sell(person, FULL)
    stage.laptop.sync()
    _fill(stage.laptop.workspace)
    with shown(StagedDesk(stage.laptop), settings) as window:
        window.open_conference(stage.server.conference, "attendees")
        attendees = screens(window).made("attendees", AttendeesScreen)
        until(lambda: attendees.model.rowCount() >= _MANY)
        attendees.table.scrollToBottom()
        settle()
        yield "attendees-100000", window
        attendees.search.setText("chika")
        settle()
        until(lambda: 0 < attendees.model.rowCount() < _MANY)
        settle()
        yield "attendees-100000-search", window


def _fill(workspace: Workspace) -> None:
    """As if the server had pushed that many tickets."""
    before = workspace.checkpoint
    rows = {
        key(Pass, one.ticket): PushedRow(key(Pass).view, one.ticket, before.position, RawJson(to_json(one)))
        for one in _crowd(workspace.rows(Pass))
    }
    change = Change(checkpoint=before, versions=workspace.versions(), rows=rows, outcomes=[])
    workspace.apply(replace(change, digests=workspace.digests_after(change)))


def _crowd(known: dict[str, Pass]) -> Iterator[Pass]:
    random, models = Random(7), cycle(known.values())
    for number in range(_MANY):
        first, last = ("".join(random.choices(_SYLLABLES, k=many)).capitalize() for many in (2, 3))
        ticket = TicketId(str(UUID(int=900_000 + number)))
        yield replace(next(models), ticket=ticket, first_name=first, last_name=last)
