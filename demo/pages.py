"""Pictures of the registrants' pages as Chromium shows them, and of the papers: made from one registrant's way.

Each page is taken on a telephone and at a desk; some in the dark, and some in German and Korean, too.
"""

import re
from collections.abc import Generator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final
from unittest.mock import patch
from uuid import UUID

from playwright.sync_api import Page

from demo.browser import DESK, PHONE, Reader, browser, reading
from server.documents.invoices import invoice_content, invoice_document
from server.documents.press import press
from server.documents.tickets import ticket_documents, tickets_content
from server.lookup import look_up
from server.store.engine import reading as rows_of
from server.store.problems import EnvironmentProblem
from shared.conference.conference import CANCEL_NEVER, CreateConference, PublishConference
from shared.conference.seat_types import AddSeatType
from shared.kernel.decider import key
from shared.kernel.ids import PersonId, SeatTypeId
from shared.registration.views import OrderByLocator
from tests.browser.registrant import Registrant
from tests.browser.site import SLUG, Site, site
from tests.browser.waiting import wait_for_dinners
from tests.server.web.world import SPACE

_WORKSHOP: Final = SeatTypeId(str(UUID(int=5)))
_TOUR: Final = SeatTypeId(str(UUID(int=6)))
_ADDRESS: Final = "Fachverband für Vergleichende Sprachwissenschaft e. V.\nUniversitätsring 1\n1010 Wien\nATU12345678"
_ISSUER: Final = "Verein PyCon Vienna\nRing 1, 1010 Wien\nIBAN AT00 0000 0000 0000 0000"
_DARK: Final = frozenset({"conference", "partial", "details-error", "seats", "tickets", "offer", "processor"})
_TRANSLATED: Final = {
    "de": frozenset({"conference", "partial", "payment", "seats", "passed-over", "find"}),
    "ko": frozenset({"conference", "partial", "payment", "seats", "passed-over", "tickets"}),
}


def take(folder: Path, scratch: Path) -> Iterator[Path]:
    """Each picture, once it is written."""
    with site(scratch / "server") as running, browser() as chromium:
        _prepare(running)
        with reading(chromium, Reader(viewport=PHONE)) as context:
            one = Registrant(context.new_page(), running)
            for shot in _way(one):
                yield from _looks(one, folder, shot)
        yield from _papers(running, folder)


def _looks(one: Registrant, folder: Path, shot: str) -> Iterator[Path]:
    """One page as several people see it."""
    page = one.page
    yield _picture(page, folder / f"page-{shot}.png")
    if shot in _DARK:
        page.emulate_media(color_scheme="dark")
        yield _picture(page, folder / f"page-{shot}-dark.png")
        page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESK)
    yield _picture(page, folder / f"page-{shot}-desk.png")
    page.set_viewport_size(PHONE)
    for language in (one for one, shots in _TRANSLATED.items() if shot in shots):
        _speak(one, language)
        yield _picture(page, folder / f"page-{shot}-{language}.png")
        _speak(one, "en")


def _picture(page: Page, file: Path) -> Path:
    """The whole page, on a screen as high as it is: what sticks to the screen's end is then at the page's."""
    before = page.viewport_size
    assert before is not None
    height: int = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": before["width"], "height": max(height, before["height"])})
    page.screenshot(path=file)
    page.set_viewport_size(before)
    return file


def _speak(one: Registrant, language: str) -> None:
    one.page.context.add_cookies([{"name": "language", "value": language, "url": one.site.url}])
    one.page.reload()


def _prepare(running: Site) -> None:
    """A conference with plenty of one kind of seat, one left of another, and none of a third; and others beside it."""
    running.make_published(invoice_prefix=("", "PV-"), invoice_from=("", _ISSUER), cancel_days=(CANCEL_NEVER, 7))
    workshop = "Hands-on workshop: reproducible data analysis"
    running.command(AddSeatType(seat_type=_WORKSHOP, name=workshop, quota=3, price=95_00, description="Bring a laptop"))
    running.command(AddSeatType(seat_type=_TOUR, name="Guided tour of the old town", quota=4, price=12_00))
    for taken in ({_WORKSHOP: 2}, {_TOUR: 4}):
        running.place(taken)
    today = running.clock().date()
    for number, (name, slug, tagline, location, starts_in) in enumerate(
        (
            ("한국어 학회 2027", "hangul", "말과 글의 내일", "서울", 90),
            ("Łódzkie Dni Otwartej Nauki", "lodz", "Otwarte dane, otwarte pytania", "Łódź, ul. Piotrkowska 262", 45),
            ("Donaudampfschifffahrtsgesellschaftstagung", "donau", "", "Linz", -200),
        ),
        start=40,
    ):
        starts_on = today + timedelta(days=starts_in)
        create = CreateConference(
            owner=PersonId("owner-1"),
            owner_name="Olga Owner",
            owner_email="olga@example.org",
            name=name,
            slug=slug,
            tagline=tagline,
            location=location,
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=2),
            time_zone="Europe/Vienna",
        )
        for command in (create, PublishConference()):
            running.command(command, space=str(UUID(int=number)))


