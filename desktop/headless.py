"""The desktop without windows, for scripts and tests: a request a line, an answer a line, both JSON.

It drives the same workspace as the screens. `docs/headless.md` has every request with an example.
"""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, Final

from desktop import describe
from desktop.door import Door
from desktop.profile import Profile, new_id
from desktop.reapply import refreshed
from desktop.store.files import EnvironmentProblem
from desktop.sync import bundle, enrolment
from desktop.sync.link import Denied, Unreachable
from desktop.sync.worker import Worker
from desktop.workspace import Problem, Workspace
from shared.checkin.verdict import Direction
from shared.domain import CODEC, DOMAIN
from shared.kernel.codec import Undecodable, from_builtins, from_json, to_builtins, to_json
from shared.kernel.decider import Rejected, Role
from shared.kernel.messages import Wire
from shared.sentences import sentence

log = logging.getLogger(__name__)

_ROWS_USUAL: Final = 50
_SENTENCES: Final[Mapping[str, str]] = {
    "no_conference": "Open a conference first.",
    "no_problem": "There is no refused command with this identifier.",
    "unexpected_answer": "The server answered something that this program does not understand.",
    "unknown_request": "There is no request of this name.",
    "unknown_view": "There is no view of this name.",
}

Fields = dict[str, Any]
Answer = dict[str, Any]


class Wrong(Exception):
    """A request that cannot be carried out, with a stable code."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def serve(profile: Profile, requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer line by line until `quit` or the end of the requests."""
    worker = Worker(profile)
    desk = Headless(profile, worker)
    try:
        for line in requests:
            if not line.strip():
                continue
            answers.write(to_json(desk.answer(line)) + b"\n")
            answers.flush()
            if desk.is_done:
                return
    finally:
        worker.close()


