"""A member's coupons."""

from datetime import timedelta

import pytest
from django.utils import timezone
from graphql_relay import to_global_id

from saleor_loyalty.models import Coupon
from saleor_loyalty.program import programs
from saleor_loyalty.program.ruleset import Changes

COUPONS = """query ($status: [LoyaltyCouponStatus!], $first: Int, $after: String) {
  loyalty {
    coupons(status: $status, first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      edges {
        node {
          id code status rewardName discountType issuedAt expiresAt usedAt usedOrderNumber
          terms { channel currency discountValue minSpent }
          limitedTo { products collections categories }
        }
      }
    }
  }
}"""


def coupons_of(ask, viewer, **arguments):
    answer = ask(viewer, COUPONS, **arguments)
    assert "errors" not in answer, answer
    return [edge["node"] for edge in answer["data"]["loyalty"]["coupons"]["edges"]]


def statuses(ask, viewer, *wanted):
    return [coupon["status"] for coupon in coupons_of(ask, viewer, status=list(wanted))]


@pytest.fixture
def coupon(ada, gift):
    """Ada's only coupon, minted."""
    gift(ada, 5000)
    Coupon.objects.update(status="ACTIVE")
    return Coupon.objects.get()


def test_a_coupon_shows_its_code_and_conditions(ask, customer, coupon):
    assert coupons_of(ask, customer) == [
        {
            "id": to_global_id("LoyaltyCoupon", coupon.pk),
            "code": coupon.code,
            "status": "ACTIVE",
            "rewardName": "10 % off",
            "discountType": "PERCENTAGE",
            "issuedAt": coupon.issued_at.isoformat(),
            "expiresAt": coupon.expires_at.isoformat(),
            "usedAt": None,
            "usedOrderNumber": None,
            "terms": [
                {"channel": "eu", "currency": "EUR", "discountValue": 10.0, "minSpent": 100.0},
                {"channel": "us", "currency": "USD", "discountValue": 10.0, "minSpent": None},
            ],
            "limitedTo": {"products": [], "collections": [], "categories": []},
        }
    ]


def test_a_coupon_says_what_it_is_limited_to_whatever_the_rules_say_since(
    ask, customer, shop, program, ada, gift
):
    limits = Changes(limited_to=["UHJvZHVjdDox", "Q2F0ZWdvcnk6MQ=="])
    programs.update(shop=shop, changes=limits, actor="Olga")
    gift(ada, 5000)
    programs.update(shop=shop, changes=Changes(limited_to=[]), actor="Olga")

    [shown] = coupons_of(ask, customer)

    assert shown["limitedTo"] == {
        "products": ["UHJvZHVjdDox"],
        "collections": [],
        "categories": ["Q2F0ZWdvcnk6MQ=="],
    }


def test_a_coupon_has_no_code_until_the_shop_takes_it(ask, customer, ada, gift):
    gift(ada, 5000)

    [shown] = coupons_of(ask, customer)

    assert (shown["status"], shown["code"]) == ("PENDING", None)


def test_a_used_coupon_names_its_order(ask, customer, coupon):
    coupon.status, coupon.used_at, coupon.used_order_number = "USED", timezone.now(), "42"
    coupon.save()

    [shown] = coupons_of(ask, customer)

    assert (shown["status"], shown["usedOrderNumber"]) == ("USED", "42")
    assert shown["usedAt"] == coupon.used_at.isoformat()


def test_a_coupon_keeps_the_rules_it_was_issued_by(ask, customer, owner, coupon):
    changed = ask(
        owner,
        """mutation { loyaltyProgramUpdate(input: {
             rewardName: "20 % off"
             channels: [{channel: "eu", pointsPerUnit: 1, discountValue: 20}]
           }) { errors { message } } }""",
    )
    assert changed["data"]["loyaltyProgramUpdate"]["errors"] == []

    [shown] = coupons_of(ask, customer)

    assert shown["rewardName"] == "10 % off"
    assert [terms["discountValue"] for terms in shown["terms"]] == [10.0, 10.0]


def test_a_coupon_without_a_name_is_called_by_its_discount(ask, customer, owner, ada, gift):
    ask(owner, 'mutation { loyaltyProgramUpdate(input: {rewardName: ""}) { errors { message } } }')
    gift(ada, 5000)

    names = 'rewardName french: rewardName(languageCode: "FR")'
    answer = ask(customer, f"{{ loyalty {{ coupons {{ edges {{ node {{ {names} }} }} }} }} }}")

    [edge] = answer["data"]["loyalty"]["coupons"]["edges"]
    assert edge["node"] == {
        "rewardName": "10% off",
        "french": "10\N{NO-BREAK SPACE}% de remise",
    }


def test_a_coupon_whose_time_has_run_out_is_expired(ask, customer, coupon):
    coupon.expires_at = timezone.now() - timedelta(seconds=1)
    coupon.save()

    assert statuses(ask, customer, "EXPIRED") == ["EXPIRED"]
    assert statuses(ask, customer, "ACTIVE") == []


@pytest.mark.parametrize("status", ["USED", "WITHDRAWN"])
def test_time_changes_nothing_for_a_coupon_that_is_gone(ask, customer, coupon, status):
    coupon.status, coupon.expires_at = status, timezone.now() - timedelta(days=1)
    coupon.save()

    assert [shown["status"] for shown in coupons_of(ask, customer)] == [status]


def test_a_coupon_without_an_end_stays_active(ask, customer, coupon):
    coupon.expires_at = None
    coupon.save()

    [shown] = coupons_of(ask, customer)

    assert (shown["status"], shown["expiresAt"]) == ("ACTIVE", None)


def test_coupons_are_chosen_by_status(ask, customer, coupon, ada, gift):
    gift(ada, 5000)

    assert statuses(ask, customer, "PENDING") == ["PENDING"]
    assert statuses(ask, customer, "PENDING", "ACTIVE") == ["PENDING", "ACTIVE"]
    assert statuses(ask, customer) == []


def test_coupons_come_in_pages_newest_first(ask, customer, ada, gift):
    gift(ada, 15_000)
    newest_first = [
        to_global_id("LoyaltyCoupon", pk)
        for pk in Coupon.objects.order_by("-pk").values_list("pk", flat=True)
    ]

    first = ask(customer, COUPONS, first=2)["data"]["loyalty"]["coupons"]
    second = coupons_of(ask, customer, first=2, after=first["pageInfo"]["endCursor"])

    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    seen = [edge["node"]["id"] for edge in first["edges"]] + [shown["id"] for shown in second]
    assert seen == newest_first


def test_coupons_cost_the_same_however_many(ask, customer, ada, gift, django_assert_num_queries):
    gift(ada, 5000)
    with django_assert_num_queries(5):  # member, coupons, their terms, the channels, the total
        coupons_of(ask, customer)

    gift(ada, 50_000)
    with django_assert_num_queries(5):
        assert len(coupons_of(ask, customer, first=100)) == 11
