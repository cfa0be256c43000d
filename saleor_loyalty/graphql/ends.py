"""The rule by which points end, read once in a request however many fields ask for it."""

from graphene import ResolveInfo

from saleor_loyalty import expiry
from saleor_loyalty.rules.expiry import ExpiryRule


def expiry_rule(info: ResolveInfo) -> ExpiryRule | None:
    """The rule in force in the viewer's shop; None while no points end."""
    context = info.context
    if not hasattr(context, "loyalty_expiry_rule"):
        context.loyalty_expiry_rule = expiry.rule_in_force(context.loyalty_viewer.shop)
    rule: ExpiryRule | None = context.loyalty_expiry_rule
    return rule
