"""Whatever is refused anywhere is said in a sentence."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import shared
from server.web import errors
from shared.kernel.decider import Rejected
from shared.registration.order_state import LIVE, OrderState
from shared.sentences import CODES, RULES, sentence
from shared.sync.protocol import Code

ROOT = Path(shared.__file__).parent.parent


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call in `shared` and the server's web side, with where it stands."""
    for folder in ("shared", "server"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def texts(node: ast.expr) -> list[str]:
    """The texts that an argument may be."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=[ast.Constant(value="order_"), _]):
            return [f"order_{state}" for state in OrderState if state not in LIVE]
        case _:
            return []


def test_every_code_that_is_raised_has_a_sentence() -> None:
    found = {}
    for place, call in calls():
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name in ("Rejected", "Undecodable", "Problem", "problem") and call.args:
            found.update(dict.fromkeys(texts(call.args[0]), place))
    assert len(found) > 50
    assert {code: place for code, place in found.items() if code not in CODES} == {}


def test_every_rule_of_a_field_has_a_sentence() -> None:
    found = {}
    for place, call in calls():
        for keyword in call.keywords:
            if keyword.arg == "rule":
                found.update(dict.fromkeys(texts(keyword.value), place))
        if isinstance(call.func, ast.Attribute) and call.func.attr == "pattern" and len(call.args) == 4:
            found.update(dict.fromkeys(texts(call.args[3]), place))
    assert len(found) > 8
    assert {rule: place for rule, place in found.items() if rule not in RULES} == {}


def test_every_code_of_sync_has_a_sentence() -> None:
    assert set(Code) <= CODES | {"unknown_device"}


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (Rejected("quota_too_small", least=7), "At least 7 seats are held, sold or allotted"),
        (Rejected("invalid_field", field="owner_email", rule="too_long", most=254), "Owner email has more than 254"),
        (Rejected("invalid_field", field="lines[0].quantity", rule="missing"), "Quantity is missing."),
        (Rejected("invalid_field", field="x", rule="of_a_newer_server"), "X is not valid."),
        (Rejected("changed_meanwhile", fields={"name": {"theirs": "A", "mine": "B"}}), "changed name meanwhile"),
        (Rejected("changed_meanwhile", fields=["name", "email"]), "changed name, email meanwhile"),
        (Rejected("too_many_seats"), "At most … seats"),
        (Rejected("of_a_newer_server"), "This was refused (of_a_newer_server)."),
    ],
)
def test_a_sentence_has_its_values(refusal: Rejected, said: str) -> None:
    assert said in sentence(refusal.code, refusal.values)


def test_a_value_with_braces_is_a_value() -> None:
    assert "{0.__class__}" in sentence("slug_taken", {"slug": "{0.__class__}"})


def test_the_status_of_a_code_says_whose_fault_it_is() -> None:
    assert [errors.status_of(code) for code in ("unknown_order", "order_expired", "invalid_field")] == [404, 409, 422]
