"""Transactions: what a payment provider reports, and what an order stands at after it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from sandbox.shop import orders
from sandbox.shop.models import Checkout, Order, Transaction, TransactionEvent
from sandbox.shop.problems import ShopError


class Amounts(NamedTuple):
    """What a transaction stands at, in its currency.

    `charged` is net of what was refunded or charged back.
    """

    authorized: Decimal
    charged: Decimal
    refunded: Decimal


@transaction.atomic
def create(
    owner: Order | Checkout,
    *,
    name: str = "",
    psp_reference: str = "",
    amounts: Mapping[str, Decimal],
) -> Transaction:
    """A transaction of an order or checkout.

    `amounts` has any of AUTHORIZATION and CHARGE.
    """
    if isinstance(owner, Order):
        owner = orders.lock(owner)
    payment = Transaction.objects.create(
        order=owner if isinstance(owner, Order) else None,
        checkout=owner if isinstance(owner, Checkout) else None,
        currency=owner.channel.currency_code,
        name=name,
        psp_reference=psp_reference,
    )
    TransactionEvent.objects.bulk_create(
        TransactionEvent(transaction=payment, type=f"{kind}_SUCCESS", amount=amount)
        for kind, amount in amounts.items()
    )
    _recalculate(payment)
    return payment


@transaction.atomic
def report(payment: Transaction, *, type_: str, amount: Decimal, psp_reference: str) -> bool:
    """Take a report of the payment provider; True when it was known already, and nothing happened.

    Raises ShopError when the same event was reported with another amount.
    """
    order = orders.lock(payment.order) if payment.order else None
    payment.refresh_from_db()
    payment.order = order
    known = payment.events.filter(type=type_, psp_reference=psp_reference).first()
    if known is None:
        payment.events.create(type=type_, amount=amount, psp_reference=psp_reference)
        _recalculate(payment)
    elif known.amount != amount:
        message = "An event of this type and reference was reported with another amount."
        raise ShopError(message, code="INCORRECT_DETAILS", field="pspReference")
    return known is not None


def _recalculate(payment: Transaction) -> None:
    before = Amounts(payment.authorized, payment.charged, payment.refunded)
    after = amounts_after(list(payment.events.all()))
    payment.authorized, payment.charged, payment.refunded = after
    payment.save()
    if payment.order:
        charged, refunded = after.charged - before.charged, after.refunded - before.refunded
        orders.settle_payment(payment.order, charged=charged, refunded=refunded)


def amounts_after(events: list[TransactionEvent]) -> Amounts:
    """What a transaction's events add up to.

    Events with one reference tell one story: a request counts until its success or failure is
    there, a success until a later failure. A request to refund lowers what is charged at once.
    """
    authorized = charged = refunded = Decimal(0)
    stories: dict[object, dict[str, TransactionEvent]] = {}
    for event in events:
        # What came with the transaction itself has no reference: each is a story of its own.
        stories.setdefault((event.psp_reference or event.pk, event.type.partition("_")[0]), {})[
            event.type
        ] = event
    for story in stories.values():
        authorized += _counted(story, "AUTHORIZATION_SUCCESS")
        paid = _counted(story, "CHARGE_SUCCESS")
        has_reference = any(event.psp_reference for event in story.values())
        authorized -= paid if has_reference else 0
        charged += paid - _amount(story, "CHARGE_BACK") + _amount(story, "REFUND_REVERSE")
        returned = _counted(story, "REFUND_SUCCESS")
        charged -= (returned + _pending(story, "REFUND")) if has_reference else 0
        refunded += returned - _amount(story, "REFUND_REVERSE")
    return Amounts(max(authorized, Decimal(0)), charged, refunded)


def _amount(story: Mapping[str, TransactionEvent], type_: str) -> Decimal:
    return story[type_].amount if type_ in story else Decimal(0)


def _counted(story: Mapping[str, TransactionEvent], success: str) -> Decimal:
    """The amount of a success that no later failure took back."""
    failure = story.get(success.replace("SUCCESS", "FAILURE"))
    if success in story and failure and failure.created_at > story[success].created_at:
        return Decimal(0)
    return _amount(story, success)


def _pending(story: Mapping[str, TransactionEvent], kind: str) -> Decimal:
    settled = f"{kind}_SUCCESS" in story or f"{kind}_FAILURE" in story
    return Decimal(0) if settled else _amount(story, f"{kind}_REQUEST")
