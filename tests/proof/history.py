"""A year in a shop's programme: something of everything that can happen to points."""

from datetime import UTC, datetime
from uuid import uuid4

from django.utils import timezone

from saleor_loyalty.ledger.book import open_book
from saleor_loyalty.ledger.postings import Posting
from saleor_loyalty.members import announcements
from saleor_loyalty.models import Coupon, Device, EntryKind, Member, Message, Program
from saleor_loyalty.rewards import coupons, withdrawal
from saleor_loyalty.saleor_api.client import Saleor
from tests.paper_saleor import (
    ANNA,
    BEN,
    PaperSaleor,
    line,
)
from tests.shops import new_version

EVE = {**ANNA, "id": "VXNlcjoz", "email": "eve@example.com", "firstName": "Ève"}
DAN = {**ANNA, "id": "VXNlcjo0", "email": "dan@example.com", "firstName": "", "languageCode": "FR"}


def member(customer: dict[str, str]) -> Member:
    return Member.objects.get(customer_id=customer["id"])


def coupon_of(customer: dict[str, str], status: str) -> Coupon:
    return Coupon.objects.filter(member=member(customer), status=status).order_by("pk")[0]


def live_through_a_year(program: Program, paper: PaperSaleor, settle) -> None:
    """Leaves Anna with coupons, Ben in debt, Eve blocked and Dan with a gift and Eve's order."""
    _anna_collects(program, paper, settle)
    _ben_owes(paper, settle)
    _rules_change(program)
    _eve_is_blocked(paper, settle)
    _dan_gets_a_gift(program)
    paper.orders[order_of(paper, 31)]["user"] = DAN
    settle(order_of(paper, 31))
    assert [member(who).balance for who in (ANNA, BEN, EVE, DAN)] == [4407, -4000, 0, 1100]


def order_of(paper: PaperSaleor, number: int) -> str:
    return next(key for key, order in paper.orders.items() if order["number"] == str(number))


def _mint(program: Program, paper: PaperSaleor) -> None:
    for coupon in Coupon.objects.filter(status="PENDING").select_related("reward"):
        coupons.mint(Saleor(paper), Saleor(paper).channels(), coupon.current, language="en")


def _use(paper: PaperSaleor, settle, coupon: Coupon, number: int) -> str:
    key = paper.place(number, line(0), voucherCode=coupon.code, user=BEN)
    settle(key)
    return key


def _anna_collects(program: Program, paper: PaperSaleor, settle) -> None:
    """Six coupons: two withdrawn, of which one is used all the same; one used; one reissued; one
    withdrawn without its points."""
    for number in range(1, 5):
        settle(paper.place(number, line(520 + number / 4)))
    _mint(program, paper)
    first, second, *_ = Coupon.objects.order_by("pk")
    _use(paper, settle, first, 11)
    cancelled = _use(paper, settle, second, 12)
    paper.orders[cancelled]["status"] = "CANCELED"
    settle(cancelled)
    paper.charge(order_of(paper, 3), 200.0)
    paper.charge(order_of(paper, 4), 0.0)
    settle(order_of(paper, 3), order_of(paper, 4))
    withdrawn = Coupon.objects.filter(status="WITHDRAWN").order_by("pk")
    assert withdrawn.count() == 2
    _use(paper, settle, withdrawn[0], 13)
    settle(paper.place(5, line(1200)))
    withdrawal.withdraw(
        shop=program.shop,
        coupon_id=Coupon.objects.latest("pk").pk,
        reason="Sold on",
        actor="staff@example.com",
        return_points=False,
    )
    _tell_by_push_too(ANNA, "REWARD")
    Message.objects.filter(kind="REWARD_EMAIL").update(
        status="SENT", sent_at=datetime(2026, 3, 2, 8, 30, 0, 123456, tzinfo=UTC)
    )
    device = Device.objects.create(
        shop=program.shop,
        member=member(ANNA),
        token="token-1",
        platform="WEB",
        registered_at=timezone.now(),
    )
    Message.objects.filter(kind="REWARD_PUSH", member=member(ANNA)).update(
        delivered_devices=[device.pk]
    )


def _tell_by_push_too(customer: dict[str, str], occasion: str) -> None:
    """As if push had been configured, and the member had had a device then."""
    for message in Message.objects.filter(kind=f"{occasion}_EMAIL", member=member(customer)):
        message.pk, message.uid, message.kind = None, uuid4(), f"{occasion}_PUSH"
        message.save()


def _ben_owes(paper: PaperSaleor, settle) -> None:
    settle(paper.place(21, line(700), user=BEN))
    key = paper.place(22, line(0), voucherCode=coupon_of(BEN, "PENDING").code, user=BEN)
    paper.charge(order_of(paper, 21), 100.0)
    settle(key, order_of(paper, 21))
    assert member(BEN).balance < 0


def _rules_change(program: Program) -> None:
    program.current = new_version(
        program, rate="12.5", expiry_policy="PER_LOT", expiry_days=90, reminders=["MONTH_1"]
    )
    program.save()


def _eve_is_blocked(paper: PaperSaleor, settle) -> None:
    settle(paper.place(31, line(40), user=EVE))
    Member.objects.filter(customer_id=EVE["id"]).update(status="BLOCKED")
    settle(paper.place(32, line(50), user=EVE))


def _dan_gets_a_gift(program: Program) -> None:
    dan = Member.objects.create(
        shop=program.shop,
        customer_id=DAN["id"],
        email=DAN["email"],
        joined_at=timezone.now(),
        push_enabled=False,
    )
    by_staff = {"reason": "Merci “beaucoup”", "actor": "staff@example.com"}
    for kind, points, source, written in (
        (EntryKind.GIFT, 750, "gift:1", by_staff),
        (EntryKind.EXPIRY, -150, "per_lot:2026-06-01T22:00:00.000000Z", {}),
    ):
        posting = Posting(
            member_id=dan.pk,
            kind=kind,
            points=points,
            source=source,
            version=program.current,
            **written,
        )
        with open_book([posting.member_id], version=program.current, now=timezone.now()) as book:
            entry = book.post(posting)
        if kind == EntryKind.GIFT:
            Message.objects.bulk_create(announcements.of_gift(entry))
            _tell_by_push_too(DAN, "GIFT")
