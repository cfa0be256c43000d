"""Whose orders are looked for, to which moment, and what is noted of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from saleor_loyalty.members import followed
from saleor_loyalty.models import Change, FollowedCustomer
from saleor_loyalty.orders import customers, inbox
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.facts import Customer
from tests.orders.conftest import member_of
from tests.paper_saleor import ANNA, BEN, line
from tests.shops import new_program, new_shop


def walked(paper, shop, *people: dict) -> list[str]:
    """Whose orders are asked for when these are followed."""
    asked: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Saleor, "order_ids_of", lambda _saleor, ids: asked.extend(ids) or [])
        inbox.mark(shop=shop, customer_ids=[person["id"] for person in people])
        customers.follow_due(shop, Saleor(paper))
    return asked


def test_of_several_customers_only_those_with_news_have_their_orders_looked_for(paper, shop):
    assert walked(paper, shop, ANNA, BEN) == [ANNA["id"], BEN["id"]]
    FollowedCustomer.objects.update(followed_at=F("since") + customers.MATCHED_WITHIN)
    paper.know({**BEN, "email": "new@example.com"})

    assert walked(paper, shop, ANNA, BEN) == [BEN["id"]]
    assert noted(BEN).since == noted(BEN).followed_at
    assert noted(ANNA).followed_at == noted(ANNA).since + customers.MATCHED_WITHIN  # as it was


def test_orders_are_looked_for_until_ten_minutes_after_the_news_to_the_very_moment(
    paper, shop, now
):
    assert walked(paper, shop, ANNA) == [ANNA["id"]]
    known = FollowedCustomer.objects.all()
    known.update(followed_at=now + customers.MATCHED_WITHIN - timedelta(microseconds=1))
    assert walked(paper, shop, ANNA) == [ANNA["id"]]

    known.update(followed_at=now + customers.MATCHED_WITHIN)
    assert walked(paper, shop, ANNA) == []


def test_customers_of_another_shop_with_the_same_ids_are_others(paper, settle, shop, hear):
    """What was followed and settled there says nothing of here."""
    key = paper.place(1, line(100))
    settle(key)
    hear(ANNA)
    FollowedCustomer.objects.update(followed_at=F("since") + customers.MATCHED_WITHIN)
    other = new_shop("https://other.example.com/graphql/")
    new_program(other)

    inbox.mark(shop=other, customer_ids=[ANNA["id"]])
    customers.follow_due(other, Saleor(paper))

    assert inbox.lease(shop=other, limit=10).marks.keys() == {key}
    followed.note_inactive(shop, [inactive := customer_of({**ANNA, "isActive": False})])
    followed.note_inactive(other, [inactive])
    assert FollowedCustomer.objects.filter(is_active=False).count() == 2


def test_an_order_that_is_settled_as_somebody_elses_is_marked(paper, settle, shop):
    """It became hers. Her own that has its points is not, nor is one of which nothing is said."""
    paper.know(BEN)
    bens, hers, new = (
        paper.place(n, line(10), user=u) for n, u in ((1, BEN), (2, ANNA), (3, ANNA))
    )
    settle(bens, hers)
    paper.orders[bens]["user"] = ANNA
    inbox.mark(shop=shop, customer_ids=[ANNA["id"]])
    customers.follow_due(shop, Saleor(paper))

    assert inbox.lease(shop=shop, limit=10).marks.keys() == {bens, new}


# ---------------------------------------------------------------- what is noted


def customer_of(person: dict) -> Customer:
    return Customer.from_json(person)


def noted(person: dict) -> FollowedCustomer:
    return FollowedCustomer.objects.get(customer_id=person["id"])


def test_what_is_noted_is_as_of_the_moment_before_the_orders_were_asked_for(
    paper, shop, now, monkeypatch
):
    later = now + timedelta(minutes=3)
    paper.after["orders_of_customers"] = lambda: monkeypatch.setattr(
        "django.utils.timezone.now", lambda: later
    )
    inbox.mark(shop=shop, customer_ids=[ANNA["id"]])
    customers.follow_due(shop, Saleor(paper))

    assert (noted(ANNA).since, noted(ANNA).followed_at) == (now, now)


def test_a_fingerprint_is_dated_from_when_it_was_first_seen(shop, program, now):
    later, anew = now + timedelta(days=1), {**ANNA, "email": "new@example.com", "isActive": False}
    followed.note(shop, [customer_of(ANNA), customer_of(BEN)], now=now)

    followed.note(shop, [customer_of(ANNA), customer_of({**anew, "id": BEN["id"]})], now=later)

    assert (noted(ANNA).since, noted(ANNA).followed_at, noted(ANNA).is_active) == (now, later, True)
    assert (noted(BEN).since, noted(BEN).followed_at, noted(BEN).is_active) == (later, later, False)
    assert noted(BEN).fingerprint == customer_of({**anew, "id": BEN["id"]}).fingerprint


def test_only_the_inactive_are_noted_as_such_and_once(shop, anna, now, django_assert_num_queries):
    inactive = customer_of({**ANNA, "isActive": False})

    followed.note_inactive(shop, [inactive, customer_of(BEN)])
    assert [each.customer_id for each in FollowedCustomer.objects.all()] == [ANNA["id"]]
    assert not member_of(ANNA).customer_is_active

    FollowedCustomer.objects.update(followed_at=now - timedelta(days=1))
    with django_assert_num_queries(3):  # one, and the savepoint of a transaction without any
        followed.note_inactive(shop, [inactive])
    assert noted(ANNA).followed_at == now - timedelta(days=1)
    with django_assert_num_queries(0):
        followed.note_inactive(shop, [customer_of(BEN)])


def test_who_is_inactive_is_noted_with_their_member_or_not_at_all(shop, anna, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no disk")

    monkeypatch.setattr(followed, "note", fail)
    with pytest.raises(RuntimeError, match="no disk"):
        followed.note_inactive(shop, [customer_of({**ANNA, "isActive": False})])

    assert member_of(ANNA).customer_is_active


def test_one_who_is_inactive_beside_another_who_was_known_as_such_is_noted(shop, anna):
    followed.note_inactive(shop, [customer_of({**BEN, "isActive": False})])

    followed.note_inactive(shop, [customer_of({**each, "isActive": False}) for each in (ANNA, BEN)])

    assert FollowedCustomer.objects.filter(is_active=False).count() == 2
    assert not member_of(ANNA).customer_is_active


def test_who_was_active_when_last_followed_is_noted_as_inactive(shop, anna, now):
    followed.note(shop, [customer_of(ANNA)], now=now)

    followed.note_inactive(shop, [customer_of({**ANNA, "isActive": False})])

    assert not noted(ANNA).is_active


def test_the_database_keeps_a_customer_and_a_change_of_one_once(shop, program, now):
    followed.note(shop, [customer_of(ANNA)], now=now)
    inbox.mark(shop=shop, customer_ids=[ANNA["id"]])

    for row in (noted(ANNA), Change.objects.get()):
        row.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)
