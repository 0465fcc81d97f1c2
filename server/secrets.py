"""Each conference's secret and ticket key, derived from the server's one master secret.

Derived and not stored: a restored database needs only the master secret (a file beside it, kept apart from backups).
"""

import base64
from functools import cached_property
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.store.problems import EnvironmentProblem
from shared.kernel.ids import derive, derived_id

_MASTER_BYTES: Final = 32


class ConferenceSecret:
    """What only the server can make for one conference."""

    def __init__(self, master: bytes, conference: str) -> None:
        self.secret = derive(master, "conference", conference)

    @cached_property
    def _ticket_key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(derive(self.secret, "ticket key"))

    @cached_property
    def public_ticket_key(self) -> str:
        """The raw Ed25519 public key in base64, for verifying tickets."""
        raw = self._ticket_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return base64.b64encode(raw).decode()

    def own_id(self, *parts: str) -> str:
        """The id of a command of the server's own, the same for the same parts.

        Made with the secret: whoever could compute it would send a command under it first, and the server's own would
        then pass for a repetition.
        """
        return derived_id(derive(self.secret, "own id", *parts).hex())

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of an Ed25519 signature."""
        return self._ticket_key.sign(message)


class Secrets:
    """The secrets of every conference, made when first asked for."""

    def __init__(self, master: bytes) -> None:
        if len(master) != _MASTER_BYTES:
            raise EnvironmentProblem(f"the master secret must have {_MASTER_BYTES} bytes, and has {len(master)}")
        self._master = master
        self._by_conference: dict[str, ConferenceSecret] = {}

    def of(self, conference: str) -> ConferenceSecret:
        """The secret of one conference."""
        known = self._by_conference.get(conference)
        if known is None:
            known = self._by_conference[conference] = ConferenceSecret(self._master, conference)
        return known

    def hashed(self, token: str) -> str:
        """The keyed hash under which a token or code is stored."""
        return derive(self._master, "token", token).hex()
