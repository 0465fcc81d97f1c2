"""Rows of a conference, decoded: how everything on the server that only reads asks for them."""

from collections.abc import Iterable

from sqlalchemy import Connection

from server.store.rows import read_rows
from shared.domain import CODEC
from shared.kernel.decider import Found, Key


def look_up(conn: Connection, space: str, keys: Iterable[Key]) -> Found:
    """Rows as stored; those that are absent or deleted read as None."""
    asked = list(keys)
    stored = read_rows(conn, space, asked)
    found = Found()
    for one in asked:
        body = stored[one].body if one in stored else None
        found.rows[one] = None if body is None else CODEC.decode_row(one.view, body)
    return found
