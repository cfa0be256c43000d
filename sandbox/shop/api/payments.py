"""What a payment app tells Saleor."""

from decimal import Decimal
from typing import Any

from ariadne import MutationType
from graphql import GraphQLResolveInfo

from sandbox.shop import payments
from sandbox.shop.api.mutations import find, payload
from sandbox.shop.ids import InvalidId, parts
from sandbox.shop.models import Checkout, Order, Transaction
from sandbox.shop.problems import ShopError

mutation = MutationType()

KINDS = {
    "amount_authorized": "AUTHORIZATION",
    "amount_charged": "CHARGE",
}


@mutation.field("transactionCreate")
@payload("HANDLE_PAYMENTS")
def transaction_create(
    _info: GraphQLResolveInfo, *, id: str, transaction: dict[str, Any]
) -> dict[str, Any]:
    owner = _owner(id)
    given = {kind: transaction[name] for name, kind in KINDS.items() if transaction.get(name)}
    if any(value["currency"] != owner.channel.currency_code for value in given.values()):
        raise ShopError(
            "Currency needs to be the same as for the order or checkout.", code="INCORRECT_CURRENCY"
        )
    created = payments.create(
        owner,
        name=transaction.get("name") or "",
        psp_reference=transaction.get("psp_reference") or "",
        amounts={kind: value["amount"] for kind, value in given.items()},
    )
    return {"transaction": created}


@mutation.field("transactionEventReport")
@payload("HANDLE_PAYMENTS")
def transaction_event_report(
    _info: GraphQLResolveInfo,
    *,
    type: str,
    psp_reference: str,
    id: str | None = None,
    amount: Decimal | None = None,
) -> dict[str, Any]:
    transaction = find(Transaction.objects.select_related("order"), "TransactionItem", id)
    if amount is None:
        raise ShopError(
            "The `amount` field is required for this event.", code="REQUIRED", field="amount"
        )
    known = payments.report(transaction, type_=type, amount=amount, psp_reference=psp_reference)
    return {"already_processed": known, "transaction": transaction}


def _owner(global_id: str) -> Order | Checkout:
    try:
        type_name, _ = parts(global_id)
    except InvalidId as error:
        raise ShopError(str(error), code="GRAPHQL_ERROR", field="id") from error
    if type_name == "Checkout":
        return find(Checkout.objects.select_related("channel"), "Checkout", global_id)
    return find(Order.objects.select_related("channel"), "Order", global_id)


bindables = [mutation]
