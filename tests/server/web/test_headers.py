"""Whoever sends a request's head byte by byte is not waited for; who takes part decently is not cut off."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.server import ServerState

from server.web.headers import within

DEADLINE_S = 0.3
HEAD = b"GET / HTTP/1.1\r\nHost: test\r\n"


async def slowly(request: Request) -> Response:
    await asyncio.sleep(float(request.query_params.get("s", "0")))
    return PlainTextResponse("done")


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server with the deadline."""
    app = Starlette(routes=[Route("/", slowly)])
    config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none")
    config.load()
    state, protocol = ServerState(), within(DEADLINE_S)
    serving = await asyncio.get_running_loop().create_server(
        lambda: protocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*serving.sockets[0].getsockname())
    try:
        yield reader, writer
    finally:
        writer.close()
        serving.close()
        await serving.wait_closed()


async def answer(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(5):
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        return await reader.readexactly(4)


async def is_closed_in_time(reader: asyncio.StreamReader) -> bool:
    begun = time.monotonic()
    async with asyncio.timeout(3):
        rest = await reader.read()
    return rest == b"" and time.monotonic() - begun < 2


@pytest.mark.parametrize("first", [b"", b"G", HEAD, b"\r\n"])
def test_a_head_that_does_not_end_is_given_up(first: bytes) -> None:
    async def attempt() -> None:
        async with connected() as (reader, writer):
            writer.write(first)
            assert await is_closed_in_time(reader)

    asyncio.run(attempt())


@pytest.mark.parametrize("second", [b"G", HEAD, b"\r\n"])
def test_nor_is_that_of_a_later_request_waited_for(second: bytes) -> None:
    async def attempt() -> None:
        async with connected() as (reader, writer):
            writer.write(HEAD + b"\r\n")
            assert await answer(reader) == b"done"
            writer.write(second)
            assert await is_closed_in_time(reader)

    asyncio.run(attempt())


def test_a_head_in_pieces_within_the_time_and_a_long_answer_are_served() -> None:
    async def attempt() -> None:
        async with connected() as (reader, writer):
            for seconds in (2 * DEADLINE_S, 0):
                request = b"GET /?s=%.1f HTTP/1.1\r\nHost: test\r\n\r\n" % seconds
                writer.write(request[:9])
                await asyncio.sleep(DEADLINE_S / 6)
                writer.write(request[9:])
                assert await answer(reader) == b"done"
                await asyncio.sleep(2 * DEADLINE_S)  # between requests the connection stays

    asyncio.run(attempt())
