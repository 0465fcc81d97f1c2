"""Every text of the pages, and every sentence of a code, is there in each language, with the same places."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import server.web
import shared
from server.language import LANGUAGES
from shared.sentences import TEXTS
from tests.texts import texts_in

WEB = Path(server.web.__file__).parent
PAGES = texts_in(WEB / "pages", WEB / "templates")
OTHERS = [one for one in LANGUAGES if one != "en"]


def catalog(file: Path) -> dict[str, str]:
    """The texts of a catalog by their keys."""
    with file.open("rb") as lines:
        return {str(one.id): str(one.string) for one in read_po(lines) if one.id}


def pages(language: str) -> dict[str, str]:
    return catalog(WEB.parent / "locale" / language / "pages.po")


def sentences(language: str) -> dict[str, str]:
    return catalog(Path(shared.__file__).parent / "locale" / f"{language}.po")


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_the_pages_is_translated_and_nothing_else(language: str) -> None:
    assert set(pages(language)) == PAGES


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_of_a_code_is_translated(language: str) -> None:
    known = sentences(language)
    assert sorted(TEXTS - set(known)) == []
    names = set(known) - TEXTS
    assert sorted(one for one in names if not re.fullmatch(r"[A-Z][a-z]*( [a-z]+)*", one)) == [], "a field's name"


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_says_something_and_has_the_same_places(language: str) -> None:
    for text, translated in (pages(language) | sentences(language)).items():
        assert translated.strip(), text
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", translated)), text
