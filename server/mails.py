"""Writes the mails that commits asked for, each from the rows of now, and has them sent.

A mail whose reason is gone by then is not written: the order is confirmed, the invoice paid, the seat taken back.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy import Connection, Engine

from server.documents.calendar_file import conference_event, conference_ics
from server.documents.invoices import invoice_document, invoice_pdf
from server.documents.tickets import ticket_documents, tickets_pdf
from server.gateways.mail import MailGateway, Send, Unsent
from server.letters import File, mail_of, write
from server.links import order_link, ticket_link, wait_link
from server.lookup import look_up
from server.outbox import Failed
from server.secrets import ConferenceSecret, Secrets
from server.store.engine import reading
from server.store.outbox import Taken
from server.tickets import full_name
from server.time_zones import zone
from shared.conference.conference import Conference, Owner
from shared.kernel.decider import key
from shared.kernel.ids import derived_id
from shared.kernel.money import times
from shared.kernel.personal import PersonalText
from shared.payments.invoice import Invoice
from shared.payments.payment import Method, Payment, RefundState
from shared.registration.assignments import Assignments, SeatAssignment
from shared.registration.order_state import LIVE, Order, OrderState
from shared.registration.pricing import Line
from shared.registration.seats import SeatsOfType
from shared.registration.waitlist import EntryState, WaitEntry

log = structlog.get_logger()

ATTEMPTS_MOST: Final = 14
"""The last is a good day after the first."""
_OWNER_LANGUAGE: Final = "en"

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a mail is made of: to whom, in which language, and the values of its template."""

    to: PersonalText
    language: str
    values: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What a mail of one conference is written from."""

    conn: Connection
    space: str
    conference: Conference
    secret: ConferenceSecret
    public_url: str
    now: datetime

    def get(self, kind: type[R], id: str = "") -> R | None:
        """A row of the conference."""
        return look_up(self.conn, self.space, [key(kind, id)]).get(kind, id)

    def order_link(self, order: str) -> str:
        return order_link(self.public_url, self.conference.slug, order, self.secret.secret)

    def calendar(self) -> tuple[File, ...]:
        event = conference_event(self.conn, self.space, self.public_url)
        content = b"" if event is None else conference_ics(event, self.now)
        return (File(name="conference.ics", content=content, kind="calendar"),) if content else ()

    def day(self, moment: datetime) -> Any:
        """The day of a moment where the conference is."""
        return moment.astimezone(zone(self.conference.time_zone)).date()


class Mails:
    """The outbox's handler of mails."""

    def __init__(self, engine: Engine, gateway: MailGateway, *, secrets: Secrets, sender: str, public_url: str) -> None:
        self._engine = engine
        self._gateway = gateway
        self._secrets = secrets
        self._sender = sender
        self._public_url = public_url

    def send(self, taken: Sequence[Taken], now: datetime) -> Generator[Failed | None, None, None]:
        """Write and send one after the other, and yield how each ended."""
        with self._gateway.sending() as send:
            for one in taken:
                yield self._end(one, send, now)

    def _end(self, one: Taken, send: Send, now: datetime) -> Failed | None:
        try:
            mail = self._written(one, now)
            if mail is not None:
                send(mail)
        except Unsent as problem:
            return Failed(problem.code, problem.is_final)
        except Exception as error:  # noqa: BLE001 - a mail that cannot be written must not keep back the others
            return Failed(type(error).__name__)
        if mail is None:
            log.info("a mail has no reason any more", template=one.name, conference=one.space)
        return None

    def _written(self, one: Taken, now: datetime) -> EmailMessage | None:
        """The mail, or None where there is no reason for it or nobody to send it to."""
        with reading(self._engine).begin() as conn:
            conference = look_up(conn, one.space, [key(Conference)]).get(Conference)
            if conference is None:
                return None
            desk = _Desk(
                conn=conn,
                space=one.space,
                conference=conference,
                secret=self._secrets.of(one.space),
                public_url=self._public_url,
                now=now,
            )
            draft = _DRAFTS[one.name](desk, one.about)
        if draft is None or not isinstance(draft.to, str) or not draft.to:
            return None
        return mail_of(
            write(one.name, draft.language, conference.name, {"conference": conference, **draft.values}),
            id=derived_id("mail", one.space, str(one.position), str(one.n)),
            sender=self._sender,
            to=draft.to,
            public_url=self._public_url,
            now=now,
            files=draft.files,
        )


# What each mail says, and when it has nothing to say any more.


def _access_code(desk: _Desk, _about: str) -> Draft | None:
    owner = desk.get(Owner)
    if owner is None:
        return None
    address = f"{desk.public_url}/{desk.conference.slug}"
    return Draft(to=owner.email, language=_OWNER_LANGUAGE, values={"owner": owner, "address": address})


def _order_link(desk: _Desk, id: str) -> Draft | None:
    order = desk.get(Order, id)
    is_over = order is None or order.state == OrderState.EXPIRED
    return None if order is None or is_over or _ran_out(order, desk) else _of_order(desk, id, order)


def _confirmation(desk: _Desk, id: str) -> Draft | None:
    order = desk.get(Order, id)
    if order is None or order.state != OrderState.CONFIRMED:
        return None
    tickets = ticket_documents(desk.conn, desk.secret, desk.space, id)
    pdf = (_pdf("tickets", tickets_pdf(tickets, order.language)),) if tickets else ()
    return _of_order(desk, id, order, files=(*desk.calendar(), *pdf), has_tickets=bool(tickets))


