"""What this device knows of an order's past: its dated facts, and the commands of this device's own log."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from desktop.store.log import Logged
from desktop.ui import words
from desktop.ui.orders import telling
from desktop.ui.orders.facts import OrderFacts
from desktop.workspace import Workspace
from shared.kernel.codec import Undecodable
from shared.payments.invoice import InvoiceKind
from shared.payments.views import EntryKind
from shared.sync.protocol import Outcome, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One sentence of the history: who is empty where the order's rows do not tell it."""

    at: datetime
    what: str
    who: str = ""
    outcome: str = ""


def history_of(workspace: Workspace, facts: OrderFacts) -> list[Told]:
    """The newest first."""
    told = [*_facts(workspace, facts), *_own(workspace, facts)]
    return sorted(told, key=lambda one: one.at, reverse=True)


def _facts(workspace: Workspace, facts: OrderFacts) -> Iterator[Told]:
    order = facts.order
    desk = "" if order.desk is None else words.device(workspace, order.desk)
    if order.offer_of is not None:
        yield Told(at=order.placed_at, what=words.say("Offered from the wait list"))
    else:
        yield Told(at=order.placed_at, what=words.say("Sold at the door" if desk else "Order placed"), who=desk)
    for entry in facts.entries.values():
        amount, way = words.money(entry.amount, entry.currency), telling.method(entry.method)
        went = entry.kind is EntryKind.REFUNDED
        text = words.say("{amount} went back", amount=amount) if went else words.say("{amount} came", amount=amount)
        yield Told(at=entry.at, what=f"{text} ({way})")
    for one in facts.invoices:
        is_invoice = one.kind is InvoiceKind.INVOICE
        yield Told(
            at=one.issued_at,
            what=words.say(
                "Invoice {number} was issued" if is_invoice else "Credit note {number} was issued", number=one.label
            ),
        )
        if is_invoice and one.paid_at is not None and one.paid_at != one.issued_at:
            yield Told(at=one.paid_at, what=words.say("Invoice {number} was paid", number=one.label))


def _own(workspace: Workspace, facts: OrderFacts) -> Iterator[Told]:
    names = [one.encode() for one in (facts.id, *facts.payments)]
    for logged, outcome in workspace.activity():
        # Bytes first: the log may hold 100,000 scans, and none of them is about an order.
        if any(one in logged.body for one in names):
            yield Told(
                at=logged.issued_at,
                what=_command(workspace, logged),
                who=words.say("this device"),
                outcome=_became(outcome),
            )


def _command(workspace: Workspace, logged: Logged) -> str:
    try:
        body = logged.command()
    except Undecodable:
        body = None
    return words.command(workspace, logged.wire.name, body)


def _became(outcome: Outcome | None) -> str:
    if outcome is None:
        return words.say("waiting for the server")
    match outcome.verdict.status:
        case Status.ACCEPTED:
            return ""
        case Status.REFUSED:
            why = words.sentence(outcome.verdict.code or "", outcome.verdict.values)
            return words.say("refused: {why}", why=why)
        case Status.HELD:
            return words.say("kept by the server, to be looked at")
