"""Global ids of our own types: base64 of "LoyaltyMember:<pk>", Relay's form."""

from graphql import GraphQLError
from graphql_relay import from_global_id, to_global_id


def write_id(type_name: str, pk: int) -> str:
    return to_global_id(type_name, pk)


def read_id(type_name: str, global_id: str) -> int:
    """The primary key in a global id of this type. Raises GraphQLError for any other text."""
    try:
        found, pk = from_global_id(global_id)
        if found == type_name:
            return int(pk)
    except ValueError:  # no base64, no UTF-8, no colon, or no number
        pass
    raise GraphQLError(f"{global_id!r} is no id of a {type_name}.")
