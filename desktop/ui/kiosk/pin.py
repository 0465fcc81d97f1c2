"""The PIN of kiosk mode: kept as a salted hash, and compared slowly, with a pause after wrong ones."""

import hashlib
import hmac
import secrets
from typing import Final

from PySide6.QtCore import QSettings

LEAST: Final = 4
TRIES: Final = 5
PAUSE_S: Final = 60
_KEY: Final = "kiosk/pin"
_COST: Final = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}


class Pin:
    """What is remembered of it. After five wrong ones in a row none is looked at for a minute, restarts included."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    def choose(self, pin: str) -> None:
        salt = secrets.token_bytes(16)
        self._settings.setValue(_KEY, f"{salt.hex()}:{_hash(pin, salt).hex()}")
        self._settings.setValue("kiosk/wrong", 0)
        self._settings.sync()

    def forget(self) -> None:
        for name in (_KEY, "kiosk/wrong", "kiosk/again_at"):
            self._settings.remove(name)

    def wait_s(self, now: float) -> int:
        """How long none is looked at, in seconds; `now` is in seconds since 1970."""
        again_at = float(str(self._settings.value("kiosk/again_at", 0) or 0))
        return min(max(0, round(again_at - now)), PAUSE_S)  # a clock that was put back does not lock the door for good

    def is_right(self, pin: str, now: float) -> bool:
        if self.wait_s(now):
            return False
        salt, _, kept = str(self._settings.value(_KEY, "") or "").partition(":")
        if kept and hmac.compare_digest(_hash(pin, bytes.fromhex(salt)), bytes.fromhex(kept)):
            return True
        wrong = int(str(self._settings.value("kiosk/wrong", 0) or 0)) + 1
        self._settings.setValue("kiosk/wrong", wrong % TRIES)
        if wrong >= TRIES:
            self._settings.setValue("kiosk/again_at", now + PAUSE_S)
        self._settings.sync()
        return False


def _hash(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, **_COST)
