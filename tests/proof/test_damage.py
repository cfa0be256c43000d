"""Each law can be broken by hand, and is then named with the member it concerns."""

from django.utils import timezone

from saleor_loyalty.models import (
    Account,
    Coupon,
    Debt,
    Entry,
    Lot,
    LotUse,
    Message,
    Program,
    SettledOrder,
    Shop,
)
from tests.accounts import account_of
from tests.paper_saleor import ANNA, BEN
from tests.proof.conftest import damage, found
from tests.proof.history import DAN, coupon_of, member
from tests.shops import new_version


def laws() -> set[str]:
    return {law for law, *_ in found()}


def one(law: str) -> tuple[int | None, str, str, str]:
    """The only difference by a law."""
    (difference,) = (rest for says, *rest in found() if says == law)
    return tuple(difference)


def other_shop() -> Shop:
    return Shop.objects.create(
        api_url="https://other.example.com/graphql/", installed_at=timezone.now()
    )


def gift() -> Entry:
    return Entry.objects.get(kind="GIFT")


def order(number: int) -> SettledOrder:
    return SettledOrder.objects.get(number=number)


def test_t09_a_balance_that_is_not_the_sum_of_the_entries(history):
    dan = member(DAN)
    damage("UPDATE saleor_loyalty_account SET balance = 999 WHERE member_id = %s", dan.pk)

    law = "the balance is the sum of the entries"
    assert one(law) == (dan.pk, "balance", "999", "1100")


def test_an_entry_that_was_changed(history):
    damage("UPDATE saleor_loyalty_entry SET points = 7500 WHERE id = %s", gift().pk)

    law = "each entry leaves the balance before it plus its points"
    assert one(law) == (member(DAN).pk, f"balance after entry {gift().pk}", "750", "7500")
    assert "the balance is the sum of the entries" in laws()


def test_an_entry_that_was_deleted(history):
    expiry = Entry.objects.get(kind="EXPIRY")
    credit = Entry.objects.filter(account__member=member(DAN)).order_by("pk").last()
    damage("DELETE FROM saleor_loyalty_lotuse WHERE entry_id = %s", expiry.pk)
    damage("DELETE FROM saleor_loyalty_entry WHERE id = %s", expiry.pk)

    law = "each entry leaves the balance before it plus its points"
    assert one(law) == (member(DAN).pk, f"balance after entry {credit.pk}", "1100", "1250")


def test_lifetime_points_that_are_not_what_was_earned(history):
    anna = account_of(member(ANNA))
    damage("UPDATE saleor_loyalty_account SET lifetime_points = 1 WHERE id = %s", anna.pk)

    law = "lifetime points are the entries that earn, net of reversals"
    assert one(law) == (anna.member_id, "lifetime points", "1", str(anna.lifetime_points))


def test_lots_that_do_not_hold_the_balance(history):
    lot = Lot.objects.get(entry=gift())
    left = lot.remaining
    damage("UPDATE saleor_loyalty_lot SET remaining = 0 WHERE id = %s", lot.pk)

    law = "what is left in the lots, less what is owed, is the balance"
    assert one(law) == (member(DAN).pk, "left in lots, less debts", "500", "1100")
    law = "a lot is what is left of it and what was taken of it"
    assert one(law) == (member(DAN).pk, f"lot of entry {gift().pk}", "750", str(750 - left))


def test_a_lot_that_holds_points_while_its_member_is_in_debt(history):
    ben = member(BEN)
    lot = Lot.objects.filter(account__member=ben)[0]
    damage("UPDATE saleor_loyalty_lot SET remaining = 5 WHERE id = %s", lot.pk)

    law = "what is left in the lots, less what is owed, is the balance"
    assert one(law) == (ben.pk, "left in lots, less debts", str(ben.balance + 5), str(ben.balance))


def test_a_debt_beside_points(history):
    dan = member(DAN)
    reward = Entry.objects.filter(account__member=dan, points__lt=0).first()
    Debt.objects.create(account=dan.account, entry=reward, remaining=3)

    assert one("nobody owes points and holds some") == (dan.pk, "owed", "3", "0")
    law = "a debit is what it took of lots and what is owed of it still"
    assert one(law)[1] == f"entry {reward.pk}"


def test_a_lot_that_holds_more_than_its_entry_brought(history):
    damage("UPDATE saleor_loyalty_lot SET points = 751 WHERE entry_id = %s", gift().pk)

    law = "a credit is its lot, and what it gave back to others"
    assert one(law) == (member(DAN).pk, f"entry {gift().pk}", "751", "750")


