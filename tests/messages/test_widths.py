"""What people write without a break does not make an email wider than its frame."""

from decimal import Decimal

import pytest
from django.utils import timezone

from saleor_loyalty.messages.content import Writer
from saleor_loyalty.messages.kinds import EMAILS
from saleor_loyalty.models import Branding, EntryNote, Message, MessageKind
from saleor_loyalty.rules.languages import LANGUAGES
from tests.widths import too_wide

pytestmark = pytest.mark.django_db


@pytest.fixture
def endless(settings, shop, in_force, make_version, make_member, make_message):
    """A message of a kind with names, reasons and addresses of hundreds of letters."""
    settings.LOYALTY_DISCOUNTS_URL = f"https://nordlys.example/{'d' * 600}"
    Branding.objects.create(shop=shop, shop_name="S" * 120)
    names = {str(number): f"{number}{'L' * 250}" for number in range(6)}
    elsewhere = {"channel_id": "c2", "channel_name": "C" * 200, "discount_value": Decimal("12.5")}
    version = make_version(
        [{"channel_name": "B" * 200}, elsewhere],
        name="P" * 100,
        reward_name="N" * 120,
        limited_to=list(names),
        limited_names=names,
        expiry_policy="PER_LOT",
        expiry_days=365,
    )
    in_force(version)

    def endless(kind: str, language: str) -> Message:
        member = make_member(first_name="A" * 256, language_code=language, balance=2_000_000_000)
        message = make_message(kind, member=member, coupon={"version": version})
        message.points, message.deadline = 1_999_999_999, timezone.now()
        if message.entry and kind == MessageKind.GIFT_EMAIL:
            note = EntryNote(entry=message.entry, reason="R" * 500, actor="Olga")
            message.entry.note = note
        return message

    return endless


@pytest.mark.parametrize("kind", sorted(EMAILS))
def test_an_email_keeps_its_width_whatever_is_written_in_it(browser, endless, kind):
    unsubscribe_url = f"https://loyalty.example.com/unsubscribe/{'u' * 600}"
    page = browser.new_page()
    for language in LANGUAGES:
        message = endless(kind, language)
        page.set_content(Writer().email(message, unsubscribe_url=unsubscribe_url).html)

        assert too_wide(page) == {}, language
    page.close()
