"""Everybody agrees in the end, whatever the network, copies and backups did; and the proof finds planted defects."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sync.machine import Machine
from tests.sync.network import Flaw

SETTINGS = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


def test_everybody_agrees_in_the_end() -> None:
    run_state_machine_as_test(Machine, settings=SETTINGS)


@pytest.mark.parametrize("flaw", list(Flaw))
def test_a_planted_defect_is_found(flaw: Flaw) -> None:
    planted = type("Planted", (Machine,), {"flaw": flaw})
    finding = settings(SETTINGS, max_examples=200, phases=[Phase.generate], database=None, derandomize=True)
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever the machine finds first
        run_state_machine_as_test(planted, settings=finding)
