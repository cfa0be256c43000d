"""The link in every email by which its reader stops all of them, without signing in."""

import uuid

from saleor_loyalty.conf import conf
from saleor_loyalty.models import Member


def link(member: Member) -> str:
    """The member's own link; empty where nobody knows our address, or nobody is behind it.

    Whoever has it may use it for good: emails are kept for years. It opens nothing else. Its token
    says nothing and is a column of the member's, so it outlives another address of the shop, a move
    to another installation, and its keys.
    """
    if member._state.adding or not conf.public_url:
        return ""
    return f"{conf.public_url}/unsubscribe/{member.unsubscribe_token}"


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
        known = uuid.UUID(token)
    except ValueError:
        return None
    if str(known) != token:  # Python takes it in other forms too
        return None
    return Member.objects.select_related("shop").filter(unsubscribe_token=known).first()
