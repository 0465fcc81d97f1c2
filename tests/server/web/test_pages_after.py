"""After the confirmation: seats are given to people, tickets fetched, names corrected, and orders found again."""

import re

import pytest

from server.links import order_link, ticket_link, wait_link
from shared.conference.conference import CANCEL_NEVER, EditConference
from shared.kernel.decider import Actor, Role
from shared.kernel.edits import Edit
from shared.kernel.ids import DeviceId, PersonId, TicketId
from shared.registration.door_sale import RecordDoorSale, SeatAtDoor, order_of
from shared.registration.receipts import Method
from tests.server.web.test_pages_order import charge_of, key_of, order_seats
from tests.server.web.test_registration import links_mailed
from tests.server.web.test_road import call_back, told, until
from tests.server.web.visitor import SITE, Visitor
from tests.server.web.world import ANN, DINNER, FREE, FULL, ORDERS, SPACE, World

BO = {"first_name": "Bo", "last_name": "김", "email": "bo@example.org", "company": "ACME"}


@pytest.fixture
def visitor(world: World) -> Visitor:
    return Visitor(world)


def confirmed(visitor: Visitor, quantity: int = 2) -> str:
    """The path of a free order's page after its confirmation."""
    path = order_seats(visitor, {FREE: quantity})
    visitor.send("/details", ANN)
    visitor.send("/confirm")
    return path


def test_a_seat_is_given_corrected_given_on_and_taken_back(world: World, visitor: Visitor) -> None:
    path = confirmed(visitor)
    assert "2 seats have no attendee yet" in visitor.text
    visitor.post(f"{path}/seats/0", visitor.form("/seats/0") | {"who": "me"})
    assert "The seat is given" in visitor.text
    assert "Ann Öz ann@example.org" in visitor.text
    visitor.send("/seats/1", BO)
    assert "Every seat has its attendee" in visitor.text
    assert "Bo 김 bo@example.org" in visitor.text
    visitor.send("/seats/1", {"email": "cy@example.org", "last_name": "Cy"})
    assert "bo@example.org" not in visitor.text
    visitor.send("/seats/1/take-back")
    assert "The seat is free again" in visitor.text
    assert "One seat has no attendee yet" in visitor.text


def test_who_has_two_seats_is_one_attendee(world: World, visitor: Visitor) -> None:
    path = confirmed(visitor)
    visitor.send("/seats/0", BO)
    visitor.send("/seats/1", BO)
    seats = world.get(f"{ORDERS}/{path.rpartition('/')[2]}/seats", key_of(visitor)).json()
    assert seats[0]["attendee"] == seats[1]["attendee"]


def test_what_is_missing_of_an_attendee_is_said_beside_the_field(visitor: Visitor) -> None:
    path = confirmed(visitor)
    page = visitor.post(
        f"{path}/seats/1", visitor.form("/seats/1") | {"first_name": "Bo", "last_name": "", "email": ""}
    )
    assert page.status_code == 422
    assert '<a href="#seat-1-email">Enter the e-mail address for the ticket.</a>' in page.text
    assert 'id="seat-1-first_name" name="first_name" type="text" autocomplete="off"\n    value="Bo"' in page.text
    assert "is not an e-mail address" in visitor.send("/seats/1", BO | {"email": "nowhere"}).text


def test_tickets_are_shown_with_their_code_and_as_files(visitor: Visitor) -> None:
    path = confirmed(visitor)
    assert "There are no tickets yet" in visitor.open(f"{path}/tickets").text
    assert visitor.open(f"{path}/tickets.pdf").status_code == 404
    visitor.open(path)
    visitor.send("/seats/0", BO)
    page = visitor.open(f"{path}/tickets")
    assert "Bo 김" in visitor.text
    assert page.text.count("<svg") == 1
    for file in ("tickets.pdf", "tickets/0.pdf"):
        pdf = visitor.open(f"{path}/{file}")
        assert (pdf.status_code, pdf.content[:4], pdf.headers["cache-control"]) == (200, b"%PDF", "no-store")
    assert visitor.open(f"{path}/tickets/1.pdf").status_code == 404


def test_seats_are_cancelled_as_long_as_the_conference_lets_registrants_do_it(world: World, visitor: Visitor) -> None:
    path = confirmed(visitor)
    assert "Cancel this seat" not in visitor.text
    form = visitor.form("/seats/0")
    assert visitor.post(f"{path}/seats/0/cancel", form).status_code == 409
    world.command(EditConference(cancel_days=Edit(seen=CANCEL_NEVER, new=2)))
    visitor.open(path)
    visitor.send("/seats/0/cancel")
    assert "The seat is cancelled" in visitor.text
    assert world.remaining()["Speaker"] == 4
    visitor.send(f"{path}/cancel")
    assert "This order is cancelled" in visitor.text
    assert world.remaining()["Speaker"] == 5


