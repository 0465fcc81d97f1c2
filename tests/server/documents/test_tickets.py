"""Tickets as their readers have them: the attendee, and the gate."""

import base64
from datetime import date, timedelta
from typing import Any

import pytest
import typst
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from server.documents.press import missing_packages
from server.documents.qr import qr_svg
from server.documents.tickets import TicketDocument, ticket_documents, tickets_pdf
from server.tickets import full_name, seats_of, tickets_of
from shared.checkin.ticket_code import Evidence, examine
from shared.kernel.ids import ConferenceId
from shared.kernel.personal import ERASED
from tests.server.documents.conftest import Keep
from tests.server.documents.world import NOW, ORDER, SECRET, SPACE, glyphs, holder, scanned, seats, shown, texts

needs_fonts = pytest.mark.skipif(
    bool(missing_packages(typst.Fonts().families())), reason="fonts-noto-core and fonts-noto-cjk are not installed"
)
CODE = "LANYARD." + base64.b32encode(bytes(range(127))).decode().rstrip("=")


def ticket(**changed: Any) -> TicketDocument:
    """A ticket with everything on it."""
    usual: dict[str, Any] = {
        "position": 0,
        "conference": "PyCon Łódź",
        "starts_on": date(2026, 5, 20),
        "ends_on": date(2026, 5, 22),
        "location": "Piotrkowska 1",
        "seat_type": "Full conference",
        "name": "Ann Öz",
        "company": "ACME",
        "locator": "K7M3QX",
        "code": CODE,
    }
    return TicketDocument(**usual | changed)


def test_every_seat_that_somebody_has_is_a_page_whose_code_a_gate_admits(conn: Connection, keep: Keep) -> None:
    keep(seats(holder(0), None, holder(2, first_name="Bo", last_name="Li"), holder(3, attendee=None), cancelled=(1,)))
    documents = ticket_documents(conn, SECRET, SPACE, ORDER)
    assert [(one.position, one.name, one.seat_type, one.locator) for one in documents] == [
        (0, "Łukasz Żak", "Full conference", "K7M3QX"),
        (2, "Bo Li", "Full conference", "K7M3QX"),
    ]
    pdf = tickets_pdf(documents, "en")
    for page, name in zip(texts(pdf), ("Łukasz Żak", "Bo Li"), strict=True):
        for expected in (name, "PyCon Łódź", "Łódź, Piotrkowska 1", "Full conference", "ACME", "K7M3QX", "2026"):
            assert expected in page
    codes = scanned(pdf)
    assert codes == [[one.code] for one in documents]
    for (code,), one in zip(codes, tickets_of(conn, SECRET, SPACE, ORDER), strict=True):
        evidence, read = examine(code, verify=_verify, conference=ConferenceId(SPACE), at=NOW + timedelta(days=50))
        assert evidence is Evidence.GENUINE
        assert read is not None
        assert (read.ticket, read.version) == (one.ticket, one.version)


def _verify(signature: bytes, signed: bytes) -> bool:
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(SECRET.public_ticket_key))
    try:
        public.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def test_an_order_that_is_not_confirmed_has_neither_seats_nor_tickets(conn: Connection, keep: Keep) -> None:
    keep({})
    assert seats_of(conn, SPACE, ORDER) == []
    assert ticket_documents(conn, SECRET, SPACE, ORDER) == []


def test_cancelled_seats_are_told_apart(conn: Connection, keep: Keep) -> None:
    keep(seats(None, holder(1), cancelled=(0,)))
    assert [(one.is_cancelled, one.holder is not None) for one in seats_of(conn, SPACE, ORDER)] == [
        (True, False),
        (False, True),
    ]


def test_an_erased_attendee_has_no_name_on_the_ticket(conn: Connection, keep: Keep) -> None:
    keep(seats(holder(0, first_name=ERASED, last_name=ERASED, email=ERASED)))
    assert [one.name for one in ticket_documents(conn, SECRET, SPACE, ORDER)] == [""]


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("Łukasz", "Żak", "Łukasz Żak"),
        ("", "Prince", "Prince"),
        ("伟", "王", "王伟"),
        ("민준", "김", "김민준"),
        ("さくら", "山田", "山田さくら"),
        ("Minjun", "김", "Minjun 김"),
        ("محمد", "الفارسي", "محمد الفارسي"),
    ],
)
def test_a_name_is_written_as_its_bearer_writes_it(first: str, last: str, name: str) -> None:
    assert full_name(first, last) == name


