"""The digest of a view: the same in any order, and another one for anything that differs."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from shared.sync.digest import MODULUS, row_hash

texts = st.text(st.characters(codec="utf-8"), max_size=5)
rows = st.tuples(texts, texts, st.binary(max_size=5))


@given(one=rows, other=rows)
def test_rows_that_differ_in_view_key_or_body_have_other_hashes(
    one: tuple[str, str, bytes], other: tuple[str, str, bytes]
) -> None:
    assert (row_hash(*one) == row_hash(*other)) is (one == other)
    assert 0 <= row_hash(*one) < MODULUS


def test_what_stands_in_the_key_is_not_taken_for_the_body() -> None:
    assert row_hash("v", "ab", b"c") != row_hash("v", "a", b"bc")
    assert row_hash("va", "b", b"") != row_hash("v", "ab", b"")


@given(kept=st.lists(rows, max_size=5), gone=st.lists(rows, max_size=5), seed=st.randoms())
def test_a_digest_kept_row_by_row_is_that_of_what_is_left(
    kept: list[tuple[str, str, bytes]],
    gone: list[tuple[str, str, bytes]],
    seed: Random,
) -> None:
    digest = 0
    coming = [*kept, *gone]
    seed.shuffle(coming)
    for one in coming:
        digest = (digest + row_hash(*one)) % MODULUS
    for one in gone:
        digest = (digest - row_hash(*one)) % MODULUS
    assert digest == sum(row_hash(*one) for one in kept) % MODULUS
