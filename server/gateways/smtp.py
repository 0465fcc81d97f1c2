"""Mail out by SMTP: some mails over one connection. TLS is checked; only the settings can do without it.

What the server refuses of a mail for good is `Unsent` and final; everything else may be better the next time.
"""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from server.gateways.mail import Send, Unsent
from server.store.problems import EnvironmentProblem

_COMMAND_S: Final = 30.0
_MAIL_S: Final = 90.0
"""For connecting and one mail together; well below the lease of what the outbox took."""
_REFUSED: Final = 500


class Tls(StrEnum):
    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


_PORTS: Final = {Tls.STARTTLS: 587, Tls.IMPLICIT: 465, Tls.NONE: 25}


@dataclass(frozen=True, slots=True, kw_only=True)
class Smtp:
    """An SMTP server. `context` checks its certificate."""

    host: str
    port: int
    tls: Tls
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    context: ssl.SSLContext | None = field(default=None, repr=False)

    @contextmanager
    def sending(self) -> Iterator[Send]:
        """One connection, made for the first mail; again after it broke, but not where there was none to be had."""
        with asyncio.Runner() as runner:
            session = _Session(self)
            try:
                yield lambda mail: runner.run(session.send(mail))
            finally:
                runner.run(session.end())

    def client(self) -> SMTP:
        """A client that is not connected yet."""
        return SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            use_tls=self.tls == Tls.IMPLICIT,
            start_tls=self.tls == Tls.STARTTLS,
            tls_context=None if self.tls == Tls.NONE else self.context or ssl.create_default_context(),
            timeout=_COMMAND_S,
        )


def smtp_of(url: str) -> Smtp:
    """The server of `smtp://user:password@host:port?tls=starttls|implicit|none`; EnvironmentProblem for another form.

    The problem does not repeat the URL: there is a password in it.
    """
    form = "LANYARD_SMTP_URL must be like smtp://user:password@host:587?tls=starttls (or tls=implicit, tls=none)."
    try:
        parts = urlsplit(url)
        tls = Tls(parse_qs(parts.query, strict_parsing=bool(parts.query)).get("tls", ["starttls"])[0])
        port = parts.port or _PORTS[tls]
    except ValueError:
        raise EnvironmentProblem(form) from None
    if parts.scheme != "smtp" or not parts.hostname:
        raise EnvironmentProblem(form)
    user, password = (None if part is None else unquote(part) for part in (parts.username, parts.password))
    return Smtp(host=parts.hostname, port=port, tls=tls, user=user, password=password)


class _Session:
    """The connection of one batch."""

    def __init__(self, server: Smtp) -> None:
        self._server = server
        self._client: SMTP | None = None
        self._transport: asyncio.WriteTransport | None = None
        self._unreachable: Unsent | None = None

    async def send(self, mail: EmailMessage) -> None:
        """Send it; Unsent says why not."""
        if self._unreachable is not None:
            raise self._unreachable
        try:
            async with asyncio.timeout(_MAIL_S):
                client = self._client or await self._connected()
                await client.send_message(mail)
        except (SMTPException, OSError, ValueError) as error:
            # An answer that comes after the time would be taken for the next mail's.
            if isinstance(error, TimeoutError) or not self._is_alive():
                self._drop()
            raise _unsent(error) from None

    async def end(self) -> None:
        """Say goodbye, if there is still somebody to say it to."""
        if self._client is not None and self._is_alive():
            with suppress(SMTPException, OSError):
                await self._client.quit()
        self._drop()
        await asyncio.sleep(0)  # the loop closes what was aborted in its next turn, and this is its last one

    async def _connected(self) -> SMTP:
        client = self._client = self._server.client()
        try:
            await client.connect()
        except (SMTPException, OSError) as error:
            # The mails behind this one would wait for the same answer, one by one.
            code = error.code if isinstance(error, SMTPResponseException) else type(error).__name__
            self._unreachable = Unsent(f"connect_{code}")
            raise self._unreachable from None
        transport = client.transport
        self._transport = transport if isinstance(transport, asyncio.WriteTransport) else None
        return client

    def _is_alive(self) -> bool:
        return self._client is not None and self._client.is_connected

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
        if self._transport is not None:
            self._transport.abort()  # to close TLS politely may take longer than this loop lives
        self._client = self._transport = None


def _unsent(error: Exception) -> Unsent:
    match error:
        case SMTPRecipientsRefused():
            code = error.recipients[0].code
            return Unsent(f"recipient_{code}", is_final=code >= _REFUSED)
        case SMTPDataError():
            return Unsent(f"data_{error.code}", is_final=error.code >= _REFUSED)
        case SMTPNotSupported():
            return Unsent("address_not_supported", is_final=True)
        case SMTPResponseException():
            return Unsent(f"smtp_{error.code}")
        case _:
            return Unsent(type(error).__name__)
