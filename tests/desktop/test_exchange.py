"""Lists of attendees as files: what goes out comes back, nothing is a formula, every row says what becomes of it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from desktop.door import Door
from desktop.exchange.exporting import HEADS, attendees
from desktop.exchange.importing import Importer, Kind, Part, Planned, guess
from desktop.exchange.sheets import Table, numbered, open_table, read_table, shielded, unshielded
from desktop.store.files import EnvironmentProblem
from desktop.ui import words
from desktop.ui.exchange.reasons import reason
from desktop.workspace import Workspace
from shared.checkin.verdict import Direction, Pass
from shared.kernel.decider import Actor, Role
from shared.kernel.ids import OrderId, PersonId
from shared.registration.assignments import CancelSeats, SeatAssignment, UnassignSeat
from shared.registration.order import PlaceOrder
from shared.registration.order_state import Order
from shared.registration.pricing import Wanted
from tests.desktop.ui.stage import DOOR, FULL, PEOPLE, WORKSHOP, Stage, code_of
from tests.sync.world import Clock

ALL = {Part.FIRST_NAME: 0, Part.LAST_NAME: 1, Part.EMAIL: 2, Part.COMPANY: 3, Part.ORDER: 4, Part.SEAT_TYPE: 5}
REGISTRANT = Actor(role=Role.REGISTRANT, id="web")


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Three orders; the second one's only seat is free again."""
    now = datetime.now(UTC)
    made = Stage(tmp_path, Clock(now))
    made.found(now.date())
    for person, types in ((PEOPLE[0], (FULL, WORKSHOP)), (PEOPLE[1], (FULL,)), (PEOPLE[7], (FULL, FULL, FULL))):
        made.sell(person, *types)
    made.laptop.sync()
    for order, position in ((_order(made, "王"), 0), (_order(made, "Li"), 1), (_order(made, "Li"), 2)):
        made.run(UnassignSeat(order=order, position=position), actor=REGISTRANT)
    made.laptop.sync()
    return made


def _order(stage: Stage, last_name: str) -> OrderId:
    rows = stage.laptop.workspace.rows(Order)
    return OrderId(next(id for id, one in rows.items() if one.last_name == last_name))


def _locator(stage: Stage, last_name: str) -> str:
    row = stage.laptop.workspace.get(Order, _order(stage, last_name))
    assert row is not None
    return row.locator or ""


def _plan(stage: Stage, *rows: tuple[str, ...], order: str = "") -> list[Planned]:
    workspace = stage.laptop.workspace
    importer = Importer(workspace, order=order, now=stage.clock, new_id=stage.laptop.ids)
    lines = tuple(range(2, len(rows) + 2))
    return list(importer.plan(Table(heads=tuple(ALL), rows=rows, lines=lines), ALL))


def _seat(row: Planned) -> int | None:
    return None if row.command is None else row.command.position


def test_rows_get_the_free_seats_of_their_orders(stage: Stage) -> None:
    first, second = _locator(stage, "Li"), _locator(stage, "王")
    planned = _plan(
        stage,
        ("Ada", "One", "one@example.org", "", first.lower(), ""),
        ("Bea", "Two", "two@example.org", "", first, "full conference"),
        ("Cem", "Three", "three@example.org", "", second, ""),
        ("Dan", "Four", "four@example.org", "", first, ""),
    )
    assert [(one.line, one.kind, _seat(one), one.code) for one in planned] == [
        (2, Kind.ASSIGN, 1, ""),
        (3, Kind.ASSIGN, 2, ""),
        (4, Kind.ASSIGN, 0, ""),
        (5, Kind.ERROR, None, "import_no_seat"),
    ]
    for one in planned[:3]:
        stage.laptop.workspace.issue(one.command)
    stage.laptop.sync()
    assert stage.laptop.workspace.problems() == []
    names = {one.last_name for one in stage.laptop.workspace.rows(SeatAssignment).values()}
    assert {"One", "Two", "Three"} <= names


