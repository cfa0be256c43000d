"""The shopper's page in this door: a customer is known by the same tokens as in GraphQL."""

from saleor_loyalty.account_page.sessions import TokenNotChecked, TokenRefused
from saleor_loyalty.doors.app import keys, tokens
from saleor_loyalty.doors.bearer import InvalidToken
from saleor_loyalty.permissions import Viewer


def customer_of(token: str) -> Viewer:
    """Who a token was made for. Raises TokenRefused, TokenNotChecked."""
    try:
        return tokens.verify(token)
    except InvalidToken as error:
        raise TokenRefused(error.problem.name) from error
    except keys.KeysUnavailable as error:
        raise TokenNotChecked(str(error)) from error
