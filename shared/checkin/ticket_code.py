"""The text in a QR code: a ticket's, signed, which a gate verifies with no data but the conference's public key; and
a badge's, which any desk can make, and which only a gate that has the attendee can tell from an invented one.

Printed codes outlive releases: bytes of a released format never change; another layout gets another first byte.
"""

import base64
import hashlib
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from shared.kernel.ids import ConferenceId, PersonId, SeatTypeId, TicketId
from shared.kernel.messages import value

Sign = Callable[[bytes], bytes]
Verify = Callable[[bytes, bytes], bool]
"""Whether a signature (first) is that of a message (second)."""

PREFIX: Final = (
    "LANYARD."  # with base32, all in the alphanumeric mode of QR codes: 212 characters, version 8 at level M
)
FORMAT: Final = 1
BADGE_FORMAT: Final = 2
PROOF_LENGTH: Final = 10
SIGNATURE_LENGTH: Final = 64  # Ed25519
KEY_ID_LENGTH: Final = 4
# Format, conference, ticket, ticket's version, seat type, valid from and until (seconds of Unix time), key id.
_LAYOUT: Final = struct.Struct(f">B16s16sH16sII{KEY_ID_LENGTH}s")
# Format, conference, ticket, ticket's version, proof: 80 characters, version 4 of QR codes at level M.
_BADGE_LAYOUT: Final = struct.Struct(f">B16s16sH{PROOF_LENGTH}s")


class Evidence(StrEnum):
    """What speaks for a scan."""

    GENUINE = "genuine"
    OUT_OF_TIME = "out_of_time"
    """Genuine, but not valid yet or no longer."""
    FOUND = "found"
    """No code: door staff found the attendee by search."""
    BADGE = "badge"
    """A badge's code, whose proof is still to be compared with the attendee that the gate has; see `verdict.py`."""
    FORGED = "forged"
    OTHER_CONFERENCE = "other_conference"
    UNREADABLE = "unreadable"


@value
class TicketCode:
    """What a code says. Ids are UUIDs in their usual text; times are whole seconds, and the ticket is valid at both."""

    conference: ConferenceId
    ticket: TicketId
    version: int
    seat_type: SeatTypeId
    valid_from: datetime
    valid_until: datetime
    key_id: bytes
    """Which of the conference's keys signed it; see `key_id`."""


@value
class BadgeCode:
    """What a badge's code says. `proof` is that of the attendee whom the badge was printed for; see `proof_of`."""

    conference: ConferenceId
    ticket: TicketId
    version: int
    proof: str


class Decoded(NamedTuple):
    """A ticket code's parts. Nothing is verified yet."""

    code: TicketCode
    signed: bytes
    signature: bytes


class CodeError(ValueError):
    """A text that is no ticket of ours: `not_a_ticket`, `damaged`, or `newer_format` (made by a later release)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def key_id(public_key: bytes) -> bytes:
    """The four bytes by which a code names the key that verifies it."""
    return hashlib.sha256(public_key).digest()[:KEY_ID_LENGTH]


def pack(code: TicketCode) -> bytes:
    """The bytes to sign."""
    return _LAYOUT.pack(
        FORMAT,
        UUID(code.conference).bytes,
        UUID(code.ticket).bytes,
        code.version,
        UUID(code.seat_type).bytes,
        int(code.valid_from.timestamp()),
        int(code.valid_until.timestamp()),
        code.key_id,
    )


def unpack(signed: bytes) -> TicketCode:
    """The reverse of `pack`; raises CodeError."""
    if signed[:1] > bytes([BADGE_FORMAT]):
        raise CodeError("newer_format")
    if len(signed) != _LAYOUT.size or signed[0] != FORMAT:
        raise CodeError("damaged")
    _, conference, ticket, version, seat_type, valid_from, valid_until, key = _LAYOUT.unpack(signed)
    return TicketCode(
        conference=ConferenceId(str(UUID(bytes=conference))),
        ticket=TicketId(str(UUID(bytes=ticket))),
        version=version,
        seat_type=SeatTypeId(str(UUID(bytes=seat_type))),
        valid_from=datetime.fromtimestamp(valid_from, UTC),
        valid_until=datetime.fromtimestamp(valid_until, UTC),
        key_id=key,
    )


def encode(content: bytes) -> str:
    """The text of the QR code."""
    return PREFIX + base64.b32encode(content).decode().rstrip("=")


def decode(text: str) -> Decoded:
    """The parts of a ticket's scanned or typed code, whatever its case and blanks; raises CodeError."""
    content = _content(text)
    signed, signature = content[:-SIGNATURE_LENGTH], content[-SIGNATURE_LENGTH:]
    return Decoded(unpack(signed), signed, signature)


def decode_badge(text: str) -> BadgeCode | None:
    """What a badge's scanned or typed code says; None where it is none."""
    try:
        content = _content(text)
    except CodeError:
        return None
    if len(content) != _BADGE_LAYOUT.size or content[0] != BADGE_FORMAT:
        return None
    _, conference, ticket, version, proof = _BADGE_LAYOUT.unpack(content)
    return BadgeCode(
        conference=ConferenceId(str(UUID(bytes=conference))),
        ticket=TicketId(str(UUID(bytes=ticket))),
        version=version,
        proof=proof.hex(),
    )


def _content(text: str) -> bytes:
    compact = "".join(text.split()).upper()
    if not compact.startswith(PREFIX):
        raise CodeError("not_a_ticket")
    digits = compact.removeprefix(PREFIX)
    try:
        content = base64.b32decode(digits + "=" * (-len(digits) % 8))
    except ValueError:
        raise CodeError("damaged") from None
    if encode(content) != compact:  # the last letter has bits to spare, and each code has one text
        raise CodeError("damaged")
    return content


def issue(code: TicketCode, sign: Sign) -> str:
    """The text of a new ticket's QR code."""
    signed = pack(code)
    return encode(signed + sign(signed))


def proof_of(ticket: TicketId, version: int, attendee: PersonId) -> str:
    """What only desks and the server know of a ticket's version: nobody else ever sees an attendee's id.

    Whoever had an earlier version knows the ticket's id, and so could make the code of the next one without this.
    """
    said = "\x1f".join(("badge", ticket, str(version), attendee))
    return hashlib.sha256(said.encode()).digest()[:PROOF_LENGTH].hex()


def badge_code(conference: ConferenceId, ticket: TicketId, version: int, attendee: PersonId) -> str:
    """The text of the QR code on the badge of whoever has this version of a ticket."""
    return encode(
        _BADGE_LAYOUT.pack(
            BADGE_FORMAT,
            UUID(conference).bytes,
            UUID(ticket).bytes,
            version,
            bytes.fromhex(proof_of(ticket, version, attendee)),
        )
    )


def examine(
    text: str, *, verify: Verify, conference: ConferenceId, at: datetime
) -> tuple[Evidence, TicketCode | BadgeCode | None]:
    """What a scanned text is worth at a gate of this conference, and what it says if it can be read."""
    badge = decode_badge(text)
    if badge is not None:
        return (Evidence.BADGE if badge.conference == conference else Evidence.OTHER_CONFERENCE), badge
    try:
        code, signed, signature = decode(text)
    except CodeError:
        return Evidence.UNREADABLE, None
    if code.conference != conference:
        return Evidence.OTHER_CONFERENCE, code
    if not verify(signature, signed):
        return Evidence.FORGED, code
    return (Evidence.GENUINE if code.valid_from <= at <= code.valid_until else Evidence.OUT_OF_TIME), code
