"""The link in every email by which its reader stops all of them, without signing in."""

from django.core.signing import BadSignature, Signer

from saleor_loyalty.conf import conf
from saleor_loyalty.models import Member

# Whoever has the link may use it for good: emails are kept for years. It opens nothing else. It
# names the shop and the customer as Saleor does, not our row, so it also outlives a move to another
# database; the SECRET_KEY and the public address have to move along.
_SIGNER = Signer(sep=".", salt="saleor_loyalty.unsubscribe")


def link(member: Member) -> str:
    """The member's own link; empty where nobody knows our address, or nobody is behind it."""
    if member._state.adding or not conf.public_url:
        return ""
    token = _SIGNER.sign_object([member.shop.api_url, member.customer_id])
    return f"{conf.public_url}/unsubscribe/{token}"


def headers(link: str) -> dict[str, str]:
    """What mail programs show their own button by: RFC 2369, and RFC 8058 for one click.

    One click is promised over HTTPS only, as RFC 8058 asks.
    """
    if not link:
        return {}
    listed = {"List-Unsubscribe": f"<{link}>"}
    if link.startswith("https://"):
        listed["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return listed


def member_of(token: str) -> Member | None:
    """Whose link it is; None for a token that we did not make, or whose member is gone."""
    try:
        api_url, customer_id = _SIGNER.unsign_object(token)
    except BadSignature:
        return None
    members = Member.objects.select_related("shop")
    return members.filter(shop__api_url=api_url, customer_id=customer_id).first()
