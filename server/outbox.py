"""Sends the mails that commits asked for. Each is written when it is sent, from the rows of now.

A mail may be sent twice, when a server dies in between: its Message-ID tells a mail program that it is the same.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import Connection, Engine

from server.gateways.mail import MailGateway
from server.links import order_link
from server.secrets import Secrets
from server.store import outbox as store
from server.store.engine import reading
from server.store.outbox import TakenMail
from server.store.rows import read_rows
from server.time_zones import zone
from shared.conference.conference import Conference, Owner
from shared.domain import CODEC
from shared.kernel.decider import Key, key
from shared.kernel.ids import derived_id
from shared.kernel.money import Money
from shared.registration.order import Order

log = structlog.get_logger()

_AT_ONCE: Final = 50
# Plain text, not HTML: nothing is to be escaped.
_templates: Final = Environment(  # noqa: S701
    loader=FileSystemLoader(Path(__file__).parent / "gateways" / "templates"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Outbox:
    """Takes what is to be sent, writes it and gives it to the gateway."""

    def __init__(
        self,
        engine: Engine,
        gateway: MailGateway,
        *,
        secrets: Secrets,
        sender: str,
        public_url: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._gateway = gateway
        self._secrets = secrets
        self._sender = sender
        self._public_url = public_url
        self._clock = clock

    def send_due(self) -> int:
        """Send what is due now; the answer says how many mails were taken."""
        now = self._clock()
        with reading(self._engine).begin() as conn:
            next_at = store.next_due(conn)
        if next_at is None or next_at > now:
            return 0
        with self._engine.begin() as conn:
            taken = store.take_due(conn, now, _AT_ONCE)
        # Of what is asked for again, only the last: each is written from the rows of now, so all would be the same.
        last = {(one.space, one.template, one.about): one for one in sorted(taken, key=_asked_at)}
        for one in last.values():
            self._send(one, now)
        return len(taken)

    def _send(self, one: TakenMail, now: datetime) -> None:
        try:
            with reading(self._engine).begin() as conn:
                mail = self._written(conn, one, now)
            if mail is not None:
                self._gateway.send(mail)
        except Exception as error:  # noqa: BLE001 - a mail that cannot be sent must not keep back the others
            log.warning("a mail was not sent", template=one.template, error=type(error).__name__)
            with self._engine.begin() as conn:
                store.failed(conn, one, type(error).__name__, now)
            return
        if mail is None:
            log.info("a mail has nobody to go to any more", template=one.template, conference=one.space)
        with self._engine.begin() as conn:
            store.sent(conn, one)

    def _written(self, conn: Connection, one: TakenMail, now: datetime) -> EmailMessage | None:
        """The mail, or None where nobody is left to send it to."""
        keys = [key(Conference), key(Owner), key(Order, one.about)]
        rows = _decoded(conn, one.space, keys)
        conference, owner, order = (rows[at] for at in keys)
        email = owner.email if one.template == "access_code" else getattr(order, "email", None)
        if conference is None or not isinstance(email, str) or not email:
            return None
        values: dict[str, Any] = {"conference": conference, "owner": owner, "order": order}
        if order is not None:
            until = order.expires_at.astimezone(zone(conference.time_zone))
            values |= {
                "link": order_link(self._public_url, conference.slug, one.about, self._secrets.of(one.space).secret),
                "total": Money(amount=order.total, currency=order.currency),
                "until": f"{until:%d %B %Y, %H:%M} ({conference.time_zone})",
            }
        else:
            values["address"] = f"{self._public_url}/{conference.slug}"
        return compose(
            one.template,
            values,
            id=derived_id("mail", one.space, str(one.position), str(one.n)),
            sender=self._sender,
            to=email,
            public_url=self._public_url,
            now=now,
        )


def _asked_at(mail: TakenMail) -> tuple[int, int]:
    return mail.position, mail.n


def compose(
    template: str, values: Mapping[str, Any], *, id: str, sender: str, to: str, public_url: str, now: datetime
) -> EmailMessage:
    """The mail of a template, whose first line is the subject. The same id gives the same Message-ID."""
    subject, _, body = _templates.get_template(f"{template}.txt").render(values).partition("\n")
    mail = EmailMessage()
    mail["Message-ID"] = f"<{id}@{urlsplit(public_url).hostname or 'localhost'}>"
    mail["Date"] = format_datetime(now)
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = subject
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(body.strip() + "\n")
    return mail


def _decoded(conn: Connection, space: str, keys: list[Key]) -> dict[Key, Any]:
    stored = read_rows(conn, space, keys)
    bodies = {at: stored[at].body if at in stored else None for at in keys}
    return {at: None if body is None else CODEC.decode_row(at.view, body) for at, body in bodies.items()}