def test_what_came_back_of_a_debit_without_a_reversal(history):
    use = LotUse.objects.filter(lot__account__member=member(DAN), returned=0)[0]
    damage("UPDATE saleor_loyalty_lotuse SET returned = 1 WHERE id = %s", use.pk)

    law = "what came back of a debit is what its reversals gave back"
    assert one(law) == (member(DAN).pk, f"entry {use.entry_id}", "1", "0")


def roll(program: Program, **fields) -> None:
    program.current = new_version(program, expiry_policy="ROLLING", expiry_days=365, **fields)
    program.save()


def test_points_without_a_period_under_a_rolling_programme(history, program):
    roll(program)

    law = "points under a ROLLING program have a period, unless a change of rules protects them"
    assert laws() == {law}
    assert {whose for _, whose, *_ in found()} == {member(ANNA).pk, member(DAN).pk}


def test_points_that_a_change_of_rules_protects_need_no_period(history, program):
    roll(program, protected_until=timezone.now())

    assert found() == []


def test_an_order_whose_points_are_not_its_entries(history):
    row = order(5)
    damage("UPDATE saleor_loyalty_settledorder SET points = 1 WHERE id = %s", row.pk)

    law = "an order's points are the sum of its entries"
    assert one(law) == (row.member_id, f"points of order {row.order_id}", "1", "12000")


def test_an_order_whose_revision_does_not_count_its_entries(history):
    row = order(3)
    damage("UPDATE saleor_loyalty_settledorder SET revision = 3 WHERE id = %s", row.pk)

    law = "an order's revision counts its entries"
    assert one(law) == (row.member_id, f"revision of order {row.order_id}", "3", "2")


def test_an_order_that_was_given_to_another_member_without_its_points(history):
    row, ben = order(5), member(BEN).pk
    damage("UPDATE saleor_loyalty_settledorder SET member_id = %s WHERE id = %s", ben, row.pk)

    law = "an order's points are all with the order's member, but what former ones had spent"
    where = f"points of order {row.order_id} with former owners"
    assert one(law) == (ben, where, "0", "12000")


def test_t06_an_entry_by_other_rules_than_its_orders(history, program):
    entry, row = order(31).entries.order_by("-pk")[0], order(31)
    version = program.versions.get(number=1).pk
    damage("UPDATE saleor_loyalty_entry SET version_id = %s WHERE id = %s", version, entry.pk)

    law = "an order stays with the version that first credited it"
    where = f"version of entry {entry.pk}"
    assert one(law) == (row.member_id, where, str(version), str(row.version_id))


def test_an_order_whose_newest_entry_says_something_else(history):
    row = order(3)
    newest = row.entries.order_by("pk").last()
    damage("UPDATE saleor_loyalty_entry SET entitled = 5207 WHERE id = %s", newest.pk)

    law = "an order's newest entry says what the order stands at"
    where = f"order {row.order_id} by its newest entry"
    assert one(law) == (row.member_id, where, "5207", "2000")


def test_a_coupon_that_was_bought_with_an_entry_of_another_kind(history):
    coupon = coupon_of(ANNA, "PENDING")
    damage("UPDATE saleor_loyalty_coupon SET entry_id = %s WHERE id = %s", gift().pk, coupon.pk)

    anna, dan = member(ANNA).pk, member(DAN).pk
    law = "a coupon was bought by its member with a REWARD entry"
    where = f"entry of coupon {coupon.pk}"
    assert one(law) == (anna, where, f"GIFT of member {dan}", f"REWARD of member {anna}")
    assert one("each reward brought one coupon") == (
        anna,
        f"entry {coupon.entry_id}",
        "no coupon",
        "one",
    )


def test_a_coupon_that_another_member_paid(history):
    coupon, dan = coupon_of(ANNA, "PENDING"), member(DAN).pk
    damage("UPDATE saleor_loyalty_coupon SET member_id = %s WHERE id = %s", dan, coupon.pk)

    law = "a coupon was bought by its member with a REWARD entry"
    found = f"REWARD of member {member(ANNA).pk}"
    assert one(law) == (dan, f"entry of coupon {coupon.pk}", found, f"REWARD of member {dan}")


def test_t16_a_reward_that_brought_no_coupon(history):
    coupon = coupon_of(ANNA, "PENDING")
    damage("DELETE FROM saleor_loyalty_message WHERE coupon_id = %s", coupon.pk)
    damage("DELETE FROM saleor_loyalty_couponcode WHERE coupon_id = %s", coupon.pk)
    damage("DELETE FROM saleor_loyalty_coupon WHERE id = %s", coupon.pk)

    law = "each reward brought one coupon"
    assert one(law) == (member(ANNA).pk, f"entry {coupon.entry_id}", "no coupon", "one")


