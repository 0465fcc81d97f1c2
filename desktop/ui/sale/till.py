"""The till of this device, and the seats that it leased. What it sells comes from leases that the server has granted.

Only these have signed blank tickets, so that nothing is sold here that does not exist, and every gate knows the ticket.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from PySide6.QtCore import QLocale

from desktop.workspace import Workspace
from shared.checkin.blanks import Blanks
from shared.conference.conference import Conference
from shared.conference.seat_types import SeatType
from shared.kernel import checks
from shared.kernel.decider import Rejected
from shared.kernel.ids import DeviceId, OrderId, PersonId, SeatTypeId, TicketId
from shared.registration.allotments import Allotment, AllotmentState, LeaseAllotment
from shared.registration.door_sale import (
    DoorSale,
    DoorTicket,
    RecordDoorSale,
    RecordTillCount,
    SeatAtDoor,
    Takings,
    order_of,
)
from shared.registration.receipts import Method
from shared.registration.seats import SeatsOfType

_LANGUAGES: Final = ("en", "de", "ko")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """A seat type at this desk: its price now, and how many seats may be sold here."""

    seat_type: SeatTypeId
    name: str
    price: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A lease of this desk. Without blanks it waits for the server, and nothing is sold from it."""

    id: str
    allotment: Allotment
    free: tuple[TicketId, ...]
    has_blanks: bool

    @property
    def left(self) -> int:
        """How many seats can be sold from it: a voided sale gives back a seat, but not the ticket."""
        return min(self.allotment.left, len(self.free))


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Somebody at the desk, with the seats they want."""

    attendee: PersonId
    first_name: str
    last_name: str
    company: str = ""
    email: str = ""
    seat_types: tuple[SeatTypeId, ...]
    is_free: bool = False
    """Nothing is charged."""


class Till:
    """Every answer is of a sale that is in the log file already."""

    def __init__(self, workspace: Workspace, *, new_id: Callable[[], str], now: Callable[[], datetime]) -> None:
        self._workspace, self._new_id, self._now = workspace, new_id, now
        self._opened = ""

    # What there is

    @property
    def currency(self) -> str:
        conference = self._workspace.get(Conference)
        return "EUR" if conference is None else conference.currency

    def seat_types(self) -> tuple[SeatTypeId, ...]:
        conference = self._workspace.get(Conference)
        return () if conference is None else conference.seat_types

    def price(self, seat_type: SeatTypeId) -> int:
        """What a seat costs here and now."""
        sold, known = self._workspace.get(SeatsOfType, seat_type), self._workspace.get(SeatType, seat_type)
        if sold is not None:
            return sold.price
        return 0 if known is None else known.price

    def stock(self, buyers: Sequence[Buyer] = ()) -> list[Stock]:
        """The seat types, with what is left of each at this desk when those have theirs."""
        leases = self.leases()
        wanted = Counter(one for buyer in buyers for one in buyer.seat_types)
        stock = []
        for one in self.seat_types():
            known = self._workspace.get(SeatType, one)
            left = sum(lease.left for lease in leases if lease.allotment.seat_type == one)
            name = "" if known is None else known.name
            free = max(left - wanted[one], 0)
            stock.append(Stock(seat_type=one, name=name, price=self.price(one), left=free))
        return stock

    def available(self, seat_type: SeatTypeId) -> int | None:
        """How many could be leased, as far as this device knows."""
        seats = self._workspace.get(SeatsOfType, seat_type)
        return None if seats is None else seats.available

    def leases(self) -> list[Lease]:
        """The leases of this desk that go on, the oldest first."""
        used = set(self._workspace.rows(DoorTicket))
        leases = []
        for id, allotment in self._workspace.rows(Allotment).items():
            if allotment.desk == self._workspace.device and allotment.state is AllotmentState.LEASED:
                blanks = self._workspace.get(Blanks, id)
                free = () if blanks is None else tuple(one.ticket for one in blanks.blanks if one.ticket not in used)
                leases.append(Lease(id=id, allotment=allotment, free=free, has_blanks=blanks is not None))
        return leases

    # What is done; each raises Rejected

    def lease(self, seat_type: SeatTypeId, quantity: int) -> None:
        desk = DeviceId(self._workspace.device)
        self._workspace.issue(
            LeaseAllotment(allotment=self._new_id(), desk=desk, seat_type=seat_type, quantity=quantity)
        )

    def new_person(self) -> PersonId:
        return PersonId(self._new_id())

    def check(self, buyer: Buyer) -> None:
        """Whether somebody can be sold to: a sale itself is a fact, and would be recorded with anything."""
        checks.text("first_name", buyer.first_name, most=100)
        checks.text("last_name", buyer.last_name, least=1, most=100)
        checks.text("company", buyer.company, most=200)
        if buyer.email:
            checks.email("email", buyer.email)
        if not buyer.seat_types:
            raise Rejected("no_seats_wanted")

    def total(self, buyers: Sequence[Buyer]) -> int:
        return sum(self.price(one) for buyer in buyers if not buyer.is_free for one in buyer.seat_types)

    def sell(self, buyers: Sequence[Buyer], method: Method) -> OrderId:
        """Record the sale to those people; the first pays."""
        for buyer in buyers:
            self.check(buyer)
        leases = self.leases()
        taken: set[TicketId] = set()
        seats = tuple(self._seat(buyer, one, leases, taken) for buyer in buyers for one in buyer.seat_types)
        language = QLocale().name()[:2]
        sale = RecordDoorSale(
            sale=self._new_id(),
            desk=DeviceId(self._workspace.device),
            till=self.till,
            seats=seats,
            method=method,
            currency=self.currency,
            sold_at=self._now(),
            language=language if language in _LANGUAGES else "en",
        )
        self._workspace.issue(sale)
        return order_of(sale)

    def _seat(self, buyer: Buyer, seat_type: SeatTypeId, leases: Sequence[Lease], taken: set[TicketId]) -> SeatAtDoor:
        for lease in leases:
            free = [one for one in lease.free[: lease.left] if one not in taken]
            if lease.allotment.seat_type == seat_type and free:
                taken.add(free[0])
                return SeatAtDoor(
                    seat_type=seat_type,
                    price=0 if buyer.is_free else self.price(seat_type),
                    allotment=lease.id,
                    ticket=free[0],
                    attendee=buyer.attendee,
                    first_name=buyer.first_name,
                    last_name=buyer.last_name,
                    company=buyer.company,
                    email=buyer.email,
                )
        raise Rejected("no_seats_left", seat_type=seat_type)

    # Money

    @property
    def till(self) -> str:
        """The till that is open; its id is drawn when there is none."""
        mine = [id for id, one in self._workspace.rows(Takings).items() if self._is_open(one)]
        if mine:
            return mine[-1]
        known = self._workspace.get(Takings, self._opened) if self._opened else None
        if not self._opened or known is not None:
            self._opened = self._new_id()
        return self._opened

    def _is_open(self, takings: Takings) -> bool:
        return takings.desk == self._workspace.device and not takings.counts

    @property
    def takings(self) -> Takings:
        """What the open till took."""
        known = self._workspace.get(Takings, self.till)
        return known or Takings(desk=DeviceId(self._workspace.device), taken={}, given_back={})

    def counted(self) -> list[Takings]:
        """The tills of this desk that were counted, the latest first."""
        mine = [
            one for one in self._workspace.rows(Takings).values() if one.desk == self._workspace.device and one.counts
        ]
        return sorted(mine, key=lambda one: one.counts[-1].counted_at, reverse=True)

    def counting(self, *, opening: int, counted: int) -> RecordTillCount:
        """The command that closes the till."""
        return RecordTillCount(
            till=self.till, currency=self.currency, opening=opening, counted=counted, counted_at=self._now()
        )

    def sale(self, order: OrderId) -> DoorSale | None:
        return self._workspace.get(DoorSale, order)

    def sales(self) -> list[tuple[OrderId, DoorSale]]:
        """The sales of this desk, the latest first."""
        mine = [
            (OrderId(id), one)
            for id, one in self._workspace.rows(DoorSale).items()
            if one.desk == self._workspace.device
        ]
        return sorted(mine, key=lambda pair: pair[1].sold_at, reverse=True)
