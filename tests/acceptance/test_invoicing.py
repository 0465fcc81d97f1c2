"""The stories of paying on invoice. The papers are those that registrants fetch themselves."""

from datetime import datetime
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pytest_bdd import given, parsers, scenarios, then, when

from shared.payments.invoice import Invoice
from tests.acceptance.mailbox import are_sent, mails_to, text_in
from tests.acceptance.money import *  # noqa: F403 -- steps are fixtures
from tests.acceptance.money import ISSUER, books
from tests.acceptance.registrants import money, quoted
from tests.acceptance.site import Site
from tests.server.web.world import bearer

scenarios("invoicing.feature")


def papers(site: Site, person: str) -> dict[str, Any]:
    """The invoices and credit notes of a person's order, by what is printed as their number."""
    path, secret = site.opened[person]
    return {one["label"]: one for one in site.client.get(f"{path}/invoices", headers=bearer(secret)).json()}


def text_of(site: Site, person: str, label: str) -> str:
    path, secret = site.opened[person]
    file = site.client.get(f"{path}/invoices/{papers(site, person)[label]['number']}.pdf", headers=bearer(secret))
    assert file.headers["content-type"] == "application/pdf"
    return " ".join("".join(page.extract_text() for page in PdfReader(BytesIO(file.content)).pages).split())


@given("the conference takes no invoices")
def _(site: Site) -> None:
    site.laptop.edits(invoice_prefix="")


@when(parsers.parse('the organizer changes the issuer of invoices to "{issuer}"'))
def _(site: Site, issuer: str) -> None:
    site.laptop.edits(invoice_from=issuer)


@when(parsers.parse("{days:d} days pass"))
def _(site: Site, days: int) -> None:
    site.passes(days=days)
    are_sent(site)


@then(parsers.parse('{person} has the invoice "{label}" of {amount}, due on {day}'))
def _(site: Site, person: str, label: str, amount: str, day: str) -> None:
    invoice = papers(site, person)[label]
    assert (invoice["kind"], invoice["total"], invoice["paid_at"]) == ("invoice", money(amount), None)
    assert datetime.fromisoformat(invoice["due_at"]).date().isoformat() == day


@then(parsers.parse('{person} has the invoice "{label}" of {amount}, paid'))
def _(site: Site, person: str, label: str, amount: str) -> None:
    invoice = papers(site, person)[label]
    assert (invoice["kind"], invoice["total"], invoice["due_at"]) == ("invoice", money(amount), None)
    assert invoice["paid_at"]


@then(parsers.parse('{person} has the credit note "{label}" of {amount}'))
def _(site: Site, person: str, label: str, amount: str) -> None:
    known = papers(site, person)
    note, (first, *_) = known[label], known.values()
    assert (note["kind"], note["total"], note["corrects"]) == ("credit_note", money(amount), first["number"])


@then(parsers.re(r'the paper "(?P<label>[^"]*)" of (?P<person>\w+) says (?P<texts>.*)'))
def _(site: Site, label: str, person: str, texts: str) -> None:
    said = text_of(site, person, label)
    assert [one for one in quoted(texts) if one not in said] == []


@then(parsers.re(r"(?P<person>\w+)'s invoice is (?P<what>(not )?paid)"))
def _(site: Site, person: str, what: str) -> None:
    (invoice,) = papers(site, person).values()
    assert (invoice["paid_at"] is not None) == (what == "paid")


@then(parsers.parse('the numbers of all invoices are "{labels}"'))
def _(site: Site, labels: str) -> None:
    issued = sorted(books(site).workspace.rows(Invoice).values(), key=lambda one: one.number)
    assert [one.label for one in issued] == labels.split(", ")
    assert [one.number for one in issued] == list(range(1, len(issued) + 1))


@then(parsers.re(r"(?P<person>\w+) was reminded (?P<number>\d+) times(, of (?P<amount>[\d.]+))?"))
def _(site: Site, person: str, number: str, amount: str | None) -> None:
    mails = mails_to(site, f"{person.lower()}@example.org")
    reminders = [one for one in mails if one["Subject"] == "PyCon: a reminder of invoice R-00001"]
    assert len(reminders) == int(number)
    for one in reminders if amount else []:
        assert f"Still to be paid: €{amount}" in text_in(one)


@then(parsers.parse('{person}\'s invoice "{label}" still names the issuer of then'))
def _(site: Site, person: str, label: str) -> None:
    assert ISSUER.splitlines()[0] in text_of(site, person, label)