def test_a_ticket_speaks_the_reader_s_language() -> None:
    assert "Bring this page" in texts(tickets_pdf([ticket()], "en"))[0]
    german = texts(tickets_pdf([ticket()], "de"))[0]
    assert "Zeigen Sie diesen Code am Eingang" in german
    assert "20.–22. Mai 2026" in german
    korean = texts(tickets_pdf([ticket()], "ko"))[0]
    assert "입구에서 이 코드를 보여 주십시오" in korean
    assert "2026년 5월 20일" in korean


@needs_fonts
@pytest.mark.parametrize(
    "name", ["Łódź Žižka", "王伟", "김민준", "山田さくら", "Ελένη", "Юлия", "แพรว", "अनिल", "العربية", "שלום"]
)
def test_every_letter_of_a_name_is_drawn(name: str) -> None:
    assert 0 not in glyphs(tickets_pdf([ticket(name=name)], "en"))


@needs_fonts
@pytest.mark.parametrize("name", ["Łódź Žižka", "王伟", "김민준", "山田さくら", "Ελένη", "Юлия", "แพรว"])
def test_a_name_can_be_copied_and_searched_for(name: str) -> None:
    assert name in texts(tickets_pdf([ticket(name=name)], "en"))[0]


@needs_fonts
def test_a_text_that_begins_from_right_to_left_is_set_in_that_direction() -> None:
    # Set from left to right, the brackets would stand on the right.
    there, back = (_name_of(tickets_pdf([ticket(name=name)], "en")) for name in ("شركة (ABC)", "(ABC) شركة"))
    assert there == back
    assert there != _name_of(tickets_pdf([ticket(name="شركة")], "en"))


def _name_of(pdf: bytes) -> list[int]:
    """The part of the page where the name stands."""
    page = shown(pdf)[0]
    return [page.pixelColor(x, y).lightness() for y in range(220, 420, 2) for x in range(page.width())]


def test_what_no_font_has_is_a_box_and_no_failure() -> None:
    pdf = tickets_pdf([ticket(name="Ann \U000f1234 😀")], "en")
    assert 0 in glyphs(pdf)
    assert "Ann" in texts(pdf)[0]
    assert scanned(pdf) == [[CODE]]


@pytest.mark.parametrize(
    "text", ["#panic()", "*bold* _it_", "$a$", "]}#{[", "\\ \\u{41}", '"quoted"', "// gone", "<x> @y"]
)
def test_what_people_write_is_never_markup(text: str) -> None:
    pdf = tickets_pdf([ticket(name=text, company=text, location=text, seat_type=text, conference=text)], "en")
    assert texts(pdf)[0].count(text) == 5


@pytest.mark.parametrize("letter", ["W", "W ", "王", "ك"])
def test_the_longest_texts_still_make_one_page_that_a_gate_reads(letter: str) -> None:
    long = (letter * 200)[:200]
    pdf = tickets_pdf([ticket(name=long, company=long, location=long, seat_type=long[:70], conference=long)], "en")
    assert len(texts(pdf)) == 1
    assert scanned(pdf) == [[CODE]]


def test_a_name_of_sixty_letters_is_whole() -> None:
    name = "Maximiliane-Friederike von Hohenstein-Württemberg zu Oberndorf"
    page = texts(tickets_pdf([ticket(name=name)], "de"))[0]
    assert "".join(name.split()) in "".join(page.split())


def test_the_same_tickets_are_the_same_bytes() -> None:
    assert tickets_pdf([ticket(), ticket(position=1)], "en") == tickets_pdf([ticket(), ticket(position=1)], "en")


def test_a_page_shows_the_code_as_a_picture_of_its_own_size() -> None:
    svg = qr_svg(CODE)
    assert svg.startswith("<svg")
    assert 'viewBox="0 0 57 57"' in svg  # version 8 is 49 wide, and the quiet zone 4 on each side
    assert "style=" not in svg  # a strict content security policy allows none
