"""Checks of fields: each names the field, the rule and the limit; what is erased is not checked any more."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel import checks
from shared.kernel.decider import Rejected
from shared.kernel.personal import ERASED


def refusal(raised: pytest.ExceptionInfo[Rejected]) -> tuple[str, dict[str, object]]:
    return raised.value.code, raised.value.values


def test_a_text_of_blanks_is_too_short() -> None:
    with pytest.raises(Rejected) as raised:
        checks.text("name", "  x  ", least=2, most=70)
    assert refusal(raised) == ("invalid_field", {"field": "name", "rule": "too_short", "least": 2})


def test_a_text_that_is_too_long() -> None:
    with pytest.raises(Rejected) as raised:
        checks.text("name", "x" * 71, least=2, most=70)
    assert refusal(raised) == ("invalid_field", {"field": "name", "rule": "too_long", "most": 70})
    assert str(raised.value) == "invalid_field {'field': 'name', 'rule': 'too_long', 'most': 70}"


@given(least=st.integers(0, 5), most=st.integers(5, 9), value=st.text("ab", max_size=12))
def test_a_text_passes_within_its_limits(least: int, most: int, value: str) -> None:
    if least <= len(value) <= most:
        checks.text("name", value, least=least, most=most)
    else:
        with pytest.raises(Rejected):
            checks.text("name", value, least=least, most=most)


@given(least=st.integers(), span=st.integers(0), value=st.integers())
def test_a_number_passes_within_its_limits(least: int, span: int, value: int) -> None:
    most = least + span
    if least <= value <= most:
        checks.number("quota", value, least=least, most=most)
    else:
        with pytest.raises(Rejected) as raised:
            checks.number("quota", value, least=least, most=most)
        assert raised.value.values == {"field": "quota", "rule": "out_of_range", "least": least, "most": most}


def test_a_pattern_is_matched_whole() -> None:
    checks.pattern("slug", "py", re.compile("[a-z]+"), "letters")
    for value in ("py\n", "py con", ""):
        with pytest.raises(Rejected) as raised:
            checks.pattern("slug", value, re.compile("[a-z]+"), "letters")
        assert refusal(raised) == ("invalid_field", {"field": "slug", "rule": "letters"})


def test_an_id_on_a_ticket_is_a_uuid_in_its_one_text() -> None:
    checks.uuid("seat_type", "01a20000-0000-7000-8000-00000000000f")
    for value in (
        "vip",
        "",
        "01A20000-0000-7000-8000-00000000000F",
        "{01a20000-0000-7000-8000-00000000000f}",
        "0" * 32,
    ):
        with pytest.raises(Rejected) as raised:
            checks.uuid("seat_type", value)
        assert refusal(raised) == ("invalid_field", {"field": "seat_type", "rule": "uuid"})


@pytest.mark.parametrize("address", ["a@b.c", "ann.lee+py@mail.example.org", "jürgen@müller.example"])
def test_an_address_that_mail_can_be_sent_to(address: str) -> None:
    checks.email("email", address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann",
        "ann@example",
        "@example.org",
        "ann@",
        "a b@example.org",
        "a@b@example.org",
        "ann@example.org\n",
        "ann@example.org,bo@example.org",
        "Ann <ann@example.org>",
        "ann@example.",
        f"{'a' * 251}@b.c",
    ],
)
def test_an_address_that_mail_cannot_be_sent_to(address: str) -> None:
    with pytest.raises(Rejected) as raised:
        checks.email("email", address)
    assert raised.value.values["field"] == "email"


def test_what_is_erased_is_not_checked() -> None:
    checks.text("name", ERASED, least=1, most=2)
    checks.email("email", ERASED)


def test_a_refusal_without_values_is_its_code() -> None:
    assert str(Rejected("sales_closed")) == "sales_closed"


def test_nobody_is_no_person() -> None:
    checks.person("attendee", "somebody")
    for nobody in ("", " ", "x" * 101):
        with pytest.raises(Rejected):
            checks.person("attendee", nobody)
