"""The way of a registrant to the payment provider's page, and of what the provider says into the log."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar

import structlog
from anyio import CapacityLimiter, to_thread

from server.gateways.payments import Charge, Checkout, Fact, Notice, ProviderAway, ProviderRefused, parts_of
from server.store import checkouts
from server.store.checkouts import Begun
from server.web.errors import Problem
from server.web.services import SERVER, Services
from shared.kernel.decider import key
from shared.kernel.ids import PaymentId
from shared.payments.payment import Payment, PaymentState, RecordRejection

log = structlog.get_logger()

T = TypeVar("T")

# A provider that answers slowly must not take the threads that everything else is read with.
_AT_ONCE: Final = CapacityLimiter(16)
_RETRY_AFTER_S: Final = "5"


async def page_of(services: Services, charge: Charge, *, expires_at: datetime) -> str:
    """Where to send the browser for a payment that was started: to its page, or back if the payment is over.

    Problem if the provider is away, which may be tried again, or does not take such a payment, which ends it.
    """
    space, payment = charge.conference, charge.payment
    if not await _is_open(services, charge):
        return charge.return_url
    begun = await services.read(lambda conn: checkouts.find(conn, space, payment))
    if begun is None:
        made = await _begin(services, charge, expires_at)
        kept = Begun(made.reference, made.url)
        begun = await services.write(lambda conn: checkouts.put(conn, space, payment, kept))
        # Whoever cancelled meanwhile found nothing to be closed at the provider: then nobody may see the page.
        if not await _is_open(services, charge):
            return charge.return_url
    return begun.url


async def notices_in(services: Services, body: bytes, headers: Mapping[str, str]) -> Sequence[Notice] | None:
    """What a webhook says; None if the provider did not sign it. Problem if it has to be asked and is away."""
    return await _asked(lambda: services.payments.read(body, headers, services.clock()))


async def record(services: Services, space: str, fact: Fact) -> None:
    """Keep what the provider said; a fact that is known already is not kept twice."""
    own_id = services.secrets.of(space).own_id
    await services.run(space, fact, command_id=own_id("callback", *parts_of(fact)), actor=SERVER)


async def _begin(services: Services, charge: Charge, expires_at: datetime) -> Checkout:
    try:
        return await _asked(lambda: services.payments.start(charge, expires_at=expires_at, now=services.clock()))
    except ProviderRefused as refusal:
        log.warning("the provider takes no such payment", conference=charge.conference, code=refusal.code)
        await record(services, charge.conference, RecordRejection(payment=PaymentId(charge.payment)))
        raise Problem("provider_refused") from None


async def _asked(ask: Callable[[], T]) -> T:
    try:
        return await to_thread.run_sync(ask, limiter=_AT_ONCE)
    except ProviderAway:
        raise Problem("provider_unavailable", headers={"Retry-After": _RETRY_AFTER_S}) from None


async def _is_open(services: Services, charge: Charge) -> bool:
    row = (await services.rows(charge.conference, [key(Payment, charge.payment)])).get(Payment, charge.payment)
    return row is not None and row.state == PaymentState.INITIATED
