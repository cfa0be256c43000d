"""The email that tells of the coupons of one cause; members.announcements queues it."""

from collections.abc import Sequence
from datetime import datetime

from babel import Locale
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.messages.kinds.kind import (
    Channel,
    Kind,
    MessageContext,
    Samples,
    Values,
    Variable,
)
from saleor_loyalty.messages.outcomes import Postponed, Skipped
from saleor_loyalty.models import (
    Coupon,
    CouponStatus,
    Message,
    MessageKind,
    ProgramVersion,
    RewardVersion,
    unused,
    with_code,
)
from saleor_loyalty.rewards.coupon_terms import terms_now
from saleor_loyalty.rules.days import end_of_day
from saleor_loyalty.rules.languages import Count

LISTED = 10  # coupons that one message names
CODE = "7K2M-QX9T-4HBD-W3NE"
Coupons = Sequence[tuple[str, datetime | None]]  # codes, and when they end


class RewardEmail(Kind[Coupons]):
    name = MessageKind.REWARD_EMAIL
    channel = Channel.EMAIL
    label = _("Reward: email")
    variables = (
        Variable("code", _("The coupon's code; of several, the first ten, with commas.")),
        Variable("valid_until", _("The coupon's last day; empty when it has no end.")),
        Variable(
            "coupons",
            _(
                "The coupons of one order or gift, the first ten of them, a list to loop over: "
                "coupon.code, coupon.valid_until (empty when it has no end)."
            ),
        ),
        Variable("coupon_count", _("How many coupons there are; usually 1. A number.")),
        Variable(
            "more_coupons",
            _("How many coupons there are beyond the first ten; usually 0. A number."),
        ),
    )
    reads = ("coupon__reward__terms",)

    def look_again(self, message: Message) -> None:
        if message.coupon:
            message.told = _usable(message, message.coupon)

    def still_true(self, now: datetime) -> Q:
        same = Coupon.objects.filter(member=OuterRef("member"), announced_as=OuterRef("cause"))
        return Q(coupon=None) | Q(Exists(same.filter(unused(now))))

    def version(self, message: Message) -> ProgramVersion | None:
        return message.told[0].entry.version if message.told else None

    def reward(self, message: Message) -> RewardVersion | None:
        return terms_now(message.told[0]) if message.told else None

    def told(self, message: Message) -> Coupons:
        return [(coupon.code, coupon.expires_at) for coupon in message.told]

    def samples(self, context: MessageContext, language: str) -> Samples[Coupons]:
        now, days, zone = (
            timezone.now(),
            context.reward.valid_days,
            context.version.time_zone,
        )
        issued = end_of_day(now, days=days, time_zone=zone) if days else None
        end = end_of_day(now, days=30, time_zone=zone)
        return Samples(
            shown=[(CODE, issued)],
            full=[(CODE, end)],
            bare=[(CODE, None)],
            more=([(CODE, None)] * 3, [(CODE, end)] * 150),
        )

    def values(self, told: Coupons, context: MessageContext, locale: Locale) -> Values:
        listed = [
            {"code": code, "valid_until": context.day(end, locale)} for code, end in told[:LISTED]
        ]
        return {
            "code": ", ".join(code for code, _end in told[:LISTED]),
            "valid_until": listed[0]["valid_until"] if listed else None,
            "coupons": listed,
            "coupon_count": Count(len(told), locale),
            "more_coupons": Count(len(told) - len(listed), locale),
        }


def _usable(message: Message, known: Coupon) -> list[Coupon]:
    """The coupons to tell of that can be used, the first issued first."""
    same = Coupon.objects.filter(member=message.member, announced_as=message.cause)
    coupons = list(with_code(same.select_related("entry__version")).order_by("pk"))
    if not coupons:
        raise Skipped("The coupon was issued anew.")
    if any(coupon.status == CouponStatus.PENDING for coupon in coupons):
        raise Postponed("The coupon does not exist in Saleor yet.")
    usable = [coupon for coupon in coupons if coupon.is_usable_at(timezone.now())]
    if not usable:
        _say_why_not(coupons[0])
    for coupon in usable:
        if coupon.reward_id == known.reward_id:
            coupon.reward = known.reward  # with its terms; it never changes
    return usable


def _say_why_not(coupon: Coupon) -> None:
    match coupon.status_at(timezone.now()):
        case CouponStatus.EXPIRED:
            raise Skipped("The coupon has expired.")
        case CouponStatus.USED | CouponStatus.WITHDRAWN as status:
            raise Skipped(f"The coupon is {status.lower()}.")
    raise Postponed("Saleor does not take the coupon's code just now.")


KIND = RewardEmail()
