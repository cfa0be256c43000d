"""Whom a change of rules affects, said before it is saved."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from saleor_loyalty.dashboard_extension.coupon_scope import in_words
from saleor_loyalty.dashboard_extension.tags import last_day, number, points
from saleor_loyalty.models import Account, Coupon, SettledOrder, Shop, unused
from saleor_loyalty.program.programs import Draft
from saleor_loyalty.program.validation import Rules
from saleor_loyalty.rules.expiry import ExpiryRule

COUPON = ("discount_type", "coupon_valid_days", "reward_name", "limited_to")
EARNING = ("basis", "include_shipping")
EXPIRY = ("expiry_policy", "expiry_days")


def consequences(shop: Shop, draft: Draft) -> list[str]:
    """In sentences, the gravest first; empty when nothing would change."""
    before, after = draft.before or {}, draft.after
    changed = {name for name in after if before.get(name) != after[name]}
    said = [
        *_of_threshold(shop, before, after, changed),
        *_of_expiry(shop, after, changed),
        *_of_channels(draft, before, after),
        *_of_earning(shop, before, after, changed),
        *_of_scope(draft, changed),
        *_of_coupons(shop, before, after, changed),
    ]
    if changed and not said:
        said.append(_("Nobody’s points or coupons change."))
    return said


def _of_threshold(shop: Shop, before: Rules, after: Rules, changed: set[str]) -> Iterator[str]:
    if "threshold" not in changed:
        return
    holders = Account.objects.filter(shop=shop, balance__gt=0)
    reaching = holders.filter(balance__gte=after["threshold"]).count()
    if reaching:
        yield ngettext(
            "{number} member has {points} already and gets a coupon with the next ones.",
            "{number} members have {points} already and get a coupon with the next ones.",
            reaching,
        ).format(number=number(reaching), points=points(after["threshold"]))
    if after["threshold"] > before["threshold"]:
        count = holders.count()
        yield ngettext(
            "{number} member with points has farther to go: {after} points instead of {before}.",
            "{number} members with points have farther to go: {after} points instead of {before}.",
            count,
        ).format(
            number=number(count),
            after=number(after["threshold"]),
            before=number(before["threshold"]),
        )
    elif not reaching:
        yield _("Nobody has {points} yet.").format(points=points(after["threshold"]))


def _of_expiry(shop: Shop, after: Rules, changed: set[str]) -> Iterator[str]:
    if "time_zone" in changed and after["expiry_days"]:
        yield _("Points last to the end of the day that members were shown, in the new time zone.")
    if not changed.intersection(EXPIRY):
        return
    count = Account.objects.filter(shop=shop, balance__gt=0).count()
    rule = ExpiryRule(after["expiry_policy"], after["expiry_days"], after["time_zone"], None)
    ends = rule.period_from(timezone.now())
    if ends is None:
        yield ngettext(
            "The points of {number} member end no more.",
            "The points of {number} members end no more.",
            count,
        ).format(number=number(count))
    else:
        yield ngettext(
            "The points of {number} member get a new end, none before {day}.",
            "The points of {number} members get a new end, none before {day}.",
            count,
        ).format(number=number(count), day=last_day(ends))


def _of_channels(draft: Draft, before: Rules, after: Rules) -> Iterator[str]:
    were, are = ({terms["channel_id"] for terms in rules["channels"]} for rules in (before, after))
    for name in sorted(map(draft.name_of, were - are)):
        yield _("Orders in {channel} earn nothing any more.").format(channel=name)
    for name in sorted(map(draft.name_of, are - were)):
        yield _("Orders in {channel} earn points from now on.").format(channel=name)


def _of_earning(shop: Shop, before: Rules, after: Rules, changed: set[str]) -> Iterator[str]:
    rates = [
        {terms["channel_id"]: terms["points_per_unit"] for terms in rules["channels"]}
        for rules in (before, after)
    ]
    if changed.intersection(EARNING) or rates[0] != rates[1]:
        count = SettledOrder.objects.filter(shop=shop, revision__gt=0).count()
        yield ngettext(
            "Orders paid from now on earn by the new rules; {number} order that has earned keeps "
            "the old ones, refunds included.",
            "Orders paid from now on earn by the new rules; {number} orders that have earned keep "
            "the old ones, refunds included.",
            count,
        ).format(number=number(count))


def _of_scope(draft: Draft, changed: set[str]) -> Iterator[str]:
    ids = draft.after["limited_to"]
    if "limited_to" not in changed or not (ids or draft.before):
        return
    if ids:
        items = in_words(ids, draft.items)
        yield _("New coupons are good for nothing but: {items}.").format(items=items)
    else:
        yield _("New coupons are good for the whole order.")


def _of_coupons(shop: Shop, before: Rules, after: Rules, changed: set[str]) -> Iterator[str]:
    discounts, least = (
        [
            {terms["channel_id"]: terms[name] for terms in rules["channels"]}
            for rules in (before, after)
        ]
        for name in ("discount_value", "min_spent")
    )
    is_other_discount = "discount_type" in changed or discounts[0] != discounts[1]
    if not (is_other_discount or changed.intersection(COUPON) or least[0] != least[1]):
        return
    if is_other_discount and after["reward_name"] and "reward_name" not in changed:
        name = after["reward_name"]
        yield _("Members still read “{name}” as the coupon’s name.").format(name=name)
    count = Coupon.objects.filter(unused(timezone.now()), shop=shop).count()
    if not count:
        yield _("New coupons follow the new terms.")
        return
    yield ngettext(
        "New coupons follow the new terms; {number} coupon that is out there keeps its own.",
        "New coupons follow the new terms; {number} coupons that are out there keep their own.",
        count,
    ).format(number=number(count))
