"""Tables as CSV and XLSX files. What people typed never becomes a formula in somebody's spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Final, Protocol, Self

from desktop.store.files import EnvironmentProblem

SPREADSHEET: Final = ".xlsx"
ROWS_MOST: Final = 100_000
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_SHIELD: Final = "'"
_LAST_ENCODING: Final = "cp1252"
_KOREAN: Final = "euc_kr"
_HANGUL: Final = ("\uac00", "\ud7a3")
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS: Final = ",;\t|"
_SAMPLE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Table:
    """The first row as heads, and the rows below, each as long as the heads.

    `lines` are the rows' numbers as a spreadsheet shows them, empty rows counted.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]


def read_table(file: Path) -> Table:
    """The table in a file; EnvironmentProblem says what is wrong with it. Empty rows are left out."""
    lines = _spreadsheet(file) if file.suffix.lower() == SPREADSHEET else _separated(file)
    rows = (tuple(unshielded(cell.strip()) for cell in line) for line in lines)
    kept = {number: row for number, row in enumerate(rows, start=1) if any(row)}
    if not kept:
        raise EnvironmentProblem("{file} is empty.", file=file.name)
    if len(kept) > ROWS_MOST:
        raise EnvironmentProblem("{file} has more than {most} rows. Split it.", file=file.name, most=ROWS_MOST)
    (_, heads), *below = kept.items()
    width = len(heads)
    return Table(
        heads=heads,
        rows=tuple((row + ("",) * width)[:width] for _, row in below),
        lines=tuple(number for number, _ in below),
    )


def _spreadsheet(file: Path) -> Iterable[Sequence[str]]:
    import python_calamine  # only who imports a spreadsheet waits for it

    try:
        sheet = python_calamine.CalamineWorkbook.from_path(file).get_sheet_by_index(0)
        return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    except (python_calamine.CalamineError, IndexError) as error:
        raise EnvironmentProblem("{file} cannot be read as a spreadsheet.", file=file.name) from error


def _text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _separated(file: Path) -> Iterable[Sequence[str]]:
    text = _decoded(file.read_bytes(), file.name)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:_SAMPLE].partition("\n")[0], _DELIMITERS)
    except csv.Error:
        dialect = csv.excel
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter))
    except csv.Error as error:
        raise EnvironmentProblem("{file} cannot be read as a table.", file=file.name) from error


def _decoded(document: bytes, name: str) -> str:
    if b"\0" in document[:_SAMPLE] and not document.startswith(_UTF16):
        raise EnvironmentProblem("{file} cannot be read as a table.", file=name)
    if document.startswith(_UTF16):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", *([_KOREAN] if _is_korean(document) else []), _LAST_ENCODING]
    for encoding in encodings:
        try:
            return document.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise EnvironmentProblem("{file} cannot be read as a table.", file=name)


def _is_korean(document: bytes) -> bool:
    """Whether it is what Excel saves in Korea. Western letters seldom come in pairs, and never as pairs of Hangul."""
    try:
        text = document.decode(_KOREAN)
    except UnicodeDecodeError:
        return False
    first, last = _HANGUL
    return any(first <= letter <= last for letter in text)


def shielded(cell: str) -> str:
    """The cell so that no spreadsheet takes it for a formula."""
    return _SHIELD + cell if cell.lstrip(_SHIELD).startswith(_FORMULA) else cell


def unshielded(cell: str) -> str:
    """What `shielded` made of a cell, as it was."""
    return cell[1:] if cell.startswith(_SHIELD) and cell.lstrip(_SHIELD).startswith(_FORMULA) else cell


class Writer(Protocol):
    """Takes rows one by one."""

    def write(self, row: Sequence[str]) -> None: ...


def open_table(file: Path, heads: Sequence[str]) -> AbstractContextManager[Writer]:
    """A file to write rows to; it is in place, whole, when the block ends, and left alone when that raises."""
    made = _Spreadsheet(file) if file.suffix.lower() == SPREADSHEET else _Separated(file)
    made.write(heads)
    return made


class _Beside:
    """Writes into a file beside the one that is wanted, and puts it in its place at the end."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._beside = file.with_name(f"{file.name}.part")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._close()
            if kind is None:
                self._beside.replace(self._file)
        finally:
            self._beside.unlink(missing_ok=True)

    def _close(self) -> None:
        raise NotImplementedError


class _Separated(_Beside):
    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self._open = self._beside.open("w", encoding="utf-8-sig", newline="")  # with the mark that Excel looks for
        self._writer = csv.writer(self._open)

    def write(self, row: Sequence[str]) -> None:
        self._writer.writerow([shielded(cell) for cell in row])

    def _close(self) -> None:
        self._open.close()


class _Spreadsheet(_Beside):
    """Every cell is text by its type, so that none is a formula."""

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        import xlsxwriter

        self._beside.touch()  # says what is in the way before there are rows in a file that waits
        self._scratch = TemporaryDirectory()
        self._book = xlsxwriter.Workbook(self._beside, {"constant_memory": True, "tmpdir": self._scratch.name})
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, 20, 24)
        self._at = 0

    def write(self, row: Sequence[str]) -> None:
        for place, cell in enumerate(row):
            self._sheet.write_string(self._at, place, cell)
        self._at += 1

    def _close(self) -> None:
        from xlsxwriter.exceptions import XlsxFileError

        try:
            self._book.close()
        except XlsxFileError as problem:
            raise OSError(str(problem)) from problem
        finally:
            self._scratch.cleanup()


def numbered(table: Table) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows with their numbers as a spreadsheet shows them."""
    yield from zip(table.lines, table.rows, strict=True)
