"""THE transaction: a batch of commands of one conference, from numbers to rows, answered only after COMMIT.

`handle` runs inside the caller's transaction, so that its writes are on disk together or not at all. Read it with
`shared/execute.py`: that is the rules' side of a command, this is the store's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from server.jobs import Answer, Incoming, Job, Receipt, Tools
from server.project import BatchRows, Cache, Cached
from server.store import commits, deadlines, outbox
from server.store.bulk import together
from server.store.commits import Head, NewCommit
from server.store.personal import Vault
from shared.access.access import Device, ErasedPerson, ErasePerson, HoldFact, OpenEpoch, PersonErased, ReleaseFact
from shared.conference.conference import Conference
from shared.domain import CODEC, DOMAIN
from shared.execute import ID_MOST, Execution, Recorder, execute, gather
from shared.kernel.codec import RawJson, Undecodable, from_json, to_json
from shared.kernel.decider import Actor, Context, Deadline, Found, Key, Rejected, Role, key
from shared.kernel.ids import DeviceId, PersonId, derive
from shared.kernel.messages import is_fact, wire_of
from shared.kernel.personal import erase, persons_in
from shared.replay import without
from shared.sync.protocol import Code, Status, Verdict

log = structlog.get_logger()


def handle(
    conn: Connection, space: str, jobs: Sequence[Job], *, cache: Cache, now: datetime, tools: Tools
) -> tuple[list[Answer], dict[Key, Cached], Head]:
    """Handle the jobs in order. Answers one a job; what the cache takes after COMMIT: rows, and the new head."""
    head = commits.lock(conn, space)
    cache.bring_to(conn, space, head)
    moment = max(now, head.decided_at or now, *(job.not_before for job in jobs if job.not_before is not None))
    batch = _Batch(conn, space, head, BatchRows(conn, space, cache), moment, tools)
    batch.prepare(jobs)
    answers = [batch.run(job) for job in jobs]
    kept = batch.write()
    if batch.head.position == 0:
        commits.close_unused(conn, space)
    return answers, kept, batch.head


class _Batch:
    def __init__(self, conn: Connection, space: str, head: Head, rows: BatchRows, now: datetime, tools: Tools) -> None:
        self._conn, self._space, self.head, self._rows, self._now, self._tools = conn, space, head, rows, now, tools
        self._secret = tools.secrets.of(space)
        self._vault = Vault(conn, space)
        self.position = head.position
        self._commits: list[NewCommit] = []
        self._effects: list[tuple[int, Any]] = []
        self._receipts: dict[str, Receipt] = {}
        self._fingerprints: dict[str, str] = {}
        self._numbers: dict[tuple[str, int], int] = {}
        self._decoded: dict[str, Any] = {}

    def prepare(self, jobs: Sequence[Job]) -> None:
        """Look up in one go what the jobs will ask: known ids, numbers, rows."""
        incoming = [one for job in jobs for one in job.commands]
        self._recall([one.command_id for one in incoming])
        asked = {(job.device, job.epoch) for job in jobs if job.device is not None}
        self._numbers = commits.next_numbers(self._conn, self._space, asked)
        wanted = [key(Device, device) for device, _ in asked]
        read = [(one, self._read(one)) for one in incoming]
        readable = [command for _, command in read if not isinstance(command, Undecodable)]
        persons = {person for command in readable for person in persons_in(command)}
        # Before the commands are decoded whole: each would ask for its persons alone.
        self._rows.prefetch(key(ErasedPerson, person) for person in persons)
        for one, command in read:
            decoded = self._keep_decoded(one, command)
            if not isinstance(decoded, Undecodable):
                wanted.extend(_first_needs(decoded))
                wanted.extend(self._tools.foresight.keys(decoded))
        self._rows.prefetch(wanted)
        self._vault.load(persons)

    def _recall(self, command_ids: Sequence[str]) -> None:
        """Take over the outcomes of those of the commands that were handled in earlier batches."""
        for command_id, stored in commits.known(self._conn, self._space, command_ids).items():
            verdict = from_json(Verdict, stored.outcome)
            self._receipts[command_id] = Receipt(command_id=command_id, position=stored.position, verdict=verdict)
            self._fingerprints[command_id] = from_json(_Fingerprint, stored.body).fingerprint

    def run(self, job: Job) -> Answer:
        """Handle one job's commands."""
        if job.device is None:
            assert job.actor is not None, "a job has a device or an actor"
            receipts = [self._one(one, job.actor, None, job.releases) for one in job.commands]
            return Answer(receipts=receipts, head=self.position, epoch=0, expected=0)
        return self._run_numbered(job, job.device)

    def _run_numbered(self, job: Job, device: str) -> Answer:
        receipts: list[Receipt] = []

        def answer(stopped: Code | None, *, epoch: int = job.epoch, expected: int) -> Answer:
            return Answer(receipts=receipts, head=self.position, epoch=epoch, expected=expected, stopped=stopped)

        expected = self._numbers.get((device, job.epoch), 1)
        known = self._device(device)
        if known is None and not (job.may_create and self._is_unmade()):
            return answer(Code.FORBIDDEN, expected=expected)
        epochs = (1,) if known is None else known.epochs
        if job.epoch > max(epochs) + 1:
            return answer(Code.FORKED, epoch=max(epochs) + 1, expected=1)
        for number, one in enumerate(job.commands, start=job.first):
            if number > expected:
                return answer(Code.GAP, expected=expected)
            receipt = self._repeated(one, device, job.epoch, number)
            if receipt is None and number < expected:
                return answer(Code.FORKED, epoch=max(epochs) + 1, expected=1)
            if receipt is None:
                if job.epoch not in epochs:
                    self._internal(OpenEpoch(device=DeviceId(device), epoch=job.epoch), device)
                    epochs = (*epochs, job.epoch)
                actor = None if job.is_revoked else self._actor(device, job.label)
                receipt = self._one(one, actor, (device, job.epoch, number))
            receipts.append(receipt)
            expected = self._numbers[device, job.epoch] = max(expected, number + 1)
        return answer(None, expected=expected)

    def _repeated(self, one: Incoming, device: str, epoch: int, number: int) -> Receipt | None:
        """The stored outcome of a known id. Another body under a known id is refused, and both are kept."""
        receipt = self._receipts.get(one.command_id)
        if receipt is None or self._fingerprints[one.command_id] == self._fingerprint(one):
            return receipt
        other = self._secret.own_id("reused", one.command_id, self._fingerprint(one))
        self._recall([] if other in self._receipts else [other])
        if other in self._receipts:
            return self._receipts[other]
        verdict = Verdict(status=Status.REFUSED, code="id_reused", values={"command_id": one.command_id})
        numbers = (device, epoch, number) if self._numbers.get((device, epoch), 1) == number else None
        return self._record(one, other, self._actor(device, ""), numbers, verdict, None)

    def _one(
        self, one: Incoming, actor: Actor | None, numbers: tuple[str, int, int] | None, releases: str | None = None
    ) -> Receipt:
        """Decide one command and keep what came of it."""
        known = self._receipts.get(one.command_id)
        if known is not None:
            return known
        command = self._decode(one)
        if isinstance(command, Undecodable):
            return self._refused(one, actor, numbers, command, releases)
        try:
            if actor is None:
                raise Rejected("device_revoked")
            read = Recorder(self._rows)
            done = execute(command, self._context(one, actor), read)
        except Rejected as refusal:
            return self._refused(one, actor, numbers, refusal, releases)
        except SQLAlchemyError:
            raise
        except Exception:
            if numbers is None and not is_fact(one.wire.name):
                raise
            log.exception("a command failed", command=one.wire.name, command_id=one.command_id)
            return self._refused(one, actor, numbers, Rejected("internal_error"), releases)
        self._tools.foresight.learn(command, read.keys)
        receipt = self._record(one, one.command_id, actor, numbers, Verdict(status=Status.ACCEPTED), done)
        if releases is not None:
            self._internal(ReleaseFact(held=releases), one.command_id)
        return receipt

    def _refused(
        self,
        one: Incoming,
        actor: Actor | None,
        numbers: tuple[str, int, int] | None,
        refusal: Rejected | Undecodable,
        releases: str | None,
    ) -> Receipt:
        values = refusal.values if isinstance(refusal, Rejected) else {"detail": refusal.detail}
        verdict = Verdict(status=Status.REFUSED, code=refusal.code, values=values)
        if releases is not None:
            return Receipt(command_id=one.command_id, position=self.position, verdict=verdict)
        if is_fact(one.wire.name):
            # A fact happened, whatever the rules make of it: it is kept whole and a human is asked.
            held = Verdict(status=Status.HELD, code=refusal.code, values=values)
            receipt = self._record(one, one.command_id, actor, numbers, held, None)
            device = "" if numbers is None else numbers[0]
            task = HoldFact(
                held=one.command_id,
                device=DeviceId(device),
                name=one.wire.name,
                version=one.wire.version,
                reason=refusal.code,
            )
            self._internal(task, one.command_id)
            return receipt
        if numbers is None and (actor is None or actor.role is Role.REGISTRANT):
            return Receipt(command_id=one.command_id, position=self.position, verdict=verdict)
        return self._record(one, one.command_id, actor, numbers, verdict, None)

    def _internal(self, command: Any, cause: str) -> None:
        """Run a command of the server's own that must not fail, as a commit of its own."""
        wire = wire_of(command)
        command_id = self._secret.own_id("internal", wire.name, cause, to_json(command).decode())
        one = Incoming(command_id=command_id, wire=wire, body=to_json(command), issued_at=self._now)
        self._one(one, Actor(role=Role.SERVER, id="server"), None)

    def _record(
        self,
        one: Incoming,
        command_id: str,
        actor: Actor | None,
        numbers: tuple[str, int, int] | None,
        verdict: Verdict,
        done: Execution | None,
    ) -> Receipt:
        """Append a commit at the next position and merge its rows."""
        self.position += 1
        changes: dict[Key, Any] = {}
        if done is not None:
            changes = done.changes
            self._rows.merge(changes, self.position)
            for event in done.events:
                if isinstance(event, PersonErased):
                    changes |= self._erase(event.person)
            self._effects.extend((self.position, effect) for effect in done.effects)
        device, epoch, number = numbers or (None, None, None)
        fingerprint = self._fingerprint(one)
        self._commits.append(
            NewCommit(command_id, device, epoch, number, to_json(verdict), self._body(one, actor, done, fingerprint))
        )
        receipt = Receipt(command_id=command_id, position=self.position, verdict=verdict, changes=changes)
        self._receipts[command_id] = receipt
        self._fingerprints[command_id] = fingerprint
        return receipt

    def _body(self, one: Incoming, actor: Actor | None, done: Execution | None, fingerprint: str) -> bytes:
        """The commit as it is kept for ever, personal fields sealed."""
        command = self._decode(one)
        sealed = self._vault.hide(one.body) if isinstance(command, Undecodable) else self._vault.seal(command)
        messages = [] if done is None else done.messages[1:]
        return to_json(
            {
                "actor": actor,
                "at": self._now,
                "issued_at": one.issued_at,
                "name": one.wire.name,
                "version": one.wire.version if isinstance(command, Undecodable) else wire_of(command).version,
                "body": RawJson(sealed),
                "fingerprint": fingerprint,
                "messages": [(*wire_of(each), RawJson(self._vault.seal(each))) for each in messages],
            }
        )

    def write(self) -> dict[Key, Cached]:
        """Write everything with a few statements; the answer is for the cache after COMMIT."""
        conn, space = self._conn, self._space
        self._rows.prepare_flush()
        with together(conn):
            if self._commits:
                self._vault.save()
                self.head = commits.append(conn, space, self.head, self._commits, self._now)
                # The last effect under a key wins within the batch, as it would one by one.
                dues = {effect.key: effect for _, effect in self._effects if isinstance(effect, Deadline)}
                deadlines.put(conn, space, dues.values())
                outside = [(at, effect) for at, effect in self._effects if not isinstance(effect, Deadline)]
                outbox.add(conn, space, outside, self._now)
            commits.set_next_numbers(conn, space, self._numbers)
            return self._rows.flush()

    def _context(self, one: Incoming, actor: Actor) -> Context:
        return Context(
            now=self._now,
            actor=actor,
            conference=self._space,
            command_id=one.command_id,
            issued_at=one.issued_at,
            secret=self._secret.secret,
            ticket_key=self._secret.public_ticket_key,
            sign=self._secret.sign,
        )

    def _decode(self, one: Incoming) -> Any:
        """The command as today's class, without erased persons; or why it cannot be read."""
        cached = self._decoded.get(one.command_id)
        if cached is not None and cached[0] == one:
            return cached[1]
        return self._keep_decoded(one, self._read(one))

    def _keep_decoded(self, one: Incoming, read: Any) -> Any:
        decoded = read if isinstance(read, Undecodable) else self._without_erased(read)
        self._decoded[one.command_id] = (one, decoded)
        return decoded

    def _read(self, one: Incoming) -> Any:
        """The command as it came, or why it cannot be read."""
        try:
            if one.error is not None:
                raise Undecodable(one.error, "the envelope cannot be read")
            command = CODEC.decode(one.wire, one.body)
            if type(command) not in DOMAIN.decider_by_command:
                raise Undecodable("unknown_message", "not a command")
            if any(len(person) > ID_MOST for person in persons_in(command)):
                raise Undecodable("invalid", f"a person's id has at most {ID_MOST} characters")
            return command
        except Undecodable as error:
            return error
        except Exception:
            log.exception("a command could not be read", command=one.wire.name, command_id=one.command_id)
            return Undecodable("internal_error", "reading it failed")

    def _without_erased(self, command: Any) -> Any:
        persons = [PersonId(person) for person in persons_in(command)]
        if not persons or isinstance(command, ErasePerson):
            return command
        found = gather(lambda _: [key(ErasedPerson, person) for person in persons], self._rows)
        for person in persons:
            if found.get(ErasedPerson, person) is not None:
                command = erase(command, person)
        return command

    def _erase(self, person: str) -> dict[Key, Any]:
        """Every row that names the person, without what it says of them; their key goes with this transaction."""
        self._tools.erased_ids.add(self._space, person)
        self._vault.destroy(person)
        self._decoded.clear()  # what is still to come in this batch may name them
        gone = without(self._rows.everything(), person)
        self._rows.rewrite(gone, self.position)
        return gone

    def _fingerprint(self, one: Incoming) -> str:
        """Tells whether two bodies are the same, without telling anything of them."""
        return derive(self._secret.secret, "fingerprint", one.wire.name, one.body.decode("utf-8", "replace")).hex()[:32]

    def _is_unmade(self) -> bool:
        """Whether there is no conference yet, be it that its creation was refused."""
        return self._rows.fetch([key(Conference)])[key(Conference)] is None

    def _device(self, device: str) -> Device | None:
        found: Device | None = self._rows.fetch([key(Device, device)])[key(Device, device)]
        return found

    def _actor(self, device: str, label: str) -> Actor | None:
        """The device as its row stands now; None when it was revoked. Only a conference's first command has no row."""
        known = self._device(device)
        if known is None:
            return Actor(role=Role.ORGANIZER, id=device, label=label)
        return None if known.is_revoked else Actor(role=known.role, id=device, label=known.label)


def _first_needs(command: Any) -> list[Key]:
    """What a command asks for first. A bug in its `needs` comes up again, and is dealt with, when it is run."""
    try:
        return list(DOMAIN.decider_by_command[type(command)].needs(command, Found()))
    except Exception:  # noqa: BLE001 - see above
        return []


@dataclass(frozen=True, slots=True)
class _Fingerprint:
    fingerprint: str
