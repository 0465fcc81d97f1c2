"""Marks a text for translation where it stands; it is translated where it is shown."""


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:
    """The text itself. The tools that collect texts know this name; PySide's own has no types."""
    return text
