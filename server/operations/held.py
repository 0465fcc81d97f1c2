"""Decides held facts again, after what kept them was mended. What still cannot be handled stays as it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from server.jobs import Incoming, Job
from server.operations.office import SERVER, Office
from server.operations.rebuild import Body
from server.store import commits, rows
from server.store.commits import Stored
from server.store.engine import reading
from server.store.personal import Vault
from shared.access.access import Device, HeldFactTask
from shared.domain import CODEC
from shared.kernel.codec import Undecodable, from_json
from shared.kernel.decider import Actor, key
from shared.kernel.ids import derived_id
from shared.kernel.messages import Wire, wire_of
from shared.sync.protocol import Status, read_command


@dataclass(frozen=True, slots=True)
class Released:
    """What became of a held fact; `code` says why it is held still, None if it is done."""

    held: str
    name: str
    code: str | None


def release_held(office: Office, space: str) -> Iterator[Released]:
    """Decide every held fact of a conference again, in the order of the log, by the device it came from.

    It becomes a commit of its own under an id derived from the first one's, and its task is closed with it.
    """
    with reading(office.engine).begin() as conn:
        tasks = [at.id for at in rows.rows_of_view(conn, space, wire_of(HeldFactTask).name)]
        stored = sorted(commits.known(conn, space, tasks).values(), key=lambda one: one.position)
        jobs = [(one, _job(conn, space, one)) for one in stored]
    for one, job in jobs:
        verdict = office.submit(space, job).verdict
        code = None if verdict.status is Status.ACCEPTED else verdict.code or "refused"
        yield Released(one.command_id, job.commands[0].wire.name, code)


def _job(conn: Connection, space: str, stored: Stored) -> Job:
    body = from_json(Body, stored.body)
    content = Vault(conn, space).open(bytes(body.body))
    incoming = _incoming(derived_id("released", space, stored.command_id), body, content, body.issued_at)
    return Job(commands=[incoming], actor=_actor(conn, space, stored, body), releases=stored.command_id)


def _incoming(command_id: str, body: Body, content: bytes, issued_at: datetime) -> Incoming:
    """The command as it came. Version 0: not even its envelope could be read, and it was kept as a whole."""
    wire, error = Wire(body.name, body.version), None
    if wire.version == 0:
        try:
            command = read_command(content)
        except Undecodable as still:
            error = still.code
        else:
            wire, content, issued_at = Wire(command.name, command.version), bytes(command.body), command.issued_at
    return Incoming(command_id=command_id, wire=wire, body=content, issued_at=issued_at, error=error)


def _actor(conn: Connection, space: str, stored: Stored, body: Body) -> Actor:
    """The device it came from as it is now, also if it is revoked: whoever releases its facts has decided that."""
    if stored.device is None:
        return body.actor or SERVER
    at = key(Device, stored.device)
    found = rows.read_rows(conn, space, [at]).get(at)
    if found is None or found.body is None:
        return SERVER
    device: Device = CODEC.decode_row(at.view, found.body)
    return Actor(role=device.role, id=stored.device, label=device.label)
