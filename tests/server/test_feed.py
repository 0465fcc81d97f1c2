"""Who listens hears of every move of a conference's head, whoever moved it, and leaves nothing behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import text

from server.feed import Feed
from tests.server.authority import SPACE, WEB, Authority, order

_PATIENCE_S = 5.0
_SILENCE_S = 0.25


@asynccontextmanager
async def looking(authority: Authority) -> AsyncIterator[Feed]:
    """A feed that looks at the database, as in a server."""
    feed = Feed(authority.engine)
    task = asyncio.create_task(feed.look())
    await asyncio.sleep(0)
    try:
        yield feed
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def test_what_came_before_somebody_listened_may_be_news_to_them_and_comes_once(opened: Authority) -> None:
    async def listen() -> None:
        async with looking(opened) as feed:
            for _ in range(2):
                with feed.listening(SPACE) as listener:
                    assert await listener.moved(_PATIENCE_S)
                    await listener.moved(_SILENCE_S)  # the first look at this conference
                    assert not await listener.moved(_SILENCE_S)

    asyncio.run(listen())


def test_a_head_that_another_process_moved_or_set_back_is_heard_of_once(opened: Authority) -> None:
    async def listen() -> None:
        async with looking(opened) as feed:
            with feed.listening(SPACE) as listener:
                while await listener.moved(_SILENCE_S):
                    pass
                opened.run(order(1), actor=WEB)
                assert await listener.moved(_PATIENCE_S)
                position = len(opened.log())
                for head in (position - 3, position):
                    with opened.engine.begin() as conn:
                        conn.execute(text("UPDATE spaces SET position = :head"), {"head": head})
                    assert await listener.moved(_PATIENCE_S)
                    assert not await listener.moved(_SILENCE_S), "a restored database keeps nobody busy"

    asyncio.run(listen())


def test_a_commit_of_this_process_is_heard_of_from_any_thread_and_by_everybody(opened: Authority) -> None:
    async def listen() -> None:
        async with looking(opened) as feed:
            with feed.listening(SPACE) as one, feed.listening(SPACE) as other:
                for listener in (one, other):
                    while await listener.moved(_SILENCE_S):
                        pass
                await asyncio.to_thread(feed.wake, SPACE, 1_000)
                assert [await one.moved(_PATIENCE_S), await other.moved(_PATIENCE_S)] == [True, True]
                await asyncio.to_thread(feed.wake, "nobody-listens-here", 1)

            assert (feed._listeners, feed._heads) == ({}, {})

    asyncio.run(listen())


def test_a_database_that_is_away_for_a_while_ends_no_feed(opened: Authority) -> None:
    async def listen() -> None:
        async with looking(opened) as feed:
            with feed.listening(SPACE) as listener:
                while await listener.moved(_SILENCE_S):
                    pass
                rename = "ALTER TABLE {} RENAME TO {}"
                with opened.engine.begin() as conn:
                    conn.execute(text(rename.format("spaces", "away")))
                await asyncio.sleep(_SILENCE_S)
                with opened.engine.begin() as conn:
                    conn.execute(text(rename.format("away", "spaces")))
                opened.run(order(1), actor=WEB)
                assert await listener.moved(_PATIENCE_S)

    asyncio.run(listen())
