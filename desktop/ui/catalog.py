"""The texts of one language, from gettext's `.po` files, as Qt asks for them. The English text is the key.

There is nothing to compile: set-up, wheel and frozen program carry the files that translators edit.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from PySide6.QtCore import QTranslator


class Catalog(QTranslator):
    """Answers `tr` and `translate` of every context. What it does not know stays as it is."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__()
        self._texts = texts

    def isEmpty(self) -> bool:
        return False  # Qt would not ask one that says it is empty, which it looks to be without a file of Qt's

    def translate(  # None is Qt's null text: the next translator is asked
        self, context: str, text: str, disambiguation: str | None = None, number: int = -1
    ) -> str | None:
        return self._texts.get(text)


def read(file: Path) -> dict[str, str]:
    """The texts of a `.po` file by their English ones. It has msgid and msgstr alone: no plurals, no contexts."""
    return {key: text for key, text in _entries(file.read_text(encoding="utf-8")) if key and text}


def _entries(text: str) -> Iterator[tuple[str, str]]:
    key, said, is_key = "", "", True
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        if word == "msgid":
            yield key, said
            key, said, is_key = ast.literal_eval(rest), "", True
        elif word == "msgstr":
            said, is_key = ast.literal_eval(rest), False
        elif line.startswith('"'):
            more = ast.literal_eval(line)
            key, said = (key + more, said) if is_key else (key, said + more)
    yield key, said