def _while_held(desk: _Desk, id: str) -> Draft | None:
    """For an order whose hold runs: a warning that it expires, or an offer."""
    order = desk.get(Order, id)
    if order is None or order.state not in LIVE or _ran_out(order, desk):
        return None
    return _of_order(desk, id, order)


def _order_cancelled(desk: _Desk, id: str) -> Draft | None:
    order = desk.get(Order, id)
    if order is None or order.state != OrderState.CANCELLED:
        return None
    return _of_order(desk, id, order)


def _waitlist_joined(desk: _Desk, id: str) -> Draft | None:
    entry = desk.get(WaitEntry, id)
    if entry is None or entry.state != EntryState.WAITING:
        return None
    lines = [(one.quantity, _seat_name(desk, one.seat_type)) for one in entry.lines]
    link = wait_link(desk.public_url, desk.conference.slug, id, desk.secret.secret)
    values = {"name": full_name(entry.first_name, entry.last_name), "lines": lines, "link": link}
    return Draft(to=entry.email, language=entry.language, values=values)


def _seat_assigned(desk: _Desk, about: str) -> Draft | None:
    id, _, place = about.rpartition(":")
    position = int(place)
    order, assignments, seat = desk.get(Order, id), desk.get(Assignments, id), desk.get(SeatAssignment, about)
    if order is None or assignments is None or seat is None or seat.attendee is None:
        return None
    url, slug = desk.public_url, desk.conference.slug
    link = ticket_link(url, slug, id, position=position, version=seat.version, secret=desk.secret.secret)
    documents = ticket_documents(desk.conn, desk.secret, desk.space, id)
    tickets = [one for one in documents if one.position == position]
    return Draft(
        to=seat.email,
        language=order.language,
        values={
            "order": order,
            "name": full_name(seat.first_name, seat.last_name),
            "company": seat.company,
            "seat_type": _seat_name(desk, assignments.seats[position]),
            "link": link,
        },
        files=(_pdf("ticket", tickets_pdf(tickets, order.language)), *desk.calendar()),
    )


def _invoice(desk: _Desk, about: str) -> Draft | None:
    """An invoice or a credit note."""
    invoice, document = desk.get(Invoice, about), invoice_document(desk.conn, desk.space, int(about))
    order = None if invoice is None else desk.get(Order, invoice.order)
    if invoice is None or document is None or order is None:
        return None
    return Draft(
        to=invoice.email,
        language=order.language,
        values={
            "order": order,
            "name": full_name(invoice.first_name, invoice.last_name),
            "label": invoice.label,
            "corrects": document.corrects,
            "total": invoice.total,
            "currency": invoice.currency,
            "is_paid": invoice.is_paid or invoice.due_at is None,
            "due_on": None if invoice.due_at is None or invoice.is_paid else desk.day(invoice.due_at),
            "owed": min(order.owed, invoice.left),
            "link": desk.order_link(invoice.order),
        },
        files=(_pdf(invoice.label, invoice_pdf(document, order.language)),),
    )


def _invoice_reminder(desk: _Desk, about: str) -> Draft | None:
    draft = _invoice(desk, about)
    return None if draft is None or draft.values["due_on"] is None or draft.values["owed"] <= 0 else draft


def _refund(desk: _Desk, about: str) -> Draft | None:
    id, _, refund_id = about.rpartition(":")
    payment = desk.get(Payment, id)
    refund = None if payment is None else next((one for one in payment.refunds if one.id == refund_id), None)
    if payment is None or payment.order is None or refund is None or refund.state != RefundState.PAID:
        return None
    order = desk.get(Order, payment.order)
    if order is None:
        return None
    is_by_hand = payment.method in (Method.CASH, Method.TERMINAL)
    amount, currency = refund.amount, refund.currency
    return _of_order(desk, payment.order, order, amount=amount, refund_currency=currency, is_by_hand=is_by_hand)


_DRAFTS: Final[Mapping[str, Callable[[_Desk, str], Draft | None]]] = {
    "access_code": _access_code,
    "order_link": _order_link,
    "confirmation": _confirmation,
    "expiry_warning": _while_held,
    "order_cancelled": _order_cancelled,
    "waitlist_joined": _waitlist_joined,
    "waitlist_offer": _while_held,
    "seat_assigned": _seat_assigned,
    "invoice": _invoice,
    "invoice_reminder": _invoice_reminder,
    "credit_note": _invoice,
    "refund": _refund,
}
TEMPLATES: Final = tuple(_DRAFTS)


def _of_order(desk: _Desk, id: str, order: Order, *, files: tuple[File, ...] = (), **values: Any) -> Draft:
    """A mail to the registrant about the order."""
    common = {
        "order": order,
        "name": full_name(order.first_name, order.last_name),
        "lines": [(line, _amount(line)) for line in order.lines],
        "is_held": order.state in LIVE,
        "paid": _paid(order),
        "link": desk.order_link(id),
    }
    return Draft(to=order.email, language=order.language, values=common | values, files=files)


def _ran_out(order: Order, desk: _Desk) -> bool:
    """Whether the order's hold is over, even if the deadline's own command did not run yet."""
    return order.state in LIVE and order.expires_at <= desk.now


def _amount(line: Line) -> int:
    return times(line.price, line.granted) - line.reduction


def _paid(order: Order) -> int:
    """What was paid and not given back."""
    received = sum(one.amount for one in order.receipts if one.currency == order.currency)
    return received - sum(one.amount for one in order.returned if one.currency == order.currency)


def _seat_name(desk: _Desk, seat_type: str) -> str:
    seats = desk.get(SeatsOfType, seat_type)
    return "" if seats is None else seats.name


def _pdf(name: str, content: bytes) -> File:
    return File(name=f"{name}.pdf", content=content, kind="pdf")
