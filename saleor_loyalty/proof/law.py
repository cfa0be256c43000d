"""What a law is: a statement that finds what breaks it, among the members that are checked."""

from dataclasses import dataclass

SCOPE = """
WITH scope AS (
    SELECT id, shop_id FROM saleor_loyalty_member
    WHERE (%(shop)s::bigint IS NULL OR shop_id = %(shop)s::bigint)
      AND (%(members)s::bigint[] IS NULL OR id = ANY(%(members)s::bigint[]))
), accounts AS (
    SELECT account.* FROM saleor_loyalty_account AS account JOIN scope ON scope.id = member_id
)
"""


@dataclass(frozen=True, slots=True)
class Law:
    """`says` is the law in words, `broken` the statement that finds where it does not hold.

    A statement reads the members that are checked from `scope` and what they hold from `accounts`,
    and answers with member id, where,
    what was found and what was expected.
    """

    says: str
    broken: str
