"""The habits of the window: it asks before typing is lost, remembers, speaks, dresses, and stands at a door."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QLocale, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.ui import language
from desktop.ui.appearance import Appearance, Contrast, Scheme, System
from desktop.ui.attendees.attendees_screen import AttendeesScreen
from desktop.ui.editor.editor_screen import EditorScreen
from desktop.ui.keys.cheat_sheet import CheatSheet
from desktop.ui.kiosk.pin import PAUSE_S, TRIES, Pin
from desktop.ui.kiosk.pin_dialog import ChoosePinDialog, LeaveDialog
from desktop.ui.language import Language
from desktop.ui.main_window import MainWindow
from desktop.ui.parts.labels import without_mnemonic
from desktop.ui.preferences.preferences_dialog import PreferencesDialog
from desktop.ui.theme import Theme
from desktop.ui.tokens import DARK, LIGHT, PLAIN_DARK, PLAIN_LIGHT
from desktop.ui.unsaved_dialog import UnsavedDialog
from shared.conference.conference import Conference
from tests.desktop.ui.conftest import Open
from tests.desktop.ui.stage import CONFERENCE, Stage, StagedDesk


@pytest.fixture
def window(stage: Stage, open_window: Open) -> MainWindow:
    made = open_window(StagedDesk(stage.laptop))
    made.open_conference(CONFERENCE)
    return made


@pytest.fixture
def app(qtbot: QtBot) -> Iterator[QApplication]:
    made = QApplication.instance()
    assert isinstance(made, QApplication)
    yield made
    Theme.use(made, LIGHT)
    made.setStyleSheet("")


def _editor(window: MainWindow) -> EditorScreen:
    assert window.screens is not None
    return window.screens.made("conference", EditorScreen)


def _type(window: MainWindow, text: str, field: str = "tagline") -> None:
    control = _editor(window).form.fields[field].control
    control.setFocus()
    control.selectAll()  # type: ignore[union-attr]
    QTest.keyClicks(control, text)


# Closing


def test_a_window_with_something_typed_asks_and_keeps_it(window: MainWindow) -> None:
    _type(window, "Open questions")
    assert not window.close()
    dialog = window._leaving.dialog
    assert isinstance(dialog, UnsavedDialog)
    assert "Gathering of Sciences 2026" in " ".join(one.text() for one in dialog.findChildren(QLabel))
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert window.isVisible(), "Escape keeps editing"
    assert _editor(window).form.fields["tagline"].value == "Open questions"


def test_what_was_typed_is_saved_before_the_window_closes(window: MainWindow, stage: Stage, qtbot: QtBot) -> None:
    _type(window, "Open questions")
    window.close()
    assert isinstance(window._leaving.dialog, UnsavedDialog)
    with qtbot.waitSignal(window.closed):
        window._leaving.dialog.save.click()
    conference = stage.laptop.workspace.get(Conference)
    assert conference is not None
    assert conference.tagline == "Open questions"


def test_what_was_typed_can_be_discarded(window: MainWindow, stage: Stage, qtbot: QtBot) -> None:
    _type(window, "Open questions")
    window.close()
    assert isinstance(window._leaving.dialog, UnsavedDialog)
    with qtbot.waitSignal(window.closed):
        window._leaving.dialog.discard.click()
    assert stage.laptop.workspace.pending == []


def test_a_window_stays_where_saving_is_refused(window: MainWindow) -> None:
    control = _editor(window).form.fields["name"].control
    control.selectAll()  # type: ignore[union-attr]
    QTest.keyClick(control, Qt.Key.Key_Delete)
    window.close()
    assert isinstance(window._leaving.dialog, UnsavedDialog)
    window._leaving.dialog.save.click()
    assert window.isVisible()
    assert _editor(window).form.fields["name"].complaint


# What is remembered


def test_columns_are_remembered(window: MainWindow, stage: Stage, open_window: Open) -> None:
    window.go("attendees")
    assert window.screens is not None
    window.screens.made("attendees", AttendeesScreen).table.horizontalHeader().resizeSection(1, 271)
    window.close()
    again = open_window(StagedDesk(stage.laptop))
    assert (again.place, again.screens is not None) == ("attendees", True)
    assert again.screens is not None
    header = again.screens.made("attendees", AttendeesScreen).table.horizontalHeader()
    assert header.sectionSize(1) == 271
    assert isinstance(again._settings.value("window/geometry"), QByteArray)


# Language


@pytest.fixture
def _english_after(qtbot: QtBot) -> Iterator[None]:
    kept = QLocale()
    yield
    language.use(Language.ENGLISH, QLocale.c())
    QLocale.setDefault(kept)


def _choose(dialog: PreferencesDialog, name: str, value: str) -> None:
    control = getattr(dialog, name)
    control.setCurrentIndex(control.findData(value))
    control.activated.emit(control.currentIndex())


def _settings_of(window: MainWindow) -> PreferencesDialog:
    window.status.settings.click()
    return next(one for one in window.findChildren(PreferencesDialog) if one.isVisible())


@pytest.mark.usefixtures("_english_after")
def test_another_language_opens_the_window_again_in_it(
    window: MainWindow, stage: Stage, settings: QSettings, open_window: Open, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(window.reopen_asked):
        _choose(_settings_of(window), "language", "ko")
    assert not window.isVisible()
    language.use(language.chosen(settings))
    again = open_window(StagedDesk(stage.laptop))
    assert again.navigation.text_of("attendees") == "참석자"
    assert again.place == "conference", "where it was"
    assert _editor(again)._save.accessibleName() == "저장", "without the letter of the keyboard"


@pytest.mark.usefixtures("_english_after")
def test_another_language_loses_nothing_that_is_typed(window: MainWindow, qtbot: QtBot) -> None:
    _type(window, "Open questions")
    _choose(_settings_of(window), "language", "de")
    assert window.isVisible()
    assert isinstance(window._leaving.dialog, UnsavedDialog)
    with qtbot.assertNotEmitted(window.reopen_asked):
        window._leaving.dialog.keep.click()
    window.close()
    assert isinstance(window._leaving.dialog, UnsavedDialog)
    with qtbot.assertNotEmitted(window.reopen_asked), qtbot.waitSignal(window.closed):
        window._leaving.dialog.discard.click()


def test_a_letter_of_the_keyboard_is_not_read_aloud() -> None:
    assert [without_mnemonic(text) for text in ("&Save", "저장(&S)", "R&D (now)")] == ["Save", "저장", "RD (now)"]


# Looks


def test_looks_hold_at_once_and_are_remembered(window: MainWindow, app: QApplication, settings: QSettings) -> None:
    dialog = _settings_of(window)
    _choose(dialog, "scheme", "dark")
    assert Theme.now() is DARK
    _choose(dialog, "contrast", "high")
    assert Theme.now() is PLAIN_DARK
    _choose(dialog, "scheme", "light")
    assert Theme.now() is PLAIN_LIGHT
    kept = Appearance(app, settings)
    assert (kept.scheme, kept.contrast) == (Scheme.LIGHT, Contrast.HIGH)


def test_what_is_not_chosen_follows_the_system(app: QApplication, tmp_path: Path) -> None:
    settings = QSettings(str(tmp_path / "looks.ini"), QSettings.Format.IniFormat)
    wishes = [System(is_dark=True, is_plain=False)]
    appearance = Appearance(app, settings, lambda: wishes[-1])
    appearance.dress()
    assert Theme.now() is DARK
    wishes.append(System(is_dark=True, is_plain=True))
    appearance.dress()
    assert Theme.now() is PLAIN_DARK
    appearance.contrast, appearance.scheme = Contrast.USUAL, Scheme.LIGHT
    assert Theme.now() is LIGHT, "what is chosen holds whatever the system has"


def test_nothing_blinks_where_that_is_wanted(window: MainWindow, app: QApplication) -> None:
    flash_ms = app.cursorFlashTime()
    dialog = _settings_of(window)
    dialog.still.click()
    assert app.cursorFlashTime() == 0
    assert not app.isEffectEnabled(Qt.UIEffect.UI_AnimateCombo)
    dialog.still.click()
    assert app.cursorFlashTime() == flash_ms


# Keys


def test_the_sheet_tells_the_keys_of_the_screen_in_front(window: MainWindow) -> None:
    window.go("attendees")
    window.status.keys.click()
    sheet = next(one for one in window.findChildren(CheatSheet) if one.isVisible())
    told = {one.text() for one in sheet.findChildren(QLabel)}
    assert {"Attendees", "Everywhere", "Ctrl+F", "Search", "Alt+1", "F1"} <= told
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


# The door as a kiosk


def _stand(window: MainWindow) -> None:
    _settings_of(window).kiosk.click()
    dialog = window.kiosk.dialog
    assert isinstance(dialog, ChoosePinDialog)
    for field in (dialog.pin, dialog.again):
        field.show_value("4711")
    dialog.accept_button.click()


def _leave(window: MainWindow, pin: str) -> None:
    window.status.settings.click()
    dialog = window.kiosk.dialog
    assert isinstance(dialog, LeaveDialog)
    dialog.pin.show_value(pin)
    dialog.accept_button.click()
    dialog.reject()


def test_a_kiosk_is_the_door_and_nothing_else(window: MainWindow) -> None:
    _stand(window)
    assert window.isFullScreen()
    assert not window.navigation.isVisible()
    assert window.place == "door"
    for place in ("home", "attendees"):
        window.go(place)
        assert window.place == "door"
    window.status.line.click()
    assert isinstance(window.kiosk.dialog, LeaveDialog), "the connection's details are for whoever knows the PIN"
    window.kiosk.dialog.reject()
    assert not window.close()
    assert window.isVisible()


def test_a_kiosk_is_left_with_its_pin_alone(window: MainWindow) -> None:
    _stand(window)
    _leave(window, "0000")
    assert window.isFullScreen()
    _leave(window, "4711")
    assert not window.isFullScreen()
    assert window.navigation.isVisible()
    window.go("attendees")
    assert window.place == "attendees"


def test_a_kiosk_survives_a_restart(window: MainWindow, stage: Stage, open_window: Open) -> None:
    _stand(window)
    window.hide()  # as if it was killed: nothing was asked, and nothing saved
    again = open_window(StagedDesk(stage.laptop))
    assert again.isFullScreen()
    assert (again.place, again.navigation.isVisible()) == ("door", False)
    _leave(again, "4711")
    assert again.navigation.isVisible()


def test_a_pin_is_typed_twice_and_is_long_enough(window: MainWindow) -> None:
    window.kiosk.ask_to_begin()
    dialog = window.kiosk.dialog
    assert isinstance(dialog, ChoosePinDialog)
    dialog.pin.show_value("471")
    dialog.accept_button.click()
    assert dialog.pin.complaint
    dialog.pin.show_value("4711")
    dialog.again.show_value("4712")
    dialog.accept_button.click()
    assert dialog.again.complaint
    assert not window.kiosk.is_on


def test_a_pin_is_not_kept_in_clear_and_not_guessed(settings: QSettings, tmp_path: Path) -> None:
    pin = Pin(settings)
    pin.choose("4711")
    settings.sync()
    assert "4711" not in Path(settings.fileName()).read_text()
    assert [pin.is_right("0000", 1000.0) for _ in range(TRIES)] == [False] * TRIES
    assert not Pin(settings).is_right("4711", 1001.0), "not looked at, also after a restart"
    assert Pin(settings).wait_s(1001.0) == PAUSE_S - 1
    assert Pin(settings).wait_s(-10_000.0) == PAUSE_S, "a clock that was put back locks nobody out for good"
    assert Pin(settings).is_right("4711", 1000.0 + PAUSE_S)
    pin.forget()
    assert not pin.is_right("4711", 2000.0)
