"""Invoices and credit notes as their recipients read them."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from server.documents.invoices import InvoiceDocument, InvoiceLine, invoice_document, invoice_pdf
from shared.kernel.decider import key
from shared.kernel.ids import PersonId
from shared.kernel.personal import ERASED
from shared.payments import invoice as records
from shared.payments.invoice import Invoice, InvoiceKind
from shared.registration.order_state import Order, OrderState
from tests.server.documents.conftest import Keep
from tests.server.documents.world import FULL, NOW, ORDER, SPACE, texts


def invoice(**changed: Any) -> InvoiceDocument:
    """An unpaid invoice for two seats at a discount."""
    usual: dict[str, Any] = {
        "kind": InvoiceKind.INVOICE,
        "label": "PC26-00042",
        "corrects": None,
        "issuer": "PyCon e. V.\nHauptstraße 12\nIBAN DE02 1203 0000",
        "name": "Łukasz Żak",
        "address": "ACME\nPiotrkowska 104\nŁódź",
        "conference": "PyCon",
        "starts_on": date(2026, 5, 20),
        "ends_on": date(2026, 5, 22),
        "location": "Łódź",
        "locator": "K7M3QX",
        "issued_on": date(2026, 4, 1),
        "due_on": date(2026, 4, 15),
        "paid_on": None,
        "lines": (InvoiceLine(name="Full conference", quantity=2, price=720_000, amount=1_234_550),),
        "total": 1_234_550,
        "currency": "EUR",
    }
    return InvoiceDocument(**usual | changed)


def read(document: InvoiceDocument, language: str = "en") -> str:
    """All pages as one line of words."""
    return " ".join(" ".join(texts(invoice_pdf(document, language))).split())


def test_an_invoice_says_who_owes_what_to_whom_and_how_to_pay() -> None:
    page = read(invoice())
    for expected in (
        "Invoice PC26-00042",
        "Łukasz Żak ACME Piotrkowska 104 Łódź",
        "April 1, 2026",
        "Due on April 15, 2026",
        "K7M3QX",
        "Full conference 2 €7,200.00 -€2,054.50 €12,345.50",
        "Total €12,345.50",
        "Please transfer €12,345.50 by April 15, 2026",
        "Give the number PC26-00042",
        "IBAN DE02 1203 0000",
    ):
        assert expected in page
    assert "Page" not in page


@pytest.mark.parametrize(
    ("language", "currency", "expected"),
    [
        ("en", "EUR", "Total €12,345.50"),
        ("de", "EUR", "Gesamtbetrag 12.345,50 €"),
        ("ko", "KRW", "합계 ₩1,234,550"),
        ("de", "KWD", "Gesamtbetrag 1.234,550 KWD"),
    ],
)
def test_amounts_are_written_as_the_reader_writes_them(language: str, currency: str, expected: str) -> None:
    assert expected in read(invoice(currency=currency), language)


def test_without_a_discount_there_is_no_column_for_it() -> None:
    line = InvoiceLine(name="Dinner", quantity=1, price=3550, amount=3550)
    assert "Discount" in read(invoice())
    assert "Discount" not in read(invoice(lines=(line,), total=3550))


def test_a_paid_invoice_asks_for_nothing() -> None:
    page = read(invoice(paid_on=date(2026, 4, 3)))
    assert "Paid on April 3, 2026" in page
    assert "Nothing is left to be paid." in page
    assert "transfer" not in page


def test_an_invoice_asks_only_for_what_credit_notes_left() -> None:
    page = read(invoice(credited=234_550))
    assert "Credit notes took €2,345.50 off this invoice. Please transfer €10,000.00" in page
    assert "Nothing is left to be paid." in read(invoice(credited=1_234_550))


def test_a_credit_note_names_the_invoice_that_it_corrects() -> None:
    note = invoice(kind=InvoiceKind.CREDIT_NOTE, label="PC26-00043", corrects="PC26-00042", due_on=None)
    page = read(note)
    assert "Credit note PC26-00043" in page
    assert "For invoice PC26-00042" in page
    assert "Credit €12,345.50" in page
    assert "This credit note lowers the amount of invoice PC26-00042." in page
    assert "transfer" not in page
    assert "Rechnungskorrektur PC26-00043" in read(note, "de")


def test_an_amount_without_seats_stands_alone() -> None:
    line = InvoiceLine(name="Dinner", quantity=0, price=3550, amount=1000)
    assert "Dinner €10.00" in read(invoice(lines=(line,), total=1000, kind=InvoiceKind.CREDIT_NOTE, due_on=None))


def test_two_hundred_lines_go_on_as_many_pages_each_with_the_head_and_its_number() -> None:
    lines = tuple(InvoiceLine(name=f"Workshop {n}", quantity=1, price=100, amount=100) for n in range(200))
    pages = texts(invoice_pdf(invoice(lines=lines, total=20_000), "en"))
    assert len(pages) > 5
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in " ".join(page.split())
    assert sum("Quantity" in page for page in pages) >= len(pages) - 1
    found = [word for page in pages for word in page.split("\n") if word.startswith("Workshop")]
    assert [one.split()[1] for one in found] == [str(n) for n in range(200)]
    assert "Total" in pages[-1]
    assert "€200.00" in pages[-1]


@pytest.mark.parametrize("text", ["#panic()", "*bold* _it_", "$a$", "]}#{[", "\\ \\u{41}", "// gone", "<x> @y"])
def test_what_people_write_is_never_markup(text: str) -> None:
    line = InvoiceLine(name=text, quantity=1, price=1, amount=1)
    page = read(invoice(issuer=text, name=text, address=text, location=text, conference=text, lines=(line,)))
    assert page.count(text) == 7  # the issuer stands at the top, too


def test_the_longest_texts_lose_nothing() -> None:
    address = "\n".join(f"line {n} {'x' * 150}" for n in range(30))
    page = read(invoice(address=address, issuer=address, name="W" * 200, conference="W" * 200))
    for n in range(30):
        assert f"line {n} " in page
    assert "€12,345.50" in page


def test_the_same_invoice_is_the_same_bytes() -> None:
    assert invoice_pdf(invoice(), "ko") == invoice_pdf(invoice(), "ko")


def test_the_document_of_a_number_is_that_of_its_rows(conn: Connection, keep: Keep) -> None:
    keep(rows())
    document = invoice_document(conn, SPACE, 1)
    assert document == InvoiceDocument(
        kind=InvoiceKind.INVOICE,
        label="PC26-00001",
        corrects=None,
        issuer="PyCon e. V.\nIBAN DE02 1203 0000",
        name="Ann Öz",
        address="ACME\nŁódź",
        conference="PyCon Łódź",
        starts_on=date(2026, 5, 20),
        ends_on=date(2026, 5, 22),
        location="Łódź, Piotrkowska 1",
        locator="K7M3QX",
        issued_on=date(2026, 4, 2),  # half past midnight in Warsaw
        due_on=date(2026, 4, 16),
        paid_on=None,
        lines=(InvoiceLine(name="Full conference", quantity=2, price=12000, amount=20000),),
        total=20000,
        credited=10000,
        currency="EUR",
    )


def test_the_document_of_a_credit_note_names_its_invoice(conn: Connection, keep: Keep) -> None:
    keep(rows())
    document = invoice_document(conn, SPACE, 2)
    assert document is not None
    assert (document.label, document.corrects, document.due_on) == ("PC26-00002", "PC26-00001", None)
    assert "Credit note PC26-00002" in read(document)


def test_a_number_that_was_not_given_has_no_document(conn: Connection, keep: Keep) -> None:
    keep({})
    assert invoice_document(conn, SPACE, 1) is None


def test_an_erased_recipient_has_neither_name_nor_address(conn: Connection, keep: Keep) -> None:
    keep(rows(first_name=ERASED, last_name=ERASED, email=ERASED, address=ERASED))
    document = invoice_document(conn, SPACE, 1)
    assert document is not None
    assert (document.name, document.address) == ("", "")
    assert "Invoice PC26-00001" in read(document)


def rows(**person: Any) -> dict[Any, Any]:
    """An order with an invoice and a credit note for half of it."""
    line = records.InvoiceLine(seat_type=FULL, name="Full conference", quantity=2, price=12000, total=20000)
    half = records.InvoiceLine(seat_type=FULL, name="Full conference", quantity=1, price=12000, total=10000)
    whom = {"first_name": "Ann", "last_name": "Öz", "email": "ann@example.org", "address": "ACME\nŁódź"} | person
    paper = {"issuer": "PyCon e. V.\nIBAN DE02 1203 0000", "conference": "PyCon Łódź"}
    common = {"order": ORDER, "registrant": PersonId("ann"), "currency": "EUR", "issued_at": NOW, **whom, **paper}
    order = Order(
        number=1,
        locator="K7M3QX",
        state=OrderState.CONFIRMED,
        lines=(),
        total=20000,
        currency="EUR",
        placed_at=NOW,
        expires_at=datetime.max.replace(tzinfo=NOW.tzinfo),
    )
    first = Invoice(
        kind=InvoiceKind.INVOICE,
        number=1,
        label="PC26-00001",
        corrects=None,
        lines=(line,),
        total=20000,
        due_at=NOW + timedelta(days=14),
        uncredited=(half,),
        **common,
    )
    note = Invoice(
        kind=InvoiceKind.CREDIT_NOTE,
        number=2,
        label="PC26-00002",
        corrects=1,
        lines=(half,),
        total=10000,
        due_at=None,
        **common,
    )
    return {key(Order, ORDER): order, key(Invoice, "1"): first, key(Invoice, "2"): note}
