"""Identifiers. They are made at the edges (desktop, web) and are arguments here: nothing in `shared` draws one."""

import hashlib
import hmac
import re
import unicodedata
from typing import Final, NewType

ConferenceId = NewType("ConferenceId", str)
DeviceId = NewType("DeviceId", str)
PersonId = NewType("PersonId", str)
SeatTypeId = NewType("SeatTypeId", str)
OrderId = NewType("OrderId", str)
TicketId = NewType("TicketId", str)
PaymentId = NewType("PaymentId", str)
AreaId = NewType("AreaId", str)

# 32 letters and digits that nobody confuses on a printed page or a telephone: A-Z and 1-9 without I, L, O.
ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ123456789"
LOCATOR_LENGTH: Final = 6
DISCOUNT_CODE: Final = re.compile(r"[A-Z0-9_-]{2,40}")
_HALF_BITS: Final = 15  # a locator is 30 bits, permuted as two halves


def uuid7(*, unix_ms: int, random: bytes) -> str:
    """A UUID of version 7 (RFC 9562) from a time in milliseconds and 10 random bytes."""
    tail = int.from_bytes(random[:10], "big")
    rand_a, rand_b = tail >> 68, tail & ((1 << 62) - 1)
    number = (unix_ms & ((1 << 48) - 1)) << 80 | 0x7 << 76 | (rand_a & 0xFFF) << 64 | 0b10 << 62 | rand_b
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def derived_id(*parts: str) -> str:
    """The same id for the same parts: for what must not be made twice (deadlines, tickets, callbacks)."""
    digits = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"


def derive(secret: bytes, *parts: str) -> bytes:
    """32 bytes that only the holder of the secret can compute from the parts (HMAC-SHA256)."""
    return hmac.digest(secret, "\x1f".join(parts).encode(), "sha256")


def code(number: int, length: int) -> str:
    """The lowest `5 * length` bits of a number in the alphabet above."""
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))


def locator(secret: bytes, number: int) -> str:
    """The record locator of a conference's n-th order: unique without a look-up, and not in a visible order.

    A Feistel permutation of 30 bits, so that different numbers (below 2**30) give different locators.
    """
    left, right = number >> _HALF_BITS, number & ((1 << _HALF_BITS) - 1)
    for turn in range(4):
        mixed = derive(secret, "locator", str(turn), str(right))
        left, right = (
            right,
            left ^ int.from_bytes(mixed[:2], "big") & ((1 << _HALF_BITS) - 1),
        )
    return code(left << _HALF_BITS | right, LOCATOR_LENGTH)


def discount_code(typed: str) -> str:
    """A discount code as it is kept, whatever case and blanks it was typed with; `DISCOUNT_CODE` says if it is one."""
    return unicodedata.normalize("NFC", typed).strip().casefold().upper()
