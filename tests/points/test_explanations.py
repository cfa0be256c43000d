"""Every entry says why, in words."""

import pytest

from saleor_loyalty.explanations import explain
from saleor_loyalty.models import Entry
from tests.points.conftest import new_version
from tests.points.paper_saleor import line


@pytest.fixture
def explained(paper, settle):
    """Settles order 1 as it stands; the explanation of the newest entry of that order."""

    def explained(*lines, **changes) -> str:
        settle(paper.place(1, *lines, **changes))
        return explain(
            Entry.objects.select_related("version").filter(order__isnull=False).latest("pk")
        )

    return explained


def test_a_credit_shows_its_computation(explained):
    assert explained(line(120)) == "EUR 120.00 of goods x 10 points = 1,200 points"


def test_t18_rounding_is_said(explained):
    assert explained(line(12.34)) == ("EUR 12.34 of goods x 10 points, rounded down = 123 points")


def test_a_partial_refund_shows_what_is_kept_and_what_was_credited(explained):
    explained(line(512))
    assert explained(line(512), totalCharged={"amount": 460.80}) == (
        "EUR 512.00 of goods x 10 points x EUR 460.80 kept of EUR 512.00 = 4,608 points; "
        "5,120 were credited before"
    )


def test_a_full_reversal_says_what_is_taken_back(explained):
    explained(line(120))
    assert explained(line(120), status="CANCELED") == (
        "The order earns nothing any more: 1,200 points taken back"
    )


def test_t20_the_basis_is_said(explained, program):
    program.current = new_version(program, basis="NET", include_shipping=True)
    program.save()
    assert explained(line(123, 100)) == (
        "EUR 100.00 of goods and shipping before tax x 10 points = 1,000 points"
    )


def test_a_reward_names_what_the_points_became(explained):
    explained(line(512))
    reward = Entry.objects.select_related("version").get(kind="REWARD")
    assert explain(reward) == "5,000 points became the reward “10 % off”"


def test_a_gift_shows_its_reason(program, anna):
    gift = Entry(kind="GIFT", points=200, reason="For your patience", version=program.current)
    assert explain(gift) == "+200 points: For your patience"
