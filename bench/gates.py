"""A gate's laptop: a workspace on encrypted files, which downloads the conference."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench.venue import DEVICE, SPACE
from desktop.profile import new_id, now
from desktop.promptness import be_prompt
from desktop.store.log import Log
from desktop.sync.session import Ended, Request, Response, Staging, State, sync
from desktop.workspace import Workspace

FILE_KEY: Final = bytes(range(32))


class Gate:
    """The workspace with its files in a folder."""

    def __init__(self, folder: Path) -> None:
        be_prompt()  # as the desktop's own start does
        self._log = Log(folder / "log.db", FILE_KEY)
        self.workspace = Workspace(
            conference=SPACE,
            device=DEVICE,
            label=DEVICE,
            log=self._log,
            folder=folder,
            file_key=FILE_KEY,
            now=now,
            new_id=new_id,
        )
        self.staging = Staging(self.workspace)

    def sync(self, ask: Callable[[Request], Response]) -> None:
        """One session with whoever answers."""
        catch_up(self.workspace, self.staging, ask)

    def close(self) -> None:
        """Close the files."""
        self.workspace.close()
        self._log.close()


def catch_up(workspace: Workspace, staging: Staging, ask: Callable[[Request], Response]) -> None:
    """One session with whoever answers, which ends well."""
    asking = sync(workspace, staging)
    request = next(asking)
    while True:
        try:
            request = asking.send(ask(request))
        except StopIteration as stop:
            ended: Ended = stop.value
            assert ended.state is State.SYNCED, ended
            return
