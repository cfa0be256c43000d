"""Which language a sentence of the answer is in."""

import graphene
from django.utils.translation import get_language
from graphene import ResolveInfo

from saleor_loyalty.models import Member
from saleor_loyalty.rules.languages import language_of


def language_argument() -> graphene.String:
    """The argument of a field that answers in words."""
    return graphene.String(
        description=(
            "English, French, German, Spanish, Polish or Arabic, as EN or fr-ca. Without it: the "
            "member's language for themselves, that of the request for staff."
        )
    )


def language_for(info: ResolveInfo, asked: str | None, member: Member | None = None) -> str:
    """One that shoppers are spoken to in: that asked for, else of the request or the member.

    Of the member for themselves, of the request for others.
    """
    if not asked and member and info.context.loyalty_viewer.customer_id == member.customer_id:
        return language_of(member.language_code)
    return language_of(asked or get_language())
