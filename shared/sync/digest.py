"""The digest of a view: the sum of its rows' hashes, so that both ends keep it row by row and in any order."""

from hashlib import blake2b
from typing import Final

MODULUS: Final = 2**128


def row_hash(view: str, key: str, body: bytes) -> int:
    """A row's part of its view's digest, below MODULUS. Add it when the row comes, subtract it when it goes."""
    parts = (view.encode(), key.encode(), body)
    hashed = blake2b(digest_size=16)
    for part in parts:
        hashed.update(len(part).to_bytes(8, "big"))
        hashed.update(part)
    return int.from_bytes(hashed.digest(), "big")
