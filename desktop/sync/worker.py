"""Keeps the conferences of a profile in step with the server, on threads of its own.

One thread runs sessions, as soon as something is pending or the feed says something; one thread a conference listens
to its feed. Reconnecting is resuming. The connection is a state that is reported, never a mode that somebody chooses.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic
from typing import Final

from desktop.profile import Profile
from desktop.profile import now as now_by_this_machine
from desktop.sync.lane import Connection, Lane, Line, Pace
from desktop.sync.link import Denied, Feed, Link, Unreachable
from desktop.sync.session import Ended, Request, Response, Staging, State, sync
from desktop.workspace import Workspace
from shared.conference.conference import Conference
from shared.sync.protocol import Page

log = logging.getLogger(__name__)

_JOIN_S: Final = 2.0
_LINES: Final = {State.NOT_ENROLLED: Line.NOT_ENROLLED, State.UPDATE_SERVER: Line.UPDATE_NEEDED}


@dataclass(slots=True, eq=False)
class _Run:
    """From one `start` to its `stop`."""

    is_stopped: bool = False
    threads: list[threading.Thread] = field(default_factory=list)


def connect_over_http(url: str, token: str) -> Link:
    """The real link."""
    from desktop.sync.client import Client

    return Client(url, token)


class Worker:
    """Sync of one profile. Works while it runs; `sync_once` works at any time."""

    def __init__(
        self,
        profile: Profile,
        *,
        connect: Callable[[str, str], Link] = connect_over_http,
        now: Callable[[], datetime] = now_by_this_machine,
        pace: Pace | None = None,
    ) -> None:
        self._profile = profile
        self._connect = connect
        self._now = now
        self._pace = pace or Pace()
        self._changed = threading.Condition()
        self._lanes: dict[str, Lane] = {}
        self._run: _Run | None = None
        self._listeners: list[Callable[[str, Connection], None]] = []
        self._linking = threading.Lock()
        self._link: tuple[tuple[str, str], Link] | None = None

    # For the screens

    def open(self, conference: str) -> Workspace:
        """The workspace of a conference of this profile, kept in step from now on."""
        with self._changed:
            if conference in self._lanes:
                return self._lanes[conference].workspace
            workspace = self._profile.workspace(conference)
            membership = self._profile.membership(conference)
            is_made_here = membership is not None and membership.is_made_here
            lane = Lane(workspace=workspace, staging=Staging(workspace), is_made_here=is_made_here)
            self._lanes[conference] = lane
            if self._run is not None:
                self._start_listening(lane, self._run)
            self._changed.notify_all()
        workspace.listen(lambda _: self._touch(lane))
        return workspace

    def listen(self, listener: Callable[[str, Connection], None]) -> None:
        """Call the listener with a conference and its connection whenever it was reported, on whatever thread."""
        self._listeners.append(listener)

    def connection(self, conference: str) -> Connection:
        """How this device stands to the server, as of the last report."""
        lane = self._lanes.get(conference)
        return Connection() if lane is None else lane.connection

    @property
    def is_running(self) -> bool:
        return self._run is not None

    def start(self) -> None:
        with self._changed:
            if self._run is not None:
                return
            run = self._run = _Run()
            run.threads.append(threading.Thread(target=self._work, args=(run,), name="sync", daemon=True))
            run.threads[0].start()
            for lane in self._lanes.values():
                lane.is_due, lane.not_before = True, 0.0
                self._start_listening(lane, run)

    def stop(self) -> None:
        """End the threads. What was under way is taken up again by the next session."""
        with self._changed:
            run, self._run = self._run, None
            if run is None:
                return
            run.is_stopped = True
            feeds = [lane.feed for lane in self._lanes.values() if lane.feed is not None]
            for lane in self._lanes.values():
                lane.feed, lane.is_in_step = None, False
            self._changed.notify_all()
        for feed in feeds:
            feed.close()
        for thread in run.threads:
            thread.join(_JOIN_S)
        for lane in self._lanes.values():
            self._report(lane, replace(lane.connection, line=Line.ALONE, detail="stopped"))

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        with self._linking:
            if self._link is not None:
                self._link[1].close()
                self._link = None

    def sync_now(self) -> None:
        """The user does not want to wait any longer."""
        with self._changed:
            for lane in self._lanes.values():
                lane.is_due, lane.failures, lane.deaf, lane.not_before = True, 0, 0, 0.0
            self._changed.notify_all()

    def sync_once(self, conference: str) -> Ended:
        """One session on this thread; raises Unreachable. What it found out is reported too."""
        lane = self._lanes[conference]
        try:
            ended = self._session(lane, None)
        except Unreachable as error:
            self._ended(lane, Ended(State.FAILED, detail=str(error)))
            raise
        self._ended(lane, ended)
        return ended

    def ask(self, request: Request) -> Response:
        """A request of this device's besides sync; raises Unreachable."""
        if not self._profile.identity.server_url:
            raise Unreachable("This device knows no server yet. Say which one, such as https://lanyard.example.org.")
        return self._linked().ask(request)

    # The thread that runs sessions

    def _touch(self, lane: Lane) -> None:
        if lane.busy_thread == threading.get_ident():
            return  # sync itself has changed something
        with self._changed:
            lane.is_touched = True
            self._changed.notify_all()

    def _work(self, run: _Run) -> None:
        while (lane := self._next(run)) is not None:
            try:
                ended = self._session(lane, run)
            except Unreachable as error:
                ended = Ended(State.FAILED, detail=str(error))
            except Exception:
                log.exception("sync of %s failed", lane.workspace.conference)
                ended = Ended(State.FAILED, detail="internal_error")
            if not run.is_stopped:
                self._ended(lane, ended)

    def _next(self, run: _Run) -> Lane | None:
        """The lane whose turn it is, waited for; None when the run is over."""
        with self._changed:
            while not run.is_stopped:
                wanted = [lane for lane in self._lanes.values() if lane.is_wanted()]
                moment = monotonic()
                ready = min(wanted, key=lambda lane: lane.not_before, default=None)
                if ready is not None and ready.not_before <= moment:
                    ready.is_due = ready.is_touched = False
                    return ready
                self._changed.wait(None if ready is None else ready.not_before - moment)
        return None

    def _session(self, lane: Lane, run: _Run | None) -> Ended:
        """One session; raises Unreachable. It breaks off when the run ends under way."""
        identity = self._profile.identity
        if not identity.server_url or not identity.token:
            return Ended(State.NOT_ENROLLED)
        link = self._linked()
        with lane.exclusively():
            asking = sync(lane.workspace, lane.staging)
            try:
                request = next(asking)
                while True:
                    response = link.ask(request)
                    if run is not None and run.is_stopped:
                        raise Unreachable("stopped")
                    request = asking.send(response)
            except StopIteration as stop:
                ended: Ended = stop.value
                return ended
            finally:
                asking.close()

    def _ended(self, lane: Lane, ended: Ended) -> None:
        if ended.state in (State.SYNCED, State.UPDATE_DESKTOP):
            self._in_step(lane)
            return
        with self._changed:
            lane.failures += 1
            lane.is_due, lane.is_in_step = True, False
            lane.not_before = monotonic() + self._pace.after(lane.failures)
        line = _LINES.get(ended.state, Line.ALONE)
        self._report(lane, replace(lane.connection, line=line, detail=ended.detail or ended.state.value))

    def _in_step(self, lane: Lane) -> None:
        """A change was applied, and with it this device has all that the server had."""
        needs_update = bool(lane.staging.newer)
        with self._changed:
            lane.failures = 0
            lane.not_before = monotonic() + self._pace.after(lane.deaf) if lane.deaf else 0.0
            lane.is_in_step = True
            self._changed.notify_all()
        self._describe(lane.workspace)
        self._report(
            lane,
            Connection(
                line=Line.UPDATE_NEEDED if needs_update else Line.SERVER,
                detail=State.UPDATE_DESKTOP.value if needs_update else "",
                heard_at=self._now(),
                is_equal=not lane.staging.differing,
            ),
        )

    def _describe(self, workspace: Workspace) -> None:
        """Keep the conference's name and this device's role for the list of conferences."""
        known = self._profile.membership(workspace.conference)
        conference = workspace.get(Conference)
        if known is None or conference is None:
            return
        described = replace(known, role=workspace.role, title=conference.name)
        if described != known:
            self._profile.remember(described)

    def _report(self, lane: Lane, connection: Connection) -> None:
        lane.connection = connection
        for listener in self._listeners:
            listener(lane.workspace.conference, connection)

    def _linked(self) -> Link:
        """The link for the server and token of now."""
        identity = self._profile.identity
        wanted = (identity.server_url, identity.token)
        with self._linking:
            if self._link is None or self._link[0] != wanted:
                # The former one may still be in use by a feed, which ends by itself.
                self._link = wanted, self._connect(*wanted)
            return self._link[1]

    # The threads that listen

    def _start_listening(self, lane: Lane, run: _Run) -> None:
        thread = threading.Thread(target=self._listen, args=(lane, run), name="feed", daemon=True)
        run.threads.append(thread)
        thread.start()

    def _listen(self, lane: Lane, run: _Run) -> None:
        """Listen whenever the lane is in step; when the feed ends, a session finds out why."""
        while self._until_in_step(lane, run):
            has_spoken = False
            try:
                feed = self._open_feed(lane, run)
                for page in feed:
                    has_spoken = True
                    self._heard(lane, page)
            except (Unreachable, Denied) as error:
                log.debug("the feed of %s ended: %s", lane.workspace.conference, error)
            except Exception:
                log.exception("the feed of %s failed", lane.workspace.conference)
            if run.is_stopped:
                return
            with self._changed:
                lane.feed, lane.is_in_step, lane.is_due = None, False, True
                lane.deaf = 0 if has_spoken else lane.deaf + 1
                lane.not_before = monotonic() + self._pace.after(max(lane.deaf, 1))
                self._changed.notify_all()

    def _until_in_step(self, lane: Lane, run: _Run) -> bool:
        with self._changed:
            while not run.is_stopped and not lane.is_in_step:
                self._changed.wait()
            return not run.is_stopped

    def _open_feed(self, lane: Lane, run: _Run) -> Feed:
        feed = self._linked().feed(lane.workspace.conference, lane.workspace.checkpoint)
        with self._changed:
            if not run.is_stopped:
                lane.feed = feed
                return feed
        feed.close()
        return feed

    def _heard(self, lane: Lane, page: Page) -> None:
        """Take a page of the feed into the change that is coming down; a session gets what does not fit."""
        with lane.exclusively():
            is_applied = lane.staging.take(page)
            is_missed = page.digests is not None and page.upto > lane.workspace.checkpoint.position
        if is_applied:
            self._in_step(lane)
        elif is_missed:
            with self._changed:
                lane.is_due = True
                self._changed.notify_all()
