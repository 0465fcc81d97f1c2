"""Every mail in every language, written from rows: nothing is unfilled or untranslated, and text and HTML agree."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from server import letters
from server.gateways.mail import Send
from server.language import LANGUAGES, words
from server.letters import write
from server.mails import TEMPLATES, Mails
from server.outbox import Failed
from server.store.engine import create_engine_for
from server.store.outbox import Taken
from server.store.schema import metadata
from shared.conference.conference import Conference, Owner
from shared.kernel.codec import to_json
from shared.kernel.decider import key
from shared.kernel.ids import OrderId, PaymentId, PersonId
from shared.kernel.personal import ERASED
from shared.payments.invoice import Invoice, InvoiceKind, InvoiceLine
from shared.payments.payment import Capture, Method, Payment, PaymentState, Refund, RefundState
from shared.registration.assignments import Assignments, SeatAssignment, ticket_id
from shared.registration.order_state import Order, OrderState
from shared.registration.pricing import Line, Wanted
from shared.registration.receipts import Receipt
from shared.registration.waitlist import EntryState, WaitEntry
from tests.server.authority import SEATS, SPACE, Authority

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
_SERVER = Path(letters.__file__).parent
ORDER = OrderId("01a20000-0000-7000-8000-0000000000aa")
SEAT = f"{ORDER}:0"
NAME = "<b>Łukasz</b> & {name} 王伟 العربية"
TURNED = "\u202e"
"""From here on text would run from right to left."""
LINE = Line(seat_type=SEATS, name="Voll & ganz", price=150_50, quantity=3, granted=2, reduction=1_00)
ABOUT = {
    "access_code": "",
    "waitlist_joined": "entry-1",
    "seat_assigned": SEAT,
    "invoice": "1",
    "invoice_reminder": "1",
    "credit_note": "2",
    "refund": "payment-1:refund-1",
}
STATE = {
    "confirmation": OrderState.CONFIRMED,
    "order_cancelled": OrderState.CANCELLED,
    "seat_assigned": OrderState.CONFIRMED,
    "invoice": OrderState.CONFIRMED,
    "invoice_reminder": OrderState.CONFIRMED,
    "credit_note": OrderState.CONFIRMED,
    "refund": OrderState.CONFIRMED,
}


@dataclass
class Desk:
    """Rows, whatever made them, and the mails that are written from them."""

    authority: Authority
    got: list[EmailMessage] = field(default_factory=list)

    @contextmanager
    def sending(self) -> Iterator[Send]:
        yield self.got.append

    def put(self, row: Any, id: str = "") -> None:
        self.authority.drop_row(type(row), id)
        self.authority.put_row(key(type(row), id), to_json(row))

    def change(self, kind: type, id: str = "", **values: Any) -> None:
        self.put(replace(self.authority.row(kind, id), **values), id)

    def mail(self, template: str) -> EmailMessage | None:
        """The mail of a template, None where it has no reason."""
        mails = Mails(
            self.authority.engine,
            self,
            secrets=self.authority.tools.secrets,
            sender="Lanyard <noreply@example.org>",
            public_url="https://lanyard.example",
        )
        taken = Taken(SPACE, 7, 0, "mail", template, ABOUT.get(template, ORDER), 1)
        self.got.clear()
        assert list(mails.send([taken], NOW)) == [None]
        return self.got[0] if self.got else None

    def in_language(self, template: str, language: str) -> EmailMessage:
        """The mail with everything in place that gives it a reason."""
        self.change(Order, ORDER, language=language, state=STATE.get(template, OrderState.PARTIALLY_RESERVED))
        self.change(WaitEntry, "entry-1", language=language)
        mail = self.mail(template)
        assert mail is not None, f"{template} has a reason"
        return mail


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    folder = tmp_path_factory.mktemp("mails")
    engine = create_engine_for(f"sqlite:///{folder / 'mails.sqlite'}")
    metadata.create_all(engine)
    made = Authority(engine, folder)
    made.open_conference()
    yield made
    engine.dispose()


@pytest.fixture
def desk(authority: Authority) -> Desk:
    made = Desk(authority)
    invoiced = InvoiceLine(seat_type=SEATS, name="Voll & ganz", quantity=2, price=150_50, total=300_00)
    person: dict[str, Any] = {"first_name": NAME, "last_name": "", "email": "ann@example.org"}
    made.put(Owner(owner=PersonId("owner-1"), name=NAME, email="olga@example.org", access_code="ABCDE"))
    made.change(Conference, name="Łódź {Con} & <Co>", location="Hamburg", time_zone="Europe/Berlin", invoice_from="We")
    made.put(
        Order(
            number=1,
            locator="ABC123",
            state=OrderState.PARTIALLY_RESERVED,
            lines=(LINE,),
            total=300_00,
            currency="EUR",
            placed_at=NOW,
            expires_at=NOW + timedelta(minutes=15),
            registrant=PersonId("person-1"),
            on_invoice=True,
            **person,
        ),
        ORDER,
    )
    made.put(
        WaitEntry(
            number=1,
            state=EntryState.WAITING,
            lines=(Wanted(seat_type=SEATS, quantity=2),),
            registrant=PersonId("person-1"),
            language="en",
            order=None,
            joined_at=NOW,
            **person,
        ),
        "entry-1",
    )
    made.put(Assignments(locator="ABC123", seats=(SEATS, SEATS), cancelled=()), ORDER)
    made.put(
        SeatAssignment(
            order=ORDER,
            position=0,
            ticket=ticket_id(ORDER, 0),
            version=2,
            attendee=PersonId("person-2"),
            company="ACME & Söhne",
            **person | {"email": "bo@example.org"},
        ),
        SEAT,
    )
    invoice = Invoice(
        kind=InvoiceKind.INVOICE,
        number=1,
        label="R-00001",
        order=ORDER,
        corrects=None,
        registrant=PersonId("person-1"),
        address="Some street 1",
        lines=(invoiced,),
        total=300_00,
        currency="EUR",
        issued_at=NOW,
        due_at=NOW + timedelta(days=14),
        uncredited=(invoiced,),
        **person,
    )
    made.put(invoice, "1")
    made.put(replace(invoice, kind=InvoiceKind.CREDIT_NOTE, number=2, label="R-00002", corrects=1, uncredited=()), "2")
    made.put(
        Payment(
            order=ORDER,
            amount=300_00,
            currency="EUR",
            state=PaymentState.CAPTURED,
            captures=(Capture(reference="c", amount=300_00, currency="EUR"),),
            refunds=(Refund(id="refund-1", amount=150_00, currency="EUR", state=RefundState.PAID, reference="r"),),
        ),
        "payment-1",
    )
    return made


class Shown(HTMLParser):
    """What a reader sees of an HTML mail, and what it would fetch or open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.links: list[str] = []
        self.fetched: list[str] = []
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._hidden += tag in ("style", "title")
        if tag == "a":
            self.links.append(given["href"] or "")
        self.fetched += [tag] if {"src", "background", "srcset"} & given.keys() or tag in ("img", "link", "b") else []

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "title")

    def handle_data(self, data: str) -> None:
        self.text += "" if self._hidden else data


