"""What random histories are made of."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from saleor_loyalty.program.ruleset import Changes, Terms
from tests.model.facts import NEVER, PER_LOT, ROLLING, Line, Rules

amounts = st.one_of(
    st.sampled_from([51_200, 10_000, 50_000, 5120, 1000, 5, 1]), st.integers(1, 60_000)
)
deliveries = st.sampled_from(["at once", "at once", "at once", "twice", "later", "later", "lost"])
which = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4])  # how far back from the latest


@st.composite
def line_lists(draw: st.DrawFn) -> list[Line]:
    """One or two lines, mostly goods; the net price is the gross one less a fifth."""
    kinds = st.sampled_from(["goods"] * 5 + ["gift card"])
    pieces = st.sampled_from([1, 1, 2, 3])
    lines = draw(st.lists(st.tuples(amounts, pieces, kinds), min_size=1, max_size=2))
    return [
        Line(f"line-{n}", gross, gross - gross // 5, count, is_gift_card=kind == "gift card")
        for n, (gross, count, kind) in enumerate(lines)
    ]


@st.composite
def rule_sets(draw: st.DrawFn) -> Rules:
    rate = st.sampled_from(["10", "10", "1", "0.1", "0.3333", "0"]).map(Fraction)
    channels = draw(st.sampled_from([("main",), ("main", "us"), ("us",)]))
    policy = draw(st.sampled_from([NEVER, ROLLING, PER_LOT]))
    return Rules(
        threshold=draw(st.sampled_from([5000, 5000, 1000, 700])),
        rates={channel: draw(rate) for channel in channels},
        net=draw(st.booleans()),
        shipping=draw(st.booleans()),
        coupon_days=draw(st.sampled_from([None, 60, 1])),
        policy=policy,
        days=None if policy == NEVER else draw(st.sampled_from([1, 30, 365])),
        zone=draw(st.sampled_from(["Europe/Paris", "Asia/Kathmandu", "America/New_York"])),
    )


def as_input(rules: Rules) -> Changes:
    """The rules as the owner sends them."""
    return Changes(
        threshold=rules.threshold,
        channels=[
            Terms(channel, Decimal(rate.numerator) / rate.denominator, Decimal(10))
            for channel, rate in rules.rates.items()
        ],
        basis="NET" if rules.net else "GROSS",
        include_shipping=rules.shipping,
        coupon_valid_days=rules.coupon_days,
        expiry_policy=rules.policy,
        expiry_days=rules.days,
        time_zone=rules.zone,
    )
