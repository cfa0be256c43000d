"""Finding members, making customers members, and keeping them in step with their customers."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.conf import conf
from saleor_loyalty.database.statements import recordset
from saleor_loyalty.members import addresses, announcements, reasons
from saleor_loyalty.models import (
    AuditAction,
    Device,
    Member,
    MemberStatus,
    Message,
    Shop,
    audit,
)
from saleor_loyalty.models.member import EMAIL_LETTERS
from saleor_loyalty.problems import ErrorCode, Problem, Refused
from saleor_loyalty.saleor_api.facts import Customer
from saleor_loyalty.sentences import sentence
from saleor_loyalty.shop.connection import connect
from saleor_loyalty.workers.waking import wake

logger = logging.getLogger(__name__)

PROFILE = ("email", "first_name", "language_code")
CUSTOMER = (*PROFILE, "customer_is_active")
NO_MEMBER = _("The customer with the id “{id}” is no member of the program.")

# Nobody is locked until all newcomers are rows of ours: whoever waits here for another worker that
# enrols the same customer then holds no member that it could be waiting for.
ENROLL_AND_LOCK = """
    WITH enrolled AS (
        INSERT INTO saleor_loyalty_member ({columns})
        SELECT {columns} FROM jsonb_to_recordset(%s::jsonb) AS newcomer ({types})
        ON CONFLICT (shop_id, customer_id) DO NOTHING
        RETURNING *
    ), known AS (
        SELECT * FROM saleor_loyalty_member
        WHERE id = ANY(%s) AND (SELECT count(*) FROM enrolled) = %s
        ORDER BY id FOR UPDATE
    )
    SELECT * FROM enrolled UNION ALL SELECT * FROM known
"""


def newcomer(*, shop: Shop, customer: Customer, now: datetime) -> Member:
    """The member that a customer becomes, not saved yet."""
    return Member(
        shop=shop,
        customer_id=customer.id,
        email=customer.email,
        first_name=customer.first_name,
        language_code=customer.language_code,
        customer_is_active=customer.is_active,
        joined_at=now,
    )


def enroll_all(
    *, shop: Shop, customers: Iterable[Customer], welcome: bool = True
) -> dict[str, int]:
    """Make each customer a member, once; all their member ids by customer id.

    Two statements; one more where there is somebody new to welcome: whoever is confirmed, while the
    programme is on. Without `welcome` nobody is.
    """
    by_id = {customer.id: customer for customer in customers}
    now = timezone.now()
    Member.objects.bulk_create(
        [
            newcomer(shop=shop, customer=customer, now=now)
            for _, customer in sorted(by_id.items())  # one order of locking for all workers
        ],
        ignore_conflicts=True,
    )
    members = Member.objects.filter(shop=shop, customer_id__in=by_id).annotate(
        is_on=F("shop__program__is_active")
    )
    joined = [
        member
        for member in members
        if member.joined_at == now and member.is_on and may_earn(by_id[member.customer_id])
    ]
    if joined and welcome:
        Message.objects.bulk_create(announcements.of_new_members(joined), ignore_conflicts=True)
        wake("send_messages")
    return {member.customer_id: member.pk for member in members}


def is_known(customer: Customer) -> bool:
    """False while the email may be anybody's: Saleor asks nobody to confirm it before they buy."""
    return customer.is_confirmed or conf.trust_unconfirmed_emails


def may_earn(customer: Customer) -> bool:
    """False while the customer is inactive in the shop, or nobody knows whose email it is.

    What they paid for waits until they are both active and known.
    """
    return customer.is_active and is_known(customer)


def lock(member_ids: Collection[int], newcomers: Sequence[Member] = ()) -> list[Member]:
    """Lock members of one shop until the transaction ends, and enrol the newcomers among them.

    All of them as they are once locked; newcomers have their ids then. One statement, two if a
    newcomer was enrolled by another transaction meanwhile.
    """
    locked = _enroll_and_lock(member_ids, newcomers) if newcomers else []
    if len(locked) < len(member_ids) + len(newcomers):
        wanted = Q(pk__in=member_ids)
        if newcomers:
            customer_ids = [member.customer_id for member in newcomers]
            wanted |= Q(shop=newcomers[0].shop_id, customer_id__in=customer_ids)
        locked = list(Member.objects.select_for_update().filter(wanted).order_by("pk"))
    ids = {member.customer_id: member.pk for member in locked}
    for member in newcomers:
        member.pk = ids[member.customer_id]
    return locked


