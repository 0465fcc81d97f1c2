"""The key of a profile's files: in the keyring of the operating system, or made from a passphrase. Never in clear.

A profile has the one or the other for good: the file with the salt says that it is a passphrase.
"""

import hashlib
import hmac
import os
import secrets
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from desktop.store.files import KEY_BYTES, EnvironmentProblem
from shared.kernel.codec import Undecodable, from_json, to_json
from shared.kernel.messages import value

SALT_FILE: Final = "passphrase.json"
SERVICE: Final = "lanyard"
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**16, 8, 1  # 64 MiB and about 0.2 s
_MEMORY_MOST: Final = 1024 * 1024 * 1024

Passphrase = Callable[[str], str | None]
"""Asks the user; is told what the question is, and gives None when they do not answer."""


class WrongPassphrase(EnvironmentProblem):
    """It can be asked for once more."""


class Keyring(Protocol):
    """Where the operating system keeps secrets; a backend of the keyring library."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...


@value
class _Salt:
    """How a passphrase becomes the key. `check` tells a wrong passphrase from a damaged file."""

    n: int
    r: int
    p: int
    salt: str
    check: str


def os_keyring() -> Keyring | None:
    """The keyring of this machine; None where it has none that keeps a secret secret."""
    import keyring

    backend = keyring.get_keyring()
    # The library's own backends are the operating systems'; others may write in clear.
    parts = getattr(backend, "backends", None) or [backend]
    is_safe = all(type(one).__module__.startswith("keyring.backends.") for one in parts)
    return backend if is_safe else None


def unlock(
    folder: Path, *, is_new: bool, find_keyring: Callable[[], Keyring | None], passphrase: Passphrase | None
) -> bytes:
    """The raw key of the profile's files; made when the profile `is_new`. EnvironmentProblem where there is none."""
    salt_file = folder / SALT_FILE
    if salt_file.exists():
        return _from_passphrase(_read_salt(salt_file), passphrase)
    keyring = find_keyring()
    kept = None if keyring is None else _from_keyring(keyring, folder, is_new=is_new)
    if kept is not None:
        return kept
    if not is_new:
        raise EnvironmentProblem(
            "The key of this profile is not in this machine's keyring. Unlock the keyring of the user who made the"
            " profile, or start with a new profile."
        )
    return _choose_passphrase(salt_file, passphrase)


def _from_keyring(keyring: Keyring, folder: Path, *, is_new: bool) -> bytes | None:
    """The key in the keyring; None where there is none, or where the keyring does not keep what it is given."""
    from keyring.errors import KeyringError

    user = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:32]
    try:
        kept = keyring.get_password(SERVICE, user)
        if kept is None and is_new:
            keyring.set_password(SERVICE, user, secrets.token_hex(KEY_BYTES))
            kept = keyring.get_password(SERVICE, user)
    except KeyringError:
        return None
    return None if kept is None else bytes.fromhex(kept)


def _choose_passphrase(salt_file: Path, passphrase: Passphrase | None) -> bytes:
    chosen = _ask(passphrase, "This machine has no keyring. Choose a passphrase for this profile")
    salt = secrets.token_bytes(16)
    key, check = _scrypt(chosen, salt, _SCRYPT_N, _SCRYPT_R, _SCRYPT_P)
    kept = _Salt(n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P, salt=salt.hex(), check=check.hex())
    beside = salt_file.with_suffix(".new")
    with beside.open("wb") as file:
        file.write(to_json(kept))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(salt_file)
    return key


def _from_passphrase(salt: _Salt, passphrase: Passphrase | None) -> bytes:
    given = _ask(passphrase, "Passphrase of this profile")
    key, check = _scrypt(given, bytes.fromhex(salt.salt), salt.n, salt.r, salt.p)
    if not hmac.compare_digest(check, bytes.fromhex(salt.check)):
        raise WrongPassphrase("This is not the passphrase of this profile. Try again.")
    return key


def _ask(passphrase: Passphrase | None, question: str) -> str:
    given = None if passphrase is None else passphrase(question)
    if not given:
        raise EnvironmentProblem(
            "This profile is protected by a passphrase, because this machine has no keyring. Type it, or set it in"
            " the environment as LANYARD_PASSPHRASE."
        )
    return given


def _scrypt(passphrase: str, salt: bytes, n: int, r: int, p: int) -> tuple[bytes, bytes]:
    text = unicodedata.normalize("NFC", passphrase).encode()  # keyboards differ in how they make an umlaut
    made = hashlib.scrypt(text, salt=salt, n=n, r=r, p=p, maxmem=_MEMORY_MOST, dklen=2 * KEY_BYTES)
    return made[:KEY_BYTES], made[KEY_BYTES:]


def _read_salt(file: Path) -> _Salt:
    try:
        return from_json(_Salt, file.read_bytes())
    except Undecodable:
        raise EnvironmentProblem(
            "{file} is damaged. Put it back from a backup of the profile.", file=file.name
        ) from None