def test_a_withdrawn_coupon_whose_points_did_not_come_back(history):
    coupon = coupon_of(ANNA, "PENDING")
    damage("UPDATE saleor_loyalty_coupon SET status = 'WITHDRAWN' WHERE id = %s", coupon.pk)

    law = "a withdrawn coupon's points are back, and not spent again, unless they are forfeited"
    where = f"withdrawn coupon {coupon.pk}"
    assert one(law) == (member(ANNA).pk, where, "its points not back", "its points back")


def test_a_withdrawn_coupon_whose_points_were_spent_again(history):
    coupon = Coupon.objects.get(paid_by__isnull=False)
    damage(
        "UPDATE saleor_loyalty_coupon SET status = 'WITHDRAWN', paid_by_id = NULL WHERE id = %s",
        coupon.pk,
    )

    law = "a withdrawn coupon's points are back, and not spent again, unless they are forfeited"
    where = f"withdrawn coupon {coupon.pk}"
    assert one(law) == (member(ANNA).pk, where, "its points spent again", "its points back")


def test_t13_points_that_came_back_though_the_coupon_can_be_used(history):
    coupon = coupon_of(ANNA, "WITHDRAWN")
    damage("UPDATE saleor_loyalty_coupon SET status = 'ACTIVE' WHERE id = %s", coupon.pk)
    entry = Entry.objects.get(kind="REVERSAL", reverses=coupon.entry)

    law = "points came back only with a withdrawn coupon that did not forfeit them"
    found = f"points of entry {coupon.entry_id} back"
    expected = "its coupon is withdrawn with its points"
    assert one(law) == (member(ANNA).pk, f"entry {entry.pk}", found, expected)


def test_points_that_came_back_though_the_coupon_forfeited_them(history):
    coupon = coupon_of(ANNA, "WITHDRAWN")
    damage("UPDATE saleor_loyalty_coupon SET forfeited = true WHERE id = %s", coupon.pk)
    entry = Entry.objects.get(kind="REVERSAL", reverses=coupon.entry)

    law = "points came back only with a withdrawn coupon that did not forfeit them"
    assert one(law)[:2] == (member(ANNA).pk, f"entry {entry.pk}")


def test_a_forfeited_coupon_that_is_said_to_have_given_its_points_back(history):
    coupon = Coupon.objects.get(forfeited=True)
    damage("UPDATE saleor_loyalty_coupon SET forfeited = false WHERE id = %s", coupon.pk)

    law = "a withdrawn coupon's points are back, and not spent again, unless they are forfeited"
    where = f"withdrawn coupon {coupon.pk}"
    assert one(law) == (member(ANNA).pk, where, "its points not back", "its points back")


def test_a_coupon_that_was_paid_back_at_another_price(history):
    paid = coupon_of(ANNA, "WITHDRAWN").entry_id
    damage("UPDATE saleor_loyalty_entry SET points = 50000 WHERE reverses_id = %s", paid)

    law = "a coupon is paid back, and spent again, once and at its price"
    assert one(law) == (member(ANNA).pk, f"what reverses entry {paid}", "50000", "5000")


def test_a_coupon_that_was_paid_back_twice(history):
    paid = coupon_of(ANNA, "WITHDRAWN").entry_id
    other = Entry.objects.filter(kind="REVERSAL", account__member=member(ANNA), order=None)
    damage(
        "UPDATE saleor_loyalty_entry SET reverses_id = %s WHERE id = %s",
        paid,
        other.exclude(reverses=paid)[0].pk,
    )

    law = "a coupon is paid back, and spent again, once and at its price"
    assert one(law)[2:] == ("5000 and 5000", "5000")


def test_points_that_came_back_and_do_not_say_for_what(history):
    entry = Entry.objects.get(reverses=coupon_of(ANNA, "WITHDRAWN").entry)
    damage("UPDATE saleor_loyalty_entry SET reverses_id = NULL WHERE id = %s", entry.pk)

    law = "a reversal names the entry or the order whose points it gives or takes back"
    assert one(law) == (
        member(ANNA).pk,
        f"entry {entry.pk}",
        "names neither",
        "an entry or an order",
    )


