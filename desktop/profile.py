"""A profile folder: the log, a base file a conference, and who this device is. One program at a time has it open.

The identity (device id, signing key, server, token, conferences) is kept inside the encrypted log.
"""

import base64
import platform
import secrets
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.secret import Keyring, Passphrase, os_keyring, unlock
from desktop.store.files import EnvironmentProblem
from desktop.store.log import Log
from desktop.workspace import Workspace
from shared.kernel.codec import from_builtins, to_builtins
from shared.kernel.decider import Role
from shared.kernel.ids import uuid7
from shared.kernel.messages import value

LOG_FILE: Final = "log.db"
_LOCK_FILE: Final = "in-use.lock"


@value
class Identity:
    """Who this device is to a server. `signing_key` is an Ed25519 private key in base64."""

    device: str
    label: str
    signing_key: str
    server_url: str = ""
    token: str = ""
    may_create: bool = False


@value
class Membership:
    """A conference of this profile."""

    conference: str
    role: Role
    title: str = ""
    is_made_here: bool = False
    """Made on this device: the server hears of it with its first command."""


class Profile:
    """An open profile. `open` makes the folder where there is none; close it to let another program have it."""

    def __init__(self, folder: Path, log: Log, file_key: bytes, lock: "FolderLock") -> None:
        self.folder = folder
        self._log = log
        self._file_key = file_key
        self._lock = lock
        self._workspaces: dict[str, Workspace] = {}
        self._remembering = threading.Lock()
        self.identity = self._read_identity()

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        keyring: Callable[[], Keyring | None] = os_keyring,
        passphrase: Passphrase | None = None,
    ) -> Self:
        """The profile in this folder; EnvironmentProblem says what is in the way.

        `passphrase` is asked only where the machine has no keyring; see `desktop.secret.unlock`.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = FolderLock(folder / _LOCK_FILE)
        except OSError as error:
            raise EnvironmentProblem(
                "Lanyard cannot write to its folder {folder} ({why}). Make it yours to write to, or start Lanyard with"
                " another one: --profile FOLDER.",
                folder=folder,
                why=error.strerror,
            ) from error
        try:
            file_key = unlock(
                folder, is_new=not (folder / LOG_FILE).exists(), find_keyring=keyring, passphrase=passphrase
            )
            return cls(folder, Log(folder / LOG_FILE, file_key), file_key, lock)
        except BaseException:
            lock.release()
            raise

    def close(self) -> None:
        for workspace in self._workspaces.values():
            workspace.close()
        self._workspaces.clear()
        self._log.close()
        self._lock.release()

    # Conferences

    def memberships(self) -> list[Membership]:
        """The conferences of this profile, in the order in which they came."""
        return [from_builtins(Membership, kept) for kept in self._log.setting("conferences") or []]

    def membership(self, conference: str) -> Membership | None:
        return next((one for one in self.memberships() if one.conference == conference), None)

    def remember(self, membership: Membership) -> None:
        """Keep a conference, or what is new about it."""
        with self._remembering:
            by_id = {one.conference: one for one in self.memberships()} | {membership.conference: membership}
            self._log.set("conferences", to_builtins(list(by_id.values())))

    def create_conference_id(self) -> str:
        """The id of a conference that begins on this device."""
        conference = new_id()
        self.remember(Membership(conference=conference, role=Role.ORGANIZER, is_made_here=True))
        return conference

    def workspace(self, conference: str) -> Workspace:
        """The workspace of a conference of this profile, opened when first asked for; KeyError for another one."""
        if conference not in self._workspaces:
            if self.membership(conference) is None:
                raise KeyError(conference)
            self._workspaces[conference] = Workspace(
                conference=conference,
                device=self.identity.device,
                label=self.identity.label,
                log=self._log,
                folder=self.folder,
                file_key=self._file_key,
                now=now,
                new_id=new_id,
            )
        return self._workspaces[conference]

    # Identity

    def use_server(self, url: str) -> None:
        """Sync with the server at this address from now on; EnvironmentProblem where it is no web address."""
        if not _is_web_address(url):
            raise EnvironmentProblem("“{url}” is not the address of a server. It begins with https://.", url=url)
        self._keep(replace(self.identity, server_url=url.rstrip("/")))

    def rename(self, label: str) -> None:
        """What the organizer calls this device; the server hears of it with the next enrolment."""
        self._keep(replace(self.identity, label=label))

    def enrolled(self, *, token: str | None, may_create: bool) -> None:
        """Keep what the server answered to an enrolment; no token means that the one in use goes on."""
        self._keep(replace(self.identity, token=token or self.identity.token, may_create=may_create))

    @property
    def public_key(self) -> str:
        """What bundles of this device are checked with, in base64."""
        return base64.b64encode(self._signing_key().public_key().public_bytes_raw()).decode()

    def sign(self, message: bytes) -> str:
        """This device's signature, in base64."""
        return base64.b64encode(self._signing_key().sign(message)).decode()

    def _signing_key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(self.identity.signing_key))

    def _read_identity(self) -> Identity:
        kept = self._log.setting("identity")
        if kept is not None:
            return from_builtins(Identity, kept)
        key = Ed25519PrivateKey.generate().private_bytes_raw()
        identity = Identity(
            device=new_id(),
            label=platform.node()[:100] or "desktop",
            signing_key=base64.b64encode(key).decode(),
        )
        self._log.set("identity", to_builtins(identity))
        return identity

    def _keep(self, identity: Identity) -> None:
        self._log.set("identity", to_builtins(identity))
        self.identity = identity


class FolderLock:
    """Taken as long as the process lives, however it ends. EnvironmentProblem where another one has it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a+b")
        try:
            _take(self._file.fileno())
        except OSError:
            self._file.close()
            raise EnvironmentProblem(
                "Lanyard is already running with the profile in {folder}. Close it there first, or use another"
                " profile.",
                folder=path.parent,
            ) from None

    def release(self) -> None:
        self._file.close()


if sys.platform == "win32":
    import msvcrt

    def _take(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def now() -> datetime:
    """This machine's clock, aware UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """A UUIDv7."""
    return uuid7(unix_ms=int(now().timestamp() * 1000), random=secrets.token_bytes(10))