def test_an_address_that_has_a_seat_keeps_it(stage: Stage) -> None:
    seat = next(one for one in stage.laptop.workspace.rows(SeatAssignment).values() if one.last_name == "Li")
    email, locator = str(seat.email), _locator(stage, "Li")
    same, changed = (
        _plan(stage, ("Bo", last, email, "Li & Li", "", ""), order=locator)[0] for last in ("Li", "Li-Example")
    )
    assert (same.kind, changed.kind) == (Kind.SAME, Kind.UPDATE)
    assert _seat(changed) == 0


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("Ada", "", "ada@example.org", "", "", ""), "import_missing"),
        (("Ada", "One", "", "", "", ""), "import_missing"),
        (("Ada", "One", "ada@example.org", "", "", ""), "import_no_order"),
        (("Ada", "One", "ada@example.org", "", "ZZZZZZ", ""), "import_unknown_order"),
        (("Ada", "One", "ada@example.org", "", "{li}", "Yoga"), "import_unknown_type"),
        (("Ada", "One", "ada@example.org", "", "{li}", "Dinner"), "import_no_such_seat"),
        (("Ada", "One", "no address", "", "{li}", ""), "invalid_field"),
        (("Ada" * 40, "One", "ada@example.org", "", "{li}", ""), "invalid_field"),
    ],
)
def test_a_row_that_cannot_be_imported_says_why(stage: Stage, row: tuple[str, ...], code: str) -> None:
    (planned,) = _plan(stage, tuple(cell.format(li=_locator(stage, "Li")) for cell in row))
    assert (planned.kind, planned.code) == (Kind.ERROR, code)


def test_an_order_that_is_not_confirmed_has_no_seats_to_give(stage: Stage) -> None:
    order = OrderId("00000000-0000-7000-8000-0000000000aa")
    wanted = (Wanted(seat_type=FULL, quantity=1),)
    person = PersonId("unpaid")
    stage.run(
        PlaceOrder(order=order, lines=wanted, registrant=person, first_name="A", last_name="Unpaid", email="a@b.org"),
        actor=REGISTRANT,
    )
    stage.laptop.sync()
    (planned,) = _plan(stage, ("A", "B", "a@example.org", "", _locator(stage, "Unpaid"), ""))
    assert planned.code == "import_not_confirmed"


def test_a_cancelled_seat_is_given_to_nobody(stage: Stage) -> None:
    stage.run(CancelSeats(order=_order(stage, "王"), positions=(0,)))
    stage.laptop.sync()
    (planned,) = _plan(stage, ("A", "B", "a@example.org", "", _locator(stage, "王"), ""))
    assert planned.code == "import_no_such_seat"


