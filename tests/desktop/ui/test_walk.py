"""What must hold on every screen: names for screen readers, texts that are translated, keys, and no stall."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, Qt, QTranslator
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui import language
from desktop.ui.keys import keymap
from desktop.ui.language import Language
from desktop.ui.main_window import MainWindow
from shared.checkin.verdict import Pass
from shared.conference.conference import EditConference
from shared.kernel.edits import Edit
from tests.desktop.ui import dialogs, money_stage, walk
from tests.desktop.ui.conftest import Open
from tests.desktop.ui.stage import CONFERENCE, PEOPLE, Stage, StagedDesk, code_of

OPENED, CLOSED = "⟦", "⟧"
DATA: Final = (
    # What people named, and what has the same name everywhere.
    *("Lanyard", "Gathering of Sciences 2026", "gathering_2026", "Full conference", "Workshop: proofs by hand"),
    *("Dinner", "Main door", "Workshop room", "West tablet", "East tablet", "West", "East", "Ada’s laptop"),
    *("Three days of open questions", "Łódź", "Wrocław", "Europe/Warsaw", "lanyard.example.org", "Ada Example"),
    *("Talks, workshops and a long dinner. Everything and everybody in it is invented.", "All talks on all days."),
    *("English", "Deutsch", "한국어", "gate-west", "gate-east", "laptop", "office", "example.org", "https", "EUR"),
    *(part for person in PEOPLE for part in person if part),
    # What stands for anybody, and codes of the world's.
    *("Ana Costa", "Wilhelmina Alexandrina Theodora van Oldenbarnevelt-Sigmaringen", "A1B2C", "gathering_2027"),
    *("conference", "owner", "history", "USD", "GBP", "CHF", "PLN", "SEK", "NOK", "DKK", "CZK", "JPY", "CNY", "INR"),
    *("BRL", "CAD", "AUD", datetime.now(UTC).strftime("%B"), (datetime.now(UTC) + timedelta(days=2)).strftime("%B")),
    *("EARLY", "SPEAKER", "OLD", "people.csv", "Bestellung", "Vorname", "Nachname", "Email"),
    *("Alt", "Ctrl", "Shift", "Tab", "Space", "Esc", "Up", "Down", "Left", "PgDown", "PgUp", "Return"),
)


class Pseudo(QTranslator):
    """A language in which every text stands in brackets."""

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, text: str, disambiguation: str | None = None, number: int = -1) -> str | None:
        return f"{OPENED}{text}{CLOSED}" if text else None


@pytest.fixture
def pseudo(qtbot: QtBot) -> Iterator[None]:
    made = Pseudo()
    QCoreApplication.installTranslator(made)
    yield
    QCoreApplication.removeTranslator(made)


@pytest.fixture
def window(stage: Stage, open_window: Open) -> MainWindow:
    money_stage.busy(stage)
    stage.laptop.sync()
    stage.laptop.workspace.issue(EditConference(location=Edit(seen="Łódź", new="Wrocław")))
    desk = StagedDesk(stage.laptop)
    desk.line = replace(desk.line, heard_at=stage.clock.now, is_equal=True)
    made = open_window(desk)
    made.open_conference(CONFERENCE)
    return made


def _all(window: MainWindow, folder: Path) -> Iterator[tuple[str, QWidget]]:
    yield from walk.screens(window)
    yield from walk.orders(window)
    yield from dialogs.every(window, folder)
    window.enrol()
    yield "enrolment", window


def _untranslated(text: str) -> str:
    """What is left of a text without what stands in brackets, and without data and numbers."""
    while OPENED in text:
        shorter = re.sub(f"{OPENED}[^{OPENED}{CLOSED}]*{CLOSED}", "", text)
        if shorter == text:
            break
        text = shorter
    text = re.sub(r"\S+@example\.org|\bch_\w+", "", text)
    for one in sorted(DATA, key=len, reverse=True):
        text = text.replace(one, "")
    text = re.sub(r"\b[0-9A-Z]{6}\b|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b\w{1,2}\b", "", text)
    return re.sub(r"[\W\d_]", "", text)


def test_the_walk_forgets_no_dialog(window: MainWindow, tmp_path: Path) -> None:
    opened: set[type[QDialog]] = {type(one) for _, one in dialogs.every(window, tmp_path)}
    assert dialogs.classes() - opened == set(), "open them in tests/desktop/ui/dialogs.py"


def test_every_control_has_a_name_for_screen_readers(window: MainWindow, tmp_path: Path) -> None:
    found = {name: names for name, whole in _all(window, tmp_path) if (names := walk.nameless(whole))}
    assert not found, "give them setAccessibleName"


@pytest.mark.usefixtures("pseudo")
def test_every_text_on_every_screen_is_translated(window: MainWindow, stage: Stage, tmp_path: Path) -> None:
    window.go("door")
    assert window.screens is not None
    row = next(iter(stage.laptop.workspace.rows(Pass).values()))
    window.screens.screen("door").scan(code_of(row))  # type: ignore[attr-defined]
    seen, found = 0, set()
    for name, whole in _all(window, tmp_path):
        QTest.qWait(1)
        for where, text in walk.texts(whole):
            seen += OPENED in text
            if _untranslated(text):
                found.add(f"{name}, {where}: {text}")
    assert seen > 200, "the walk looked at something"
    assert not found, "say these by tr or words.say, or name them in DATA if they are data:\n" + "\n".join(
        sorted(found)
    )


def test_every_control_is_reached_by_tab(window: MainWindow) -> None:
    for name, _ in walk.screens(window):
        wanted = {
            one
            for one in window.findChildren(QWidget)
            if one.isVisible() and one.isEnabled() and not walk.is_part(one)
            if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.focusProxy() is None
        }
        reached: set[QWidget] = set()
        for _ in range(3 * len(wanted)):
            focus = window.focusWidget()
            if focus is not None:
                reached |= {focus, *_around(focus)}
            window.focusNextChild()
        missed = {f"{type(one).__name__} {one.accessibleName()}" for one in wanted - reached if not _is_grouped(one)}
        assert not missed, name


def _around(one: QWidget) -> Iterator[QWidget]:
    while (above := one.parentWidget()) is not None:
        yield above
        one = above


def _is_grouped(one: QWidget) -> bool:
    """Of buttons of which one is chosen, Tab goes to that one, and arrows to the others."""
    group = getattr(one, "group", lambda: None)()
    return group is not None or bool(getattr(one, "autoExclusive", lambda: False)())


def test_every_shortcut_stands_on_the_cheat_sheet(window: MainWindow) -> None:
    for name, _ in walk.screens(window):
        screen = window.stack.currentWidget()
        assert screen is not None
        listed = {one.keys for one in keymap.of_screen(screen, name)} | {"Esc"}
        unknown = {keymap.shown(one.key()) for one in screen.findChildren(QShortcut) if one.parent() is screen} - listed
        assert not unknown, f"{name}: say what they do with setWhatsThis"
        assert all(one.does for one in keymap.of_screen(screen, name))


@pytest.mark.parametrize("of", list(Language)[1:])
def test_no_key_does_two_things_on_a_screen(stage: Stage, open_window: Open, of: Language) -> None:
    kept = QLocale()
    language.use(of, QLocale("en_GB"))
    try:
        window = open_window(StagedDesk(stage.laptop))
        window.open_conference(CONFERENCE, "door")
        row = next(iter(stage.laptop.workspace.rows(Pass).values()))
        window.screens.screen("door").scan(code_of(row))  # type: ignore[union-attr]
        always = [one.keys for one in keymap.of_window(window, window.navigation, window.status)]
        for name, _ in walk.screens(window):
            screen = window.stack.currentWidget()
            assert screen is not None
            counted = Counter([one.keys for one in keymap.of_screen(screen, name) if one.keys[:1] not in "↑↓"] + always)
            twice = [one for one, number in counted.items() if number > 1]
            assert not twice, f"{name} in {of}: take other letters after &"
    finally:
        language.use(Language.ENGLISH, QLocale.c())
        QLocale.setDefault(kept)
