"""The mails of a story, as those whom they are sent to open them."""

import email
import re
from email.message import EmailMessage
from email.policy import default

from pytest_bdd import parsers, then

from server.store import outbox
from server.store.engine import reading
from tests.acceptance.site import Site
from tests.server.gateways.test_processor import until

OWN_URL = "https://lanyard.example"
"""Where a browser must be, too, to be given the cookies of a page."""


def mails_to(site: Site, address: str) -> list[EmailMessage]:
    """Every mail to an address, once all that is due was sent."""
    are_sent(site)
    files = [file.read_bytes() for file in site.here.settings.mail_dir.glob("*.eml")]
    found = [email.message_from_bytes(one, policy=default) for one in files]
    return [one for one in found if one["To"] == address]


def are_sent(site: Site) -> None:
    """All that is due is done, and the mails that it asks for are written."""

    def waiting() -> list[outbox.Waiting]:
        with reading(site.here.services.engine).begin() as conn:
            return outbox.waiting(conn, outbox.Kind.MAIL)

    site.settles()
    until(lambda: not waiting())


def link_in(mail: EmailMessage) -> str:
    """The only link with a key in a mail."""
    (link,) = re.findall(rf"{OWN_URL}\S+\?key=\w+", text_in(mail))
    return str(link)


def text_in(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


def ticket_mails(site: Site, address: str) -> list[EmailMessage]:
    return [one for one in mails_to(site, address) if "ticket.pdf" in attached(one)]


def attached(mail: EmailMessage) -> list[str]:
    return [one.get_filename() or "" for one in mail.iter_attachments()]


@then(parsers.re(r"(?P<address>\S+@\S+) got (?P<number>\d+) mails? with a ticket"))
def _(site: Site, address: str, number: str) -> None:
    assert len(ticket_mails(site, address)) == int(number)
