"""Invitations: a one-time code that lets somebody enrol a laptop and create conferences."""

import secrets
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Final

from sqlalchemy import Connection

from server import letters
from server.secrets import Secrets
from server.settings import Settings
from server.store import directory
from server.store.directory import Account, Invitation
from shared.kernel import checks
from shared.kernel.ids import ALPHABET, derived_id, uuid7

VALID_FOR: Final = timedelta(days=7)
_LENGTH: Final = 20  # characters of five bits


def plain_code(code: str) -> str:
    """A code as it is hashed and compared, however it was typed."""
    return "".join(one for one in code.upper() if one.isalnum())


def invite(conn: Connection, keys: Secrets, email: str, now: datetime) -> str:
    """A new code for this address; the account is made with the first. Rejected if it is no address."""
    address = email.strip().lower()
    checks.email("email", address)
    account = directory.account_by_email(conn, address)
    if account is None:
        new = uuid7(unix_ms=int(now.timestamp() * 1000), random=secrets.token_bytes(10))
        account = Account(account=new, email=address, may_create=True)
        directory.add_account(conn, account)
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(_LENGTH))
    invitation = Invitation(
        code_hash=keys.hashed(drawn), account=account.account, email=address, expires_at=now + VALID_FOR
    )
    directory.invite(conn, invitation)
    return "-".join(drawn[at : at + 5] for at in range(0, _LENGTH, 5))


def mail_of(settings: Settings, email: str, code: str, now: datetime) -> EmailMessage:
    """The mail that brings a code."""
    values = {"server": settings.url, "code": code, "until": (now + VALID_FOR).date()}
    return letters.mail_of(
        letters.write("invitation", "en", "Lanyard", values),
        id=derived_id("invitation", plain_code(code)),
        sender=settings.mail_sender,
        to=email,
        public_url=settings.url,
        now=now,
    )
