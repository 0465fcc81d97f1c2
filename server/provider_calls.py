"""Calls of the payment provider that commits asked for: to ask about a payment, to close one, to give money back.

What the provider answers is recorded as the fact that its webhook tells, under the same id: whichever comes first
counts. A call may be made twice, and the provider knows it again by our ids.
"""

from collections.abc import Generator, Sequence
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import Connection, Engine

from server.drain import Drain
from server.gateways.payments import Fact, PaymentGateway, ProviderAway, RefundWanted, parts_of
from server.jobs import Incoming, Job
from server.lookup import look_up
from server.outbox import Failed
from server.store import checkouts
from server.store.engine import reading
from server.store.outbox import Taken
from server.store.problems import EnvironmentProblem
from shared.kernel.codec import to_json
from shared.kernel.decider import Actor, Role, key
from shared.kernel.messages import wire_of
from shared.payments.payment import Payment, RefundState

log = structlog.get_logger()

_SERVER: Final = Actor(role=Role.SERVER, id="server")


class ProviderCalls:
    """Makes the calls that were taken from the outbox."""

    def __init__(self, engine: Engine, drain: Drain, gateway: PaymentGateway) -> None:
        self._engine = engine
        self._drain = drain
        self._gateway = gateway

    def handle(self, taken: Sequence[Taken], now: datetime) -> Generator[Failed | None, None, None]:
        """Make each call and record what comes of it; one that fails keeps back no other."""
        for one in taken:
            try:
                yield self._made(one, now)
            except ProviderAway:
                yield Failed("provider_away")
            except EnvironmentProblem:
                yield Failed("unavailable")
            except Exception as error:
                log.exception("a call failed", service=one.name, conference=one.space)
                yield Failed(type(error).__name__)

    def _made(self, one: Taken, now: datetime) -> Failed | None:
        match one.name:
            case "ask_payment" | "close_payment":
                self._record(one.space, self._about(one), now)
                return None
            case "refund":
                return self._refund(one, now)
            case _:
                return Failed("unknown_service", is_final=True)

    def _about(self, one: Taken) -> Sequence[Fact]:
        with reading(self._engine).begin() as conn:
            begun = checkouts.find(conn, one.space, one.about)
        if begun is None:  # nobody was ever sent to a page, so nothing can have been paid
            return ()
        ask = self._gateway.ask if one.name == "ask_payment" else self._gateway.close
        return ask(one.about, begun.reference)

    def _refund(self, one: Taken, now: datetime) -> Failed | None:
        """Ask for the money, and again until it is known what became of it: a webhook may never come."""
        with reading(self._engine).begin() as conn:
            wanted = _wanted(conn, one)
        if wanted is None:
            return None
        facts = self._gateway.refund(wanted)
        self._record(one.space, facts, now)
        return None if facts else Failed("pending")

    def _record(self, space: str, facts: Sequence[Fact], now: datetime) -> None:
        for fact in facts:
            command_id = self._drain.own_id(space, "callback", *parts_of(fact))
            incoming = Incoming(command_id=command_id, wire=wire_of(fact), body=to_json(fact), issued_at=now)
            self._drain.submit(space, Job(commands=[incoming], actor=_SERVER)).result()


def _wanted(conn: Connection, one: Taken) -> RefundWanted | None:
    """The refund that is asked for, None if it is over."""
    payment, _, id = one.about.rpartition(":")
    row = look_up(conn, one.space, [key(Payment, payment)]).get(Payment, payment)
    asked = [] if row is None else [each for each in row.refunds if each.id == id]
    if row is None or not asked or asked[0].state is not RefundState.REQUESTED:
        return None
    refund = asked[0]
    # The one that fits best comes first: of two captures of the same order, one is given back whole.
    captures = sorted(
        (each for each in row.captures if each.currency == refund.currency),
        key=lambda each: (each.amount != refund.amount, -each.amount),
    )
    return RefundWanted(
        conference=one.space,
        payment=payment,
        refund=id,
        captures=tuple(each.reference for each in captures),
        amount=refund.amount,
        currency=refund.currency,
    )
