"""Whom a change of rules affects, said before it is saved."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from saleor_loyalty.dashboard_extension.coupon_scope import in_words
from saleor_loyalty.dashboard_extension.tags import last_day, number, points
from saleor_loyalty.models import Account, Coupon, SettledOrder, Shop, unused
from saleor_loyalty.program.programs import Draft
from saleor_loyalty.program.ruleset import Rules
from saleor_loyalty.rules.expiry import ExpiryRule


def consequences(shop: Shop, draft: Draft) -> list[str]:
    """In sentences, the gravest first; empty when nothing changes of rules that are in force.

    None is of nobody: what would change for members, of whom there are none, is left out.
    """
    before, after = draft.before, draft.after
    if before is None or before == after:
        return []
    said = [
        *_of_threshold(shop, before, after),
        *_of_expiry(shop, before, after),
        *_of_channels(draft, before, after),
        *_of_earning(shop, before, after),
        *_of_scope(draft, before, after),
        *_of_coupons(shop, before, after),
    ]
    return said or [_("Nobody’s points or coupons change.")]


def _of_threshold(shop: Shop, before: Rules, after: Rules) -> Iterator[str]:
    if after.threshold == before.threshold:
        return
    holders = Account.objects.filter(shop=shop, balance__gt=0)
    reaching = holders.filter(balance__gte=after.threshold).count()
    if reaching:
        yield ngettext(
            "{number} member has {points} already and gets a coupon with the next ones.",
            "{number} members have {points} already and get a coupon with the next ones.",
            reaching,
        ).format(number=number(reaching), points=points(after.threshold))
    if after.threshold > before.threshold:
        if not (count := holders.count()):
            return
        yield ngettext(
            "{number} member with points has farther to go: {after} points instead of {before}.",
            "{number} members with points have farther to go: {after} points instead of {before}.",
            count,
        ).format(
            number=number(count), after=number(after.threshold), before=number(before.threshold)
        )
    elif not reaching:
        yield _("Nobody has {points} yet.").format(points=points(after.threshold))


def _of_expiry(shop: Shop, before: Rules, after: Rules) -> Iterator[str]:
    if after.time_zone != before.time_zone and after.expiry_days:
        yield _("Points last to the end of the day that members were shown, in the new time zone.")
    expiry = (after.expiry_policy, after.expiry_days)
    if expiry == (before.expiry_policy, before.expiry_days):
        return
    if not (count := Account.objects.filter(shop=shop, balance__gt=0).count()):
        return
    ends = ExpiryRule(*expiry, after.time_zone, None).period_from(timezone.now())
    if ends is None:
        yield ngettext(
            "The points of {number} member no longer expire.",
            "The points of {number} members no longer expire.",
            count,
        ).format(number=number(count))
    else:
        yield ngettext(
            "The points of {number} member expire on another day, none before {day}.",
            "The points of {number} members expire on another day, none before {day}.",
            count,
        ).format(number=number(count), day=last_day(ends))


def _of_channels(draft: Draft, before: Rules, after: Rules) -> Iterator[str]:
    were, are = set(before.by_channel), set(after.by_channel)
    for name in sorted(map(draft.name_of, were - are)):
        yield _("Orders in {channel} earn nothing any more.").format(channel=name)
    for name in sorted(map(draft.name_of, are - were)):
        yield _("Orders in {channel} earn points from now on.").format(channel=name)


def _of_earning(shop: Shop, before: Rules, after: Rules) -> Iterator[str]:
    if _earning(before) == _earning(after):
        return
    count = SettledOrder.objects.filter(shop=shop, revision__gt=0).count()
    if not count:
        yield _("Orders paid from now on earn by the new rules.")
        return
    yield ngettext(
        "Orders paid from now on earn by the new rules; {number} order that has earned keeps "
        "the old ones, refunds included.",
        "Orders paid from now on earn by the new rules; {number} orders that have earned keep "
        "the old ones, refunds included.",
        count,
    ).format(number=number(count))


def _earning(rules: Rules) -> object:
    rates = [(terms.channel_id, terms.points_per_unit) for terms in rules.channels]
    return rules.basis, rules.include_shipping, rates


def _of_scope(draft: Draft, before: Rules, after: Rules) -> Iterator[str]:
    if after.limited_to == before.limited_to:
        return
    if after.limited_to:
        items = in_words(after.limited_to, draft.items)
        yield _("New coupons are good for nothing but: {items}.").format(items=items)
    else:
        yield _("New coupons are good for the whole order.")


def _of_coupons(shop: Shop, before: Rules, after: Rules) -> Iterator[str]:
    is_other_discount = _discount(before) != _discount(after)
    if not is_other_discount and _coupon(before) == _coupon(after):
        return
    if is_other_discount and after.reward_name and after.reward_name == before.reward_name:
        name = after.reward_name
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


def _discount(rules: Rules) -> object:
    return rules.discount_type, [(each.channel_id, each.discount_value) for each in rules.channels]


def _coupon(rules: Rules) -> object:
    """What else a coupon is by the rules."""
    least = [(terms.channel_id, terms.min_spent) for terms in rules.channels]
    return rules.coupon_valid_days, rules.reward_name, rules.limited_to, least
