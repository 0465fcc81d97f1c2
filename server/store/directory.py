"""Who may knock at all: devices, accounts and invitations. What a device may do is a row of each conference.

Tokens and codes are here as keyed hashes only.
"""

from dataclasses import astuple, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select, update

from server.store import schema

_devices, _accounts, _invitations = schema.devices, schema.accounts, schema.invitations


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledDevice:
    """A device with its token's hash and the key (base64) that its bundles are signed with."""

    device: str
    account: str | None
    token_hash: str
    public_key: str
    label: str
    role_hint: str
    is_revoked: bool = False
    enrolled_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who organizes. The e-mail address is unique as given: the caller folds its case."""

    account: str
    email: str
    may_create: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A right to enrol one device, for an account or an e-mail address."""

    code_hash: str
    account: str | None
    email: str | None
    expires_at: datetime


def add_device(conn: Connection, device: EnrolledDevice) -> None:
    """Enrol a device; IntegrityError if its id or its token is known."""
    conn.execute(_devices.insert().values(astuple(device)))


def device_by_token_hash(conn: Connection, token_hash: str) -> EnrolledDevice | None:
    """The device with this token, revoked or not."""
    return _device(conn, _devices.c.token_hash == token_hash)


def device(conn: Connection, device: str) -> EnrolledDevice | None:
    """The device with this id, revoked or not."""
    return _device(conn, _devices.c.device == device)


def revoke_device(conn: Connection, device: str) -> None:
    """Refuse this device's token from now on."""
    conn.execute(_devices.update().where(_devices.c.device == device).values(is_revoked=True))


def add_account(conn: Connection, account: Account) -> None:
    """Add an account; IntegrityError if its id or its address is known."""
    conn.execute(_accounts.insert().values(astuple(account)))


def account(conn: Connection, account: str) -> Account | None:
    """The account with this id."""
    return _account(conn, _accounts.c.account == account)


def account_by_email(conn: Connection, email: str) -> Account | None:
    """The account with this address."""
    return _account(conn, _accounts.c.email == email)


def invite(conn: Connection, invitation: Invitation) -> None:
    """Keep an invitation; IntegrityError if its code is known."""
    conn.execute(_invitations.insert().values((*astuple(invitation), None)))


def use_invitation(conn: Connection, code_hash: str, now: datetime) -> Invitation | None:
    """Use up an invitation: of any number of callers one gets it. None if it is unknown, used or expired."""
    wanted = (_invitations.c.code_hash == code_hash, _invitations.c.used_at.is_(None), _invitations.c.expires_at > now)
    used = conn.execute(update(_invitations).where(*wanted).values(used_at=now).returning(_invitations)).one_or_none()
    if used is None:
        return None
    return Invitation(code_hash=used.code_hash, account=used.account, email=used.email, expires_at=used.expires_at)


def _device(conn: Connection, which: ColumnElement[bool]) -> EnrolledDevice | None:
    found = conn.execute(select(_devices).where(which)).mappings().one_or_none()
    return None if found is None else EnrolledDevice(**found)


def _account(conn: Connection, which: ColumnElement[bool]) -> Account | None:
    found = conn.execute(select(_accounts).where(which)).mappings().one_or_none()
    return None if found is None else Account(**found)
