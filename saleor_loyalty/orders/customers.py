"""Customers as Saleor has them now: their members follow, and orders that became theirs settle.

A customer who confirms their email gets the orders once placed with it, and Saleor tells of the
customer alone. So a change of a customer means a look at the customer and at all their orders.
"""

import logging
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from saleor_loyalty.database.statements import Writing
from saleor_loyalty.members import enrolment, followed
from saleor_loyalty.models import FollowedCustomer, SettledOrder, Shop, Subject
from saleor_loyalty.orders import inbox
from saleor_loyalty.orders.inbox import Lease
from saleor_loyalty.saleor_api.client import CUSTOMERS_AT_ONCE, Saleor
from saleor_loyalty.saleor_api.facts import Customer
from saleor_loyalty.saleor_api.transport import SaleorForbade, SaleorUnavailable

logger = logging.getLogger(__name__)

# Saleor confirms a customer first and gives them their orders then, not in one transaction: a look
# in between finds them confirmed and without. So their orders are looked for until this is over.
MATCHED_WITHIN = timedelta(minutes=10)


def follow_due(shop: Shop, saleor: Saleor) -> int:
    """Follow one batch of the shop's changed customers; how many changes were taken up.

    What cannot be followed now goes back into the inbox for a later try. 0 also when Saleor did
    not answer: it would not now.
    """
    lease = inbox.lease(shop=shop, subject=Subject.CUSTOMER, limit=CUSTOMERS_AT_ONCE)
    if lease is None:
        return 0
    return len(lease.marks) if _follow_leased(shop, saleor, lease, list(lease.marks)) else 0


def _follow_leased(shop: Shop, saleor: Saleor, lease: Lease, ids: Collection[str]) -> bool:
    """All at once; if that fails, one by one, so that one bad customer holds up no other.

    False when Saleor did not answer.
    """
    try:
        follow(shop, saleor, lease, ids)
    except SaleorUnavailable as error:
        logger.warning("Shop %s: customers not fetched, later again: %s", shop.pk, error)
        inbox.rest(shop, lease, error=error)
        return False
    except SaleorForbade as error:
        logger.warning("Shop %s: customers not fetched, later again: %s", shop.pk, error)
        inbox.postpone(lease, lease.marks, error=error)
        return False
    except Exception as error:
        if len(ids) == 1:
            logger.exception("Shop %s: customer %s not followed, later again", shop.pk, *ids)
            inbox.postpone(lease, ids, error=error)
            return True
        return all(_follow_leased(shop, saleor, lease, [customer_id]) for customer_id in ids)
    return True


def follow(shop: Shop, saleor: Saleor, lease: Lease, ids: Collection[str]) -> None:
    """Bring members in step with the leased customers, and take these off the inbox.

    Their orders that are not settled as theirs are marked, a page at a time, unless nothing can
    have become theirs since that was last done. It comes first: if we stop halfway, the customers
    are still in the inbox. The lease is renewed with every page; without it we stop.
    """
    customers = saleor.customers(list(ids))
    now = timezone.now()
    to_walk = _to_walk(shop, customers)
    for page in saleor.order_ids_of(list(to_walk)) if to_walk else ():
        inbox.mark(shop=shop, order_ids=_not_settled(shop, page, to_walk))
        if not inbox.renew(lease):
            return
    with transaction.atomic():
        held = [change for change in inbox.held(lease) if change.subject_id in ids]
        seen = {change.subject_id: customers.get(change.subject_id) for change in held}
        enrolment.follow(shop=shop, customers=seen)
        followed.note(shop, [to_walk[id_] for id_ in sorted(seen) if id_ in to_walk], now=now)
        writing = Writing()
        inbox.finish(lease, held, writing)
        writing.write()


def _to_walk(shop: Shop, customers: Mapping[str, Customer]) -> dict[str, Customer]:
    """Those whose email or its confirmation is new, or was a moment ago; or who are active anew."""
    same = FollowedCustomer.objects.filter(
        shop=shop, customer_id__in=customers, followed_at__gte=F("since") + MATCHED_WITHIN
    ).values_list("customer_id", "fingerprint")
    walked = dict(same)
    return {id_: c for id_, c in customers.items() if walked.get(id_) != c.fingerprint}


def _not_settled(shop: Shop, order_ids: Collection[str], customer_ids: Iterable[str]) -> set[str]:
    """The orders that a change of their customers may change: the rest has its points.

    Of a member who was inactive, as we knew them, any order may wait for some.
    """
    settled = SettledOrder.objects.filter(
        shop=shop,
        order_id__in=order_ids,
        member__customer_id__in=list(customer_ids),
        member__customer_is_active=True,
    )
    return set(order_ids).difference(settled.values_list("order_id", flat=True))
