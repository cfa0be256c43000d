"""What the fields of a message are called: what its words are, and when they are used.

`words.js` takes a text apart and looks here for the names; what is not here is named by its code.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as pgettext  # as Babel finds it

# By the class of the tag that the words stand in, by the tag, or by the part of the email.
PLACES = {
    "preheader": _("Line after the subject, in the inbox"),
    "h1": _("Heading"),
    "p": _("Text"),
    "li": _("Line of a list"),
    "a": _("Button or link"),
    "coupon-value": _("In the coupon, large"),
    "coupon-end": _("In the coupon, small"),
    "points-value": _("In the box, large"),
    "points-note": _("In the box, small"),
    "footer": _("Small print at the end"),
}
# What the standard texts ask, and what it means where the answer is yes, and where it is no.
CONDITIONS = {
    "balance > 0": (_("has points"), _("has no points yet")),
    "coupon_count > 1": (_("several coupons"), _("one coupon")),
    "discounts_url": (_("with a page of discounts"), _("without a page of discounts")),
    "first_name": (_("first name known"), _("first name unknown")),
    "more_coupons > 0": (_("more coupons than fit"), _("all coupons fit")),
    "on_products": (_("for selected products"), _("for the whole order")),
    "order_keeps_points": (_("an order keeps the points"), _("an order keeps no points")),
    "owed > 0": (_("points are owed"), _("no points are owed")),
    "points_to_next_reward > 0": (_("points to go"), _("no points to go")),
    "reason": (_("with a reason"), _("without a reason")),
    "remaining > 0": (_("other points stay"), _("all points expire")),
    "term.min_order": (_("from an order amount"), _("for orders of any amount")),
    "term.orders_in": (_("differs by currency"), _("same in all currencies")),
    "unsubscribe_url": ("", _("without a link to stop")),  # there is always one
    "valid_until": (_("with an end date"), _("without an end date")),
}
LOOPS = {
    "coupons": _("for each coupon"),
    "earnings": _("for each currency"),
    "terms": _("for each currency"),
}
PLURAL = {
    "zero": pgettext("form of a number", "none"),
    "one": pgettext("form of a number", "one"),
    "two": pgettext("form of a number", "two"),
    "few": pgettext("form of a number", "a few"),
    "many": pgettext("form of a number", "many"),
    "other": pgettext("form of a number", "others"),
}

# As words.js reads them.
NAMES = {
    "places": PLACES,
    "conditions": CONDITIONS,
    "loops": LOOPS,
    "plural": PLURAL,
    "if": _("if {condition}"),
    "unless": _("unless {condition}"),
    "otherwise": _("otherwise"),
}
