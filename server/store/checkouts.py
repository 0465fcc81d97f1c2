"""What the provider calls each payment that was begun there, and the page that it is paid on.

Kept before anybody is sent to the page: whatever can be paid can be asked about and closed.
"""

from typing import NamedTuple

from sqlalchemy import Connection, select

from server.store import schema
from server.store.bulk import both, execute

_table = schema.checkouts
_put = both("INSERT INTO checkouts (space, payment, reference, url) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")


class Begun(NamedTuple):
    """A payment at the provider."""

    reference: str
    url: str


def put(conn: Connection, space: str, payment: str, begun: Begun) -> Begun:
    """Keep what a payment is called; the answer is what is kept. The first stays: somebody may be on its page."""
    execute(conn, _put, space, payment, begun.reference, begun.url)
    return find(conn, space, payment) or begun


def find(conn: Connection, space: str, payment: str) -> Begun | None:
    """What a payment is called, None if it was never begun."""
    columns = (_table.c.reference, _table.c.url)
    found = conn.execute(select(*columns).where(_table.c.space == space, _table.c.payment == payment)).one_or_none()
    return None if found is None else Begun(*found)
