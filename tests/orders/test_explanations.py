"""Every entry says why, in words: as its member or staff read them, in English and French.

French texts have no-break spaces (here `~`) and narrow ones (here `_`) where French puts them.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from saleor_loyalty.activities import staff_points
from saleor_loyalty.ledger import expiry
from saleor_loyalty.messages.explanations import explain, explainable, points
from saleor_loyalty.models import Account, Coupon, Entry, EntryNote, Member
from saleor_loyalty.rewards import withdrawal
from tests.paper_saleor import (
    ANNA,
    BEN,
    fulfillment,
    granted,
    line,
)
from tests.shops import new_version


def fr(text: str) -> str:
    return text.replace("~", "\N{NO-BREAK SPACE}").replace("_", "\N{NARROW NO-BREAK SPACE}")


def told(**which) -> tuple[str, str]:
    """The newest such entry in English and French."""
    entry = explainable(Entry.objects.filter(**which)).latest("pk")
    return explain(entry, "en"), explain(entry, "fr")


@pytest.fixture
def explained(paper, settle):
    """Settles order 1 as it stands; the explanation of its newest entry."""

    def explained(*lines, **changes) -> tuple[str, str]:
        settle(paper.place(1, *lines, **changes))
        return told(order__isnull=False)

    return explained


@pytest.fixture
def rules(program):
    """Puts other rules in force."""

    def rules(**fields) -> None:
        program.current = new_version(program, **fields)
        program.save()

    return rules


def test_a_credit_shows_its_computation(explained):
    assert explained(line(120)) == (
        "EUR 120.00 of goods × 10 points = 1,200 points",
        fr("120,00~EUR d’articles × 10~points = 1_200~points"),
    )


def test_t18_rounding_is_said(explained):
    assert explained(line(12.34)) == (
        "EUR 12.34 of goods × 10 points, rounded down = 123 points",
        fr("12,34~EUR d’articles × 10~points, arrondi vers le bas = 123~points"),
    )


def test_a_single_point_is_no_points(explained, rules):
    rules(rate="1")
    assert explained(line(1)) == (
        "EUR 1.00 of goods × 1 point = 1 point",
        fr("1,00~EUR d’articles × 1~point = 1~point"),
    )


@pytest.mark.parametrize(
    ("rate", "euros", "english", "french"),
    [
        ("0.0005", 2100, "0.0005 points, rounded down = 1 point", "0,0005~point"),
        ("1.5", 100, "1.5 points = 150 points", "1,5~point = 150~points"),
    ],
)
def test_fractions_of_points_are_exact_and_counted_as_each_language_does(
    explained, rules, rate, euros, english, french
):
    rules(rate=rate)
    told_en, told_fr = explained(line(euros))

    assert english in told_en
    assert fr(french) in told_fr


@pytest.mark.parametrize(
    ("fields", "amount", "english", "french"),
    [
        (
            {"basis": "NET", "include_shipping": True},
            "120.00",
            "goods and shipping before tax",
            "articles et de frais de livraison hors taxes",
        ),
        ({"basis": "NET"}, "100.00", "goods before tax", "articles hors taxes"),
        (
            {"include_shipping": True},
            "143.00",
            "goods and shipping",
            "articles et de frais de livraison",
        ),
    ],
)
def test_t20_the_basis_is_said(explained, rules, fields, amount, english, french):
    rules(rate="1", **fields)
    shipping = {
        "gross": {"amount": 20, "currency": "EUR"},
        "net": {"amount": 20, "currency": "EUR"},
    }

    told_en, told_fr = explained(line(123, 100), shipping=20, shippingPrice=shipping)

    assert told_en.startswith(f"EUR {amount} of {english} × 1 point = ")
    assert told_fr.startswith(fr(f"{amount.replace('.', ',')}~EUR d’{french} × 1~point = "))


def test_an_old_entry_is_explained_by_the_rule_it_came_from(explained, rules):
    explained(line(120))
    rules(rate="20", basis="NET", reward_name="A tree")

    assert told(kind="ORDER")[0] == "EUR 120.00 of goods × 10 points = 1,200 points"


def test_a_partial_refund_shows_what_is_kept_and_what_was_credited(explained):
    explained(line(512))
    assert explained(line(512), totalCharged={"amount": 460.80}) == (
        "EUR 512.00 of goods × 10 points × EUR 460.80 kept of EUR 512.00 = 4,608 points; "
        "credited before: 5,120 points",
        fr(
            "512,00~EUR d’articles × 10~points × 460,80~EUR conservés sur 512,00~EUR = "
            "4_608~points_; crédit précédent~: 5_120~points"
        ),
    )


def test_what_came_back_is_named(explained):
    coffee, filter_ = line(72, quantity=2), line(8, name="l2", product="filter")
    explained(coffee, filter_)
    back = [fulfillment("RETURNED", l1=1)]
    assert explained(coffee, filter_, fulfillments=back) == (
        "1 × coffee returned: EUR 44.00 of goods × 10 points = 440 points; "
        "credited before: 800 points",
        fr(
            "1 × coffee (retour)~: 44,00~EUR d’articles × 10~points = 440~points_; "
            "crédit précédent~: 800~points"
        ),
    )

    refunded = {"totalCharged": {"amount": 72.0}, "grantedRefunds": [granted(8, l2=1)]}
    assert explained(coffee, filter_, fulfillments=back, **refunded)[0] == (
        "1 × coffee returned, 1 × filter refunded: EUR 36.00 of goods × 10 points = 360 points; "
        "credited before: 440 points"
    )


def test_shipping_that_was_refunded_is_named(explained, rules):
    rules(rate="10", include_shipping=True)
    explained(line(100), shipping=10)
    refund = {"totalCharged": {"amount": 100.0}, "grantedRefunds": [granted(10, shipping=True)]}
    assert explained(line(100), shipping=10, **refund)[0] == (
        "EUR 10.00 of shipping refunded: EUR 100.00 of goods and shipping × 10 points = "
        "1,000 points; credited before: 1,100 points"
    )


def test_a_return_of_everything_says_what_came_back(explained):
    explained(line(36))
    assert explained(line(36), fulfillments=[fulfillment("RETURNED", l1=1)]) == (
        "Order 1, 1 × coffee returned: 360 points taken back",
        fr("Commande 1, 1 × coffee (retour)~: reprise de 360~points"),
    )


def test_of_many_things_that_came_back_the_first_are_named(explained):
    lines = [line(10, name=f"l{n}", product=f"thing {n}") for n in range(8)]
    explained(*lines)
    back = [fulfillment("RETURNED", **{each["id"]: 1 for each in lines})]
    assert explained(*lines, fulfillments=back)[0] == (
        "Order 1, 1 × thing 0 returned, 1 × thing 1 returned, 1 × thing 2 returned, "
        "1 × thing 3 returned, 1 × thing 4 returned, 3 more: 800 points taken back"
    )


def test_a_charge_after_a_refund_shows_what_was_credited_before(explained):
    explained(line(120))
    explained(line(120), totalCharged={"amount": 60.0})
    assert explained(line(120)) == (
        "EUR 120.00 of goods × 10 points = 1,200 points; credited before: 600 points",
        fr("120,00~EUR d’articles × 10~points = 1_200~points_; crédit précédent~: 600~points"),
    )


def test_a_full_refund_says_what_is_taken_back(explained):
    explained(line(120))
    assert explained(line(120), totalCharged={"amount": 0.0}) == (
        "Order 1 was paid back in full: 1,200 points taken back",
        fr("La commande 1 a été remboursée en totalité~: reprise de 1_200~points"),
    )


def test_a_cancellation_says_what_is_taken_back(explained):
    explained(line(120))
    assert explained(line(120), status="CANCELED") == (
        "Order 1 was cancelled: 1,200 points taken back",
        fr("La commande 1 a été annulée~: reprise de 1_200~points"),
    )


def test_points_that_rounding_takes_show_the_computation(explained):
    explained(line(0.10))
    assert explained(line(0.10), totalCharged={"amount": 0.01}) == (
        "EUR 0.10 of goods × 10 points × EUR 0.01 kept of EUR 0.10, rounded down = 0 points; "
        "credited before: 1 point",
        fr(
            "0,10~EUR d’articles × 10~points × 0,01~EUR conservés sur 0,10~EUR, "
            "arrondi vers le bas = 0~point_; crédit précédent~: 1~point"
        ),
    )


def test_an_order_that_moved_to_another_customer_takes_its_points_along_in_words(explained, anna):
    explained(line(100))
    assert explained(line(100), user=BEN)[0] == "EUR 100.00 of goods × 10 points = 1,000 points"

    assert told(account__member=anna) == (
        "Order 1 now belongs to another customer: 1,000 points went with it",
        fr("La commande 1 appartient désormais à un autre client~: transfert de 1_000~points"),
    )


def test_a_reward_names_what_the_points_became(explained):
    explained(line(512))
    assert told(kind="REWARD") == (
        "5,000 points became the reward “10 % off”",
        fr("Échange de 5_000~points contre la récompense «_10 % off_»"),
    )


def test_a_withdrawn_coupon_says_why_and_what_came_back(explained):
    explained(line(512))
    explained(line(512), totalCharged={"amount": 0.0})

    assert told(kind="REVERSAL", points=5000) == (
        "The unused reward “10 % off” was withdrawn to cover points taken back: "
        "5,000 points returned",
        fr(
            "La récompense «_10 % off_», non utilisée, a été retirée pour couvrir des points "
            "repris~: restitution de 5_000~points"
        ),
    )


def test_a_withdrawn_coupon_that_was_used_says_what_it_costs(explained, paper, settle):
    explained(line(512))
    explained(line(512), totalCharged={"amount": 0.0})
    settle(paper.place(2, line(0), voucherCode=Coupon.objects.get().code, user=BEN))

    assert told(kind="REWARD") == (
        "The withdrawn reward “10 % off” was used all the same: it costs 5,000 points again",
        fr(
            "La récompense «_10 % off_», pourtant retirée, a été utilisée~: "
            "elle coûte de nouveau 5_000~points"
        ),
    )


def test_a_reward_that_staff_withdrew_says_so_when_who_they_are_is_erased(explained, shop):
    explained(line(512))
    withdrawal.withdraw(shop=shop, coupon_id=Coupon.objects.get().pk, reason="A slip", actor="Sam")
    EntryNote.objects.update(reason="", actor="")

    english, _french = told(kind="REVERSAL")

    assert english == "The shop withdrew the reward “10 % off”, 5,000 points returned"


def by_staff(verb, shop, points: int) -> None:
    verb(shop=shop, customer_id=ANNA["id"], points=points, reason="{late} parcel", actor="Sam")


def test_a_gift_shows_its_reason_as_it_was_written(shop, program, anna):
    by_staff(staff_points.give, shop, 1200)
    assert told() == (
        "A gift of 1,200 points: {late} parcel",
        fr("Un cadeau de 1_200~points~: {late} parcel"),
    )


@pytest.mark.parametrize(
    ("points", "english", "french"),
    [
        (1200, "+1,200 points", "+1_200~points"),
        (1, "+1 point", "+1~point"),
        (-1, "−1 point", "−1~point"),
        (-1100, "−1,100 points", "−1_100~points"),
    ],
)
def test_a_correction_shows_its_direction_and_reason(shop, program, anna, points, english, french):
    by_staff(staff_points.give, shop, 2000)
    by_staff(staff_points.adjust, shop, points)
    assert told() == (
        f"Correction by the shop, {english}: {{late}} parcel",
        fr(f"Correction par la boutique, {french}~: {{late}} parcel"),
    )


def test_t25_expiry_names_the_last_day_in_the_programmes_zone_and_the_rule(
    shop, program, rules, anna
):
    rules(expiry_policy="ROLLING", expiry_days=365)
    by_staff(staff_points.give, shop, 1200)
    midnight_in_paris = datetime(2026, 3, 31, 22, tzinfo=UTC)
    Account.objects.update(expires_at=midnight_in_paris)
    expiry.sweep(shop, now=midnight_in_paris + timedelta(days=3))

    assert told(kind="EXPIRY") == (
        "1,200 points expired at the end of March 31, 2026: "
        "points are valid for 365 days after the last paid order",
        fr(
            "Expiration de 1_200~points à la fin du 31 mars 2026~: "
            "les points sont valables 365~jours après la dernière commande payée"
        ),
    )


def test_expiry_of_a_single_lot_names_its_validity(shop, program, rules, anna):
    rules(expiry_policy="PER_LOT", expiry_days=1)
    by_staff(staff_points.give, shop, 1)
    entry = Entry.objects.get()
    entry.lot.expires_at = datetime(2026, 3, 31, 22, tzinfo=UTC)
    entry.lot.save()
    expiry.sweep(shop, now=timezone.now())

    assert told(kind="EXPIRY") == (
        "1 point expired at the end of March 31, 2026: points are valid for 1 day",
        fr("Expiration de 1~point à la fin du 31 mars 2026~: les points sont valables 1~jour"),
    )


@pytest.mark.parametrize(
    ("points", "english", "french"),
    [(1200, "1,200 points", "1_200~points"), (-300, "−300 points", "−300~points")],
)
def test_an_import_is_the_balance_brought_over(program, points, english, french):
    entry = Entry(kind="IMPORT", points=points, version=program.current)

    assert explain(entry, "en") == f"Balance brought over: {english}"
    assert explain(entry, "fr") == fr(f"Solde repris~: {french}")


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("fr", "fr"),
        ("fr-ca", "fr"),
        ("FR_CA", "fr"),
        ("en-gb", "en"),
        ("it", "en"),
        ("frr", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
@pytest.mark.parametrize("active", ["it", "fr", None])
def test_t29_a_language_we_do_not_write_is_english_throughout(program, code, language, active):
    entry = Entry(kind="IMPORT", points=1200, version=program.current)

    with translation.override(active):
        assert explain(entry, code) == explain(entry, language)
        assert explain(entry, code).startswith({"fr": "Solde", "en": "Balance"}[language])


@pytest.mark.parametrize(
    ("language", "counted"),
    [
        ("en", {1: "1 point", 2: "2 points", 5: "5 points", 22: "22 points"}),
        ("fr", {0: "0~point", 1: "1~point", 2: "2~points"}),
        ("de", {0: "0~Punkte", 1: "1~Punkt", 1200: "1.200~Punkte"}),
        ("es", {1: "1~punto", 2: "2~puntos"}),
        ("pl", {1: "1~punkt", 2: "2~punkty", 5: "5~punktów", 12: "12~punktów", 22: "22~punkty"}),
        ("ar", {1: "1 نقطة", 3: "3 نقاط", 11: "11 نقطة", 103: "103 نقاط"}),
    ],
)
def test_t29_points_are_counted_as_each_language_counts(language, counted):
    with translation.override(language):
        assert {number: points(number) for number in counted} == {
            number: fr(text) for number, text in counted.items()
        }


def test_t29_a_fraction_of_points_is_counted_too():
    with translation.override("pl"):
        assert points(Decimal("2.5")) == fr("2,5~punktu")


def test_the_shops_own_words_stand_apart_in_a_language_from_right_to_left(program):
    entry = Entry(kind="GIFT", points=5, version=program.current)
    entry.note = EntryNote(reason="10 % off!")

    assert "\N{FIRST STRONG ISOLATE}10 % off!\N{POP DIRECTIONAL ISOLATE}" in explain(entry, "ar")
    assert explain(entry, "en") == "A gift of 5 points: 10 % off!"


def test_a_reward_without_a_name_is_called_by_its_discount_in_the_readers_language(
    explained, rules
):
    rules(reward_name="")
    explained(line(512))

    assert told(kind="REWARD") == (
        "5,000 points became the reward “10% off”",
        fr("Échange de 5_000~points contre la récompense «_10~% de remise_»"),
    )


def test_points_that_had_ended_and_are_taken_back_say_so(shop, program, rules, paper, settle):
    rules(expiry_policy="PER_LOT", expiry_days=30)
    key = paper.place(1, line(10))
    settle(key)
    expiry.sweep(shop, now=timezone.now() + timedelta(days=40))
    paper.charge(key, 0.0)
    settle(key)

    assert Member.objects.get().balance == 0
    assert told(kind="REVERSAL", points__gt=0) == (
        "100 points had expired and were given back, as what had earned them was taken back",
        fr(
            "100~points avaient expiré et ont été rendus, "
            "car ce qui les avait rapportés a été repris"
        ),
    )
