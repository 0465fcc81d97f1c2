"""Enrolment of devices, and which device a request comes from.

A device proves that it is the one enrolled by its token or by its key; then it keeps its identity. All misses are
alike. A device signs `lanyard enrol\\n<device>\\n<code>` (the code as sent) as `proof`, so that it may repeat a
request whose answer was lost, or get a new token: every enrolment without the old token makes one.
"""

import base64
import hmac
import re
import secrets
from dataclasses import dataclass, replace
from typing import Annotated, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, StringConstraints
from sqlalchemy import Connection

from server.lookup import look_up
from server.store import directory, schema
from server.store.directory import EnrolledDevice
from server.store.engine import reading
from server.web.errors import Problem
from server.web.invitations import plain_code
from server.web.orders import nfc
from server.web.services import SERVER, Services, services_of
from shared.access.access import EnrolDevice
from shared.conference.conference import Owner, SlugClaim
from shared.kernel.decider import Rejected, Role, key
from shared.kernel.ids import DeviceId

router = APIRouter(tags=["enrolment"])

CONFERENCE: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
"""What a conference is named by in a path: its id, or its address."""
NamedConference = Annotated[str, Path(pattern=f"^{CONFERENCE.pattern}$")]
_TOKEN_BYTES: Final = 32
_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceIdentity:
    """The device behind a token. A revoked one is named all the same: the facts it still has are kept."""

    device: str
    label: str
    public_key: str
    """Ed25519, in base64."""
    may_create: bool
    """Whether it may create conferences."""
    is_revoked: bool


class Enrolment(BaseModel):
    """What a device says of itself."""

    device: Annotated[str, StringConstraints(min_length=8, max_length=64, pattern=r"^[0-9A-Za-z_-]+$")]
    label: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    public_key: Annotated[str, StringConstraints(max_length=100)]
    proof: Annotated[str, StringConstraints(max_length=200)] | None = None


class InvitedEnrolment(Enrolment):
    """With a one-time code, for whoever may create conferences."""

    code: Annotated[str, StringConstraints(max_length=100)]


class ConferenceEnrolment(Enrolment):
    """With what the owner of a conference knows."""

    owner_email: Annotated[str, StringConstraints(max_length=254)]
    access_code: Annotated[str, StringConstraints(max_length=100)]
    role: Role


class Enrolled(BaseModel):
    """The token is shown once. None: the one that came with the request goes on."""

    device: str
    token: str | None
    may_create: bool


class EnrolledHere(Enrolled):
    """With the id of the conference and what the device is in it."""

    conference: str
    role: Role


def authenticate(request: Request) -> DeviceIdentity | None:
    """The device whose token the request shows, None if it is nobody's. Reads the database: call it in a thread."""
    services, token = services_of(request), _token(request)
    if token is None:
        return None
    with reading(services.engine).begin() as conn:
        device = directory.device_by_token_hash(conn, services.secrets.hashed(token))
        return None if device is None else _identity(conn, device)


@router.post("/enrol")
async def enrol(asked: InvitedEnrolment, request: Request) -> Enrolled:
    """Enrol a device with a one-time code. It may then create conferences."""
    services = services_of(request)
    services.attempts.check(request, "", per_conference=False)
    enrolled = await services.write(lambda conn: _enrol(conn, services, asked, _token(request)))
    if enrolled is None:
        services.attempts.missed(request, "", per_conference=False)
        raise Problem("enrolment_failed")
    return enrolled


@router.post("/enrol/{conference}")
async def enrol_in_conference(
    conference: NamedConference, asked: ConferenceEnrolment, request: Request
) -> EnrolledHere:
    """Enrol a device in a conference, which is named by its address (slug) or id."""
    if asked.role not in (Role.ORGANIZER, Role.DOOR):
        raise Rejected("invalid_field", field="role", rule="organizer_or_door")
    services = services_of(request)
    named = conference.lower()
    services.attempts.check(request, named, per_conference=True)
    space = await services.read(lambda conn: _space_for(conn, asked, conference))
    services.attempts.check(request, named, per_conference=True)  # others guessed while this one was read
    kept = None
    if space is not None:
        kept = await services.write(lambda conn: _keep(conn, services, asked, asked.access_code, None, _token(request)))
    if space is None or kept is None:
        services.attempts.missed(request, named, per_conference=True)
        raise Problem("enrolment_failed")
    command = EnrolDevice(device=DeviceId(asked.device), label=nfc(asked.label), role=asked.role)
    await services.run(space, command, command_id=services.new_id(), actor=SERVER)
    return EnrolledHere(**kept.model_dump(), conference=space, role=asked.role)


