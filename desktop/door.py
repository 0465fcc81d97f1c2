"""A gate: from the text of a code, or a ticket found by search, to a verdict and a scan that is durably recorded."""

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from desktop.profile import new_id, now
from desktop.workspace import Workspace
from shared.checkin import ticket_code, verdict
from shared.checkin.admission import Action, RecordScan
from shared.checkin.ticket_code import BadgeCode, Evidence
from shared.checkin.verdict import MAY_PASS, Direction, Seen, Verdict
from shared.conference.conference import Conference
from shared.domain import CODEC
from shared.execute import gather
from shared.kernel.decider import Key
from shared.kernel.ids import AreaId, ConferenceId, TicketId
from shared.sync.overlay import Pending


class ShownRows:
    """A workspace's rows as the user sees them, for rules. What this device does not hold is absent."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def fetch(self, keys: Iterable[Key]) -> Mapping[Key, Any]:
        kinds = ((at, CODEC.row_class(at.view)) for at in keys)
        return {at: None if kind is None else self._workspace.get(kind, at.id) for at, kind in kinds}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A scan that is on disk."""

    scan: str
    verdict: Verdict
    action: Action
    recorded: Pending


class Door:
    """One gate of an area, in one direction."""

    def __init__(self, workspace: Workspace, *, area: str, gate: str, direction: Direction) -> None:
        self._workspace = workspace
        self._rows = ShownRows(workspace)
        self._area = AreaId(area)
        self._gate = gate
        self._direction = direction

    def see(self, text: str) -> Seen:
        """What a scanned text says, checked with the conference's key."""
        at = now()
        evidence, code = ticket_code.examine(
            text, verify=self._verifier(), conference=ConferenceId(self._workspace.conference), at=at
        )
        seen = Seen(area=self._area, gate=self._gate, direction=self._direction, evidence=evidence, scanned_at=at)
        if code is None:
            return seen
        if isinstance(code, BadgeCode):
            return replace(seen, ticket=code.ticket, version=code.version, proof=code.proof)
        return replace(seen, ticket=code.ticket, version=code.version, seat_type=code.seat_type)

    def found(self, ticket: str) -> Seen:
        """A ticket that was found by search, without a code."""
        return Seen(
            area=self._area,
            gate=self._gate,
            direction=self._direction,
            evidence=Evidence.FOUND,
            ticket=TicketId(ticket),
            scanned_at=now(),
        )

    def verdict(self, seen: Seen) -> Verdict:
        """What the rules say of it here and now."""
        return verdict.verdict(seen, gather(lambda found: verdict.needs(seen, found), self._rows))

    def record(self, seen: Seen, concluded: Verdict, *, override: str = "") -> Scanned:
        """Keep what the gate did: it followed the verdict, or let somebody through for the reason given."""
        if override:
            action = Action.OVERRIDDEN
        else:
            action = Action.ADMITTED if concluded.finding in MAY_PASS else Action.TURNED_AWAY
        scan = new_id()
        recorded = self._workspace.issue(RecordScan(scan=scan, seen=seen, action=action, reason=override))
        return Scanned(scan=scan, verdict=concluded, action=action, recorded=recorded)

    def _verifier(self) -> Callable[[bytes, bytes], bool]:
        conference = self._workspace.get(Conference)
        text = None if conference is None else conference.ticket_key
        if text is None:
            return lambda _signature, _signed: False
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(text))

        def verify(signature: bytes, signed: bytes) -> bool:
            try:
                key.verify(signature, signed)
            except InvalidSignature:
                return False
            return True

        return verify
