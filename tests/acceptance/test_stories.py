"""The stories of organizers and door staff; their steps are in `conftest.py`."""

from pytest_bdd import scenarios

scenarios("organizing.feature", "door.feature", "mishaps.feature", "privacy.feature")
