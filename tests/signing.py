"""Keys of a shop's Saleor and what is signed with them, and what forgers would send instead."""

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm


class SigningKey:
    """A key pair with the id it is published under."""

    def __init__(self, kid: str) -> None:
        self.kid = kid
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def jwk(self) -> dict[str, Any]:
        public = json.loads(RSAAlgorithm.to_jwk(self.private.public_key()))
        return {**public, "kid": self.kid, "use": "sig", "alg": "RS256"}

    @property
    def public_pem(self) -> bytes:
        public = self.private.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, body: bytes) -> str:
        """A detached signature as Saleor makes it."""
        headers = {"kid": self.kid, "crit": ["b64"]}
        return jwt.api_jws.encode(
            body, self.private, "RS256", headers=headers, is_payload_detached=True
        )

    def token(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.private, "RS256", headers={"kid": self.kid})


def signed_with_the_public_key(key: SigningKey, payload: bytes, header: dict[str, Any]) -> str:
    """HS256 with the published key as its secret; no library makes such a thing any more."""
    head = _base64url(json.dumps({"alg": "HS256", "kid": key.kid, **header}).encode())
    is_detached = header.get("b64") is False
    signed = head + b"." + (payload if is_detached else _base64url(payload))
    signature = _base64url(hmac.new(key.public_pem, signed, hashlib.sha256).digest())
    return b".".join([head, b"" if is_detached else _base64url(payload), signature]).decode()


def unsigned(payload: bytes, header: dict[str, Any]) -> str:
    """A token that says it needs no signature."""
    head = _base64url(json.dumps({"alg": "none", **header}).encode())
    is_detached = header.get("b64") is False
    return b".".join([head, b"" if is_detached else _base64url(payload), b""]).decode()


def _base64url(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")