def bodies(mail: EmailMessage) -> tuple[str, Shown]:
    """The mail's text, and its HTML as it is shown."""
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), Shown(html.get_content())


def squeezed(text: str) -> str:
    """Without blanks, which text and HTML put elsewhere."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_text_and_html_say_the_same(desk: Desk, template: str, language: str) -> None:
    text, shown = bodies(desk.in_language(template, language))
    money = re.compile(r"[€₩]?[\d.,]+[.,]\d\d(?:\s€)?")
    assert money.findall(text) == money.findall(shown.text)
    links = [line.strip() for line in text.splitlines() if line.strip().startswith("https://") and "key=" in line]
    assert (shown.links, len(links), shown.fetched) == (links, 0 if template == "access_code" else 1, [])
    said = [squeezed(line.split(": ")[-1]) for line in text.splitlines() if line.strip() and "key=" not in line]
    missing = [one for one in said if one.rstrip(":") not in squeezed(shown.text) and one != "--"]
    assert missing == []
    filled = text.replace(NAME, "").replace("Łódź {Con} & <Co>", "")
    assert not re.search(r"[{}]|None|erased", filled), filled


@pytest.mark.parametrize("language", ["de", "ko"])
@pytest.mark.parametrize("template", [*TEMPLATES, "invitation"])
def test_no_english_is_left(desk: Desk, template: str, language: str) -> None:
    """Every text that a template asks for is in the catalog."""
    source = (_SERVER / "templates" / f"{template}.jinja").read_text()
    asked = re.findall(r'_\(\s*"((?:[^"\\]|\\.)*)"', source)
    assert asked
    with (_SERVER / "locale" / language / "mails.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    for one in [*asked, *re.findall(r'_\(\s*"((?:[^"\\]|\\.)*)"', (_SERVER / "letters.py").read_text())]:
        message = catalog.get(one)
        assert message is not None, one
        assert message.string, one
        assert set(re.findall(r"{\w+}", one)) == set(re.findall(r"{\w+}", str(message.string))), one


GONE: dict[str, list[tuple[type, str, dict[str, Any]]]] = {
    "order_link": [
        (Order, ORDER, {"state": OrderState.EXPIRED}),
        (Order, ORDER, {"expires_at": NOW}),
        (Order, ORDER, {"email": ERASED}),
    ],
    "confirmation": [(Order, ORDER, {"state": OrderState.CANCELLED})],
    "expiry_warning": [
        (Order, ORDER, {"state": OrderState.CONFIRMED}),
        (Order, ORDER, {"state": OrderState.EXPIRED}),
        (Order, ORDER, {"expires_at": NOW}),
    ],
    "order_cancelled": [(Order, ORDER, {"state": OrderState.CONFIRMED})],
    "waitlist_joined": [
        (WaitEntry, "entry-1", {"state": EntryState.OFFERED}),
        (WaitEntry, "entry-1", {"state": EntryState.LEFT}),
    ],
    "waitlist_offer": [(Order, ORDER, {"state": OrderState.CANCELLED}), (Order, ORDER, {"expires_at": NOW})],
    "seat_assigned": [(SeatAssignment, SEAT, {"attendee": None, "email": ""})],
    "invoice_reminder": [
        (Invoice, "1", {"paid_at": NOW}),
        (Invoice, "1", {"uncredited": ()}),
        (Order, ORDER, {"state": OrderState.CANCELLED}),
    ],
    "refund": [(Payment, "payment-1", {"refunds": ()}), (Payment, "payment-1", {"order": None})],
}


@pytest.mark.parametrize("template", GONE)
def test_a_mail_whose_reason_is_gone_is_not_sent(desk: Desk, template: str) -> None:
    for kind, id, values in GONE[template]:
        desk.in_language(template, "en")
        before = desk.authority.row(kind, id)
        desk.change(kind, id, **values)
        assert desk.mail(template) is None, values
        desk.put(before, id)


@pytest.mark.parametrize("template", TEMPLATES)
def test_what_is_not_there_is_nothing_to_write_about(desk: Desk, template: str) -> None:
    for kind in (Order, Owner, WaitEntry, SeatAssignment, Assignments, Invoice, Payment):
        for id in desk.authority.rows(kind):
            desk.authority.drop_row(kind, id)
    assert desk.mail(template) is None


def test_a_conference_that_is_not_there_writes_nothing(tmp_path: Path) -> None:
    engine = create_engine_for(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    metadata.create_all(engine)
    assert Desk(Authority(engine, tmp_path)).mail("access_code") is None
    engine.dispose()


def files(mail: EmailMessage) -> list[tuple[str, str]]:
    return [(one.get_content_type(), one.get_filename() or "") for one in mail.iter_attachments()]


def test_each_mail_brings_what_belongs_to_it(desk: Desk) -> None:
    calendar = ("text/calendar", "conference.ics")
    assert files(desk.in_language("confirmation", "en")) == [calendar, ("application/pdf", "tickets.pdf")]
    assert files(desk.in_language("seat_assigned", "de")) == [("application/pdf", "ticket.pdf"), calendar]
    assert files(desk.in_language("invoice", "ko")) == [("application/pdf", "R-00001.pdf")]
    assert files(desk.in_language("credit_note", "en")) == [("application/pdf", "R-00002.pdf")]
    desk.authority.drop_row(SeatAssignment, SEAT)
    assert files(desk.in_language("confirmation", "en")) == [calendar]


def test_an_attendee_gets_the_own_link_and_not_the_order_s(desk: Desk) -> None:
    mail = desk.in_language("seat_assigned", "en")
    text, shown = bodies(mail)
    assert (mail["To"], f"/tickets/{ORDER}/0?key=" in shown.links[0]) == ("bo@example.org", True)
    desk.change(SeatAssignment, SEAT, version=3, email="cleo@example.org")
    again = desk.in_language("seat_assigned", "en")
    assert again["To"] == "cleo@example.org"
    assert bodies(again)[1].links != shown.links
    assert "/orders/" not in text


def test_what_was_paid_is_not_asked_for_again(desk: Desk) -> None:
    receipt = Receipt(payment=PaymentId("payment-1"), reference="c", amount=300_00, currency="EUR")
    assert "Still to be paid: €300.00" in bodies(desk.in_language("invoice", "en"))[0]
    assert "You pay on invoice" in bodies(desk.in_language("confirmation", "en"))[0]
    desk.change(Order, ORDER, receipts=(receipt,))
    assert "You pay on invoice" not in bodies(desk.in_language("confirmation", "en"))[0]
    assert "You paid €300.00" in bodies(desk.in_language("order_cancelled", "en"))[0]
    desk.change(Invoice, "1", paid_at=NOW)
    assert "Still to be paid" not in bodies(desk.in_language("invoice", "en"))[0]
    assert "your bank" in bodies(desk.in_language("refund", "en"))[0]
    desk.change(Payment, "payment-1", method=Method.CASH)
    assert "your bank" not in bodies(desk.in_language("refund", "en"))[0]


def test_every_mail_says_who_and_what_it_is(desk: Desk) -> None:
    desk.change(Conference, name="Evil\r\nBcc: eve@example.org")
    mail = desk.in_language("confirmation", "de")
    assert mail["From"].addresses[0].display_name == "Evil Bcc: eve@example.org"
    assert mail["From"].addresses[0].addr_spec == "noreply@example.org"
    assert (mail["Bcc"], mail["Auto-Submitted"], mail["Content-Language"]) == (None, "auto-generated", "de")
    assert mail["Subject"] == "Evil Bcc: eve@example.org: Bestellung ABC123 ist bestätigt"
    assert mail["Message-ID"] == desk.in_language("confirmation", "de")["Message-ID"]
    assert mail.get_content_type() == "multipart/mixed"


def test_a_mail_that_cannot_be_written_or_sent_says_why_and_nothing_personal(desk: Desk) -> None:
    desk.change(Order, ORDER, email="ann@-.example")
    mails = Mails(
        desk.authority.engine,
        desk,
        secrets=desk.authority.tools.secrets,
        sender="Lanyard <noreply@example.org>",
        public_url="https://lanyard.example",
    )
    taken = [
        Taken(SPACE, 1, 0, "mail", "order_link", ORDER, 1),
        Taken(SPACE, 1, 1, "mail", "unheard_of", ORDER, 1),
        Taken(SPACE, 1, 2, "mail", "access_code", "", 1),
    ]
    ends = list(mails.send(taken, NOW))
    assert ends == [Failed("address_not_possible", is_final=True), Failed("KeyError"), None]


def test_an_invitation_speaks_every_language() -> None:
    for language in LANGUAGES:
        letter = write("invitation", language, "Lanyard", {"server": "s", "code": "C", "until": NOW.date()})
        assert letter.subject == words(language)("Your invitation to Lanyard")


def test_a_name_does_not_turn_around_what_follows_it() -> None:
    assert letters.one_line(f"Ann {TURNED}Öz\n\x07") == "Ann Öz"
    assert letters.one_line("\u200fالعربية\u200f") == "\u200fالعربية\u200f", "marks that belong to a script stay"
