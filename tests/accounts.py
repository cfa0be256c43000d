"""What members hold, for tests that look at it or set it."""

from typing import Any

from django.db.models import QuerySet

from saleor_loyalty.models import Account, Entry, Member, Program


def account_of(member: Member, **fields: Any) -> Account:
    """The member's account, opened if they have none, with these fields set."""
    program, _ = Program.objects.get_or_create(shop=member.shop)
    account, _ = Account.objects.update_or_create(
        member=member,
        defaults=fields,
        create_defaults={**fields, "shop": member.shop, "program": program},
    )
    member.account = account
    return account


def entries_of(member: Member) -> QuerySet[Entry]:
    """The member's history."""
    return Entry.objects.filter(account__member=member)


def balances() -> dict[str, int]:
    """Everybody's balance, by customer id."""
    members = Member.objects.select_related("account")
    return {member.customer_id: member.balance for member in members}