def test_points_that_came_back_for_a_coupon_of_another_member(history):
    bens = coupon_of(BEN, "USED").entry
    entry = Entry.objects.get(reverses=coupon_of(ANNA, "WITHDRAWN").entry)
    damage("UPDATE saleor_loyalty_entry SET reverses_id = %s WHERE id = %s", bens.pk, entry.pk)

    anna, ben = account_of(member(ANNA)), account_of(member(BEN))
    law = "an entry reverses one of the same account"
    assert one(law) == (
        anna.member_id,
        f"entry {entry.pk}",
        f"one of account {ben.pk}",
        f"one of account {anna.pk}",
    )


def test_a_withdrawn_coupon_whose_code_still_opens_a_discount(history):
    coupon = coupon_of(ANNA, "WITHDRAWN")
    code = coupon.current
    damage("UPDATE saleor_loyalty_couponcode SET retired_at = NULL WHERE id = %s", code.pk)

    law = "all codes of a coupon but the last are retired, and of a withdrawn one that too"
    where = f"code {code.pk} of coupon {coupon.pk}"
    assert one(law) == (member(ANNA).pk, where, "not retired", "retired")


def test_a_coupon_without_a_code(history):
    coupon = coupon_of(BEN, "USED")
    damage("DELETE FROM saleor_loyalty_couponcode WHERE coupon_id = %s", coupon.pk)

    law = "a coupon's codes are issued one after the other"
    where = f"coupon {coupon.pk}"
    assert one(law) == (member(BEN).pk, where, "0 codes", "issues 1 to as many")


def test_a_coupon_that_can_be_used_though_its_code_is_to_be_made(history):
    coupon = coupon_of(BEN, "USED")
    code = coupon.current
    damage("UPDATE saleor_loyalty_couponcode SET made_at = NULL WHERE id = %s", code.pk)

    law = "a coupon is on its way while its code is to be made"
    where = f"code {code.pk} of coupon {coupon.pk}"
    assert one(law) == (member(BEN).pk, where, "to be made", "as it says itself: USED")


def test_a_used_coupon_without_an_order(history):
    coupon = coupon_of(BEN, "USED")
    damage("UPDATE saleor_loyalty_coupon SET used_order_id = '' WHERE id = %s", coupon.pk)

    law = "a used coupon knows its order"
    assert one(law) == (member(BEN).pk, f"used coupon {coupon.pk}", "no order", "one")


def test_a_debt_beside_an_unused_coupon(history):
    coupon = coupon_of(BEN, "USED")
    damage("UPDATE saleor_loyalty_coupon SET status = 'ACTIVE' WHERE id = %s", coupon.pk)

    law = "who owes points has no unused coupon"
    found = "unused at a balance of -4000"
    assert one(law) == (member(BEN).pk, f"coupon {coupon.pk}", found, "withdrawn")


def test_a_debt_beside_a_coupon_that_waited_past_its_days_and_gets_them_anew(history):
    coupon = coupon_of(BEN, "USED")
    damage(
        "UPDATE saleor_loyalty_coupon SET status = 'PENDING', expires_at = now() WHERE id = %s",
        coupon.pk,
    )

    law = "who owes points has no unused coupon"
    found = "unused at a balance of -4000"
    assert one(law) == (member(BEN).pk, f"coupon {coupon.pk}", found, "withdrawn")


def test_a_coupon_that_has_ended_need_not_pay_a_debt(history):
    damage(
        "UPDATE saleor_loyalty_coupon SET status = 'ACTIVE', expires_at = now() WHERE id = %s",
        coupon_of(BEN, "USED").pk,
    )

    assert found() == []


def test_rows_that_belong_to_another_shop(history):
    elsewhere = other_shop().pk
    tables = (
        "account",
        "entry",
        "lot",
        "settledorder",
        "coupon",
        "couponcode",
        "message",
        "device",
    )
    for table in tables:
        damage(f"UPDATE saleor_loyalty_{table} SET shop_id = %s", elsewhere)

    law = "what is a member's is of the member's shop"
    wrong = {where.rsplit(" ", 1)[0] for says, _, where, *_ in found() if says == law}
    assert wrong == {
        "account",
        "entry",
        "lot",
        "settled order",
        "coupon",
        "coupon code",
        "message",
        "device",
    }


def test_rules_of_another_shop(history):
    foreign = new_version(Program.objects.create(shop=other_shop()))
    for table in ("entry", "settledorder"):
        damage(f"UPDATE saleor_loyalty_{table} SET version_id = %s", foreign.pk)

    law = "the rules a row follows are of its member's shop"
    wrong = {where.rsplit(" ", 1)[0] for says, _, where, *_ in found() if says == law}
    assert wrong == {"entry", "settled order"}


