"""The stories of mails, as those whom they are sent to find them."""

import re

from pytest_bdd import parsers, scenarios, then, when

from shared.access.access import ErasePerson
from shared.registration.order_state import Order
from tests.acceptance.mailbox import *  # noqa: F403 -- steps are fixtures
from tests.acceptance.mailbox import are_sent, attached, mails_to, text_in
from tests.acceptance.money import *  # noqa: F403
from tests.acceptance.money import books, order_of
from tests.acceptance.registrants import wishes
from tests.acceptance.site import CONFERENCE, WAIT_LIST, Site, details_of, lines_of

scenarios("mails.feature")


@when(parsers.parse('Rita orders in "{language}": {wanted}'))
def _(site: Site, language: str, wanted: str) -> None:
    body = {"lines": lines_of(wishes(wanted)), "registrant": details_of("Rita"), "language": language}
    site.sends("Rita", "01890000-0000-7000-8000-000000000001", body)


@when(parsers.parse('Rita waits for 1 "Dinner" in "{language}"'))
def _(site: Site, language: str) -> None:
    body = {"lines": lines_of([(1, "Dinner")]), "language": language, **details_of("Rita")}
    assert site.post(WAIT_LIST, body).status_code == 201


@when(parsers.parse("{days:d} days pass"))
def _(site: Site, days: int) -> None:
    site.passes(days=days)
    are_sent(site)


@when("the organizer has Rita erased")
def _(site: Site) -> None:
    registrant = books(site).sees(Order, order_of(site, "Rita")).registrant
    assert registrant is not None
    site.laptop.does(ErasePerson(person=registrant))
    assert not site.laptop.complaints()


@then(parsers.re(r'(?P<to>\S+@\S+) got 1 mail "(?P<subject>.*)" in "(?P<language>..)"( with (?P<files>.*))?'))
def _(site: Site, to: str, subject: str, language: str, files: str | None) -> None:
    locator = site.order("Rita")["locator"] if "Rita" in site.opened else ""
    expected = subject.replace("LOCATOR", locator)
    found = [one for one in mails_to(site, to) if one["Subject"] == expected]
    assert len(found) == 1, [one["Subject"] for one in mails_to(site, to)]
    assert found[0]["Content-Language"] == language
    assert sorted(attached(found[0])) == sorted(files.split(" and ") if files else [])


@then(parsers.re(r"(?P<to>\S+@\S+) got (?P<number>\d+) mails? in all"))
def _(site: Site, to: str, number: str) -> None:
    assert len(mails_to(site, to)) == int(number)


@then("the code in it lets another laptop in")
def _(site: Site) -> None:
    (mail,) = mails_to(site, "olga@example.org")
    (code,) = re.findall(r"access code: (\w+)", text_in(mail))
    asked = {"device": "another-laptop", "label": "another", "public_key": "A" * 43 + "=", "role": "organizer"}
    asked |= {"owner_email": "olga@example.org", "access_code": code}
    assert site.client.post(f"/enrol/{CONFERENCE.rpartition('/')[2]}", json=asked).status_code == 200