def _enroll_and_lock(member_ids: Collection[int], newcomers: Sequence[Member]) -> list[Member]:
    """Fewer than all when a newcomer is a member already; then none but the newcomers."""
    in_order = sorted(newcomers, key=lambda member: member.customer_id)  # as `enroll_all` does
    fields = [field for field in Member._meta.concrete_fields if not field.primary_key]
    given = recordset(in_order, fields)
    statement = ENROLL_AND_LOCK.format(columns=", ".join(given.columns), types=given.types)
    params = [given.values, list(member_ids), len(newcomers)]
    return list(Member.objects.raw(statement, params))


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
    """The shop's member with all of what is given, and what they hold; None when there is none.

    By email, in whichever spelling, the one who joined last: Saleor keeps emails unique, but an
    address may move from one customer to the next.
    """
    members = Member.objects.filter(shop=shop).select_related("account")
    if customer_id is not None:
        members = members.filter(customer_id=customer_id.replace("\x00", ""))  # text has no NUL
    if pk is not None:
        members = members.filter(pk=pk)
    if email is not None:
        spellings = [Upper(Value(each)) for each in addresses.spellings(email)]
        members = members.alias(letters=EMAIL_LETTERS).filter(letters__in=spellings)
    return members.order_by("-pk").first()


def set_status(
    *, shop: Shop, customer_id: str, status: str, actor: str, reason: str = ""
) -> Member:
    """Let a member take part (ACTIVE), or not (BLOCKED, CLOSED); the member as they are now.

    One who does not take part keeps their points, earns and is given none, and is told nothing.
    `actor` is who decided, and is kept with the `reason`, which only staff read. Raises Refused for
    a customer who is no member, for an unknown status, for too long a reason, and for a member whom
    the shop closed: it has their customer no more.
    """
    if problems := list(reasons.too_long(reason=reason)):
        raise Refused(*problems)
    if status not in MemberStatus.values:
        message = sentence(_("The status is one of {all}."), all=", ".join(MemberStatus.values))
        raise Refused(Problem("status", message, ErrorCode.INVALID))
    with transaction.atomic():
        member = _locked(shop, [customer_id]).first()
        if member is None:
            message = sentence(NO_MEMBER, id=customer_id)
            raise Refused(Problem("customer_id", message, ErrorCode.NOT_FOUND))
        if member.is_closed_by_shop and status != MemberStatus.CLOSED:
            message = _(
                "The shop has this customer no more, so the member stays closed; they open again "
                "by themselves should the shop have the customer again."
            )
            raise Refused(Problem("status", message, ErrorCode.INVALID))
        if member.status != status:
            logger.info("Member %s: %s, was %s", member.pk, status, member.status)
            member.status, member.status_by = MemberStatus(status), actor
            member.save(update_fields=["status", "status_by"])
            audit.note(
                shop=shop,
                actor=actor,
                action=AuditAction.MEMBER_STATUS,
                member=member,
                detail=status,
                reason=reason.strip(),
            )
    return member


def follow(*, shop: Shop, customers: Mapping[str, Customer | None]) -> None:
    """Bring members in step with their customers, by customer id; None: Saleor has them no more.

    A customer who is gone closes their member: points and history stay, their devices are
    forgotten. Who registers again is another customer, so another member; but Saleor may say that
    somebody is gone who is not, so whom the shop closed it opens again. What staff decided stays,
    and whether the customer is active in the shop is noted beside it.
    Only within a transaction; three statements at most.
    """
    gone = []
    changed = []
    for member in _locked(shop, customers):
        customer = customers[member.customer_id]
        if customer is None:
            if member.status == MemberStatus.ACTIVE:
                member.status, member.status_by = MemberStatus.CLOSED, ""
            gone.append(member)
        else:
            _follow(member, customer)
            changed.append(member)
    Member.objects.bulk_update([*gone, *changed], [*CUSTOMER, "status", "status_by"])
    Device.objects.filter(member__in=gone).delete()


def _follow(member: Member, customer: Customer) -> None:
    """The language a member chose here is theirs."""
    if member.is_closed_by_shop:
        member.status = MemberStatus.ACTIVE
    member.email, member.first_name = customer.email, customer.first_name
    member.customer_is_active = customer.is_active
    if not member.language_is_own:
        member.language_code = customer.language_code


def _locked(shop: Shop, customer_ids: Iterable[str]) -> QuerySet[Member]:
    """In id order, as the ledger locks them."""
    members = Member.objects.select_for_update(no_key=True).order_by("pk")
    return members.filter(shop=shop, customer_id__in=list(customer_ids))
