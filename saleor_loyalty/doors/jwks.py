"""A shop's public keys, as it publishes them (RFC 7517)."""

from typing import Any

import jwt

ALGORITHM = "RS256"  # Saleor's only one; what is signed never says by which it is to be believed

Jwks = dict[str, Any]


class UnknownKey(Exception):
    """The shop does not have the key that is named."""


def find(jwks: Jwks, kid: str | None) -> jwt.PyJWK:
    """The key of this name. Raises UnknownKey."""
    for key in jwks.get("keys", ()):
        if kid is not None and key.get("kid") == kid and key["kty"] == "RSA":
            return jwt.PyJWK(key, algorithm=ALGORITHM)
    raise UnknownKey
