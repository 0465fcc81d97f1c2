"""Identifiers: sortable, derived, or permuted without a repetition."""

from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.ids import ALPHABET, DISCOUNT_CODE, LOCATOR_LENGTH, code, derived_id, discount_code, locator, uuid7
from tests.spec import SECRET

moments = st.integers(0, 2**48 - 1)
draws = st.binary(min_size=10, max_size=10)
numbers = st.integers(0, 2**30 - 1)


@given(unix_ms=moments, random=draws)
def test_a_uuid7_is_one_by_the_standard(unix_ms: int, random: bytes) -> None:
    made = UUID(uuid7(unix_ms=unix_ms, random=random))
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == unix_ms


@given(early=moments, late=moments, random=draws, other=draws)
def test_uuid7s_sort_by_their_times(early: int, late: int, random: bytes, other: bytes) -> None:
    first, second = sorted([early, late])
    if first < second:
        assert uuid7(unix_ms=first, random=random) < uuid7(unix_ms=second, random=other)


@given(parts=st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=3))
def test_a_derived_id_is_a_uuid_and_the_same_again(parts: list[str]) -> None:
    made = derived_id(*parts)
    assert (UUID(made).version, UUID(made).variant) == (8, RFC_4122)
    assert derived_id(*parts) == made
    assert derived_id(*parts, "more") != made


def test_the_alphabet_has_32_characters_and_none_that_are_confused() -> None:
    assert len(set(ALPHABET)) == 32
    assert not set("ILO0") & set(ALPHABET)


@given(number=st.integers(0, 2**40), length=st.integers(1, 8))
def test_a_code_is_the_lowest_bits_in_the_alphabet(number: int, length: int) -> None:
    text = code(number, length)
    value = 0
    for letter in text:
        value = value * 32 + ALPHABET.index(letter)
    assert (len(text), value) == (length, number % 32**length)


@given(one=numbers, other=numbers, secret=st.binary(min_size=1, max_size=32))
def test_different_orders_have_different_locators(one: int, other: int, secret: bytes) -> None:
    assert (locator(secret, one) == locator(secret, other)) is (one == other)


def test_locators_do_not_repeat_and_do_not_show_their_order() -> None:
    made = [locator(SECRET, number) for number in range(1, 3001)]
    assert len(set(made)) == len(made)
    assert made != sorted(made)
    assert {len(one) for one in made} == {LOCATOR_LENGTH}
    assert made != [locator(b"another", number) for number in range(1, 3001)]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("early-10", "EARLY-10"), (" Early_10\n", "EARLY_10"), ("straße", "STRASSE"), ("cafe\u0301", "CAFÉ")],
)
def test_a_discount_code_is_kept_in_one_way_however_it_is_typed(typed: str, kept: str) -> None:
    assert discount_code(typed) == kept
    assert discount_code(kept) == kept


@pytest.mark.parametrize(
    ("typed", "is_one"),
    [("AB", True), ("A", False), ("A" * 40, True), ("A" * 41, False), ("CAFÉ", False), ("A B", False)],
)
def test_a_discount_code_has_2_to_40_plain_characters(typed: str, *, is_one: bool) -> None:
    assert (DISCOUNT_CODE.fullmatch(typed) is not None) == is_one
