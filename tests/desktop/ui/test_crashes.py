"""Errors of ours: written down without values, told once, on whatever thread; then go on, copy, or start anew."""

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QObject, qCritical, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.crashes import FILE, Crashes
from desktop.store.aside import mark
from desktop.store.files import EnvironmentProblem


@pytest.fixture
def crashes(tmp_path: Path, qtbot: QtBot) -> Iterator[Crashes]:
    parent = QObject()
    made = Crashes(tmp_path, parent)
    yield made
    if made.dialog is not None:
        made.dialog.close()
    QCoreApplication.processEvents()


def _fail(secret: str) -> None:
    try:
        raise KeyError(secret)
    except KeyError as cause:
        raise ValueError(f"about {secret}") from cause


def _fall(crashes: Crashes, secret: str = "ada@example.org") -> None:
    try:
        _fail(secret)
    except ValueError as error:
        crashes.hook(type(error), error, error.__traceback__)


def test_an_error_is_written_down_and_told_without_values(crashes: Crashes, tmp_path: Path, qtbot: QtBot) -> None:
    _fall(crashes)
    qtbot.waitUntil(lambda: crashes.dialog is not None)
    assert crashes.dialog is not None
    written = (tmp_path / FILE).read_text()
    for told in (written, crashes.dialog.details.toPlainText()):
        assert "KeyError" in told
        assert "ValueError" in told
        assert "_fail" in told
        assert "ada@example.org" not in told, "what an error says may be of people"


def test_errors_that_come_together_are_told_once(crashes: Crashes, tmp_path: Path, qtbot: QtBot) -> None:
    _fall(crashes)
    _fall(crashes)
    qtbot.waitUntil(lambda: crashes.dialog is not None)
    first = crashes.dialog
    QCoreApplication.processEvents()
    assert crashes.dialog is first
    assert (tmp_path / FILE).read_text().count("ValueError\n") == 2, "and each is written down"
    assert first is not None
    first.go_on.click()
    assert crashes.dialog is None
    _fall(crashes)
    qtbot.waitUntil(lambda: crashes.dialog is not None)


def test_an_error_of_another_thread_is_told_on_this_one(
    crashes: Crashes, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(place, name, getattr(place, name))
    before = qInstallMessageHandler(None)
    try:
        crashes.catch_all()
        thread = threading.Thread(target=_fail, args=("x",))
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: crashes.dialog is not None)
    finally:
        qInstallMessageHandler(before)


def test_a_critical_message_of_qt_is_written_down(
    crashes: Crashes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(place, name, getattr(place, name))
    before = qInstallMessageHandler(None)
    try:
        crashes.catch_all()
        qCritical("about ada@example.org")
    finally:
        qInstallMessageHandler(before)
    written = (tmp_path / FILE).read_text()
    assert "Qt: " in written
    assert "ada@example.org" not in written


def test_the_details_are_copied_and_a_restart_is_asked_for(crashes: Crashes, qtbot: QtBot) -> None:
    _fall(crashes)
    qtbot.waitUntil(lambda: crashes.dialog is not None)
    assert crashes.dialog is not None
    crashes.dialog.copy.click()
    assert "ValueError" in QGuiApplication.clipboard().text()
    with qtbot.waitSignal(crashes.restart_asked):
        crashes.dialog.restart.click()


def test_a_folder_that_takes_no_file_hides_no_error(tmp_path: Path, qtbot: QtBot) -> None:
    parent = QObject()
    crashes = Crashes(tmp_path / "gone", parent)
    _fall(crashes)
    qtbot.waitUntil(lambda: crashes.dialog is not None)
    assert crashes.dialog is not None
    crashes.dialog.close()


def test_a_long_file_is_begun_anew(crashes: Crashes, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / FILE).write_text("x" * 1_000_001)
    _fall(crashes)
    qtbot.waitUntil(lambda: crashes.dialog is not None)
    assert (tmp_path / FILE).stat().st_size < 100_000
    assert (tmp_path / "errors.old.log").stat().st_size > 1_000_000


def test_an_error_that_was_caught_is_written_down_without_values(
    crashes: Crashes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(place, name, getattr(place, name))
    monkeypatch.setattr(logging.getLogger(), "handlers", list(logging.getLogger().handlers))
    secret = "ada@example.org"
    before = qInstallMessageHandler(None)
    try:
        crashes.catch_all()
        try:
            _fail(secret)
        except ValueError:
            logging.getLogger("desktop").exception("it goes on")
        logging.getLogger("desktop").error("nothing was raised")
    finally:
        qInstallMessageHandler(before)
    written = (tmp_path / FILE).read_text()
    assert "ValueError" in written
    assert secret not in written


def test_a_disk_in_the_way_is_told_in_words(crashes: Crashes, capsys: pytest.CaptureFixture[str], qtbot: QtBot) -> None:
    full = EnvironmentProblem("The disk is full. This was not saved: make space, then do it again.")
    crashes.hook(type(full), full, None)
    qtbot.waitUntil(lambda: crashes.dialog is not None)
    assert crashes.dialog is not None
    assert any(str(full) in one.text() for one in crashes.dialog.findChildren(QLabel))
    assert crashes.dialog.details.isHidden()
    assert "Traceback" not in capsys.readouterr().err


def test_a_damaged_file_is_told_once_wherever_it_is_met(crashes: Crashes, tmp_path: Path, qtbot: QtBot) -> None:
    damage = mark(tmp_path / "base-1.db")
    crashes._note(damage, "a place in the code")
    qtbot.waitUntil(lambda: crashes.dialog is not None)
    assert crashes.dialog is not None
    crashes.dialog.go_on.click()
    shown: list[str] = []
    crashes._happened.connect(shown.append)
    crashes._note(damage, "a place in the code")
    QCoreApplication.processEvents()
    assert not shown
    assert (tmp_path / FILE).read_text().count("a place in the code") == 2
