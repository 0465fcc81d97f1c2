"""The two endpoints of sync: commands go up, changes come down (pages, or the same pages as server-sent events)."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Final

import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from server.drain import Drain
from server.feed import Asked, Feed, Refused, page
from server.jobs import Job
from server.store import directory
from server.store.engine import reading
from server.web.auth import CONFERENCE, DeviceIdentity
from server.web.batches import read_commands
from shared.domain import RELEASE
from shared.kernel.codec import Undecodable, to_json
from shared.sync.protocol import (
    BATCH_BYTES_MOST,
    START,
    Batch,
    Checkpoint,
    Code,
    Page,
    Problem,
    Pushed,
    read_batch,
    signed_bytes,
)

_HEARTBEAT_S: Final = 15.0
_COMPRESSED_FROM: Final = 1024
_ZSTD_LEVEL: Final = 3
_STATUS: Final = {
    Code.GAP: (409, "a number is missing"),
    Code.FORKED: (409, "this device was cloned or restored from a backup"),
    Code.SERVER_OLDER: (409, "the server is older than this desktop"),
    Code.UNREADABLE: (400, "the batch cannot be read"),
    Code.TOO_LARGE: (413, "the batch is too large"),
    Code.HISTORY_CHANGED: (409, "the server was restored from a backup"),
    Code.ROLE_CHANGED: (409, "the role of this device has changed"),
    Code.UNKNOWN_DEVICE: (401, "the device is not enrolled here"),
    Code.FORBIDDEN: (403, "the device has no role in this conference"),
}


class SyncEndpoints:
    """Sync over HTTP. `authenticate` tells which enrolled device asks, or None."""

    def __init__(
        self,
        engine: Engine,
        drain: Drain,
        feed: Feed,
        authenticate: Callable[[Request], DeviceIdentity | None],
    ) -> None:
        self._engine = engine
        self._drain = drain
        self._feed = feed
        self._authenticate = authenticate

    def routes(self) -> list[Route]:
        """For the application's table."""
        return [
            Route("/sync/{conference}/commands", self.commands, methods=["POST"]),
            Route("/sync/{conference}/changes", self.changes, methods=["GET"]),
        ]

    async def commands(self, request: Request) -> Response:
        """Take a batch of commands; answered when their outcomes are on disk."""
        identity = await asyncio.to_thread(self._authenticate, request)
        if identity is None:
            return _problem(Code.UNKNOWN_DEVICE)
        conference = request.path_params["conference"]
        if not CONFERENCE.fullmatch(conference):
            return _problem(Code.FORBIDDEN)
        if int(request.headers.get("content-length", 0)) > BATCH_BYTES_MOST:
            return _problem(Code.TOO_LARGE)
        try:
            batch = read_batch(await request.body())
        except Undecodable as error:
            return _problem(Code.TOO_LARGE if error.code == Code.TOO_LARGE else Code.UNREADABLE)
        if batch.release > RELEASE:
            return _problem(Code.SERVER_OLDER)
        may_create, label, is_revoked = identity.may_create, identity.label, identity.is_revoked
        if batch.device != identity.device:
            origin = await asyncio.to_thread(self._origin, conference, batch)
            if origin is None:
                return _problem(Code.FORBIDDEN)
            may_create, label, is_revoked = False, origin.label, origin.is_revoked
        incoming, bad = read_commands(batch, datetime.now(UTC))
        job = Job(
            commands=incoming,
            device=batch.device,
            epoch=batch.epoch,
            first=batch.first,
            may_create=may_create,
            label=label,
            is_revoked=is_revoked,
        )
        answer = await asyncio.wrap_future(self._drain.submit(conference, job))
        if answer.stopped is not None:
            return _problem(answer.stopped, expected=answer.expected, epoch=answer.epoch)
        pushed = Pushed(epoch=answer.epoch, expected=answer.expected, head=answer.head, bad=bad)
        return Response(to_json(pushed), media_type="application/json")

    async def changes(self, request: Request) -> Response:
        """One page of changes as JSON, or all of them, for ever, as server-sent events."""
        identity = await asyncio.to_thread(self._authenticate, request)
        if identity is None or identity.is_revoked:
            return _problem(Code.UNKNOWN_DEVICE if identity is None else Code.FORBIDDEN)
        try:
            asked = _asked(request, identity.device)
            first = await asyncio.to_thread(page, self._engine, asked)
        except Undecodable:
            return _problem(Code.UNREADABLE)
        except Refused as refused:
            return _problem(refused.code, history=refused.history)
        if "text/event-stream" not in request.headers.get("accept", ""):
            return _page_response(first, request)
        return StreamingResponse(
            self._events(asked, first), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    async def _events(self, asked: Asked, first: Page) -> AsyncIterator[bytes]:
        """Pages as events. The id is the checkpoint, and only a page that completes a change has one."""
        given = first
        with self._feed.listening(asked.space) as listener:
            while True:
                is_last = given.digests is not None
                if given.rows or given.outcomes or given.upto > asked.after.position or not is_last:
                    identity = b"id: " + str(given.cursor).encode() + b"\n" if is_last else b""
                    yield b"event: change\n" + identity + b"data: " + to_json(given) + b"\n\n"
                if is_last and not await listener.moved(_HEARTBEAT_S):
                    yield b": still here\n\n"
                asked = Asked(space=asked.space, device=asked.device, after=given.cursor)
                try:
                    given = await asyncio.to_thread(page, self._engine, asked)
                except Refused as refused:
                    # The role changed or the device was revoked: the device asks anew, and learns why.
                    yield b"event: closed\ndata: " + to_json({"code": refused.code}) + b"\n\n"
                    return

    def _origin(self, conference: str, batch: Batch) -> directory.EnrolledDevice | None:
        """The device that issued and signed a batch which another delivers; None where the signature is not its."""
        with reading(self._engine).connect() as conn:
            origin = directory.device(conn, batch.device)
        if origin is None or batch.signature is None:
            return None
        try:
            key = Ed25519PublicKey.from_public_bytes(_from_base64(origin.public_key))
            key.verify(_from_base64(batch.signature), signed_bytes(conference, batch))
        except (InvalidSignature, ValueError):
            return None
        return origin


def _from_base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _asked(request: Request, device: str) -> Asked:
    if not CONFERENCE.fullmatch(request.path_params["conference"]):
        raise Refused(Code.FORBIDDEN)
    text = request.headers.get("last-event-id", "")
    views = request.query_params.get("views")
    return Asked(
        space=request.path_params["conference"],
        device=device,
        after=Checkpoint.parse(text) if text else START,
        views=None if views is None else views.split(","),
    )


def _page_response(given: Page, request: Request) -> Response:
    body = to_json(given)
    headers = {"Cache-Control": "no-store"}
    if len(body) > _COMPRESSED_FROM and "zstd" in request.headers.get("accept-encoding", ""):
        body = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)
        headers["Content-Encoding"] = "zstd"
    return Response(body, media_type="application/json", headers=headers)


def _problem(
    code: Code, *, expected: int | None = None, epoch: int | None = None, history: str | None = None
) -> Response:
    status, title = _STATUS[code]
    problem = Problem(code=code, title=title, status=status, expected=expected, epoch=epoch, history=history)
    return Response(to_json(problem), status_code=status, media_type="application/problem+json")
