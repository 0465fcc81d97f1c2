"""Rows are paged without a gap while they change, digests follow them, and a slug has one conference."""

from collections.abc import Iterator
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from server.store import commits, rows
from server.store.engine import create_engine_for
from server.store.rows import StoredRow
from server.store.schema import metadata
from shared.kernel.decider import Key
from shared.sync.digest import MODULUS, row_hash

SPACE = "space"
VIEWS = ["seats", "orders"]


def slug(name: str) -> Key:
    return Key("directory.slugs", name)


def orders(*numbers: int) -> list[Key]:
    return [Key("orders", f"order-{number}") for number in numbers]


def test_rows_are_read_by_key_and_absent_ones_left_out(engine: Engine) -> None:
    one, two, three = orders(1, 2, 3)
    with engine.begin() as connection:
        rows.write_rows(connection, SPACE, {one: StoredRow(1, b'{"a":1}'), two: StoredRow(1, None)})
        rows.write_rows(connection, "another", {three: StoredRow(1, b"{}")})
        assert rows.read_rows(connection, SPACE, {one, two, three}) == {
            one: StoredRow(1, b'{"a":1}'),
            two: StoredRow(1, None),
        }
        assert rows.read_rows(connection, SPACE, []) == {}


def test_a_key_may_be_any_text(engine: Engine) -> None:
    keys = [Key("orders", id) for id in ("", "1", "1.0", 'a"b', "a\\b", "Łódź", "東京", "'; --", "%s", "a\nb")]
    with engine.begin() as connection:
        written = {key: StoredRow(1, key.id.encode()) for key in keys}
        rows.write_rows(connection, SPACE, written)
        assert rows.read_rows(connection, SPACE, keys) == written


def test_a_row_is_replaced_deleted_and_comes_back(engine: Engine) -> None:
    (one,) = orders(1)
    with engine.begin() as connection:
        for row in (StoredRow(1, b"1"), StoredRow(2, b"2"), StoredRow(3, None), StoredRow(4, b"4")):
            rows.write_rows(connection, SPACE, {one: row})
            assert rows.read_rows(connection, SPACE, [one]) == {one: row}
            assert rows.all_rows(connection, SPACE) == {one: row}


def test_a_view_is_read_without_its_tombstones(engine: Engine) -> None:
    one, two = orders(1, 2)
    seat = Key("seats", "vip")
    with engine.begin() as connection:
        rows.write_rows(connection, SPACE, {one: StoredRow(1, b"1"), two: StoredRow(2, None), seat: StoredRow(2, b"s")})
        assert rows.rows_of_view(connection, SPACE, "orders") == {one: StoredRow(1, b"1")}
        assert set(rows.all_rows(connection, SPACE)) == {one, two, seat}


