"""Paper: which of a printer's sizes a sheet is printed on, several sheets on a page, names of any length, the spool."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
import zxingcpp
from PySide6.QtCore import QMarginsF, QObject, QRectF, Qt
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter
from pytestqt.qtbot import QtBot

from desktop.store.files import EnvironmentProblem
from desktop.ui.badges.draft import new_layout
from desktop.ui.badges.paint import Face, sheet
from desktop.ui.parts.paper import Sheet, paint_all, picture, write_fitted
from desktop.ui.parts.printers import Place, SystemPress, arranged, on_one_page, place_of
from desktop.ui.parts.spool import Spool
from shared.kernel.ids import SeatTypeId

A4, LETTER, LARGE_ADDRESS, CONTINUOUS = (2100, 2970), (2159, 2794), (360, 890), (620, 29_700)
BADGE = (940, 540)


@pytest.mark.parametrize(
    ("size", "papers", "takes_any", "place"),
    [
        ((890, 360), [LARGE_ADDRESS], False, Place(0, is_turned=True)),
        ((360, 889), [A4, LARGE_ADDRESS], False, Place(1)),
        ((892, 351), [A4, LARGE_ADDRESS], True, Place(1, is_turned=True)),
        ((620, 1000), [A4, CONTINUOUS], True, Place(None)),
        (BADGE, [LETTER, A4], False, Place(0, is_page=True)),
        (BADGE, [LARGE_ADDRESS, A4], False, Place(1, is_page=True)),
        (A4, [LETTER, A4], False, Place(1)),
        (BADGE, [LARGE_ADDRESS, (145, 875)], False, None),
        (BADGE, [], False, None),
    ],
)
def test_a_sheet_goes_on_a_label_of_its_size_or_on_a_page_with_room(
    size: tuple[int, int],
    papers: list[tuple[int, int]],
    takes_any: bool,  # noqa: FBT001 - a column
    place: Place | None,
) -> None:
    assert place_of(*size, papers, takes_any=takes_any) == place


def _badges(number: int) -> list[Sheet]:
    faces = (
        Face(
            first_name=f"Bo {one}",
            last_name="Li",
            seat_type=SeatTypeId("full"),
            seat_type_name="Full",
            code=f"LANYARD.{one:072d}",
        )
        for one in range(number)
    )
    return [sheet(new_layout("Name badge"), face, "Badge") for face in faces]


def test_badges_stand_side_by_side_on_pages_and_can_all_be_read(qtbot: QtBot) -> None:
    assert on_one_page(*BADGE, *A4) == 10
    pages = arranged(_badges(13), *A4)
    assert [(one.width, one.height) for one in pages] == [A4, A4]
    read = [one.text for page in pages for one in zxingcpp.read_barcodes(picture(page, 8))]
    assert sorted(read) == [f"LANYARD.{one:072d}" for one in range(13)]
    assert on_one_page(3000, 3000, *A4) == 1


def test_sheets_are_painted_on_a_real_printer_turned_where_its_label_lies_across(qtbot: QtBot, tmp_path: Path) -> None:
    device = QPrinter(QPrinter.PrinterMode.HighResolution)
    device.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    device.setOutputFileName(str(tmp_path / "label.pdf"))
    label = QPageSize(QPageSize.PageSizeId.A6)
    across = QPageLayout(label, QPageLayout.Orientation.Landscape, QMarginsF(0, 0, 0, 0))
    paint_all(device, _badges(3), across)
    assert (tmp_path / "label.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    "text",
    [
        "Bo",
        "Wilhelmina Alexandrina Theodora van Oldenbarnevelt-Hohenzollern-Sigmaringen",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "한국과학기술원정보통신기술연구소선임연구원김소연박사",
        "الأستاذة الدكتورة ليلى عبد الرحمن الحسن بنت عبد الله آل سعود",
        "x" * 200,
    ],
)
def test_a_name_of_any_length_stays_in_its_box(qtbot: QtBot, text: str) -> None:
    image = QImage(700, 300, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    box = QRectF(100, 100, 500, 100)
    painter = QPainter(image)
    write_fitted(painter, box, text, points=24, is_bold=True, align=Qt.AlignmentFlag.AlignLeft)
    painter.end()
    inked = [
        (x, y) for x in range(0, 700, 2) for y in range(0, 300, 2) if image.pixelColor(x, y) != Qt.GlobalColor.white
    ]
    assert inked
    assert all(box.adjusted(-8, -8, 8, 8).contains(x, y) for x, y in inked)


class Hanging:
    """A press that takes a sheet only when the test lets it."""

    is_slow = True

    def __init__(self) -> None:
        self.ready, self.printed = Event(), list[str]()

    def names(self) -> list[str]:
        return []

    def print(self, sheets: Sequence[Sheet], printer: str) -> None:
        assert self.ready.wait(30)
        if printer == "jammed":
            raise EnvironmentProblem("The printer or file takes nothing. Look at it and try again.")
        self.printed += [one.title for one in sheets]


def test_a_printer_that_hangs_stops_nobody_and_tells_each_result_in_its_turn(qtbot: QtBot) -> None:
    press, told = Hanging(), list[tuple[str, str]]()
    spool, owner, gone = Spool(press), QObject(), QObject()
    (first,) = _badges(1)
    for name, printer, heard_by in (
        ("one", "", owner),
        ("two", "jammed", owner),
        ("lost", "", gone),
        ("three", "", owner),
    ):
        paper = [replace(first, title=name)]
        spool.send(paper, printer, heard_by, lambda wrong, name=name: told.append((name, wrong)))  # type: ignore[misc]
    assert told == []
    gone.deleteLater()
    del gone
    qtbot.wait(1)
    press.ready.set()
    qtbot.waitUntil(lambda: len(told) >= 3, timeout=30_000)
    wrong = "The printer or file takes nothing. Look at it and try again."
    assert [one for one in told if one[0] != "lost"] == [("one", ""), ("two", wrong), ("three", "")]
    assert press.printed == ["one", "lost", "three"]


def test_a_printer_that_is_not_there_is_told_by_its_name(qtbot: QtBot) -> None:
    with pytest.raises(EnvironmentProblem, match="The printer “Gone” is not there"):
        SystemPress().print(_badges(1), "Gone")
