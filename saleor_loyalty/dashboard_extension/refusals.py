"""What the domain refuses, in the reader's language.

The API answers in English; a page says the usual refusals in its own words and leaves the rare ones
as they are.
"""

from django.utils.translation import gettext as _

from saleor_loyalty.problems import ErrorCode, Problem


def in_words(problem: Problem) -> str:
    """The problem for whoever fills in a form."""
    return (
        _usual().get((problem.field, problem.code))
        or _by_code().get(problem.code)
        or _obstacles().get(problem.message, problem.message)
    )


def _usual() -> dict[tuple[str | None, ErrorCode], str]:
    return {
        # The form has made sure of the numbers that a gift may have.
        ("points", ErrorCode.OUT_OF_RANGE): _(
            "These points would bring too many coupons at once. Give less, or in several gifts."
        ),
        ("points", ErrorCode.INSUFFICIENT_POINTS): _("The member does not have so many points."),
        ("customer_id", ErrorCode.MEMBER_BLOCKED): _(
            "This member is blocked, closed or inactive in the shop and takes no points."
        ),
        ("customer_id", ErrorCode.NOT_FOUND): _("The shop has no such customer."),
        ("gift", ErrorCode.DUPLICATE): _("These points were taken back already."),
        ("message", ErrorCode.DUPLICATE): _("This message waits to be sent."),
        ("message", ErrorCode.INVALID): _("What this message tells of is over."),
        ("why", ErrorCode.REQUIRED): _("It was sent before: say why it is to be sent again."),
        ("reason", ErrorCode.REQUIRED): _("Say why; the customer will read it."),
        ("coupon_id", ErrorCode.INVALID): _(
            "This coupon is used or over; there is nothing to withdraw."
        ),
        ("logo_url", ErrorCode.INVALID): _(
            "Give the whole address of a picture, such as https://shop.example/logo.png."
        ),
        ("discounts_url", ErrorCode.INVALID): _(
            "Give a whole web address, such as https://shop.example/account/discounts. Only "
            "{language} and {kind} are filled in."
        ),
        ("push_url", ErrorCode.INVALID): _(
            "Give a whole address of the web, or of an app whose scheme is in "
            "LOYALTY_APP_SCHEMES. Only {language} and {kind} are filled in."
        ),
        ("reply_to", ErrorCode.INVALID): _("This is no email address."),
        ("limited_to", ErrorCode.NOT_FOUND): _(
            "The shop has some of this no longer. Remove what is marked, or choose another."
        ),
        ("limited_to", ErrorCode.OUT_OF_RANGE): _(
            "Choose 100 at most; for more, make a collection of them."
        ),
        ("expiry_days", ErrorCode.REQUIRED): _("Say after how many days points expire."),
        ("idempotency_key", ErrorCode.DUPLICATE): _(
            "This form was sent before with other points or another reason. Open it again."
        ),
    }


def _by_code() -> dict[ErrorCode, str]:
    return {
        ErrorCode.BUSY: _(
            "Other texts of this shop are being tried just now. Try again in a moment."
        ),
        ErrorCode.PROGRAM_INACTIVE: _("The program is switched off; switch it on to give points."),
    }


def _obstacles() -> dict[str, str]:
    """Why a member gets no message, by what `messages.reach` says."""
    return {
        "The member is blocked.": _("The member is blocked."),
        "The member is closed.": _("The member is closed."),
        "The customer is inactive in the shop.": _("The customer is inactive in the shop."),
        "Push is not configured.": _("Push is not configured."),
        "The member takes no push notices.": _("The member takes no push notices."),
        "The member takes no email.": _("The member takes no email."),
        "The member has no email address.": _("The member has no email address."),
        "The member's address has bounced.": _("Mail to the member’s address comes back."),
        "The member's address has complained.": _("The reader reported our mail as spam."),
    }
