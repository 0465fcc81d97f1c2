"""What is left is answered from memory, right to the last seat: tagged, read once for many, never from before."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event

from server.feed import Feed
from server.web.availability import Availability, Published
from server.web.errors import Problem
from server.web.tagged import Tagged
from shared.conference.conference import EditConference, UnpublishConference
from shared.kernel.edits import Edit
from tests.server.authority import SEATS, SPACE, WEB, Authority, order
from tests.server.web.test_road import until
from tests.server.web.world import DINNER, FREE, FULL, Clock, World, running
from tests.server.web.world import SPACE as PYCON

AT = "/api/v1/conferences/pycon"
LEFT = f"{AT}/availability"


def left(world: World) -> dict[str, int]:
    """The seats that remain, by type."""
    return {one["seat_type"]: one["remaining"] for one in world.get(LEFT).json()["seats"]}


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that read rows."""
    asked: list[str] = []

    def note(*given: Any) -> None:
        if "rows" in given[2]:
            asked.append(given[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_what_is_left_is_told_in_few_bytes(world: World) -> None:
    told = world.get(LEFT)
    assert told.headers["cache-control"] == "no-cache"
    answer = told.json()
    assert answer["takes_orders"]
    assert answer["seats"] == [
        {"seat_type": FULL, "remaining": 10},
        {"seat_type": DINNER, "remaining": 2},
        {"seat_type": FREE, "remaining": 5},
    ]
    world.place({FULL: 3})
    after = world.get(LEFT).json()
    assert (left(world)[FULL], after["position"] > answer["position"]) == (7, True)


@pytest.mark.parametrize("path", [AT, LEFT])
def test_who_has_it_already_is_told_so_until_it_changes(world: World, path: str) -> None:
    tag = world.get(path).headers["etag"]
    assert tag.startswith('"')
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = world.client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert world.client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    world.place({FULL: 1})
    changed = world.client.get(path, headers={"If-None-Match": tag})
    assert (changed.status_code, changed.headers["etag"] != tag) == (200, True)


def test_what_changes_other_things_changes_no_tag(world: World) -> None:
    tag = world.get(LEFT).headers["etag"]
    world.command(EditConference(tagline=Edit(seen="", new="Come!")))
    assert world.get(AT).json()["tagline"] == "Come!"
    assert Tagged(b"{}").etag == Tagged(b"{}").etag
    order, secret = world.place({FULL: 1})
    tag = world.get(LEFT).headers["etag"]
    ann = {"first_name": "Ann", "last_name": "Öz", "email": "ann@example.org"}
    world.put(f"{order}/registrant", ann, secret)
    assert world.get(LEFT).headers["etag"] == tag


def test_nothing_is_read_while_nothing_changes(world: World) -> None:
    world.get(LEFT)
    portal, availability = world.client.portal, world.services.availability
    while PYCON not in availability._feed._heads:  # its first look at the head is news, whenever it comes
        time.sleep(0.01)
    assert portal is not None
    read = portal.call(availability.of, PYCON)
    for _ in range(5):
        assert world.get(LEFT).status_code == world.get(AT).status_code == 200
    assert portal.call(availability.of, PYCON) is read


def test_an_unpublished_conference_has_nothing_left(world: World) -> None:
    assert world.get(LEFT).status_code == 200
    world.command(UnpublishConference())
    for path in (LEFT, AT, "/api/v1/conferences/nowhere/availability"):
        refused = world.get(path)
        assert (refused.status_code, refused.json()["code"]) == (404, "unknown_conference")


def test_who_was_answered_finds_it_in_what_is_left_whoever_else_orders(world: World) -> None:
    world.make_conference(slug="other", space=str(UUID(int=77)))
    answered, lock = [0], threading.Lock()

    def order_and_look(_: int) -> bool:
        world.place({FREE: 1})
        with lock:
            answered[0] += 1
            gone_at_least = answered[0]
        return 5 - left(world)[FREE] >= min(gone_at_least, 5)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(order_and_look, range(12)))
    assert left(world)[FREE] == 0


def test_what_another_process_sold_is_gone_here_soon(tmp_path: Path) -> None:
    clock = Clock()
    with running(tmp_path, clock) as here:
        here.make_conference()
        assert left(here)[FULL] == 10
        with running(tmp_path, clock) as there:
            there.place({FULL: 4})
            until(lambda: left(here)[FULL] == 6)


@contextmanager
def slow(engine: Engine) -> Iterator[tuple[threading.Event, threading.Event]]:
    """The first read waits, after it began, until the second event; the first event tells that it waits."""
    waits, goes_on = threading.Event(), threading.Event()

    def wait(*given: Any) -> None:
        if "rows" in given[2] and not waits.is_set():
            waits.set()
            assert goes_on.wait(10)

    event.listen(engine, "after_cursor_execute", wait)
    try:
        yield waits, goes_on
    finally:
        goes_on.set()
        event.remove(engine, "after_cursor_execute", wait)


def remaining(published: Published) -> int:
    (left,) = [one.remaining for one in published.conference.seats if one.seat_type == SEATS]
    return left


def test_many_who_ask_at_once_are_one_read(opened: Authority) -> None:
    async def ask() -> None:
        feed = Feed(opened.engine)
        availability = Availability(opened.engine, feed)
        with counted(opened.engine) as asked:
            answers = await asyncio.gather(*(availability.of(SPACE) for _ in range(50)))
        assert {id(one) for one in answers} == {id(answers[0])}
        assert len(asked) == 2, "the conference, and its seats"

    asyncio.run(ask())


def test_a_read_from_before_the_move_answers_nobody_who_came_after_it(opened: Authority) -> None:
    async def ask() -> None:
        feed = Feed(opened.engine)
        availability = Availability(opened.engine, feed)
        with slow(opened.engine) as (waits, goes_on):
            early = [asyncio.create_task(availability.of(SPACE)) for _ in range(3)]
            await asyncio.to_thread(waits.wait, 10)
            await asyncio.to_thread(opened.run, order(1, 3), actor=WEB)
            feed._moved(SPACE, 1_000)
            late = [asyncio.create_task(availability.of(SPACE)) for _ in range(3)]
            await asyncio.sleep(0)
            early[0].cancel()
            goes_on.set()
            assert {remaining(await one) for one in early[1:]} <= {100, 97}
            with counted(opened.engine) as asked:
                assert [remaining(await one) for one in late] == [97] * 3
            assert len(asked) <= 2

    asyncio.run(ask())


def test_a_read_that_fails_is_tried_again_by_who_asks_next(opened: Authority) -> None:
    async def ask() -> None:
        availability = Availability(opened.engine, Feed(opened.engine))

        def fail(*_: Any) -> None:
            raise OSError("the disk is away")

        event.listen(opened.engine, "before_cursor_execute", fail)
        with pytest.raises(OSError, match="away"):
            await availability.of(SPACE)
        event.remove(opened.engine, "before_cursor_execute", fail)
        assert remaining(await availability.of(SPACE)) == 100

    asyncio.run(ask())


def test_conferences_that_were_asked_for_first_are_forgotten_for_others(opened: Authority) -> None:
    async def ask() -> None:
        feed = Feed(opened.engine)
        availability = Availability(opened.engine, feed, conferences_most=2)
        await availability.of(SPACE)
        for space in ("a", "b"):
            with pytest.raises(Problem, match="unknown_conference"):
                await availability.of(space)
        await availability.of(SPACE)
        assert set(feed._listeners) == {"b", SPACE}

    asyncio.run(ask())
