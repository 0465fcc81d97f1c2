"""Mail out. The embedded default writes each mail into a folder, as a file that any mail program opens."""

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol


class MailGateway(Protocol):
    """Sends one mail or raises OSError; the outbox tries again. A Message-ID seen before is the same mail."""

    def send(self, mail: EmailMessage) -> None: ...


class MailFolder:
    """Mails as .eml files named by their Message-ID, so that one sent twice is there once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, mail: EmailMessage) -> None:
        """Write the file, whole or not at all."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        part = self._folder / f".{name}.part"
        part.write_bytes(mail.as_bytes(policy=SMTP))
        part.replace(self._folder / f"{name}.eml")
