"""The organizer's laptop in the stories of registrants: it syncs over HTTP with the server that they reach."""

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.store.log import Log
from desktop.sync.session import Request, Response, Staging, sync
from desktop.workspace import Workspace
from server.lookup import look_up
from server.store.engine import reading
from shared.conference.conference import Conference, EditConference, Owner
from shared.kernel.decider import Rejected, key
from shared.kernel.edits import Edit
from shared.sentences import sentence
from tests.server.web.world import SPACE, World, bearer
from tests.sync.world import FILE_KEY, Ids

R = TypeVar("R")

NAME = "laptop-of-ann"


@dataclass
class Laptop:
    """Enrolled by what the conference's owner knows. Whatever is done on it reaches the server at once."""

    world: World
    folder: Path
    name: str = NAME
    role: str = "organizer"
    told: list[str] = field(default_factory=list)
    """What it said at once, without asking the server."""

    def __post_init__(self) -> None:
        self._token = self._enrol()
        self._log = Log(self.folder / "log.db", FILE_KEY)
        self.workspace = Workspace(
            conference=SPACE,
            device=self.name,
            label=self.name,
            log=self._log,
            folder=self.folder,
            file_key=FILE_KEY,
            now=self.world.clock,
            new_id=Ids(f"{self.name}-command"),
        )
        self._staging = Staging(self.workspace)
        self.syncs()

    def close(self) -> None:
        self.workspace.close()
        self._log.close()

    def does(self, command: Any) -> None:
        """Issue a command where the rows are as the server has them."""
        self.syncs()
        try:
            self.workspace.issue(command)
        except Rejected as refusal:
            self.told.append(sentence(refusal.code, refusal.values))
        self.syncs()

    def edits(self, **wanted: Any) -> None:
        """Change settings of the conference."""
        self.syncs()
        seen = self.sees(Conference)
        self.does(EditConference(**{name: Edit(seen=getattr(seen, name), new=new) for name, new in wanted.items()}))
        assert not self.complaints()

    def sees(self, kind: type[R], id: str = "") -> R:
        row = self.workspace.get(kind, id)
        assert row is not None, f"the laptop sees no {kind.__name__}"
        return row

    def complaints(self) -> list[str]:
        """What it said at once, then what the server refused."""
        return self.told + [sentence(one.code, one.values) for one in self.workspace.problems()]

    def syncs(self) -> None:
        asking = sync(self.workspace, self._staging)
        try:
            request = next(asking)
            while True:
                request = asking.send(self._answer(request))
        except StopIteration:
            assert not self.workspace.pending

    def _answer(self, request: Request) -> Response:
        headers = request.headers | bearer(self._token)
        answer = self.world.client.request(request.method, request.path, content=request.body, headers=headers)
        return Response(answer.status_code, answer.content)

    def _enrol(self) -> str:
        with reading(self.world.services.engine).begin() as conn:
            owner = look_up(conn, SPACE, [key(Owner)]).get(Owner)
        assert owner is not None
        public_key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        enrolment = {
            "device": self.name,
            "label": self.name,
            "public_key": base64.b64encode(public_key).decode(),
            "role": self.role,
            "owner_email": owner.email,
            "access_code": owner.access_code,
        }
        enrolled = self.world.client.post("/enrol/pycon", json=enrolment)
        assert enrolled.status_code == 200, enrolled.text
        token: str = enrolled.json()["token"]
        return token
