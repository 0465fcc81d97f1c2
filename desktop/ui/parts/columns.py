"""Columns as the user drew them, remembered for each table."""

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QTableView, QWidget


def remember(whole: QWidget, settings: QSettings, name: str) -> None:
    """Restore the columns of every table in a screen, and keep what is changed about them from now on."""
    for place, table in enumerate(whole.findChildren(QTableView)):
        header = table.horizontalHeader()
        # A later release with other columns begins anew.
        key = f"columns/{name}/{place}-{header.count()}"
        kept = settings.value(key)
        if isinstance(kept, QByteArray):
            header.restoreState(kept)
        header.sectionResized.connect(lambda *_, header=header, key=key: settings.setValue(key, header.saveState()))
