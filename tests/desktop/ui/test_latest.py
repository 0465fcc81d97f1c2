"""Work beside the screens of which only the newest counts."""

import threading

import pytest
from pytestqt.qtbot import QtBot

from desktop.ui.parts.latest import IsOver, Latest


def test_only_the_newest_is_told_and_what_it_replaces_hears_of_it(qtbot: QtBot) -> None:
    latest = Latest()
    told: list[str] = []
    given_up: list[bool] = []
    latest.done.connect(told.append)
    begun, asked = threading.Event(), threading.Event()

    def slow(is_over: IsOver) -> str:
        begun.set()
        assert asked.wait(20)
        given_up.append(is_over())
        return "old"

    latest.ask(slow)
    assert begun.wait(20)
    latest.ask(lambda _: "skipped")
    latest.ask(lambda is_over: f"new {is_over()}")
    asked.set()
    qtbot.waitUntil(lambda: bool(told))
    assert (told, given_up) == (["new False"], [True])
    assert not latest.is_busy


def test_what_nobody_wants_any_more_is_not_told(qtbot: QtBot) -> None:
    latest, go_on = Latest(), threading.Event()
    told: list[str] = []
    latest.done.connect(told.append)
    latest.ask(lambda _: go_on.wait(20))
    latest.forget()
    go_on.set()
    latest.ask(lambda _: "later")
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["later"]


def test_what_fails_is_told_as_an_error_and_the_next_is_done(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    latest = Latest()
    told: list[str] = []
    errors: list[str] = []
    latest.done.connect(told.append)
    monkeypatch.setattr(threading, "excepthook", lambda said: errors.append(str(said.exc_value)))

    def fail(_: IsOver) -> None:
        raise ValueError("no disk")

    latest.ask(fail)
    qtbot.waitUntil(lambda: not latest.is_busy)
    latest.ask(lambda _: "later")
    qtbot.waitUntil(lambda: bool(told))
    assert (told, errors) == (["later"], ["no disk"])
