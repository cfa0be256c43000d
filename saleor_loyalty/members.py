"""Finding members, and making customers members."""

from collections.abc import Iterable

from django.utils import timezone

from saleor_loyalty.connection import connect
from saleor_loyalty.models import Member, Shop
from saleor_loyalty.saleor_api.facts import Customer


def enroll_all(*, shop: Shop, customers: Iterable[Customer]) -> dict[str, int]:
    """Make each customer a member, once; all their member ids by customer id. Two statements."""
    by_id = {customer.id: customer for customer in customers}
    now = timezone.now()
    Member.objects.bulk_create(
        [
            Member(
                shop=shop,
                customer_id=customer.id,
                email=customer.email,
                first_name=customer.first_name,
                language_code=customer.language_code,
                joined_at=now,
            )
            for _, customer in sorted(by_id.items())  # one order of locking for all workers
        ],
        ignore_conflicts=True,
    )
    members = Member.objects.filter(shop=shop, customer_id__in=by_id)
    return dict(members.values_list("customer_id", "pk"))


def find_or_enroll(*, shop: Shop, customer_id: str) -> Member | None:
    """The member a customer is, made one if they are none yet; None when no such customer is known.

    Raises SaleorUnavailable when the shop has to be asked and does not answer.
    """
    if member := find(shop=shop, customer_id=customer_id):
        return member
    with connect(shop) as saleor:
        customer = saleor.customer(customer_id)
    if customer is None:
        return None
    enroll_all(shop=shop, customers=[customer])
    return find(shop=shop, customer_id=customer.id)


def find(
    *,
    shop: Shop,
    customer_id: str | None = None,
    email: str | None = None,
    pk: int | None = None,
) -> Member | None:
    """The shop's member with all of what is given; None when there is none.

    By email, letter case aside, the one who joined last: Saleor keeps emails unique, but an
    address may move from one customer to the next.
    """
    members = Member.objects.filter(shop=shop)
    if customer_id is not None:
        members = members.filter(customer_id=customer_id)
    if pk is not None:
        members = members.filter(pk=pk)
    if email is not None:
        members = members.filter(email__iexact=email)
    return members.order_by("-pk").first()
