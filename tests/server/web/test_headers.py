"""Whoever sends a request's head byte by byte is not waited for; who takes part decently is not cut off."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.server import ServerState

from server.web.headers import within

DEADLINE_S = 10.0
HEAD = b"GET / HTTP/1.1\r\nHost: test\r\n"


class TimeAsTold(asyncio.SelectorEventLoop):
    """A loop whose time passes only when told to, so that a slow machine changes nothing."""

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__()

    def time(self) -> float:
        return self.now


def run(attempt: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=TimeAsTold) as runner:
        runner.run(attempt())


async def pass_time(seconds: float) -> None:
    """Let what is under way arrive, time pass, and what is due then be done."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, TimeAsTold)
    for span in (0.0, seconds):
        loop.now += span
        for _ in range(50):  # what is written to a socket of this machine is there at the next turn
            await asyncio.sleep(0)


async def slowly(request: Request) -> Response:
    await asyncio.sleep(float(request.query_params.get("s", "0")))
    return PlainTextResponse("done")


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server with the deadline."""
    app = Starlette(routes=[Route("/", slowly)])
    config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none", timeout_keep_alive=3600)
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
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    return await reader.readexactly(4)


@pytest.mark.parametrize("first", [b"", b"G", HEAD, b"\r\n"])
def test_a_head_that_does_not_end_is_given_up(first: bytes) -> None:
    async def attempt() -> None:
        async with connected() as (reader, writer):
            writer.write(first)
            await pass_time(DEADLINE_S - 1)
            assert not reader.at_eof()
            await pass_time(1)
            assert reader.at_eof()

    run(attempt)


@pytest.mark.parametrize("second", [b"G", HEAD, b"\r\n"])
def test_nor_is_that_of_a_later_request_waited_for(second: bytes) -> None:
    async def attempt() -> None:
        async with connected() as (reader, writer):
            writer.write(HEAD + b"\r\n")
            assert await answer(reader) == b"done"
            writer.write(second)
            await pass_time(DEADLINE_S)
            assert reader.at_eof()

    run(attempt)


def test_a_head_in_pieces_within_the_time_and_a_long_answer_are_served() -> None:
    async def attempt() -> None:
        async with connected() as (reader, writer):
            for seconds in (2 * DEADLINE_S, 0):
                request = b"GET /?s=%.1f HTTP/1.1\r\nHost: test\r\n\r\n" % seconds
                writer.write(request[:9])
                await pass_time(DEADLINE_S / 2)
                writer.write(request[9:])
                await pass_time(seconds)
                assert await answer(reader) == b"done"
                await pass_time(2 * DEADLINE_S)  # between requests the connection stays

    run(attempt)
