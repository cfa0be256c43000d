"""The ledger: entries, balances, rewards, and what the database refuses."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import timezone

from saleor_loyalty.ledger.book import open_book
from saleor_loyalty.ledger.postings import Posting
from saleor_loyalty.models import (
    Coupon,
    CouponCode,
    Entry,
    EntryKind,
    EntryNote,
    Lot,
    Member,
    Message,
)
from saleor_loyalty.rewards.coupon_book import CouponBook
from tests.accounts import entries_of
from tests.shops import new_program, new_version

NOW = timezone.now()


def gift(member: Member, points: int, source: str = "gift:1") -> Posting:
    return Posting(
        member_id=member.pk,
        kind=EntryKind.GIFT,
        points=points,
        source=source,
        version=member.shop.program.current,
        reason="test",
    )


def post(member: Member, *postings: Posting) -> list[Entry]:
    version = member.shop.program.current
    with (
        transaction.atomic(),
        open_book(
            [member.pk], version=version, now=NOW, consequences=[CouponBook(version)]
        ) as book,
    ):
        return [book.post(posting) for posting in postings]


def test_t09_the_balance_is_the_sum_of_the_entries(program, anna):
    post(anna, gift(anna, 700, "a"), gift(anna, -900, "b"), gift(anna, 5300, "c"))

    anna.refresh_from_db()
    assert anna.balance == 100
    assert entries_of(anna).aggregate(total=Sum("points")) == {"total": 100}
    assert anna.lifetime_points == 5100
    assert list(entries_of(anna).order_by("pk").values_list("points", "balance_after")) == [
        (700, 700),
        (-900, -200),
        (5300, 5100),
        (-5000, 100),
    ]


def test_t22_a_reward_costs_the_threshold_and_no_more(program, anna):
    post(anna, gift(anna, 15300))

    anna.refresh_from_db()
    assert anna.balance == 300
    assert [e.points for e in entries_of(anna).filter(kind=EntryKind.REWARD)] == [-5000] * 3


def test_each_reward_brings_a_pending_coupon_and_one_email_waits_for_all_of_them(program, anna):
    post(anna, gift(anna, 10000))

    assert Coupon.objects.filter(member=anna, status="PENDING").count() == 2
    assert len(set(CouponCode.objects.values_list("code", flat=True))) == 2
    assert Message.objects.filter(member=anna, due_at=None, status="PENDING").count() == 1


def reissued(anna: Member, *, used: datetime, called_off: datetime) -> Coupon:
    """A coupon of 60 days from 1 January in Paris, whose order was called off."""
    version = anna.shop.program.current
    issued = datetime(2026, 1, 1, 12, tzinfo=UTC)
    with transaction.atomic():
        with open_book(
            [anna.pk], version=version, now=issued, consequences=[CouponBook(version)]
        ) as book:
            book.post(gift(anna, 5000))
        Coupon.objects.update(status="ACTIVE")
        CouponCode.objects.update(voucher_id="Vm91Y2hlcjox", made_at=issued, error="down once")
        with open_book(
            [anna.pk], version=version, now=used, consequences=[held := CouponBook(version)]
        ) as book:
            (coupon,) = held.coupons.values()
            assert coupon.expires_at == MIDNIGHT
            held.use(coupon, order_id="o", number="1", at=used, code=coupon.code)
        with open_book(
            [anna.pk],
            version=version,
            now=called_off,
            consequences=[held := CouponBook(version, coupon_ids=[coupon.pk])],
        ) as book:
            held.reissue(held.coupons[coupon.pk])
    return Coupon.objects.get()


MIDNIGHT = datetime(2026, 3, 2, 23, tzinfo=UTC)  # of 2 March in Paris


@pytest.mark.parametrize(
    ("lost", "days"),
    [
        (timedelta(0), 0),
        (timedelta(seconds=1), 1),
        (timedelta(days=3), 3),
        (timedelta(days=3, seconds=1), 4),
        (timedelta(hours=-1), 0),  # the shop's clock is ahead of ours
    ],
)
def test_t13_a_reissued_coupon_lasts_as_much_longer_as_it_was_used_and_to_the_end_of_that_day(
    program, anna, lost, days
):
    used = datetime(2026, 1, 10, 12, tzinfo=UTC)

    coupon = reissued(anna, used=used, called_off=used + lost)

    assert coupon.expires_at == MIDNIGHT + timedelta(days=days)
    assert (coupon.status, coupon.current.issue, coupon.used_at) == ("PENDING", 2, None)
    assert (coupon.current.voucher_id, coupon.current.made_at, coupon.current.error) == (
        "",
        None,
        "",
    )


def test_t13_a_coupon_without_an_end_is_reissued_without_one(shop, anna):
    version = new_program(shop, coupon_valid_days=None).current
    post(anna, gift(anna, 5000))
    with (
        transaction.atomic(),
        open_book([anna.pk], version=version, now=NOW, consequences=[held := CouponBook(version)]),
    ):
        (coupon,) = held.coupons.values()
        held.use(coupon, order_id="o", number="1", at=NOW, code=coupon.code)
        held.reissue(coupon)

    coupon = Coupon.objects.get()
    assert (coupon.status, coupon.current.issue, coupon.expires_at) == ("PENDING", 2, None)


def test_t06_a_coupon_is_worth_what_it_cost_also_when_the_threshold_is_another_now(program, anna):
    """What staff take back returns its price, and its use all the same costs that again."""
    first = program.current
    post(anna, gift(anna, 5000))
    dearer = new_version(program, threshold=8000)
    with (
        transaction.atomic(),
        open_book([anna.pk], version=dearer, now=NOW, consequences=[held := CouponBook(dearer)]),
    ):
        (coupon,) = held.coupons.values()
        held.withdraw(coupon, reason="by mistake", actor="Olga")
    with (
        transaction.atomic(),
        open_book(
            [anna.pk],
            version=dearer,
            now=NOW,
            consequences=[held := CouponBook(dearer, coupon_ids=[coupon.pk])],
        ),
    ):
        used = held.coupons[coupon.pk]
        held.use(used, order_id="o", number="1", at=NOW, code=used.code)

    *_, back, again = entries_of(anna).order_by("pk")
    assert (back.kind, back.points, back.version) == ("REVERSAL", 5000, first)
    assert (again.kind, again.points, again.version) == ("REWARD", -5000, first)
    anna.refresh_from_db()
    assert anna.lifetime_points == 5000  # earned once, however often it came back


def test_points_that_came_back_buy_no_reward_when_some_of_them_are_taken(program, anna):
    post(anna, gift(anna, 5120))
    version = program.current
    with (
        transaction.atomic(),
        open_book([anna.pk], version=version, now=NOW, consequences=[held := CouponBook(version)]),
    ):
        (coupon,) = held.coupons.values()
        held.withdraw(coupon, reason="by mistake", actor="Olga")

    post(anna, gift(anna, -20, "taken"))
    assert Coupon.objects.count() == 1

    post(anna, gift(anna, 1, "given"))
    assert Coupon.objects.count() == 2


def test_a_debt_is_owed_and_not_hidden(program, anna):
    post(anna, gift(anna, -300))

    anna.refresh_from_db()
    assert (anna.spendable, anna.debt) == (0, 300)


def test_t01_the_same_cause_is_refused_and_nothing_of_the_batch_stays(program, anna):
    post(anna, gift(anna, 10, "once"))

    with pytest.raises(IntegrityError):
        post(anna, gift(anna, 5, "other"), gift(anna, 10, "once"))

    anna.refresh_from_db()
    assert anna.balance == 10
    assert entries_of(anna).count() == 1


def test_an_entry_of_zero_points_is_refused_by_the_database(program, anna):
    with pytest.raises(IntegrityError, match="entry_not_zero"):
        post(anna, gift(anna, 0))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE saleor_loyalty_entry SET points = 1000",
        "DELETE FROM saleor_loyalty_entry",
        "TRUNCATE saleor_loyalty_entry CASCADE",
        "UPDATE saleor_loyalty_orderpart SET rate = 20",
        "DELETE FROM saleor_loyalty_orderpart",
        "UPDATE saleor_loyalty_programversion SET threshold = 1",
        "DELETE FROM saleor_loyalty_channelterms",
        "UPDATE saleor_loyalty_rewardversion SET valid_days = 1",
        "DELETE FROM saleor_loyalty_rewardterms",
        "DELETE FROM saleor_loyalty_auditrecord",
    ],
)
def test_t16_what_is_written_stays_whoever_asks(program, anna, statement):
    post(anna, gift(anna, 10))

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as after a commit
        with (
            pytest.raises(DatabaseError, match="its rows are only ever added"),
            transaction.atomic(),
        ):
            cursor.execute(statement)

    assert entries_of(anna).get().points == 10


def test_what_staff_wrote_beside_an_entry_can_be_erased(program, anna):
    posting = replace(gift(anna, 10), reason="For Anna", actor="Sam")
    post(anna, posting, replace(gift(anna, 5, "by nobody"), reason=""))
    entry, other = entries_of(anna).order_by("pk")
    assert (entry.reason, entry.actor, other.is_by_staff) == ("For Anna", "Sam", False)

    EntryNote.objects.update(reason="", actor="")

    (entry,) = entries_of(anna).filter(note__isnull=False)
    assert (entry.reason, entry.actor, entry.is_by_staff) == ("", "", True)


def test_a_lot_never_holds_less_than_nothing(program, anna):
    post(anna, gift(anna, 10))

    with pytest.raises(IntegrityError, match="lot_in_range"):
        Lot.objects.update(remaining=-1)


def test_a_programme_that_is_on_is_not_switched_on_again(program):
    with pytest.raises(IntegrityError, match="one_open_activation"):
        program.activations.create(started_at=NOW)


def test_t24_one_customer_is_one_member(shop, anna):
    with pytest.raises(IntegrityError, match="one_member_per_customer"):
        Member.objects.create(
            shop=shop, customer_id=anna.customer_id, email="other@example.com", joined_at=NOW
        )


def test_posting_many_takes_as_many_statements_as_posting_one(
    program, anna, django_assert_num_queries
):
    few = [gift(anna, 5000, "first")]
    many = [gift(anna, 5000, f"later {n}") for n in range(50)]
    assert anna.shop.program.current.reward  # read with the rules
    for postings in (few, many):
        with django_assert_num_queries(STATEMENTS):
            post(anna, *postings)


# The savepoint around the test's transaction 2, the members, what is theirs, all that is written;
# then the new coupons and their messages.
STATEMENTS = 7
