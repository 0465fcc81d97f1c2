"""Who gets which seat of which order, from a table: planned first, row by row, with why not where it cannot be."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from desktop.door import ShownRows
from desktop.exchange.sheets import Table, numbered
from desktop.store.search import folded
from desktop.workspace import Workspace
from shared.conference.seat_types import SeatType
from shared.execute import Undecided, execute
from shared.kernel.decider import Actor, Context, Rejected
from shared.kernel.ids import OrderId, PersonId
from shared.registration.assignments import Assignments, AssignSeat, SeatAssignment, seat_id
from shared.registration.order_state import Order, OrderState
from shared.registration.views import OrderByLocator


class Part(StrEnum):
    """What a column can say."""

    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    COMPANY = "company"
    ORDER = "order"
    SEAT_TYPE = "seat_type"


REQUIRED: Final = (Part.LAST_NAME, Part.EMAIL)
_HEADS: Final[Mapping[Part, tuple[str, ...]]] = {
    Part.FIRST_NAME: ("first name", "given name", "firstname", "forename", "vorname", "이름(명)", "이름"),
    Part.LAST_NAME: ("last name", "surname", "family name", "lastname", "nachname", "familienname", "성", "name"),
    Part.EMAIL: ("e-mail", "email", "mail", "e-mail address", "email address", "e-mail-adresse", "이메일", "전자우편"),
    Part.COMPANY: ("company", "organisation", "organization", "affiliation", "firma", "unternehmen", "소속", "회사"),
    Part.ORDER: ("order", "locator", "order code", "bestellung", "buchung", "주문", "주문 번호"),
    Part.SEAT_TYPE: ("ticket type", "seat type", "ticket", "type", "ticketart", "platzart", "티켓 종류", "좌석 종류"),
}


def guess(heads: tuple[str, ...]) -> dict[Part, int]:
    """Which column is which, as far as the heads tell; no column twice."""
    names = [folded(head).replace("_", " ").strip() for head in heads]
    guessed: dict[Part, int] = {}
    for part, known in _HEADS.items():
        wanted = [folded(one) for one in known]
        fits = (names.index(one) for one in wanted if one in names and names.index(one) not in guessed.values())
        place = next(fits, None)
        if place is not None:
            guessed[part] = place
    return guessed


class Kind(StrEnum):
    ASSIGN = "assign"
    UPDATE = "update"
    SAME = "same"
    """Whoever it is has this seat already, spelled so."""
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a row of the file leads to. `line` is its number as a spreadsheet shows it."""

    line: int
    values: Mapping[Part, str]
    kind: Kind
    command: AssignSeat | None = None
    code: str = ""
    """Why not: a refusal's code, or one of this module's."""
    details: Mapping[str, object] = field(default_factory=dict)


class Importer:
    """Plans against what the user sees. `order` is for rows that name none. Each seat is given once."""

    def __init__(
        self, workspace: Workspace, *, order: str, now: Callable[[], datetime], new_id: Callable[[], str]
    ) -> None:
        self._workspace, self._order = workspace, order.strip().upper()
        self._new_id = new_id
        self._rows = ShownRows(workspace)
        self._types = {folded(one.name): id for id, one in workspace.rows(SeatType).items()}
        self._taken: dict[str, str] = {}
        """E-mail addresses by the seats that this file gives them."""
        self._context = Context(
            now=now(),
            actor=Actor(role=workspace.role, id=workspace.device),
            conference=workspace.conference,
            command_id="preview",
            issued_at=now(),
        )

    def plan(self, table: Table, columns: Mapping[Part, int]) -> Iterator[Planned]:
        """One entry a row, in their order."""
        for line, row in numbered(table):
            values = {part: row[place] for part, place in columns.items()}
            try:
                yield self._planned(line, values)
            except Rejected as refusal:
                yield Planned(
                    line=line, values=values, kind=Kind.ERROR, code=refusal.code, details=dict(refusal.values)
                )

    def _planned(self, line: int, values: Mapping[Part, str]) -> Planned:
        for part in REQUIRED:
            if not values.get(part):
                raise Rejected("import_missing", part=part.value)
        order, assignments = self._order_of(values.get(Part.ORDER, ""))
        position = self._position(order, assignments, values)
        command = AssignSeat(
            order=order,
            position=position,
            attendee=PersonId(self._new_id()),
            first_name=values.get(Part.FIRST_NAME, ""),
            last_name=values[Part.LAST_NAME],
            email=values[Part.EMAIL],
            company=values.get(Part.COMPANY, ""),
        )
        try:
            # The same rules as when it is issued; what they lead to is thrown away.
            is_new = bool(execute(command, self._context, self._rows, speculative=True).events)
        except Undecided:
            is_new = True
        self._taken[seat_id(order, position)] = folded(values[Part.EMAIL])
        known = self._workspace.get(SeatAssignment, seat_id(order, position))
        has_seat = known is not None and known.attendee is not None
        kind = Kind.SAME if not is_new else Kind.UPDATE if has_seat else Kind.ASSIGN
        return Planned(line=line, values=values, kind=kind, command=command)

    def _order_of(self, named: str) -> tuple[OrderId, Assignments]:
        locator = named.strip().upper() or self._order
        if not locator:
            raise Rejected("import_no_order")
        found = self._workspace.get(OrderByLocator, locator)
        order = None if found is None else self._workspace.get(Order, found.order)
        if found is None or order is None:
            raise Rejected("import_unknown_order", order=locator)
        assignments = self._workspace.get(Assignments, found.order)
        if order.state is not OrderState.CONFIRMED or assignments is None:
            raise Rejected("import_not_confirmed", order=locator)
        return found.order, assignments

    def _position(self, order: OrderId, assignments: Assignments, values: Mapping[Part, str]) -> int:
        """The seat that this address has already, else the first that is free."""
        wanted = self._type_of(values.get(Part.SEAT_TYPE, ""))
        email = folded(values[Part.EMAIL])
        fitting = [
            place
            for place, seat_type in enumerate(assignments.seats)
            if place not in assignments.cancelled and wanted in (None, seat_type)
        ]
        holders = {place: self._holder(order, place) for place in fitting}
        own = next((place for place in fitting if holders[place] == email), None)
        free = own if own is not None else next((place for place in fitting if not holders[place]), None)
        if not fitting:
            raise Rejected("import_no_such_seat", order=assignments.locator or "")
        if free is None:
            raise Rejected("import_no_seat", order=assignments.locator or "", seats=len(fitting))
        return free

    def _holder(self, order: OrderId, position: int) -> str:
        """The address at a seat after the rows before this one; empty where it is free."""
        id = seat_id(order, position)
        if id in self._taken:
            return self._taken[id]
        seat = self._workspace.get(SeatAssignment, id)
        if seat is None or seat.attendee is None:
            return ""
        return folded(seat.email) if isinstance(seat.email, str) else id

    def _type_of(self, named: str) -> str | None:
        if not named:
            return None
        if folded(named) not in self._types:
            raise Rejected("import_unknown_type", name=named)
        return self._types[folded(named)]