def test_what_is_paid_for_a_cancelled_seat_is_said_to_come_back(world: World, visitor: Visitor) -> None:
    world.command(EditConference(cancel_days=Edit(seen=CANCEL_NEVER, new=2)))
    path = order_seats(visitor, {FULL: 2})
    visitor.send("/details", ANN)
    call_back(world, told(charge_of(visitor)))
    visitor.open(path)
    visitor.send("/seats/0/cancel")
    assert "You get €120.00 back" in visitor.text
    assert "does not fit" not in visitor.text
    visitor.send(f"{path}/cancel")
    assert "You get €240.00 back" in visitor.text
    assert "does not fit" not in visitor.text


def test_whoever_got_anothers_ticket_at_the_door_is_told_nothing_of_money(world: World, visitor: Visitor) -> None:
    seat = SeatAtDoor(
        seat_type=FULL,
        price=120_00,
        allotment="a1",
        ticket=TicketId("of somebody else"),
        attendee=PersonId("second"),
        first_name="Bea",
        last_name="Ito",
        email="bea@example.org",
    )
    desk = Actor(role=Role.DOOR, id="desk-1")
    sold = RecordDoorSale(
        sale="s1",
        desk=DeviceId(desk.id),
        till="till-1",
        seats=(seat,),
        method=Method.CASH,
        currency="EUR",
        sold_at=world.clock(),
    )
    world.command(sold, actor=desk)
    visitor.open(order_link("", "pycon", order_of(sold), world.services.secrets.of(SPACE).secret))
    assert "Bea Ito" in visitor.text
    assert "We are looking at your payment" not in visitor.text


def own_link(world: World, path: str, *, version: int = 1) -> str:
    """The path of the link that is mailed to whoever has the first seat."""
    secret = world.services.secrets.of(SPACE).secret
    order = path.rpartition("/")[2]
    return ticket_link(SITE, "pycon", order, position=0, version=version, secret=secret).removeprefix(SITE)


def test_an_attendee_corrects_the_own_name_and_fetches_the_ticket(world: World, visitor: Visitor) -> None:
    path = confirmed(visitor)
    visitor.send("/seats/0", BO)
    visitor.forget()
    page = visitor.open(own_link(world, path))
    assert "key=" not in str(page.url)
    assert "Bo 김" in visitor.text
    assert visitor.form("/0")["company"] == "ACME"
    own = visitor.path
    assert visitor.send("/0", {"last_name": ""}).status_code == 422
    visitor.send("/0", {"last_name": "Kim", "first_name": "Bo"})
    assert "Your name is corrected" in visitor.text
    assert "Bo Kim" in visitor.text
    assert visitor.open(f"{own}/ticket.pdf").content[:4] == b"%PDF"
    assert visitor.open(path).status_code == 404, "the order is not theirs"


def test_the_link_of_a_seat_that_was_given_on_says_so_and_opens_nothing(world: World, visitor: Visitor) -> None:
    path = confirmed(visitor)
    visitor.send("/seats/0", BO)
    visitor.send("/seats/0", {"email": "cy@example.org", "last_name": "Cy", "first_name": ""})
    visitor.forget()
    page = visitor.open(own_link(world, path))
    assert page.status_code == 410
    assert "This link is no longer valid" in page.text
    assert "Cy" not in page.text
    assert visitor.open(own_link(world, path, version=2)).status_code == 200


def test_locator_and_address_open_an_order_to_read_and_nothing_else(world: World, visitor: Visitor) -> None:
    path = confirmed(visitor)
    visitor.send("/seats/0", BO)
    locator = re.search(r"Order number (\w{6})", visitor.text)
    assert locator is not None
    token = visitor.form("/take-back")
    visitor.forget()
    visitor.open("/pycon/find")
    visitor.send("/find", {"locator": f" {locator[1].lower()} ", "email": "ANN@example.org"})
    assert visitor.path == path
    assert "You are registered" in visitor.text
    assert [one for one in (*BO.values(), "ann@example.org") if one in visitor.text] == []
    assert visitor.page is not None
    assert re.findall(r'action="([^"]*)"', visitor.page.text) == [f"{path}/link"]
    for hidden in ("lines", "tickets", "tickets.pdf", "tickets/0.pdf", "invoices/1.pdf"):
        assert visitor.open(f"{path}/{hidden}").status_code == 403
    assert visitor.post(f"{path}/seats/0/take-back", token).status_code == 403


