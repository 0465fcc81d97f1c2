"""Registration's read models beside its state: the way from a record locator to its order."""

from collections.abc import Iterable
from typing import Final

from shared.kernel.decider import Changes, Found, Key, Recorded, View, put
from shared.kernel.ids import OrderId
from shared.kernel.messages import row
from shared.registration.door_sale import DoorSaleRecorded
from shared.registration.order import OrderPlaced


@row("registration.locators")
class OrderByLocator:
    """The order with a locator, which is the row's id."""

    order: OrderId


def _needs(event: OrderPlaced | DoorSaleRecorded, found: Found) -> Iterable[Key]:
    return ()


def _fold(event: OrderPlaced | DoorSaleRecorded, found: Found, recorded: Recorded) -> Changes:
    # A desktop knows no locator before the server has it.
    return {} if event.locator is None else put(OrderByLocator(order=event.order), event.locator)


locators: Final = View(row=OrderByLocator, events=(OrderPlaced, DoorSaleRecorded), needs=_needs, fold=_fold)
