"""Columns as the user drew them and filters as they were chosen, remembered for each screen."""

from typing import Final

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QComboBox, QHeaderView, QTableView, QWidget

IS_DRAWN: Final = "is_drawn"
"""A property of a header whose columns the user drew: they stay so."""
IS_FITTED: Final = "is_fitted"
"""A property of a header while its columns are made as wide as the window has room for."""


def remember(whole: QWidget, settings: QSettings, name: str) -> None:
    """Restore the columns of every table in a screen, and keep what is changed about them from now on."""
    for place, table in enumerate(whole.findChildren(QTableView)):
        header = table.horizontalHeader()
        # A later release with other columns begins anew.
        key = f"columns/{name}/{place}-{header.count()}"
        kept = settings.value(key)
        if isinstance(kept, QByteArray):
            header.restoreState(kept)
            header.setProperty(IS_DRAWN, True)
        header.sectionResized.connect(lambda place, *_, of=(header, settings, key): _keep(place, *of))


def _keep(place: int, header: QHeaderView, settings: QSettings, key: str) -> None:
    """Keep what the user drew; what follows from the window's width is no wish of theirs."""
    if header.property(IS_FITTED) or header.sectionResizeMode(place) is QHeaderView.ResizeMode.Stretch:
        return
    header.setProperty(IS_DRAWN, True)
    settings.setValue(key, header.saveState())


def remember_choice(chosen: QComboBox, settings: QSettings, key: str) -> None:
    """Choose what was chosen last, as if the user did it again, and keep what is chosen from now on."""
    place = chosen.findData(settings.value(key))
    if place > 0:
        chosen.setCurrentIndex(place)
        chosen.activated.emit(place)
    chosen.activated.connect(lambda _: settings.setValue(key, chosen.currentData()))