def test_an_account_in_another_shops_program(history):
    account, elsewhere = account_of(member(BEN)), other_shop()
    foreign = Program.objects.create(shop=elsewhere)
    damage(
        "UPDATE saleor_loyalty_account SET program_id = %s WHERE id = %s", foreign.pk, account.pk
    )

    law = "an account is of a program of its member's shop"
    found = f"a program of shop {elsewhere.pk}"
    expected = f"one of shop {account.shop_id}"
    assert one(law) == (account.member_id, f"account {account.pk}", found, expected)


def test_a_coupon_of_another_shops_reward(history):
    coupon, elsewhere = coupon_of(BEN, "USED"), other_shop()
    foreign = new_version(Program.objects.create(shop=elsewhere)).reward
    damage("UPDATE saleor_loyalty_coupon SET reward_id = %s WHERE id = %s", foreign.pk, coupon.pk)

    law = "a coupon gives a reward of its member's shop"
    found = f"a reward of shop {elsewhere.pk}"
    expected = f"one of shop {coupon.shop_id}"
    assert one(law) == (coupon.member_id, f"coupon {coupon.pk}", found, expected)


def test_a_lot_and_a_message_of_somebody_else(history):
    anna, ben, dan = member(ANNA).pk, member(BEN).pk, member(DAN).pk
    lot = Lot.objects.get(entry=gift())
    of_coupon = Message.objects.filter(member=ben, coupon__isnull=False)[0]
    of_gift = Message.objects.filter(member=dan, entry=gift())[0]
    account = Account.objects.get(member=anna)
    damage("UPDATE saleor_loyalty_lot SET account_id = %s WHERE id = %s", account.pk, lot.pk)
    damage("UPDATE saleor_loyalty_message SET member_id = %s WHERE id = %s", dan, of_coupon.pk)
    damage("UPDATE saleor_loyalty_message SET member_id = %s WHERE id = %s", anna, of_gift.pk)

    law = "lots and messages are of the member whose entry or coupon they come from"
    assert sorted(rest for says, *rest in found() if says == law) == [
        [anna, f"lot {lot.pk}", f"member {anna}", f"member {dan}"],
        [anna, f"message {of_gift.pk}", f"member {anna}", f"member {dan}"],
        [dan, f"message {of_coupon.pk}", f"member {dan}", f"member {ben}"],
    ]


def test_an_order_of_another_shop(history):
    row, elsewhere = order(31), other_shop()
    damage(
        "UPDATE saleor_loyalty_settledorder SET shop_id = %s WHERE id = %s", elsewhere.pk, row.pk
    )

    law = "an entry's order is of the entry's shop"
    assert len([1 for says, *_ in found() if says == law]) == row.entries.count()


def test_a_programme_that_follows_the_rules_of_another(history, program):
    foreign = new_version(Program.objects.create(shop=other_shop()))
    damage(
        "UPDATE saleor_loyalty_program SET current_id = %s WHERE id = %s", foreign.pk, program.pk
    )

    law = "a program's rules are its own"
    assert one(law) == (
        None,
        f"program of shop {program.shop_id}",
        f"version {foreign.pk} of another program",
        "one of its own",
    )


def test_a_message_that_waits_for_a_coupon_that_is_not_coming(history):
    withdrawn = Coupon.objects.filter(status="WITHDRAWN").order_by("pk").first()
    message = Message.objects.filter(coupon=withdrawn).order_by("pk").first()
    damage(
        "UPDATE saleor_loyalty_message SET status = 'PENDING', due_at = NULL WHERE id = %s",
        message.pk,
    )

    law = "a message waits only for a coupon that is to be made"
    assert one(law) == (
        message.member_id,
        f"message {message.pk}",
        f"waits for {message.cause}",
        "no coupon of it is to be made",
    )


def test_a_coupon_to_be_made_that_nobody_would_be_told_of(history):
    coupon = Coupon.objects.filter(status="PENDING").order_by("pk").first()
    damage(
        "DELETE FROM saleor_loyalty_message WHERE member_id = %s AND cause = %s",
        coupon.member_id,
        coupon.announced_as,
    )

    law = "each coupon that is to be made is told of"
    untold = f"no message of {coupon.announced_as}"
    assert laws() == {law}
    assert (law, coupon.member_id, f"coupon {coupon.pk}", untold, "one") in found()


def test_every_coupon_state_is_in_the_history(history):
    states = set(Coupon.objects.values_list("status", flat=True))
    assert states == {"PENDING", "USED", "WITHDRAWN"}
