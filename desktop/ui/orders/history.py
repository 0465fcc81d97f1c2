"""An order's past in sentences: what, who, when, from which device. No Qt.

The history that the server keeps, with what was done here on top; and from this device's log what was done in vain.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from desktop.ui import words
from desktop.ui.orders import telling
from desktop.ui.orders.facts import OrderFacts
from desktop.ui.translation import QT_TRANSLATE_NOOP
from desktop.workspace import Workspace
from shared.kernel.decider import Role
from shared.registration.history import Happening, OrderHistory
from shared.sync.overlay import Standing
from shared.sync.protocol import Outcome, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One sentence of the history."""

    at: datetime
    what: str
    who: str = ""
    outcome: str = ""


_SENTENCES: Final[Mapping[str, str]] = {
    "registration.order_placed": QT_TRANSLATE_NOOP("words", "Order placed"),
    "registration.order_updated": QT_TRANSLATE_NOOP("words", "Other seats were chosen"),
    "registration.codes_changed": QT_TRANSLATE_NOOP("words", "Discount codes: {codes}"),
    "registration.registrant_assigned": QT_TRANSLATE_NOOP("words", "Name and address of the registrant were given"),
    "registration.order_partially_reserved": QT_TRANSLATE_NOOP("words", "Only a part of the seats could be held"),
    "registration.payment_started": QT_TRANSLATE_NOOP("words", "A payment of {amount} was begun"),
    "registration.money_received": QT_TRANSLATE_NOOP("words", "{amount} came ({method})"),
    "registration.money_returned": QT_TRANSLATE_NOOP("words", "{amount} went back"),
    "registration.order_confirmed": QT_TRANSLATE_NOOP("words", "Order confirmed"),
    "registration.order_paid": QT_TRANSLATE_NOOP("words", "Everything is paid"),
    "registration.order_expired": QT_TRANSLATE_NOOP("words", "Order expired"),
    "registration.order_cancelled": QT_TRANSLATE_NOOP("words", "Order cancelled"),
    "registration.expiry_warned": QT_TRANSLATE_NOOP("words", "The registrant was warned that it expires"),
    "registration.link_asked": QT_TRANSLATE_NOOP("words", "The link to the order was mailed"),
    "registration.order_needs_attention": QT_TRANSLATE_NOOP("words", "To be settled: {reason}, {amount}"),
    "registration.task_resolved": QT_TRANSLATE_NOOP("words", "Settled: {reason}, {amount}"),
    "registration.seat_assigned": QT_TRANSLATE_NOOP("words", "Seat {seat} was given to {person}"),
    "registration.attendee_updated": QT_TRANSLATE_NOOP("words", "{person} at seat {seat} is spelled anew"),
    "registration.seat_unassigned": QT_TRANSLATE_NOOP("words", "Seat {seat} was taken back from {person}"),
    "registration.seats_cancelled": QT_TRANSLATE_NOOP("words", "Seats were cancelled: {seats}"),
    "registration.door_sale_recorded": QT_TRANSLATE_NOOP("words", "Sold at the door"),
    "registration.door_sale_voided": QT_TRANSLATE_NOOP("words", "The sale at the door was voided, {amount} given back"),
    "payments.refund_requested": QT_TRANSLATE_NOOP("words", "A refund of {amount} was asked for"),
    "payments.refund_failed": QT_TRANSLATE_NOOP("words", "A refund of {amount} failed"),
    "payments.invoice_issued": QT_TRANSLATE_NOOP("words", "Invoice {number} was issued"),
    "payments.credit_note_issued": QT_TRANSLATE_NOOP("words", "Credit note {number} was issued"),
    "payments.invoice_reminded": QT_TRANSLATE_NOOP("words", "A reminder of the invoice was mailed"),
}
"""What each event of a history says, by its name."""


def history_of(workspace: Workspace, facts: OrderFacts) -> list[Told]:
    """The newest first."""
    told = [*_happenings(workspace, facts), *_in_vain(workspace, facts)]
    # In this order of both steps, so that of what happened at one moment the last comes first, too.
    return sorted(told, key=lambda one: one.at)[::-1]


def _happenings(workspace: Workspace, facts: OrderFacts) -> Iterator[Told]:
    if facts.history is None:
        return
    ((_, below, _),) = workspace.compared(OrderHistory, [facts.id])
    confirmed = () if below is None else below.happenings
    for one in facts.history.happenings:
        waits = "" if one in confirmed else words.say("waiting for the server")
        yield Told(at=one.at, what=_sentence(facts, one), who=_who(workspace, one), outcome=waits)


def _sentence(facts: OrderFacts, one: Happening) -> str:
    details = one.details
    places = {name: str(details.get(name, "")) for name in ("seat", "seats", "number", "codes")} | {
        "amount": words.money(int(details.get("amount", 0)), str(details.get("currency", ""))),
        "method": telling.method(str(details["method"])) if "method" in details else "",
        "reason": telling.reason(str(details.get("reason", ""))),
        "person": _person(facts, str(details.get("person", ""))),
    }
    if details.get("is_offer"):
        return words.say("Offered from the wait list")
    if details.get("on_invoice"):
        return words.say("Order confirmed, to be paid on invoice")
    if details.get("codes") == "":
        return words.say("The discount codes were taken back")
    # A newer server tells of what this release cannot say.
    return words.say(_SENTENCES[one.what], **places) if one.what in _SENTENCES else one.what


def _person(facts: OrderFacts, id: str) -> str:
    """Who has a seat of the order now is named; the history itself names nobody."""
    order = facts.order
    if id and id == order.registrant:
        return words.full_name(order.first_name, order.last_name)
    seat = next((one for one in facts.seats if one is not None and one.attendee == id), None)
    return words.say("somebody") if seat is None else words.full_name(seat.first_name, seat.last_name)


def _who(workspace: Workspace, one: Happening) -> str:
    match one.role:
        case Role.REGISTRANT:
            return words.say("the registrant")
        case Role.SERVER:
            return words.say("the server")
        case Role.ORGANIZER | Role.DOOR:
            return words.device(workspace, one.by)


def _in_vain(workspace: Workspace, facts: OrderFacts) -> Iterator[Told]:
    """What this device asked for and the server did not do, or only it can decide."""
    names = [one.encode() for one in (facts.id, *facts.payments)]
    shown = {one.context.command_id for one in workspace.pending if one.standing is Standing.WAITING}
    for logged, outcome in workspace.activity():
        # Bytes last: the log may hold 100,000 scans, and none of them is about an order.
        is_told = logged.command_id in shown or (outcome is not None and outcome.verdict.status is Status.ACCEPTED)
        if not is_told and any(one in logged.body for one in names):
            yield Told(
                at=logged.issued_at,
                what=words.logged(workspace, logged),
                who=words.say("this device"),
                outcome=_became(outcome),
            )


def _became(outcome: Outcome | None) -> str:
    if outcome is None:
        return words.say("waiting for the server")
    if outcome.verdict.status is Status.REFUSED:
        why = words.sentence(outcome.verdict.code or "", outcome.verdict.values)
        return words.say("refused: {why}", why=why)
    return words.say("kept by the server, to be looked at")
