"""Tickets as PDF: a page each, to print or to show on a phone, and to be read by a gate from either."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from server.documents.press import press
from server.documents.qr import qr_svg
from server.language import words
from server.lookup import look_up
from server.secrets import ConferenceSecret
from server.tickets import full_name, tickets_of
from shared.conference.conference import Conference
from shared.conference.seat_types import SeatType
from shared.kernel.decider import key
from shared.registration.assignments import Assignments


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketDocument:
    """What stands on a ticket."""

    position: int
    conference: str
    starts_on: date
    ends_on: date
    location: str
    seat_type: str
    name: str
    company: str
    locator: str
    code: str
    """The signed text of the QR code."""


def ticket_documents(conn: Connection, secret: ConferenceSecret, space: str, order: str) -> list[TicketDocument]:
    """The tickets of all seats of an order that somebody has, in the order of their positions."""
    found = look_up(conn, space, [key(Conference), key(Assignments, order)])
    conference, assignments = found.get(Conference), found.get(Assignments, order)
    if conference is None or assignments is None:
        return []
    tickets = tickets_of(conn, secret, space, order)
    types = look_up(conn, space, {key(SeatType, one.seat_type) for one in tickets})
    documents = []
    for one in tickets:
        seat_type = types.get(SeatType, one.seat_type)
        documents.append(
            TicketDocument(
                position=one.position,
                conference=conference.name,
                starts_on=conference.starts_on,
                ends_on=conference.ends_on,
                location=conference.location,
                seat_type=seat_type.name if seat_type is not None else "",
                name=full_name(one.first_name, one.last_name),
                company=one.company,
                locator=assignments.locator or "",
                code=one.code,
            )
        )
    return documents


def tickets_pdf(tickets: Sequence[TicketDocument], language: str) -> bytes:
    """One page a ticket, of which there is at least one, in the reader's language."""
    return press().pdf("tickets", tickets_content(tickets, language), language)


def tickets_content(tickets: Sequence[TicketDocument], language: str) -> dict[str, Any]:
    """What the template reads."""
    _ = words(language)
    return {
        "title": _("Tickets") if len(tickets) > 1 else _("Ticket"),
        "labels": {
            "ticket": _("Ticket"),
            "seat_type": _("Ticket type"),
            "order": _("Order"),
            "code": _("QR code of the ticket"),
            "show": _("Show this code at the entrance"),
        },
        "hints": [
            _("Bring this page, printed or on your phone."),
            _("Have an identity document with you, in case you are asked for one."),
            _("Keep the code to yourself. The first who shows it is let in."),
        ],
        "tickets": [
            {
                "conference": one.conference,
                "days": _.days(one.starts_on, one.ends_on),
                "location": one.location,
                "seat_type": one.seat_type,
                "name": one.name,
                "company": one.company,
                "order": one.locator,
                "qr": qr_svg(one.code),
            }
            for one in tickets
        ],
    }
