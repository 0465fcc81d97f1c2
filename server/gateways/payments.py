"""Third-party payments: what the server asks of a provider, and what it gets to know from one.

Whatever a provider says, in a signed webhook or when it is asked, comes out as the same facts with the same ids, so
that each capture is counted once. The browser's return never confirms anything.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from shared.kernel.messages import value
from shared.payments.payment import RecordCapture, RecordRefund, RecordRefundFailure, RecordRejection


@value
class Charge:
    """A payment to be made. The ids are ours and come back with what the provider says."""

    conference: str
    payment: str
    order: str
    amount: int
    currency: str
    description: str
    callback_url: str
    return_url: str
    leave_url: str = ""
    """Where whoever leaves without paying goes; empty in a charge of release 1, which goes to `return_url` as well."""

    @property
    def way_out(self) -> str:
        """Where to go without paying."""
        return self.leave_url or self.return_url


@value
class Checkout:
    """A payment that was begun: the provider's own name of it, and the page that the registrant is sent to."""

    reference: str
    url: str


@value
class RefundWanted:
    """Money to give back from one of the captures, which are the provider's references. The other ids are ours."""

    conference: str
    payment: str
    refund: str
    captures: tuple[str, ...]
    amount: int
    currency: str


Fact = RecordCapture | RecordRejection | RecordRefund | RecordRefundFailure
"""What a provider knows of a payment."""


@value
class Notice:
    """A fact that a provider tells by itself. The conference is None where the webhook's address names it."""

    conference: str | None
    fact: Fact


class ProviderAway(Exception):
    """The provider does not answer, or not now. The same may be asked again."""


class ProviderRefused(Exception):
    """The provider will not do this, however often it is asked. The code is for a log, and says nothing personal."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PaymentGateway(Protocol):
    """A payment provider. Everything may wait for the network, and is ProviderAway if nobody answers."""

    def start(self, charge: Charge, *, expires_at: datetime, now: datetime) -> Checkout:
        """Begin a payment, to be open at least until then. The same again begins no second one that is seen.

        ProviderRefused if it cannot be paid there.
        """
        ...

    def read(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Sequence[Notice] | None:
        """What a webhook says, which may be nothing to us; None unless the provider signed it lately."""
        ...

    def ask(self, payment: str, reference: str) -> Sequence[Fact]:
        """What became of a payment that was begun; nothing while it is open."""
        ...

    def close(self, payment: str, reference: str) -> Sequence[Fact]:
        """See to it that a payment cannot be made any more; the answer is the capture if it came before."""
        ...

    def refund(self, wanted: RefundWanted) -> Sequence[Fact]:
        """Give money back, once for each of our ids; nothing while it is under way. Asked again, how it is then."""
        ...


def parts_of(fact: Fact) -> tuple[str, ...]:
    """What makes two tellings of a fact the same one, whoever told it and how often."""
    match fact:
        case RecordCapture():
            return "captured", fact.payment, fact.reference
        case RecordRejection():
            return "rejected", fact.payment
        case RecordRefund():
            return "refunded", fact.payment, fact.refund, fact.reference
        case RecordRefundFailure():
            return "refund_failed", fact.payment, fact.refund
