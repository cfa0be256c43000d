"""What people write without a break does not make a shopper's page wider than its frame."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import urljoin, urlsplit

import pytest
from django.utils import timezone

from saleor_loyalty.members import enrolment
from saleor_loyalty.messages import unsubscribe
from saleor_loyalty.models import Branding, CouponStatus, Member, RewardTerms
from saleor_loyalty.rewards import withdrawal
from saleor_loyalty.saleor_api.facts import Customer
from tests.account_page.conftest import use
from tests.saleor_over_http import CUSTOMER_ID
from tests.widths import too_wide

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = ("", "?before={old}", "?saved", "{unsubscribe}")


@pytest.fixture
def endless(shop, program, earn, gift, mint) -> dict[str, str]:
    """Names, addresses and reasons of hundreds of letters, wherever people write any."""
    email = f"{'a' * 64}@{'b' * 60}.{'c' * 60}.example.com"
    enrolment.enroll_all(shop=shop, customers=[Customer(CUSTOMER_ID, email, "A" * 256, "en")])
    ada = Member.objects.get()
    use(program, name="P" * 100, reward_name="N" * 120, threshold=5000)
    elsewhere = {"channel_id": "channel-2", "channel_name": "C" * 200, "currency": "EUR"}
    RewardTerms.objects.create(
        version=program.current.reward, discount_value=Decimal("12.5"), **elsewhere
    )
    Branding.objects.create(shop=shop, shop_name="S" * 120)
    for _ in range(5):
        order = earn(ada, "500").order
    type(order).objects.update(number="4" * 64)
    mint(ada, status=CouponStatus.USED, used_at=timezone.now(), used_order_number="4" * 64)
    mint(ada, expires_at=timezone.now() - timedelta(days=3))
    for returns in (False, True):
        withdrawal.withdraw(
            shop=shop,
            coupon_id=mint(ada).pk,
            reason="R" * 500,
            actor="sam@example.com",
            return_points=returns,
        )
    mint(ada)
    use(program, name="P" * 100, reward_name="N" * 120, threshold=1_000_000_000)
    for _ in range(9):
        gift(ada, 1, "W" * 500)
    old = earn(ada, "49999999")  # far to the next coupon
    return {"old": str(old.pk), "unsubscribe": urlsplit(unsubscribe.link(ada)).path}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_page_keeps_its_width_whatever_is_written_on_it(visit, at, endless, language, scheme):
    Member.objects.update(language_code=language)
    page = visit(color_scheme=scheme)
    for path in PAGES:
        page.goto(urljoin(at, path.format(**endless)))
        for summary in page.locator("summary").all():
            summary.click()

        assert too_wide(page) == {}, path