def _enrol(conn: Connection, services: Services, asked: InvitedEnrolment, token: str | None) -> Enrolled | None:
    """With a valid code, or for a device that proves itself and repeats; None, and the code is not used, otherwise."""
    with conn.begin_nested() as attempt:
        code_hash = services.secrets.hashed(plain_code(asked.code))
        invitation = directory.use_invitation(conn, code_hash, services.clock())
        known = directory.device(conn, asked.device)
        account = None if invitation is None else invitation.account
        if account is None and known is not None:
            account = known.account
        enrolled = None if account is None else _keep(conn, services, asked, asked.code, account, token)
        if enrolled is None:
            attempt.rollback()
        return enrolled


def _keep(
    conn: Connection, services: Services, asked: Enrolment, code: str, account: str | None, token: str | None
) -> Enrolled | None:
    """Store a new device, or renew one that proves to be the same; None if it does not."""
    public_key = _checked_key(asked.public_key)
    known = directory.device(conn, asked.device)
    has_token = known is not None and token is not None and known.token_hash == services.secrets.hashed(token)
    if known is not None and (known.is_revoked or not (has_token or _is_proven(known.public_key, asked, code))):
        return None
    fresh = None if has_token else secrets.token_urlsafe(_TOKEN_BYTES)
    if known is None:
        known = EnrolledDevice(
            device=asked.device,
            account=account,
            token_hash=services.secrets.hashed(fresh or ""),
            public_key=public_key,
            label=nfc(asked.label),
            role_hint="",
            enrolled_at=services.clock(),
        )
        directory.add_device(conn, known)
    else:
        # The key stays: bundles that it signed may still be under way.
        known = replace(
            known,
            account=known.account or account,
            token_hash=known.token_hash if fresh is None else services.secrets.hashed(fresh),
            label=nfc(asked.label),
        )
        _renew(conn, known)
    return Enrolled(device=known.device, token=fresh, may_create=_identity(conn, known).may_create)


def _renew(conn: Connection, device: EnrolledDevice) -> None:
    table = schema.devices
    changed = {"account": device.account, "token_hash": device.token_hash, "label": device.label}
    conn.execute(table.update().where(table.c.device == device.device).values(changed))


def _space_for(conn: Connection, asked: ConferenceEnrolment, named: str) -> str | None:
    """The conference's id if the address and the code are its owner's. The same work is done whatever is wrong."""
    claim = look_up(conn, "", [key(SlugClaim, named.lower())]).get(SlugClaim, named.lower())
    space = named if claim is None else claim.conference
    owner = look_up(conn, space, [key(Owner)]).get(Owner)
    email = owner.email if owner is not None and isinstance(owner.email, str) else ""
    code = (owner.access_code if owner is not None else None) or ""
    same_email = hmac.compare_digest(email.strip().casefold().encode(), asked.owner_email.strip().casefold().encode())
    same_code = hmac.compare_digest(code.encode(), plain_code(asked.access_code).encode())
    return space if same_email & same_code and bool(email) and bool(code) else None


def _identity(conn: Connection, device: EnrolledDevice) -> DeviceIdentity:
    account = None if device.account is None else directory.account(conn, device.account)
    return DeviceIdentity(
        device=device.device,
        label=device.label,
        public_key=device.public_key,
        may_create=account is not None and account.may_create and not device.is_revoked,
        is_revoked=device.is_revoked,
    )


def _checked_key(text: str) -> str:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raw = b""
    if len(raw) != _KEY_BYTES:
        raise Rejected("invalid_field", field="public_key", rule="ed25519_key")
    return text


def _is_proven(public_key: str, asked: Enrolment, code: str) -> bool:
    message = f"lanyard enrol\n{asked.device}\n{code}".encode()
    try:
        signature = base64.b64decode(asked.proof or "", validate=True)
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key)).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" and token else None