def pages(connection: Connection, views: list[str], limit: int) -> Iterator[list[tuple[Key, StoredRow]]]:
    after = 0
    while page := rows.changed_rows(connection, SPACE, views, after, None, limit):
        after = page[-1][1].position
        yield page


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_a_page_cuts_no_position_and_pages_cover_everything(engine: Engine, limit: int) -> None:
    written = {
        Key(VIEWS[number % 2], str(number)): StoredRow(1 + number // 3, b"x" if number % 4 else None)
        for number in range(20)
    }
    with engine.begin() as connection:
        rows.write_rows(connection, SPACE, written)
        for views in (VIEWS, ["orders"], ["orders", "unknown"]):
            got: dict[Key, StoredRow] = {}
            for page in pages(connection, views, limit):
                positions = [row.position for _, row in page]
                assert positions == sorted(positions)
                assert not set(positions) & {row.position for row in got.values()}
                assert len(page) >= limit or page[-1][1].position == 7
                got |= dict(page)
            assert got == {key: row for key, row in written.items() if key.view in views}
        assert rows.changed_rows(connection, SPACE, [], 0, None, limit) == []


def test_a_page_ends_where_it_was_told(engine: Engine) -> None:
    with engine.begin() as connection:
        rows.write_rows(
            connection, SPACE, {key: StoredRow(at, b"") for at, key in enumerate(orders(*range(9)), start=1)}
        )
        found = rows.changed_rows(connection, SPACE, ["orders"], 2, 6, 100)
        assert [row.position for _, row in found] == [3, 4, 5, 6]
        assert [row.position for _, row in rows.changed_rows(connection, SPACE, ["orders"], 2, 6, 2)] == [3, 4]


def test_rows_that_change_between_pages_come_again_later(engine: Engine) -> None:
    keys = orders(*range(30))
    with engine.begin() as connection:
        rows.write_rows(connection, SPACE, {key: StoredRow(at, b"old") for at, key in enumerate(keys, start=1)})
    got: dict[Key, StoredRow] = {}
    after, position = 0, len(keys)
    while True:
        with engine.begin() as connection:
            page = rows.changed_rows(connection, SPACE, ["orders"], after, None, 4)
        if not page:
            break
        got |= dict(page)
        after = page[-1][1].position
        if position < 2 * len(keys):
            touched = [keys[position * 7 % 30], keys[position * 11 % 30]]
            position += 1
            with engine.begin() as connection:
                rows.write_rows(connection, SPACE, {key: StoredRow(position, b"new") for key in touched})
    with engine.begin() as connection:
        assert got == rows.all_rows(connection, SPACE)


changes = st.lists(
    st.dictionaries(
        st.builds(Key, st.sampled_from(VIEWS), st.sampled_from("abcd")),
        st.none() | st.binary(max_size=4),
        min_size=1,
    ),
    max_size=8,
)


@given(changes)
def test_digests_kept_row_by_row_equal_those_of_a_rebuild(scripts: list[dict[Key, bytes | None]]) -> None:
    engine = create_engine_for("sqlite://")
    with engine.begin() as connection:
        metadata.create_all(connection)
        for position, changed in enumerate(scripts, start=1):
            before = rows.read_rows(connection, SPACE, list(changed))
            deltas = dict.fromkeys(VIEWS, (0, 0))
            for key, body in changed.items():
                for sign, version in ((1, body), (-1, before[key].body if key in before else None)):
                    if version is not None:
                        delta, count = deltas[key.view]
                        deltas[key.view] = ((delta + sign * row_hash(*key, version)) % MODULUS, count + sign)
            rows.write_rows(connection, SPACE, {key: StoredRow(position, body) for key, body in changed.items()})
            rows.add_to_digests(connection, SPACE, deltas)
        kept = rows.digests(connection, SPACE)
        everything = rows.all_rows(connection, SPACE)
        rows.replace_rows(connection, SPACE, everything)
        assert rows.all_rows(connection, SPACE) == everything
        rebuilt = rows.digests(connection, SPACE)
        assert {view: digest for view, digest in kept.items() if digest[1]} == rebuilt
        assert all(digest == (0, 0) for view, digest in kept.items() if view not in rebuilt)
    engine.dispose()


def test_digests_add_up_on_every_database(engine: Engine) -> None:
    with engine.begin() as connection:
        rows.add_to_digests(connection, SPACE, {"orders": (MODULUS - 1, 2), "seats": (5, 1)})
        rows.add_to_digests(connection, SPACE, {"orders": (3, -1)})
        rows.add_to_digests(connection, SPACE, {})
        assert rows.digests(connection, SPACE) == {"orders": (2, 1), "seats": (5, 1)}
        assert rows.digests(connection, "another") == {}


def test_a_digest_tells_rows_apart() -> None:
    hashes = {
        row_hash("orders", "1", b"a"),
        row_hash("orders", "1", b"b"),
        row_hash("orders", "1a", b""),
        row_hash("orders1", "", b"a"),
        row_hash("seats", "1", b"a"),
    }
    assert len(hashes) == 5
    assert all(0 <= one < MODULUS for one in hashes)
    assert row_hash("seats", "vip", b"{}") == 265692774995347445790163190330358650569  # the same on both ends for ever


def test_rebuilt_rows_replace_all_but_the_directory(engine: Engine) -> None:
    one, two = orders(1, 2)
    with engine.begin() as connection:
        rows.write_rows(connection, SPACE, {one: StoredRow(1, b"1"), slug("pycon"): StoredRow(1, b"{}")})
        rows.write_rows(connection, "another", {one: StoredRow(1, b"theirs")})
        rows.replace_rows(connection, SPACE, {two: StoredRow(2, b"2"), slug("pycon"): StoredRow(1, b"{}")})
        assert rows.all_rows(connection, SPACE) == {two: StoredRow(2, b"2")}
        assert rows.digests(connection, SPACE) == {"orders": (row_hash(*two, b"2"), 1)}
        assert rows.all_rows(connection, "another") == {one: StoredRow(1, b"theirs")}
        assert slug("pycon") in rows.read_rows(connection, SPACE, [slug("pycon")])


def test_every_conference_sees_who_has_a_slug(engine: Engine) -> None:
    with engine.begin() as connection:
        rows.write_rows(connection, SPACE, {slug("pycon"): StoredRow(3, b'{"conference":"space"}')})
        found = rows.read_rows(connection, "another", [slug("pycon"), slug("free"), *orders(1)])
        assert found == {slug("pycon"): StoredRow(0, b'{"conference":"space"}')}
        assert rows.all_rows(connection, SPACE) == {}


def test_a_slug_is_given_up_by_its_own_conference_only(engine: Engine) -> None:
    with engine.begin() as connection:
        rows.write_rows(connection, SPACE, {slug("pycon"): StoredRow(1, b"{}")})
        rows.write_rows(connection, "another", {slug("pycon"): StoredRow(1, None)})
        assert slug("pycon") in rows.read_rows(connection, SPACE, [slug("pycon")])
        rows.write_rows(connection, SPACE, {slug("pycon"): StoredRow(2, None), slug("pydata"): StoredRow(2, b"{}")})
        assert list(rows.read_rows(connection, SPACE, [slug("pycon"), slug("pydata")])) == [slug("pydata")]


def test_of_two_conferences_that_claim_a_slug_at_once_one_gets_it(engine: Engine) -> None:
    both_read = Barrier(2)
    refused: list[str] = []

    def claim(space: str) -> None:
        both_read.wait()
        try:
            with engine.begin() as connection:
                commits.lock(connection, space)
                rows.write_rows(connection, space, {slug("pycon"): StoredRow(1, b"{}")})
        except IntegrityError:
            refused.append(space)

    threads = [Thread(target=claim, args=[space]) for space in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (loser,) = refused
    (winner,) = {"one", "two"} - {loser}
    with engine.begin() as connection:
        found = rows.read_rows(connection, loser, [slug("pycon")])
        assert found[slug("pycon")].body == b'{"conference":"%s"}' % winner.encode()
