"""Pages have an end. Who listens hears of every move of a conference's head, and leaves nothing behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest
from sqlalchemy import text

from server.feed import Asked, Feed, Refused, page
from server.store import history
from shared.sync.protocol import START, Checkpoint, Page
from tests.server.authority import DOOR, LAPTOP, SPACE, WEB, Authority, creation, order, scan

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


def test_a_page_holds_so_many_outcomes_and_the_next_one_goes_on_behind_them(opened: Authority) -> None:
    with opened.engine.begin() as conn:
        history.open_history(conn, "history-1", opened.clock(), {})
    scans = [scan(number, clock=opened.clock) for number in range(1, 24)]
    opened.push(*scans, first=1, device=DOOR)
    after: Checkpoint = START
    pages: list[Page] = []
    while not pages or pages[-1].digests is None:
        pages.append(page(opened.engine, Asked(space=SPACE, device=DOOR, after=after), limit=5))
        assert pages[-1].after == after.position
        assert len(pages[-1].outcomes) <= 5
        positions = [one.position for one in pages[-1].rows] + [one.position for one in pages[-1].outcomes]
        assert max(positions) <= pages[-1].upto
        after = pages[-1].cursor
    assert [one.seq for each in pages for one in each.outcomes] == list(range(1, 24))
    assert after.position == len(opened.log())
    shown = {(row.view, row.id): bytes(row.body) for each in pages for row in each.rows}
    (whole,) = [page(opened.engine, Asked(space=SPACE, device=DOOR, after=START), limit=5_000)]
    assert shown == {(row.view, row.id): bytes(row.body) for row in whole.rows}


def test_who_made_no_conference_hears_why_and_others_hear_nothing(authority: Authority) -> None:
    with authority.engine.begin() as conn:
        history.open_history(conn, "history-1", authority.clock(), {})
    authority.submit(authority.numbered(replace(creation(), slug="no slug"), first=1, may_create=True))
    given = page(authority.engine, Asked(space=SPACE, device=LAPTOP, after=START))
    assert [one.verdict.code for one in given.outcomes] == ["invalid_field"]
    with pytest.raises(Refused, match="forbidden"):
        page(authority.engine, Asked(space=SPACE, device=DOOR, after=START))
    authority.submit(authority.numbered(creation(), first=2, may_create=True))
    then = page(authority.engine, Asked(space=SPACE, device=LAPTOP, after=given.cursor))
    assert [one.verdict.status for one in then.outcomes] == ["accepted"]


def test_who_made_no_conference_has_no_business_in_the_one_that_somebody_else_made(authority: Authority) -> None:
    authority.submit(authority.numbered(replace(creation(), slug="no slug"), first=1, device="other", may_create=True))
    authority.submit(authority.numbered(creation(), first=1, may_create=True))
    with pytest.raises(Refused, match="forbidden"):
        page(authority.engine, Asked(space=SPACE, device="other", after=START))


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
