"""What members choose for themselves: which messages they take, and in which language."""

from datetime import datetime

from django.utils import timezone

from saleor_loyalty.models import Member
from saleor_loyalty.rules.languages import checked_code


def change(
    *,
    member: Member,
    email_enabled: bool | None = None,
    push_enabled: bool | None = None,
    language_code: str | None = None,
) -> Member:
    """Keep a member's choices; None leaves one as it is. The member, with these.

    A language that was chosen here stays, whatever language the shop's account has. Raises Refused
    for a language nobody knows, and then nothing is changed.
    """
    changes: dict[str, bool | str | datetime] = {}
    if language_code is not None:
        as_shops_write_it = checked_code(language_code).replace("_", "-").lower()
        changes |= {"language_code": as_shops_write_it, "language_is_own": True}
    if email_enabled is not None:
        changes |= {"email_enabled": email_enabled, "email_chosen_at": timezone.now()}
    if push_enabled is not None:
        changes["push_enabled"] = push_enabled
    if changes:
        Member.objects.filter(pk=member.pk).update(**changes)
    for name, value in changes.items():
        setattr(member, name, value)
    return member
