"""Money goes back through Stripe: asked for here or in its dashboard, told at once, late or in the wrong order."""

import pytest
from structlog.testing import capture_logs

from shared.payments.payment import RefundState
from tests.server.gateways.fake_stripe import Trouble
from tests.server.gateways.shop import Bought, Shop


@pytest.fixture
def bought(shop: Shop) -> Bought:
    """A confirmed order of 240.00."""
    made = shop.order(2).pay()
    shop.deliver_all()
    return made


def returned(bought: Bought) -> int:
    return sum(one.amount for one in bought.payments.refunds if one.state is RefundState.PAID)


def test_money_goes_back_in_parts_and_is_counted_once(shop: Shop, bought: Bought) -> None:
    shop.refund(bought, 100_00, "refund-1")
    shop.refund(bought, 140_00, "refund-2")
    shop.deliver_all()
    shop.deliver_all()
    assert [one["amount"] for one in shop.stripe.refunds.values()] == [100_00, 140_00]
    assert bought.refunds == {"refund-1": RefundState.PAID, "refund-2": RefundState.PAID}
    assert returned(bought) == 240_00


def test_a_refund_that_takes_days_ends_by_its_webhook(shop: Shop, bought: Bought) -> None:
    shop.stripe.refunds_are = "pending"
    shop.refund(bought, 100_00)
    shop.deliver_all()
    assert bought.refunds == {"refund-1": RefundState.REQUESTED}
    shop.stripe.settle("re_1", "succeeded")
    shop.deliver_all()
    assert (bought.refunds, returned(bought)) == ({"refund-1": RefundState.PAID}, 100_00)


def test_a_refund_whose_webhook_never_comes_is_asked_about(shop: Shop, bought: Bought) -> None:
    shop.stripe.refunds_are = "pending"
    shop.refund(bought, 100_00)
    assert [one.last_error for one in shop.waiting()] == ["pending"]
    shop.stripe.settle("re_1", "succeeded")
    shop.world.clock.pass_time(minutes=1)
    shop.settle_all()
    assert (bought.refunds, returned(bought)) == ({"refund-1": RefundState.PAID}, 100_00)
    assert len(shop.stripe.refunds) == 1


def test_a_refund_that_fails_gives_nothing_back(shop: Shop, bought: Bought) -> None:
    shop.stripe.refunds_are = "pending"
    shop.refund(bought, 100_00)
    shop.stripe.settle("re_1", "failed")
    shop.deliver_all()
    assert (bought.refunds, returned(bought)) == ({"refund-1": RefundState.FAILED}, 0)


def test_a_failure_that_is_told_before_the_success_is_the_end(shop: Shop, bought: Bought) -> None:
    shop.stripe.refunds_are = "pending"
    shop.refund(bought, 100_00)
    shop.stripe.settle("re_1", "succeeded")
    shop.stripe.settle("re_1", "failed")
    for event in reversed(shop.stripe.events):
        shop.deliver(event)
    assert (bought.refunds, returned(bought)) == ({"refund-1": RefundState.FAILED}, 0)


def test_a_refund_that_comes_back_is_money_again(shop: Shop, bought: Bought) -> None:
    shop.refund(bought, 100_00)
    shop.stripe.settle("re_1", "failed")
    shop.deliver_all()
    assert bought.captured - returned(bought) == 240_00
    assert bought.shown["needs_attention"]


def test_a_refund_that_stripe_does_not_make_has_failed(shop: Shop, bought: Bought) -> None:
    shop.stripe.refund_by_hand("pi_1", 200_00)
    shop.refund(bought, 100_00)
    assert bought.refunds["refund-1"] is RefundState.FAILED


def test_a_refund_in_the_dashboard_is_counted_too(shop: Shop, bought: Bought) -> None:
    shop.stripe.refund_by_hand("pi_1", 40_00)
    shop.deliver_all()
    shop.deliver_all()
    assert (bought.refunds, returned(bought)) == ({"re_1": RefundState.PAID}, 40_00)


def test_a_refund_of_another_shop_is_nothing_to_us(shop: Shop, bought: Bought) -> None:
    shop.stripe.intents["pi_1"]["metadata"] = {}
    shop.stripe.refund_by_hand("pi_1", 40_00)
    shop.deliver_all()
    assert bought.refunds == {}


def test_a_refund_whose_answer_was_lost_is_found_again_after_a_day(shop: Shop, bought: Bought) -> None:
    # The question which refunds there are, then the refund itself, tried twice.
    shop.stripe.troubles.extend([None, Trouble.DROPPED, Trouble.DROPPED])
    shop.refund(bought, 100_00)
    assert [one.last_error for one in shop.waiting()] == ["provider_away"]
    shop.stripe.forget_keys()
    shop.world.clock.pass_time(days=2)
    shop.settle_all()
    assert (len(shop.stripe.refunds), bought.refunds) == (1, {"refund-1": RefundState.PAID})


def test_of_two_captures_each_can_be_given_back(shop: Shop) -> None:
    bought = shop.order().pay()
    session = next(iter(shop.stripe.sessions.values()))
    session |= {"status": "open", "url": bought.page}
    shop.stripe.pay(bought.page)
    shop.deliver_all()
    assert bought.captured == 240_00
    shop.refund(bought, 120_00, "refund-1")
    shop.refund(bought, 120_00, "refund-2")
    assert {one["payment_intent"] for one in shop.stripe.refunds.values()} == {"pi_1", "pi_2"}
    assert set(bought.refunds.values()) == {RefundState.PAID}


def test_money_of_which_nobody_knows_what_it_is_for_can_go_back(shop: Shop) -> None:
    bought = shop.order().pay()
    event = shop.stripe.told("checkout.session.completed")
    event["data"]["object"]["metadata"]["payment"] = bought.payment = "payment-of-a-lost-backup"
    shop.deliver(event)
    assert bought.payments.order is None
    shop.refund(bought, 120_00)
    assert (bought.refunds, returned(bought)) == ({"refund-1": RefundState.PAID}, 120_00)


def test_a_refund_that_is_over_is_not_asked_for_again(shop: Shop, bought: Bought) -> None:
    shop.refund(bought, 100_00)
    asked = len(shop.stripe.asked)
    shop.call("refund", f"{bought.payment}:refund-1")
    shop.call("refund", "no-such-payment:refund-1")
    assert len(shop.stripe.asked) == asked


def test_a_webhook_of_a_refund_waits_until_stripe_answers(shop: Shop, bought: Bought) -> None:
    shop.stripe.refund_by_hand("pi_1", 40_00)
    shop.stripe.troubles.extend([Trouble.ERROR_500] * 2)
    event = shop.stripe.told("refund.created")
    refused = shop.deliver(event)
    assert (refused.status_code, refused.json()["code"]) == (503, "provider_unavailable")
    assert shop.deliver(event).status_code == 204
    assert returned(bought) == 40_00


def test_a_dispute_is_said_to_the_operator_without_a_name(shop: Shop, bought: Bought) -> None:
    with capture_logs() as logged:
        shop.stripe.dispute("pi_1")
        shop.deliver_all()
    assert [one["event"] for one in logged] == ["a dispute at Stripe needs attention"]
    assert "secret.example" not in repr(logged)
