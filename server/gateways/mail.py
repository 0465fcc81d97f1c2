"""Mail out. The embedded default writes each mail into a folder, as a file that any mail program opens."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path
from typing import Protocol

Send = Callable[[EmailMessage], None]
"""Sends one mail, or raises Unsent or OSError."""


class Unsent(Exception):
    """A mail was not sent. The code says nothing personal; `is_final`: another try would end alike."""

    def __init__(self, code: str, *, is_final: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.is_final = is_final


class MailGateway(Protocol):
    """Sends mails, some at a time. A Message-ID seen before is the same mail."""

    def sending(self) -> AbstractContextManager[Send]:
        """What sends one mail after the other, as long as the block lasts."""
        ...


class MailFolder:
    """Mails as .eml files named by their Message-ID, so that one sent twice is there once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def sending(self) -> Iterator[Send]:
        """Nothing is to be opened or closed."""
        yield self._write

    def _write(self, mail: EmailMessage) -> None:
        """Write the file, whole or not at all."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        part = self._folder / f".{name}.part"
        part.write_bytes(mail.as_bytes(policy=SMTP if str(mail["To"]).isascii() else SMTPUTF8))
        part.replace(self._folder / f"{name}.eml")
