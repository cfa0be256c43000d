"""Webhooks look, and are signed and repeated, as Saleor's."""

import json
from pathlib import Path

import pytest
from django.utils import timezone

from saleor_loyalty.doors.app import keys, signature
from saleor_loyalty.models import Shop
from saleor_loyalty.shop import vault
from tests.sandbox.replay import assert_same_shape

RECORDED = Path(__file__).parents[1] / "recordings" / "webhooks"


def paid(orders, app):
    """The webhooks of an order marked as paid and cancelled."""
    order_id = orders.place(10)
    orders.mark_as_paid(order_id)
    orders.cancel(order_id)
    app.wait_for("order_cancelled", order_id)
    return app.wait_for("order_updated", order_id, times=2)


def test_the_events_come_in_saleors_order(orders, app):
    order_id = orders.place(60)
    payment = orders.pay(order_id, 30)
    orders.report(payment, "CHARGE_SUCCESS", 30)
    orders.report(payment, "REFUND_SUCCESS", 10)
    orders.report(payment, "CHARGE_SUCCESS", 10)
    orders.report(payment, "REFUND_REQUEST", 5, "refund-1")
    orders.report(payment, "REFUND_FAILURE", 5, "refund-1")
    orders.report(payment, "CHARGE_BACK", 7)
    orders.report(payment, "REFUND_SUCCESS", 53)
    orders.cancel(order_id)

    app.wait_for("order_cancelled", order_id)
    seen = [request.event for request in app.wait_for("order_updated", order_id, times=9)]
    assert seen == [
        *("order_paid", "order_updated"),
        *("order_paid", "order_fully_paid", "order_updated"),
        *("order_refunded", "order_updated"),
        *("order_paid", "order_fully_paid", "order_updated"),
        "order_updated",
        *("order_paid", "order_fully_paid", "order_updated"),
        "order_updated",
        *("order_refunded", "order_updated", "order_fully_refunded"),
        *("order_cancelled", "order_updated"),
    ]


def test_marked_as_paid_is_fully_paid_and_never_paid(orders, app):
    events = [request.event for request in paid(orders, app)]
    assert events == ["order_fully_paid", "order_updated", "order_cancelled", "order_updated"]


def test_a_cart_that_is_paid_is_told_as_saleor_tells_it(orders, app):
    cart = orders.cart(("Gift card", 1), token=orders.sandbox.shopper)
    orders.pay(cart, 50)
    order_id = orders.complete(cart)["order"]["id"]
    seen = [request.event for request in app.wait_for("order_updated", order_id)]
    assert seen == ["order_paid", "order_fully_paid", "order_updated"]


def test_headers_and_body_are_those_of_a_recorded_one(orders, app):
    recorded = json.loads((RECORDED / "order_fully_paid.json").read_text(encoding="utf-8"))
    event = recorded["headers"]["Saleor-Event"]
    ours = next(request for request in paid(orders, app) if request.event == event)

    assert sorted(key for key, _ in ours.headers) == sorted(recorded["headers"])
    alike = ("Accept", "Accept-Encoding", "Content-Type", "Saleor-Event", "User-Agent")
    for key in (*alike, "X-Saleor-Event"):
        assert ours.header(key) == recorded["headers"][key], key
    assert ours.header("Saleor-Api-Url") == orders.sandbox.api_url
    assert ours.header("X-Saleor-Signature") == ours.header("Saleor-Signature")
    said = json.loads(ours.body)
    assert_same_shape(said, json.loads(recorded["body"]))
    assert ours.body == json.dumps(said).encode()  # with Saleor's spaces


@pytest.mark.django_db
def test_the_signature_is_verified_by_the_code_that_verifies_saleors(orders, app):
    webhook = paid(orders, app)[0]
    shop = Shop.objects.create(
        api_url=orders.sandbox.api_url,
        domain=webhook.header("Saleor-Domain"),
        app_id="QXBwOjE=",
        sealed_token=vault.seal("token"),
        jwks=keys.fetch(orders.sandbox.api_url),
        jwks_fetched_at=timezone.now(),
        installed_at=timezone.now(),
    )
    signed = webhook.header("Saleor-Signature")

    signature.verify(shop=shop, signature=signed, body=webhook.body)
    with pytest.raises(signature.InvalidSignature):
        signature.verify(shop=shop, signature=signed, body=webhook.body + b" ")


def test_t32_an_app_in_trouble_gets_the_same_again(orders, app):
    app.statuses[:] = [500, 503]
    order_id = orders.place(10)
    orders.mark_as_paid(order_id)
    seen = app.wait_for("order_fully_paid", order_id, times=2)
    bodies = {request.body for request in seen if request.event == "order_fully_paid"}
    assert len(bodies) == 1


def test_it_is_tried_six_times_and_not_once_more(orders, app):
    order_id = orders.place(10)
    app.statuses[:] = [500] * 20
    orders.cancel(order_id)
    app.wait_for("order_cancelled", order_id, times=6)
    app.wait_for("order_updated", order_id, times=6)
    app.statuses.clear()
    later = orders.place(10)
    orders.cancel(later)
    app.wait_for("order_updated", later)
    attempts = [
        r for r in app.webhooks() if r.subject_id == order_id and r.event == "order_cancelled"
    ]
    assert len(attempts) == 6


@pytest.mark.parametrize("status", [302, 400, 404])
def test_a_refusal_is_final(orders, app, status):
    app.statuses[:] = [status, status]
    order_id = orders.place(10)
    orders.cancel(order_id)
    app.wait_for("order_updated", order_id)
    later = orders.place(10)
    orders.cancel(later)
    app.wait_for("order_updated", later)
    assert len([r for r in app.webhooks() if r.subject_id == order_id]) == 2
