"""What people write without a break does not make a page wider than its frame."""

import pytest
from django.utils import timezone

from saleor_loyalty.members import enrolment
from saleor_loyalty.models import (
    Branding,
    CouponStatus,
    EntryNote,
    Member,
    Message,
    MessageFault,
    MessageKind,
    MessageStatus,
)
from saleor_loyalty.saleor_api.facts import Customer
from tests.dashboard_extension.conftest import ADA
from tests.dashboard_extension.frame import inside
from tests.shops import new_reward

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = (320, 390, 1280)
PAGES = (
    "overview",
    "members",
    "members/{member}",
    "members/{member}?undo={gift}",
    "coupons",
    "messages/failed",
    "program",
    "program/changes",
    "branding",
    "widgets/customer",
)
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
# Parts of a page that scroll by themselves would hide it from the page's own width.
PARTS_FIT = "[...document.querySelectorAll('.scroll')].every(e => e.scrollWidth <= e.clientWidth)"


@pytest.fixture
def endless(shop, program, gift) -> dict[str, int]:
    """Names, addresses and reasons of hundreds of letters, wherever people write any."""
    person = {
        **ADA,
        "firstName": "A" * 256,
        "email": f"{'a' * 64}@{'b' * 60}.{'c' * 60}.example.com",
    }
    enrolment.enroll_all(shop=shop, customers=[Customer.from_json(person)])
    version, channel = program.current, program.current.channels.get()
    version.pk, version.number = None, 2
    version.name, version.created_by = "P" * 100, f"{'o' * 200}@example.com"
    version.reward = new_reward(
        shop, [{"channel_id": channel.channel_id, "currency": "EUR"}], reward_name="N" * 80
    )
    version.save()
    channel.pk, channel.version, channel.name = None, version, "C" * 200
    channel.save()
    program.current = version
    program.save()
    member = Member.objects.get()
    given = gift(member, 5200, reason="R" * 500)
    EntryNote.objects.update(internal_note="I" * 500)
    enrolment.set_status(
        shop=shop, customer_id=ADA["id"], status="BLOCKED", actor="a" * 255, reason="B" * 500
    )
    member.coupons.update(status=CouponStatus.ACTIVE)
    Branding.objects.create(
        shop=shop, logo_url=f"https://example.com/{'l' * 480}", shop_name="S" * 80
    )
    Message.objects.create(
        shop=shop,
        member=member,
        kind=MessageKind.GIFT_EMAIL,
        cause="test",
        status=MessageStatus.FAILED,
        fault=MessageFault.REFUSED,
        error="E" * 500,
        created_at=timezone.now(),
    )
    return {"member": member.pk, "gift": given.pk}


@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_keeps_its_width_whatever_is_written_on_it(open_page, endless, width):
    for path in PAGES:
        place = path.format(**endless)
        if path.startswith("widgets"):
            page = open_page(f"customers/{ADA['id']}", width=width)
            frame = inside(page, "Points")
        else:
            page = open_page(f"app/{place}", width=width)
            frame = inside(page)
        frame.locator("#page h1").first.wait_for(state="attached")

        assert page.frames[1].evaluate(FITS), f"{path} is wider than its frame"
        assert page.frames[1].evaluate(PARTS_FIT), f"a part of {path} is wider than its place"
        page.context.close()