def test_columns_are_guessed_in_three_languages() -> None:
    assert guess(("E-Mail", "Nachname", "Vorname", "Firma")) == {
        Part.EMAIL: 0,
        Part.LAST_NAME: 1,
        Part.FIRST_NAME: 2,
        Part.COMPANY: 3,
    }
    assert guess(("이메일", "성", "이름", "소속")) == {
        Part.EMAIL: 0,
        Part.LAST_NAME: 1,
        Part.FIRST_NAME: 2,
        Part.COMPANY: 3,
    }
    assert guess(("Name", "Mail", "Shoe size")) == {Part.LAST_NAME: 0, Part.EMAIL: 1}
    assert set(guess(HEADS)) == set(Part)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_what_is_exported_can_be_imported_again(stage: Stage, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"people{suffix}"
    workspace = stage.laptop.workspace
    with open_table(file, HEADS) as table:
        for row in attendees(workspace, seat_type=words.seat_type, cancelled="cancelled"):
            table.write(row)
    read = read_table(file)
    assert read.heads == HEADS
    assert len(read.rows) == sum(one.attendee is not None for one in workspace.rows(Pass).values())
    importer = Importer(workspace, order="", now=stage.clock, new_id=stage.laptop.ids)
    assert {one.kind for one in importer.plan(read, guess(read.heads))} == {Kind.SAME}


def test_door_staff_export_no_addresses_and_everybody_their_first_entry(stage: Stage) -> None:
    west = stage.desktop("gate-west")
    west.sync()
    row = next(one for one in west.workspace.rows(Pass).values() if one.last_name == "Li" and one.position == 0)
    gate = Door(west.workspace, area=DOOR, gate="West", direction=Direction.ENTRY)
    seen = gate.see(code_of(row))
    gate.record(seen, gate.verdict(seen))
    rows = _exported(west.workspace)
    assert {one["E-mail"] for one in rows} == {""}
    assert [one["Last name"] for one in rows if one["First entry"]] == ["Li"]


def _exported(workspace: Workspace) -> list[dict[str, str]]:
    rows = attendees(workspace, seat_type=words.seat_type, cancelled="cancelled")
    return [dict(zip(HEADS, one, strict=True)) for one in rows]


@pytest.mark.parametrize("cell", ["=1+1", "+49", "-1", "@x", "\tx", "=cmd|' /C calc'!A0", "'=x", "\uff1d1"])
def test_no_cell_becomes_a_formula(tmp_path: Path, cell: str) -> None:
    csv, xlsx = tmp_path / "a.csv", tmp_path / "a.xlsx"
    for file in (csv, xlsx):
        with open_table(file, ("a",)) as table:
            table.write((cell,))
    assert csv.read_text("utf-8-sig").splitlines()[1].lstrip('"').startswith("'")
    (_, (kept,)) = CalamineWorkbook.from_path(xlsx).get_sheet_by_index(0).to_python()
    assert kept == cell
    assert "<f>" not in xlsx.read_bytes().decode("latin-1")


@given(st.text())
def test_a_shielded_cell_is_no_formula_and_comes_back(cell: str) -> None:
    assert unshielded(shielded(cell)) == cell
    assert not shielded(cell).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.parametrize(
    ("document", "rows"),
    [
        ("name;mail\nÉva;e@x.org\n".encode(), ("Éva", "e@x.org")),
        ("name;mail\nÉva;e@x.org\n".encode("cp1252"), ("Éva", "e@x.org")),
        ("name\tmail\n이\te@x.org\n".encode("utf-16"), ("이", "e@x.org")),
        (b'\xef\xbb\xbfname,mail\r\n"Li, Bo",e@x.org\r\n,\r\n', ("Li, Bo", "e@x.org")),
        (b"name,mail\nshort\n", ("short", "")),
    ],
)
def test_tables_are_read_however_they_were_saved(tmp_path: Path, document: bytes, rows: tuple[str, ...]) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(document)
    assert read_table(file) == Table(heads=("name", "mail"), rows=(rows,), lines=(2,))


@pytest.mark.parametrize(
    ("name", "document"), [("a.csv", b""), ("a.csv", b"PK\0\0\x01"), ("a.xlsx", b"no sheet"), ("a.csv", b"\x81\x8d")]
)
def test_what_is_no_table_says_so(tmp_path: Path, name: str, document: bytes) -> None:
    (tmp_path / name).write_bytes(document)
    with pytest.raises(EnvironmentProblem, match=name):
        read_table(tmp_path / name)


def test_an_export_that_fails_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("mine")
    table = open_table(file, ("a",))
    with pytest.raises(EnvironmentProblem), table:
        raise EnvironmentProblem("The disk is full.")
    assert file.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("name", ["people.csv", "people.xlsx"])
def test_rows_are_numbered_as_a_spreadsheet_numbers_them(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    with open_table(file, ("", "")) as table:
        for row in (("Name", "E-mail"), ("", ""), ("Kim", "kim@example.org"), ("", ""), ("Lee", "")):
            table.write(row)
    read = read_table(file)
    assert list(numbered(read)) == [(4, ("Kim", "kim@example.org")), (6, ("Lee", ""))]
    assert read.heads == ("Name", "E-mail")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("euc_kr", "김지우"), ("cp1252", "Süß"), ("cp1252", "Ärzte ÄÖÜ"), ("utf-8", "김지우"), ("utf-16", "김지우")],
)
def test_files_of_older_programs_are_read_as_they_were_meant(tmp_path: Path, encoding: str, text: str) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(f"Name,E-mail\n{text},kim@example.org\n".encode(encoding))
    assert read_table(file).rows == ((text, "kim@example.org"),)


def test_an_order_without_such_a_seat_is_told_so(stage: Stage) -> None:
    (planned,) = _plan(stage, ("Ada", "One", "one@example.org", "", _locator(stage, "Li"), "Workshop: proofs by hand"))
    assert reason(planned) == f"{_locator(stage, 'Li')} has no such seat."