class Headless:
    """One profile. Requests without `conference` are about the one opened last."""

    def __init__(self, profile: Profile, worker: Worker) -> None:
        self.is_done = False
        self._profile = profile
        self._worker = worker
        self._opened = ""
        self._requests: Mapping[str, Callable[[Fields], Answer]] = {
            "enrol": self._enrol,
            "enrol_conference": self._enrol_conference,
            "new_conference_id": self._new_conference_id,
            "new_id": self._new_id,
            "conferences": self._conferences,
            "open": self._open,
            "issue": self._issue,
            "rows": self._rows,
            "go_online": self._go_online,
            "go_offline": self._go_offline,
            "sync": self._sync,
            "state": self._state,
            "activity": self._activity,
            "drop": self._drop,
            "reapply": self._reapply,
            "read_notice": self._read_notice,
            "export_queue": self._export_queue,
            "deliver": self._deliver,
            "scan": self._scan,
            "quit": self._quit,
        }

    def answer(self, line: bytes) -> Answer:
        """The answer to a request; a request that fails is answered too."""
        try:
            fields = from_json(dict[str, Any], line)
            request = self._requests.get(_text(fields, "do"))
            if request is None:
                raise Wrong("unknown_request")
            return {"ok": True, **request(fields)}
        except (Rejected, Denied, Wrong) as refusal:
            return _refusal(refusal.code, refusal.values)
        except Undecodable as error:
            return _refusal(error.code, {"detail": error.detail})
        except (EnvironmentProblem, OSError) as problem:
            code = "unreachable" if isinstance(problem, Unreachable) else "environment"
            return {"ok": False, "code": code, "message": str(problem)}
        except Exception:
            log.exception("a request failed")
            return _refusal("internal_error", {})

    # Enrolment and conferences

    def _enrol(self, fields: Fields) -> Answer:
        if "label" in fields:
            self._profile.rename(_text(fields, "label"))
        enrolment.enrol(self._profile, self._worker.ask, code=_text(fields, "code"))
        self._worker.sync_now()
        identity = self._profile.identity
        return {"device": identity.device, "may_create": identity.may_create}

    def _enrol_conference(self, fields: Fields) -> Answer:
        if "label" in fields:
            self._profile.rename(_text(fields, "label"))
        membership = enrolment.join(
            self._profile,
            self._worker.ask,
            conference=_text(fields, "conference"),
            owner_email=_text(fields, "owner_email"),
            access_code=_text(fields, "access_code"),
            role=from_builtins(Role, _text(fields, "role")),
        )
        self._worker.sync_now()
        return {
            "device": self._profile.identity.device,
            "conference": membership.conference,
            "role": membership.role,
        }

    def _new_conference_id(self, _: Fields) -> Answer:
        return {"conference": self._profile.create_conference_id()}

    def _new_id(self, _: Fields) -> Answer:
        return {"new_id": new_id()}

    def _conferences(self, _: Fields) -> Answer:
        return {"conferences": [to_builtins(one) for one in self._profile.memberships()]}

    def _open(self, fields: Fields) -> Answer:
        conference = _text(fields, "conference")
        if self._profile.membership(conference) is None:
            raise Wrong("unknown_conference")
        workspace = self._worker.open(conference)
        self._opened = conference
        return {"conference": conference, "role": workspace.role, "checkpoint": workspace.checkpoint.position}

    def _workspace(self, fields: Fields) -> Workspace:
        conference = _text(fields, "conference", self._opened)
        if not conference:
            raise Wrong("no_conference")
        if self._profile.membership(conference) is None:
            raise Wrong("unknown_conference")
        return self._worker.open(conference)

    # The workspace

    def _issue(self, fields: Fields) -> Answer:
        workspace = self._workspace(fields)
        name = _text(fields, "name")
        version = CODEC.version_of(name)
        if version is None:
            raise Undecodable("unknown_message", f"no message is named {name}")
        command = CODEC.decode(Wire(name, version), to_json(fields.get("body", {})))
        if type(command) not in DOMAIN.decider_by_command:
            raise Undecodable("unknown_message", f"{name} is not a command")
        return describe.issued(workspace.issue(command))

    def _rows(self, fields: Fields) -> Answer:
        workspace = self._workspace(fields)
        kind = CODEC.row_class(_text(fields, "view"))
        if kind is None:
            raise Wrong("unknown_view")
        limit = _number(fields, "limit", _ROWS_USUAL)
        if "id" in fields:
            one: Any = workspace.get(kind, _text(fields, "id"))
            rows: dict[str, Any] = {} if one is None else {_text(fields, "id"): one}
        elif "search" in fields:
            rows = workspace.search(kind, _text(fields, "search"), limit=limit)
        else:
            rows = dict(list(workspace.rows(kind).items())[:limit])
        return {
            "rows": {one: to_builtins(row) for one, row in rows.items()},
            "waiting": [one for one in rows if workspace.is_waiting(kind, one)],
            "count": workspace.count(kind),
        }

    def _drop(self, fields: Fields) -> Answer:
        workspace = self._workspace(fields)
        problem = _problem(workspace, _text(fields, "command_id"))
        workspace.drop(problem.logged.command_id)
        return {}

    def _reapply(self, fields: Fields) -> Answer:
        workspace = self._workspace(fields)
        problem = _problem(workspace, _text(fields, "command_id"))
        issued = workspace.issue(refreshed(problem.logged.command(), workspace))
        workspace.drop(problem.logged.command_id)
        return describe.issued(issued)

    def _read_notice(self, fields: Fields) -> Answer:
        self._workspace(fields).read_notice(_number(fields, "id"))
        return {}

    def _scan(self, fields: Fields) -> Answer:
        direction = from_builtins(Direction, _text(fields, "direction", Direction.ENTRY))
        door = Door(
            self._workspace(fields), area=_text(fields, "area"), gate=_text(fields, "gate"), direction=direction
        )
        seen = door.found(_text(fields, "ticket")) if "ticket" in fields else door.see(_text(fields, "code"))
        scanned = door.record(seen, door.verdict(seen), override=_text(fields, "override", ""))
        return {
            "scan": scanned.scan,
            "verdict": to_builtins(scanned.verdict),
            "action": scanned.action,
            **describe.issued(scanned.recorded),
        }

    # Sync

    def _go_online(self, _: Fields) -> Answer:
        self._worker.start()
        return {}

    def _go_offline(self, _: Fields) -> Answer:
        self._worker.stop()
        return {}

    def _sync(self, fields: Fields) -> Answer:
        workspace = self._workspace(fields)
        ended = self._worker.sync_once(workspace.conference)
        return {"ended": ended.state, "pushed": ended.pushed, "detail": ended.detail, **self._described(workspace)}

    def _state(self, fields: Fields) -> Answer:
        return self._described(self._workspace(fields))

    def _described(self, workspace: Workspace) -> Answer:
        connection = self._worker.connection(workspace.conference)
        checkpoint = workspace.checkpoint
        return {
            "conference": workspace.conference,
            "device": workspace.device,
            "role": workspace.role,
            "epoch": workspace.epoch,
            "is_online": self._worker.is_running,
            "connection": to_builtins(connection),
            "pending": [describe.pending(one) for one in workspace.pending],
            "problems": [describe.problem(one) for one in workspace.problems()],
            "notices": [describe.notice(one) for one in workspace.notices()],
            "checkpoint": {"history": checkpoint.history, "position": checkpoint.position, "hash": checkpoint.hash},
            "digests": {view: f"{digest:x}" for view, digest in sorted(workspace.digests.items())},
        }

    def _activity(self, fields: Fields) -> Answer:
        newest = self._workspace(fields).activity()[: _number(fields, "limit", _ROWS_USUAL)]
        return {"activity": [{**describe.logged(one), "outcome": to_builtins(outcome)} for one, outcome in newest]}

    def _export_queue(self, fields: Fields) -> Answer:
        exported = bundle.export(self._workspace(fields), self._profile.sign)
        Path(_text(fields, "file")).write_bytes(bundle.write(exported))
        return {"commands": exported.commands}

    def _deliver(self, fields: Fields) -> Answer:
        delivered = bundle.read(Path(_text(fields, "file")).read_bytes())
        return {"commands": bundle.deliver(delivered, self._worker.ask), "conference": delivered.conference}

    def _quit(self, _: Fields) -> Answer:
        self.is_done = True
        return {}


_REQUIRED: Final = object()


def _text(fields: Fields, name: str, otherwise: Any = _REQUIRED) -> str:
    found = fields.get(name, otherwise)
    if not isinstance(found, str):
        raise Undecodable("invalid", f"the request needs a text named {name}")
    return found


def _number(fields: Fields, name: str, otherwise: int | None = None) -> int:
    found = fields.get(name, otherwise)
    if not isinstance(found, int):
        raise Undecodable("invalid", f"the request needs a whole number named {name}")
    return found


def _refusal(code: str, values: Mapping[str, Any]) -> Answer:
    message = _SENTENCES.get(code) or sentence(code, values)
    return {"ok": False, "code": code, "message": message, "values": dict(values)}


def _problem(workspace: Workspace, command_id: str) -> Problem:
    """The refused command; one that only will probably be refused is the server's to settle."""
    for problem in workspace.problems():
        if problem.logged.command_id == command_id and problem.is_settled:
            return problem
    raise Wrong("no_problem")