def test_who_found_the_order_has_its_link_mailed_but_not_shown(world: World, visitor: Visitor) -> None:
    path = confirmed(visitor)
    secret = key_of(visitor)
    locator = re.search(r"Order number (\w{6})", visitor.text)
    assert locator is not None
    visitor.forget()
    visitor.open("/pycon/find")
    visitor.send("/find", {"locator": locator[1], "email": "ann@example.org"})
    until(lambda: len(links_mailed(world)) == 1)
    shown = visitor.send("/link")
    assert "The link is on its way to the e-mail address of the order" in visitor.text
    assert secret not in shown.text
    until(lambda: len(links_mailed(world)) == 2)
    assert all(f"key={secret}" in one for one in links_mailed(world))
    for _ in range(4):
        assert visitor.send("/link").status_code == 200
    assert visitor.send("/link").status_code == 429
    assert visitor.post(f"{path}/link", {}).status_code == 403, "no form of ours"


def test_the_link_is_mailed_from_the_page_that_finds_orders_and_a_miss_looks_the_same(
    world: World, visitor: Visitor
) -> None:
    confirmed(visitor)
    locator = re.search(r"Order number (\w{6})", visitor.text)
    assert locator is not None
    visitor.forget()
    asked = "/pycon/find/link"
    assert visitor.post(asked, {"locator": locator[1], "email": ""}).status_code == 422
    assert visitor.form("/find")["locator"] == locator[1]
    until(lambda: len(links_mailed(world)) == 1)
    pages = [visitor.post(asked, {"locator": one, "email": "ann@example.org"}).text for one in ("AAAAAA", locator[1])]
    assert pages[0] == pages[1]
    assert "If there is an order with this number and this address" in visitor.text
    until(lambda: len(links_mailed(world)) == 2)


def test_an_order_that_is_not_found_keeps_what_was_entered(world: World, visitor: Visitor) -> None:
    visitor.open("/pycon/find")
    assert visitor.send("/find").status_code == 422
    assert "There are 2 problems" in visitor.text
    for _ in range(10):
        assert visitor.send("/find", {"locator": "AAAAAA", "email": "ann@example.org"}).status_code == 404
    assert "No order has this number" in visitor.text
    assert visitor.form("/find")["locator"] == "AAAAAA"
    assert visitor.send("/find").status_code == 429


def test_the_wait_list_from_joining_to_the_offer(world: World, visitor: Visitor) -> None:
    taken, secret = world.place({DINNER: 2}, ANN)
    path = order_seats(visitor, {DINNER: 2})
    visitor.open(f"{path}/waitlist")
    assert "2 × Dinner" in visitor.text
    assert visitor.send("/waitlist", {"last_name": "Kim"}).status_code == 422
    visitor.send("/waitlist", {"last_name": "Kim", "email": "kim@example.org"})
    entry = visitor.path
    assert re.fullmatch(r"/pycon/waitlist/[0-9a-f-]+", entry)
    assert "You are next" in visitor.text
    world.client.delete(taken, headers={"Authorization": f"Bearer {secret}"})
    visitor.open(entry)
    assert "Seats came free for you" in visitor.text
    visitor.send("/offer")
    assert "You waited for these seats" in visitor.text
    assert "Pay €71.00 now" in visitor.text


def test_a_place_in_the_queue_is_told_and_can_be_left(world: World, visitor: Visitor) -> None:
    world.place({DINNER: 2}, ANN)
    for name in ("Kim", "Lee"):
        path = order_seats(visitor, {DINNER: 1})
        visitor.open(f"{path}/waitlist")
        visitor.send("/waitlist", {"last_name": name, "email": f"{name}@example.org"})
    assert "2 is your place in the queue" in visitor.text
    entry = visitor.path
    visitor.send("/leave")
    assert "You are not waiting any more" in visitor.text
    visitor.forget()
    assert visitor.open(entry).status_code == 404
    link = wait_link(SITE, "pycon", entry.rpartition("/")[2], world.services.secrets.of(SPACE).secret)
    assert visitor.open(link.removeprefix(SITE)).status_code == 200
    assert visitor.path == entry
    assert visitor.open(f"{entry}/leave").status_code == 200
