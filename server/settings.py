"""The server's settings: read once, from the environment (`LANYARD_...`). Every one has a default that works.

With none given, everything is in one folder: SQLite, mails as files, secrets.
"""

import os
import secrets
from ipaddress import ip_network
from pathlib import Path
from typing import Final

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_BYTES: Final = 32


class Settings(BaseSettings):
    """Frozen: what depends on a setting is made once, at the start."""

    model_config = SettingsConfigDict(env_prefix="LANYARD_", frozen=True)

    data_dir: Path = Path("var")
    database_url: str | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str | None = None
    """What registrants and the payment provider reach the server under; no slash at its end."""
    mail_sender: str = "Lanyard <noreply@localhost>"
    """The address that mails come from; a conference's mails have its name in the place of the name."""
    smtp_url: SecretStr | None = None
    """Mails go to this server, `smtp://user:password@host:587?tls=starttls` (or `implicit`, or `none`); without it,
    each becomes a file in the data folder."""
    payment_url: str = "http://127.0.0.1:8001"
    payment_secret: SecretStr | None = None
    """Shared with the payment provider. By default both read it from a file in the data folder."""
    stripe_key: SecretStr | None = None
    """Stripe's secret or restricted key. With it Stripe is the payment provider, else the local processor."""
    stripe_webhook_secret: SecretStr | None = None
    """What Stripe signs its webhooks with; goes with the key."""
    stripe_url: str = "https://api.stripe.com"
    """Another one only where something stands in for Stripe."""
    head_timeout_s: float = Field(default=10.0, gt=0)
    """A request's line and headers must be here after this time."""
    body_timeout_s: float = Field(default=60.0, gt=0)
    """A request's body must be here after this time."""
    look_s: float = Field(default=0.5, gt=0)
    """How often the server looks for deadlines, mails and calls that are due."""

    trusted_proxies: str = "127.0.0.1, ::1"
    """Addresses and networks of the proxies in front. Their X-Forwarded-For and -Proto are believed, nobody else's."""
    held_seats_per_address: int = Field(default=100, ge=0)
    """How many seats one address may hold unpaid, and how many wait for, at each process; 0: as many as there are."""
    orders_per_address: int = Field(default=60, ge=0)
    """How many orders one address may place in a minute, at each process; 0: as many as it likes."""

    @field_validator("trusted_proxies")
    @classmethod
    def _check_proxies(cls, given: str) -> str:
        for one in given.split(","):
            if one.strip():
                ip_network(one.strip())
        return given

    @property
    def proxies(self) -> list[str]:
        """The trusted proxies, one by one."""
        return [one.strip() for one in self.trusted_proxies.split(",") if one.strip()]

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'lanyard.sqlite'}"

    @property
    def is_embedded(self) -> bool:
        """Whether the database is the server's own file, which no administrator looks after."""
        return self.database_url is None

    @property
    def url(self) -> str:
        """The public URL, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def mail_dir(self) -> Path:
        """Where mails are written, one file a mail."""
        return self.data_dir / "mail"

    @property
    def master_secret_file(self) -> Path:
        """Keep it apart from backups of the database: with both, everything can be read."""
        return self.data_dir / "master.key"

    @property
    def erased_file(self) -> Path:
        """Who was erased; kept apart from backups of the database too, so that a restored one forgets them again."""
        return self.data_dir / "erased"

    def payment_key(self) -> bytes:
        """The secret that callbacks are signed with."""
        if self.payment_secret is not None:
            return self.payment_secret.get_secret_value().encode()
        return kept_secret(self.data_dir / "payment.key")


def kept_secret(file: Path) -> bytes:
    """The secret in a file, made by whoever asks first; two processes that start together get the same."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
        fresh.touch(mode=0o600)
        fresh.write_bytes(secrets.token_bytes(SECRET_BYTES))
        try:
            os.link(fresh, file)  # never a half-written file, and never one in the place of another
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return file.read_bytes()