def _way(one: Registrant) -> Iterator[str]:
    """One registrant's way, and what else may become of orders. Each name is given while its page is open."""
    one.open("/")
    yield "list"
    one.open()
    yield "conference"
    locator = yield from _order(one)
    yield from wait_for_dinners(one)
    yield from _lost_and_found(one, locator)


def _order(one: Registrant) -> Generator[str, None, str]:
    """The answer is the order's number."""
    workshop = "Hands-on workshop: reproducible data analysis"
    one.choose(**{"Full conference": 2, workshop: 2})
    order = one.path
    yield "partial"
    one.page.get_by_label("First name").first.fill("Zoë Franziska")
    one.page.get_by_label("E-mail address").first.fill("zoe.example.org")
    one.press("Go on")
    yield "details-error"
    one.page.get_by_label("Last name").first.fill("Łukasiewicz")
    one.page.get_by_label("E-mail address").first.fill("zoe@example.org")
    one.press("Go on")
    yield "payment"
    one.press(re.compile("^Pay "))
    one.page.wait_for_url("**/pay?**")
    yield "processor"
    one.open(order)
    yield "paying"
    one.open(f"{order}?returned")
    yield "returned"
    one.press("Go back to the payment")
    one.page.locator("button[value=captured]").click()
    one.until_confirmed()
    one.open(order)
    yield "confirmed"
    one.press("This is my seat")
    seat = one.page.locator("#seat-1")
    seat.get_by_text("Give to somebody").click()
    seat.get_by_label("First name").fill("Maximiliane-Henriette Wilhelmine")
    seat.get_by_label("Last name").fill("Müller-Lüdenscheidt von und zu Hohenlohe-Schillingsfürst")
    seat.get_by_label("E-mail address").fill("maximiliane-henriette.mueller@sprachwissenschaft.example.org")
    seat.get_by_label("Company").fill("Fachverband für Vergleichende Sprachwissenschaft")
    one.press("Give the seat")
    one.page.get_by_text("I need an invoice").click()
    one.page.get_by_label("Address for the invoice").fill(_ADDRESS)
    one.press("Make the invoice")
    yield "seats"
    locator = one.page.locator(".locator strong").inner_text()
    one.page.get_by_role("link", name="Show the tickets").click()
    yield "tickets"
    return locator


def _lost_and_found(one: Registrant, locator: str) -> Iterator[str]:
    one.choose(Full_conference=1)
    order = one.path
    one.site.clock.pass_time(hours=1)
    one.open(order)
    yield "expired"
    one.page.context.clear_cookies()
    one.open(f"/{SLUG}/find")
    yield "find"
    one.page.get_by_label("Order number").fill(locator)
    one.page.get_by_label("E-mail address").fill("zoe@example.org")
    one.press("Find my order")
    yield "found"
    with patch.object(type(one.site.services), "_read", _away):
        one.open("/")
        yield "maintenance"


def _away(*_: object) -> None:
    raise EnvironmentProblem("away")


def _papers(running: Site, folder: Path) -> Iterator[Path]:
    """A ticket and an invoice as their PDF looks."""
    with rows_of(running.services.engine).begin() as conn:
        invoice = invoice_document(conn, SPACE, 1)
        assert invoice is not None
        found = look_up(conn, SPACE, [key(OrderByLocator, invoice.locator)]).get(OrderByLocator, invoice.locator)
        assert found is not None
        ticket = ticket_documents(conn, running.services.secrets.of(SPACE), SPACE, found.order)[1]
    for name, content, language in (
        ("tickets", tickets_content([ticket], "en"), "en"),
        ("invoice", invoice_content(invoice, "en"), "en"),
        ("invoice", invoice_content(invoice, "de"), "de"),
    ):
        file = folder / f"paper-{name.removesuffix('s')}{'' if language == 'en' else f'-{language}'}.png"
        file.write_bytes(press().png(name, content, language))
        yield file
