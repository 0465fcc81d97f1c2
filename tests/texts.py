"""Every English text that code and templates of a folder have translated: the keys of the catalogs."""

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

_METHODS = ("count", "translate")


def texts_in(*places: Path) -> set[str]:
    """The first texts of `_(…)` and `.translate(…)`, and both of `count(…)`, in Python files and templates."""
    found: set[str] = set()
    for place in places:
        files = [place] if place.is_file() else [one for one in place.rglob("*") if one.suffix in (".py", ".html")]
        for file in files:
            found.update(_in_code(file) if file.suffix == ".py" else _in_template(file))
    return found


def _in_code(file: Path) -> Iterator[str]:
    for call in ast.walk(ast.parse(file.read_text())):
        if isinstance(call, ast.Call):
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            is_method = isinstance(call.func, ast.Attribute)
            if name == "_" or (is_method and name in _METHODS):
                yield from _first([getattr(one, "value", None) for one in call.args], name)


def _in_template(file: Path) -> Iterator[str]:
    for call in Environment(autoescape=True).parse(file.read_text()).find_all(nodes.Call):
        name = getattr(call.node, "name", getattr(call.node, "attr", ""))
        if name == "_" or name in _METHODS:
            yield from _first([getattr(one, "value", None) for one in call.args], name)


def _first(arguments: list[object], name: str) -> Iterator[str]:
    for one in arguments[: 2 if name == "count" else 1]:
        if isinstance(one, str):
            yield one
