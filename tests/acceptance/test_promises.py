"""`docs/promises.md` names the scenarios that there are: each rule has one, and none of a feature is left out."""

import re
from pathlib import Path
from typing import Final

FEATURES: Final = Path(__file__).parent
PROMISES: Final = FEATURES.parent.parent / "docs" / "promises.md"
SCENARIO: Final = re.compile(r"\s*Scenario(?: Outline)?: (.+?)\s*")
HEADINGS: Final = ("Promise", "---")


def promised() -> list[tuple[str, str, str]]:
    """Promise, feature and scenario of every row; where the promise is the one above it, it is empty."""
    lines = [line for line in PROMISES.read_text().splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [(promise, feature, scenario) for promise, feature, scenario in rows if promise not in HEADINGS]


def scenarios_of(feature: str) -> list[str]:
    lines = (FEATURES / f"{feature}.feature").read_text().splitlines()
    return [found[1] for line in lines if (found := SCENARIO.fullmatch(line))]


def test_every_promise_names_a_scenario_that_there_is() -> None:
    rows = promised()
    assert len(rows) > 100
    assert [row for row in rows if row[2] not in scenarios_of(row[1])] == []


def test_every_scenario_of_these_features_is_named() -> None:
    named = {(feature, scenario) for _, feature, scenario in promised()}
    there_are = {(feature, one) for feature in {feature for feature, _ in named} for one in scenarios_of(feature)}
    assert there_are - named == set()


def test_no_two_scenarios_of_a_feature_have_the_same_name() -> None:
    for feature in {feature for _, feature, _ in promised()}:
        names = scenarios_of(feature)
        assert len(set(names)) == len(names)
