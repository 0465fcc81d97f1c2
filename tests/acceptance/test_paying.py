"""The stories of paying, told to the public web API by registrants, a provider and the door."""

from urllib.parse import parse_qs, urlsplit

from pytest_bdd import parsers, scenarios, then, when

from server.gateways.signing import HEADER, sign
from shared.kernel.codec import to_json
from tests.acceptance.mailbox import link_in, mails_to
from tests.acceptance.money import *  # noqa: F403 -- steps are fixtures
from tests.acceptance.money import STRIPES_HOOK, captured, deliver, order_of, stripe_of
from tests.acceptance.registrants import money
from tests.acceptance.site import Site
from tests.server.web.world import SPACE

scenarios("paying.feature")


@when("Rita's browser comes back from the provider's page")
def _(site: Site) -> None:
    """With the cookie that the mailed link set before."""
    (mail,) = mails_to(site, "rita@example.org")
    for address in (link_in(mail), site.charges[-1].return_url):
        shown = site.client.get(address)
        assert shown.status_code == 200, shown.text


@then(parsers.parse("the provider's page asks for {amount} EUR for Rita's order"))
def _(site: Site, amount: str) -> None:
    asked = site.charges[-1]
    assert (asked.amount, asked.currency, asked.order) == (money(amount), "EUR", order_of(site, "Rita"))
    assert asked.description == f"Order {site.order('Rita')['locator']}"
    assert "signature" in parse_qs(urlsplit(site.page).query)


@when(parsers.parse("somebody says that it was paid, in a message that {flaw}"))
def _(site: Site, flaw: str) -> None:
    key, now, body = site.here.settings.payment_key(), site.here.clock(), to_json(captured(site, reference="forged"))
    signature = {
        "is not signed": "",
        "is signed with another key": sign(b"a guess", body, now),
        "was changed after it was signed": sign(key, body.replace(b"12000", b"1"), now),
        "is an hour old": sign(key, body, now.replace(hour=now.hour - 1)),
    }[flaw]
    answer = site.client.post(f"/hooks/payments/{SPACE}", content=body, headers={HEADER: signature})
    assert answer.status_code == 401
    site.answer = answer.json()


@when(parsers.parse("a message of Stripe comes that {flaw}"))
def _(site: Site, flaw: str) -> None:
    event = stripe_of(site).told("checkout.session.completed")
    if flaw == "is not signed":
        answer = site.client.post(STRIPES_HOOK, json=event)
    else:
        answer = deliver(site, event, secret="whsec_a_guess")
    assert answer.status_code == 401
    site.answer = answer.json()


@then(parsers.parse('it is not taken, because "{text}"'))
def _(site: Site, text: str) -> None:
    assert site.answer["title"] == text


@when("Stripe's messages come in the wrong order, each of them twice")
def _(site: Site) -> None:
    for event in [one for one in reversed(stripe_of(site).events) for _ in range(2)]:
        assert deliver(site, event).status_code == 204
