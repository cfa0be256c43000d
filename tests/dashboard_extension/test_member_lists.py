"""A member's history and coupons, however long: narrowed, counted, read in pages by number."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from saleor_loyalty.models import Coupon, CouponStatus, Entry
from saleor_loyalty.rewards import withdrawal


def said(page) -> list[str]:
    """The reasons in the history, as shown."""
    return re.findall(r"number (\d+)<", page.text)


def codes(page) -> list[str]:
    return re.findall(r"<code>([^<]+)</code>", page.text)


def links(page, text) -> list[str]:
    found = re.findall(rf'href="(\?[^"]*)"[^>]*>\s*{text}', page.text)
    return [each.replace("&amp;", "&") for each in found]


@pytest.fixture
def many(ada, program, gift):
    """Ada with 52 unused coupons: each gift of 5,000 points became one."""
    for number in range(52):
        gift(ada, 5000, reason=f"number {number}")
    ada.coupons.update(status=CouponStatus.ACTIVE)
    return list(ada.coupons.order_by("pk"))


def test_each_of_52_coupons_is_seen_and_can_be_withdrawn(ask, ada, many):
    pages = [ask(f"members/{ada.pk}?coupon_page={number}") for number in (1, 2, 3)]

    assert [code for page in pages for code in codes(page)] == [
        coupon.code for coupon in reversed(many)
    ]
    assert "52 coupons" in pages[0].text
    oldest = many[0]
    form = re.search(rf'action="(/app[^"]*coupons/{oldest.pk}/withdraw[^"]*)"', pages[2].text)[1]
    answer = ask(form.removeprefix("/app/"), post={"reason": "A slip"})
    oldest.refresh_from_db()
    assert oldest.status == CouponStatus.WITHDRAWN
    assert f"/members/{ada.pk}?coupon_page=3" in answer.headers["HX-Location"]


def test_a_withdrawal_that_is_refused_shows_its_dialog_on_the_same_page_of_coupons(ask, ada, many):
    path = f"members/{ada.pk}/coupons/{many[0].pk}/withdraw?coupon_page=3"

    page = ask(path, post={"reason": ""}).text

    assert re.search(rf'id="withdraw-{many[0].pk}"[^>]* data-open', page)


def test_unused_coupons_come_first_and_all_are_counted_by_what_became_of_them(ask, ada, many):
    rest = many
    Coupon.objects.filter(pk=rest[-1].pk).update(status=CouponStatus.USED, used_at=timezone.now())
    over = timezone.now() - timedelta(days=1)
    Coupon.objects.filter(pk=rest[-2].pk).update(expires_at=over)
    withdrawal.withdraw(shop=ada.shop, coupon_id=rest[-3].pk, reason="A slip", actor="sam")

    page = ask(f"members/{ada.pk}")

    assert codes(page)[0] == rest[-4].code
    text = re.sub(r"<[^>]+>|\s+", " ", page.text)
    assert re.search(r"All +52 +Unused +49 +Used +1 +Expired +1 +Withdrawn +1", text)
    assert codes(ask(f"members/{ada.pk}{links(page, 'Used')[0]}")) == [rest[-1].code]
    assert codes(ask(f"members/{ada.pk}{links(page, 'Expired')[0]}")) == [rest[-2].code]
    assert codes(ask(f"members/{ada.pk}{links(page, 'Withdrawn')[0]}")) == [rest[-3].code]
    last = ask(f"members/{ada.pk}?coupon_page=3")
    assert codes(last)[-3:] == [rest[-1].code, rest[-2].code, rest[-3].code]


def test_a_long_history_is_counted_and_read_by_the_number_of_its_page(ask, ada, program, gift):
    for number in range(45):
        gift(ada, 1, reason=f"number {number}")

    first = ask(f"members/{ada.pk}")
    last = ask(f"members/{ada.pk}?page=3")

    assert "45 entries" in first.text
    assert said(first) == [str(number) for number in range(44, 24, -1)]
    assert said(last) == ["4", "3", "2", "1", "0"]
    assert links(first, "3") == ["?page=3"]
    assert said(ask(f"members/{ada.pk}?page=99")) == said(last)
    assert said(ask(f"members/{ada.pk}?page=x")) == said(first)


def test_a_history_is_narrowed_to_a_kind(ask, ada, many):
    page = ask(f"members/{ada.pk}?kind=REWARD")

    assert "52 entries" in page.text
    assert "became the reward" in page.text
    assert said(page) == []
    assert links(page, "3")[0] == "?kind=REWARD&page=3"


def test_a_history_is_narrowed_to_days_of_the_programs_time_zone(
    ask, ada, program, gift, monkeypatch
):
    # Half past midnight in Paris is the day before by UTC.
    for day, number in (("2026-03-01T22:30+00:00", 1), ("2026-03-01T23:30+00:00", 2)):
        moment = timezone.datetime.fromisoformat(day)
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
        gift(ada, 1, reason=f"number {number}")
    monkeypatch.undo()
    assert Entry.objects.count() == 2

    assert said(ask(f"members/{ada.pk}?since=2026-03-02")) == ["2"]
    assert said(ask(f"members/{ada.pk}?until=2026-03-01")) == ["1"]
    assert said(ask(f"members/{ada.pk}?since=2026-03-01&until=2026-03-02")) == ["2", "1"]
    assert said(ask(f"members/{ada.pk}?until=9999-12-31")) == ["2", "1"]
    assert "Nothing of that kind in these days" in ask(f"members/{ada.pk}?since=2026-04-01").text
    assert said(ask(f"members/{ada.pk}?since=nonsense&kind=nonsense")) == ["2", "1"]


def test_what_is_done_on_the_page_leaves_its_lists_where_they_were(ask, ada, many):
    query = "?kind=GIFT&page=2&coupons=unused&coupon_page=2"
    form = {"points": "1", "reason": "Thanks", "key": "k"}

    page = ask(f"members/{ada.pk}{query}").text
    answer = ask(f"members/{ada.pk}/gift{query}", post=form)

    assert page.count(f"/gift{query.replace('&', '&amp;')}") == 1
    assert f"/members/{ada.pk}{query}" in answer.headers["HX-Location"]
