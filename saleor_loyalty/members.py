"""Finding members, and making customers members."""

from collections.abc import Iterable

from django.utils import timezone

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


def enroll(
    *, shop: Shop, customer_id: str, email: str, first_name: str = "", language_code: str = "en"
) -> Member:
    """Make a customer a member, or find the member they are."""
    customer = Customer(customer_id, email, first_name, language_code)
    return Member.objects.get(pk=enroll_all(shop=shop, customers=[customer])[customer_id])


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
