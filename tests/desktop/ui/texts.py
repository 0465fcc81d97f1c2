"""Every English text that the desktop has translated: the keys of its catalogs."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

_ARGUMENTS: Final = {
    "tr": slice(1),
    "_tr": slice(1),
    "say": slice(1),
    "plural": slice(1, 3),
    "QT_TRANSLATE_NOOP": slice(1, 2),
    "translate": slice(1, 2),
    "EnvironmentProblem": slice(1),
    "Damaged": slice(1, 2),
    "WrongPassphrase": slice(1),
    "Unreachable": slice(1),
}
"""Which arguments are texts, by the name of what is called."""


def texts_of(folder: Path) -> dict[str, str]:
    """The texts, each with a place where it stands."""
    found: dict[str, str] = {}
    for place, name, arguments in _calls(folder):
        for argument in arguments[_ARGUMENTS.get(name, slice(0))]:
            for text in _written(argument):
                found.setdefault(text, place)
    return found


def open_texts(folder: Path) -> list[str]:
    """Places where a text is put together before it is translated, so that no catalog can have it."""
    return [
        place
        for place, name, arguments in _calls(folder)
        for argument in arguments[_ARGUMENTS.get(name, slice(0))]
        if isinstance(argument, ast.JoinedStr | ast.BinOp)
    ]


@cache
def _calls(folder: Path) -> list[tuple[str, str, list[ast.expr]]]:
    """Every call: where it stands, what is called, and with what."""
    return [
        (
            f"{file.relative_to(folder)}:{call.lineno}",
            getattr(call.func, "id", getattr(call.func, "attr", "")),
            call.args,
        )
        for file in sorted(folder.rglob("*.py"))
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
    ]


def _written(argument: ast.expr) -> Iterator[str]:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value:
        yield argument.value
    elif isinstance(argument, ast.IfExp):
        yield from _written(argument.body)
        yield from _written(argument.orelse)


def plurals_of(folder: Path) -> set[str]:
    """Texts that follow a number. A translation may say with {n} where the number stands."""
    return {
        text
        for _, name, arguments in _calls(folder)
        if name == "plural"
        for argument in arguments[1:3]
        for text in _written(argument)
    }
