"""Saleor's signature on a webhook: a JWS with the body detached (RFC 7515, 7797)."""

import jwt

from saleor_loyalty.doors import jwks
from saleor_loyalty.doors.app import keys
from saleor_loyalty.models import Shop


class InvalidSignature(Exception):
    """The shop did not sign this body."""


def verify(*, shop: Shop, signature: str, body: bytes) -> None:
    """Return if the shop signed exactly this body. Raises InvalidSignature, KeysUnavailable."""
    try:
        header = jwt.api_jws.get_unverified_header(signature)
        if header.get("b64") is not False:
            # It would carry a payload of its own, as a shopper's access token does, and PyJWT
            # before 2.14 would take it as valid whatever the body says.
            raise InvalidSignature
        keys.verify(
            shop,
            header.get("kid"),
            lambda key: jwt.api_jws.decode(signature, key, [jwks.ALGORITHM], detached_payload=body),
        )
    except (jwt.PyJWTError, jwks.UnknownKey, RecursionError) as error:
        raise InvalidSignature from error
