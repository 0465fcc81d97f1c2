"""Stripe is slow, busy, broken or refuses: nothing is lost, nobody pays twice, and the registrant is told."""

from datetime import timedelta

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from server.app import create_app
from server.gateways.payments import Charge, ProviderAway
from server.gateways.stripe import Stripe
from server.settings import Settings
from server.store.problems import EnvironmentProblem
from shared.kernel.ids import PaymentId
from shared.payments.payment import CancelPayment, PaymentState
from tests.server.gateways.fake_stripe import KEY, WEBHOOK_SECRET, Trouble
from tests.server.gateways.shop import Shop

ONCE_AND_AGAIN = 2
"""The SDK tries once more by itself."""


@pytest.mark.parametrize("trouble", [Trouble.ERROR_500, Trouble.DROPPED], ids=["error", "lost answer"])
def test_a_provider_that_is_away_can_be_tried_again(shop: Shop, trouble: Trouble) -> None:
    bought, again = shop.order(), "01890000-0000-7000-8000-000000000001"
    shop.stripe.troubles.extend([trouble] * ONCE_AND_AGAIN)
    refused = bought.start(again)
    assert (refused.status_code, refused.json()["code"]) == (503, "provider_unavailable")
    assert refused.headers["Retry-After"]
    assert bought.start(again).status_code == 201
    shop.stripe.pay(bought.page)
    shop.deliver_all()
    assert (bought.shown["state"], len(shop.stripe.sessions)) == ("confirmed", 1)


def test_a_request_too_many_is_tried_again_by_whoever_asked(shop: Shop) -> None:
    bought = shop.order()
    shop.stripe.troubles.append(Trouble.RATE_LIMIT)
    assert bought.start().status_code == 503
    assert bought.start().status_code == 409, "the first payment is still under way"


def test_one_failure_on_the_way_is_not_noticed(shop: Shop) -> None:
    shop.stripe.troubles.append(Trouble.DROPPED)
    assert shop.order().start().status_code == 201
    assert len(shop.stripe.sessions) == 1


def test_a_payment_that_stripe_does_not_take_frees_the_order(shop: Shop) -> None:
    bought, again = shop.order(), "01890000-0000-7000-8000-000000000001"
    shop.stripe.least_amount = 500_00
    refused = bought.start(again)
    assert (refused.status_code, refused.json()["code"]) == (409, "provider_refused")
    assert bought.shown["payment"] is None
    shop.stripe.least_amount = 50
    assert bought.start().status_code == 201


def test_another_day_s_retry_of_a_lost_start_is_a_new_page(shop: Shop) -> None:
    """Nobody saw the first one, whose address was lost with the answer."""
    bought, again = shop.order(), "01890000-0000-7000-8000-000000000001"
    shop.stripe.troubles.extend([Trouble.DROPPED] * ONCE_AND_AGAIN)
    assert bought.start(again).status_code == 503
    shop.world.clock.pass_time(minutes=29)
    assert bought.start(again).status_code == 201


def test_a_payment_that_was_cancelled_while_it_began_shows_its_page_to_nobody(shop: Shop) -> None:
    bought = shop.order()

    def cancel() -> None:
        shop.world.command(CancelPayment(payment=PaymentId(str(bought.shown["payment"]))))

    shop.stripe.meanwhile = cancel
    assert bought.start().status_code == 201
    assert bought.page.startswith("https://lanyard.example/")
    assert bought.payments.state is PaymentState.CANCELLED


def test_a_call_waits_while_stripe_is_broken(shop: Shop) -> None:
    bought = shop.order().pay()
    shop.stripe.troubles.extend([Trouble.ERROR_500] * ONCE_AND_AGAIN)
    shop.call("ask_payment", bought.payment)
    assert [one.last_error for one in shop.waiting()] == ["provider_away"]
    shop.world.clock.pass_time(minutes=1)
    shop.settle_all()
    assert bought.shown["state"] == "confirmed"


def test_a_session_that_stripe_does_not_know_is_asked_about_in_vain(shop: Shop) -> None:
    bought = shop.order()
    bought.start()
    shop.stripe.sessions.clear()
    shop.call("ask_payment", bought.payment)
    bought.cancel_payment()
    assert (shop.waiting(), bought.payments.state) == ([], PaymentState.CANCELLED)


def test_a_call_that_nobody_knows_is_given_up(shop: Shop) -> None:
    shop.call("sing", "a song")
    assert [(one.last_error, one.is_given_up) for one in shop.waiting()] == [("unknown_service", True)]


def test_the_key_is_wrong_and_the_operator_is_told(shop: Shop) -> None:
    charge = Charge(
        conference="c",
        payment="p",
        order="o",
        amount=100_00,
        currency="EUR",
        description="Order ABCDEF",
        callback_url="",
        return_url="https://lanyard.example/back",
    )
    now = shop.world.clock()
    wrong = Stripe("sk_test_wrong", WEBHOOK_SECRET, url=shop.stripe.url)
    with capture_logs() as logged, pytest.raises(ProviderAway):
        wrong.start(charge, expires_at=now + timedelta(hours=1), now=now)
    assert [(one["error"], one["status"]) for one in logged] == [("AuthenticationError", 401)]


def test_an_answer_that_does_not_come_is_not_waited_for(shop: Shop) -> None:
    impatient = Stripe(KEY, WEBHOOK_SECRET, url=shop.stripe.url, timeout_s=0.1)
    shop.stripe.troubles.extend([Trouble.HANGS] * ONCE_AND_AGAIN)
    with pytest.raises(ProviderAway):
        impatient.ask("payment", "cs_test_1")


def test_nothing_that_stripe_knows_of_a_person_is_stored_or_logged(shop: Shop) -> None:
    with capture_logs() as logged:
        bought = shop.order().pay()
        shop.deliver_all()
        shop.refund(bought, 100_00)
        shop.deliver_all()
    stored = b"".join(path.read_bytes() for path in shop.world.settings.data_dir.glob("lanyard.sqlite*"))
    assert b"Payer Secretname" not in stored
    assert b"payer@secret.example" not in stored
    assert "secret" not in repr(logged).lower()


@pytest.mark.parametrize(
    "given", [{"stripe_key": SecretStr(KEY)}, {"stripe_webhook_secret": SecretStr(WEBHOOK_SECRET)}]
)
def test_half_of_stripe_s_settings_is_said_at_the_start(
    tmp_path_factory: pytest.TempPathFactory, given: dict[str, SecretStr]
) -> None:
    settings = Settings(data_dir=tmp_path_factory.mktemp("half")).model_copy(update=given)
    with pytest.raises(EnvironmentProblem, match="needs both"):
        create_app(settings)


def test_the_secrets_are_not_shown_with_the_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("whole"),
        stripe_key=SecretStr(KEY),
        stripe_webhook_secret=SecretStr(WEBHOOK_SECRET),
    )
    assert KEY not in repr(settings)
    assert WEBHOOK_SECRET not in repr(settings)
