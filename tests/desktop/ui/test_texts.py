"""The catalogs of the windows: everything is said in German and Korean, with the same places, and nothing else."""

import re
from collections import Counter
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from PySide6.QtCore import QCoreApplication, QLocale
from pytestqt.qtbot import QtBot

import desktop
from desktop.store.files import EnvironmentProblem
from desktop.ui import catalog, language, words
from desktop.ui.language import Language
from shared.sentences import TEXTS
from tests.desktop.ui.texts import open_texts, plurals_of, texts_of

FOLDER = Path(desktop.__file__).parent
USED = texts_of(FOLDER)
OTHERS = [Language.GERMAN, Language.KOREAN]


@cache
def _catalog(of: Language) -> dict[str, str]:
    return catalog.read(FOLDER / "locale" / f"{of}.po")


def _places(text: str) -> Counter[str]:
    return Counter(name for _, name, _, _ in Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("of", OTHERS)
def test_every_text_of_the_windows_is_translated(of: Language) -> None:
    missing = [f"{place}: {text}" for text, place in USED.items() if text not in _catalog(of)]
    assert not missing, f"add these to desktop/locale/{of}.po (msgid and msgstr):\n" + "\n".join(missing)


@pytest.mark.parametrize("of", OTHERS)
def test_the_catalogs_hold_nothing_that_is_not_said(of: Language) -> None:
    unused = sorted(set(_catalog(of)) - set(USED))
    assert not unused, f"take these out of desktop/locale/{of}.po:\n" + "\n".join(unused)


@pytest.mark.parametrize("of", OTHERS)
def test_a_translation_has_the_places_of_its_text(of: Language) -> None:
    plurals = plurals_of(FOLDER)
    wrong = [
        f"{text} -> {said}"
        for text, said in _catalog(of).items()
        if _places(said) != _places(text) and not (text in plurals and _places(said) == Counter(["n"]))
    ]
    assert not wrong, f"desktop/locale/{of}.po: other places than in the English text:\n" + "\n".join(wrong)


@pytest.mark.parametrize("of", OTHERS)
def test_a_translated_button_keeps_a_letter(of: Language) -> None:
    letter = re.compile(r"&\w")
    wrong = [text for text, said in _catalog(of).items() if bool(letter.search(text)) != bool(letter.search(said))]
    assert not wrong, f"desktop/locale/{of}.po: the letter after & opens it by keyboard:\n" + "\n".join(wrong)


def test_no_text_is_put_together_before_it_is_translated() -> None:
    assert open_texts(FOLDER) == [], "a catalog cannot have these: write places in braces, and fill them afterwards"


def test_no_screen_says_sentences_of_refusals_in_english() -> None:
    around = [one for one in (FOLDER / "ui").rglob("*.py") if "from shared.sentences" in one.read_text()]
    assert around == [], "import sentence from desktop.ui.words, which says it in the user's language"


@pytest.fixture
def _english_after(qtbot: QtBot) -> object:
    kept = QLocale()
    yield
    language.use(Language.ENGLISH, QLocale.c())
    QLocale.setDefault(kept)


@pytest.mark.usefixtures("_english_after")
@pytest.mark.parametrize(
    ("of", "cancel", "admit", "refusal", "minutes"),
    [
        (Language.GERMAN, "Abbrechen", "Einlassen", "Diesen Bereich gibt es nicht.", "5 Minuten"),
        (Language.KOREAN, "취소", "입장 가능", "그런 구역이 없습니다.", "5분"),
    ],
)
def test_a_language_is_spoken_by_us_and_by_qt(
    of: Language, cancel: str, admit: str, refusal: str, minutes: str
) -> None:
    assert language.use(of, QLocale("en_GB")) is of
    assert words.say("Admit") == admit
    assert words.sentence("unknown_area") == refusal
    assert words.plural(5, "minute", "minutes") == minutes
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == cancel
    damaged = EnvironmentProblem("{file} is damaged. Put it back from a backup of the profile.", file="{salt}.json")
    assert "{salt}.json" in words.problem(damaged) != str(damaged)
    language.use(Language.ENGLISH, QLocale("de_DE"))
    assert words.say("Admit") == "Admit"


@pytest.mark.usefixtures("_english_after")
def test_what_is_not_chosen_is_the_systems_language() -> None:
    assert language.use(Language.SYSTEM, QLocale("de_AT")) is Language.GERMAN
    assert QLocale().name() == "de_AT", "the system's own way of writing dates"
    assert language.use(Language.SYSTEM, QLocale("fr_FR")) is Language.ENGLISH


def test_a_catalog_is_read_over_several_lines(tmp_path: Path) -> None:
    file = tmp_path / "xx.po"
    file.write_text(
        '# A head.\nmsgid ""\nmsgstr ""\n"Language: xx\\n"\n\n'
        'msgid "One "\n"and two"\nmsgstr ""\n"Eins "\n"und \\"zwei\\""\n\nmsgid "Open"\nmsgstr ""\n',
        encoding="utf-8",
    )
    assert catalog.read(file) == {"One and two": 'Eins und "zwei"'}


def test_the_sentences_of_both_ends_are_all_there() -> None:
    for of in OTHERS:
        assert set(language.texts(of)) >= TEXTS
