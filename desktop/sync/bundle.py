"""An exported outbox: what waits on one device, signed by it, for another device to deliver.

The server takes it for the origin's own. When the origin syncs again itself, the same commands are known by their ids.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from desktop.store.files import EnvironmentProblem
from desktop.sync.link import denied
from desktop.sync.session import Replica, Request, Response, next_batch
from shared.kernel.codec import Undecodable, from_json, to_json
from shared.kernel.messages import value
from shared.sync.protocol import Batch, signed_bytes

FORMAT: Final = "lanyard-bundle-1"


@value
class Bundle:
    """The file, as JSON."""

    format: str
    conference: str
    batches: list[Batch]

    @property
    def commands(self) -> int:
        """How many commands are in it."""
        return sum(len(batch.commands) for batch in self.batches)


def export(replica: Replica, sign: Callable[[bytes], str]) -> Bundle:
    """Everything pending. `sign` gives the origin's signature in base64."""
    return Bundle(format=FORMAT, conference=replica.conference, batches=list(_signed(replica, sign)))


def write(bundle: Bundle) -> bytes:
    return to_json(bundle)


def read(document: bytes) -> Bundle:
    """EnvironmentProblem where the file is no bundle of ours."""
    try:
        bundle = from_json(Bundle, document)
    except Undecodable:
        raise EnvironmentProblem("This file is no exported queue, or it is damaged.") from None
    if bundle.format != FORMAT:
        raise EnvironmentProblem("This queue was exported by a newer Lanyard. Update this one first.")
    return bundle


def deliver(bundle: Bundle, ask: Callable[[Request], Response]) -> int:
    """Hand another device's commands to the server with our own token; how many it took, known ones included.

    Raises Denied with the server's code, and then the batches before it were taken.
    """
    for batch in bundle.batches:
        response = ask(
            Request(
                method="POST",
                path=f"/sync/{quote(bundle.conference, safe='')}/commands",
                headers={"Content-Type": "application/json"},
                body=to_json(batch),
            )
        )
        if response.status != HTTPStatus.OK:
            raise denied(response)
    return bundle.commands


def _signed(replica: Replica, sign: Callable[[bytes], str]) -> Iterator[Batch]:
    sent: dict[int, int] = {}
    while (batch := next_batch(replica, sent, {})) is not None:
        sent[batch.epoch] = batch.first + len(batch.commands) - 1
        yield replace(batch, signature=sign(signed_bytes(replica.conference, batch)))
