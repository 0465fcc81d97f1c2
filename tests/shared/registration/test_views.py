"""The way from a record locator to its order."""

from dataclasses import replace

from shared.kernel.decider import Found, Recorded, put
from shared.kernel.ids import OrderId
from shared.registration.order import OrderPlaced
from shared.registration.views import OrderByLocator, locators
from tests.spec import NOW, REGISTRANT

RECORDED = Recorded(at=NOW, actor=REGISTRANT, command_id="command-1")
PLACED = OrderPlaced(
    order=OrderId("order-1"),
    number=1,
    locator="ABCDEF",
    lines=(),
    total=0,
    currency="EUR",
    placed_at=NOW,
    expires_at=NOW,
)


def test_an_order_is_found_by_its_locator() -> None:
    assert list(locators.needs(PLACED, Found())) == []
    assert locators.fold(PLACED, Found(), RECORDED) == put(OrderByLocator(order=OrderId("order-1")), "ABCDEF")


def test_an_order_without_a_locator_is_not_found_by_one() -> None:
    assert locators.fold(replace(PLACED, locator=None), Found(), RECORDED) == {}
