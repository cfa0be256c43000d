"""The key that signs tokens and webhooks: RS256, published as a JSON Web Key Set."""

import hashlib
import json
from base64 import urlsafe_b64encode
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.db import transaction
from jwt.algorithms import RSAAlgorithm

from sandbox.shop.models import SigningKey


@cache
def private_key() -> rsa.RSAPrivateKey:
    """The sandbox's only key, made on first use and kept in the database."""
    with transaction.atomic():
        row, _ = SigningKey.objects.select_for_update().get_or_create(
            pk=1, defaults={"pem": _new_pem()}
        )
    key = load_pem_private_key(row.pem.encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def jwks() -> dict[str, object]:
    """What stands at /.well-known/jwks.json."""
    return {"keys": [{**_public_jwk(), "use": "sig", "kid": key_id(), "alg": "RS256"}]}


@cache
def key_id() -> str:
    """The thumbprint of the public key (RFC 7638)."""
    members = {name: _public_jwk()[name] for name in ("e", "kty", "n")}
    digest = hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def signed_token(claims: dict[str, object]) -> str:
    return jwt.encode(claims, private_key(), algorithm="RS256", headers={"kid": key_id()})


def claims(token: str) -> dict[str, Any]:
    """What a token of ours says. Raises jwt.PyJWTError when it is not ours or no longer valid."""
    return jwt.decode(token, private_key().public_key(), ["RS256"], options={"verify_aud": False})


def detached_signature(payload: bytes) -> str:
    """The JWS of a webhook's body without the body: header..signature, unencoded (RFC 7797)."""
    headers = {"kid": key_id(), "crit": ["b64"]}
    return jwt.api_jws.encode(payload, private_key(), "RS256", headers, is_payload_detached=True)


def _public_jwk() -> dict[str, str]:
    return RSAAlgorithm.to_jwk(private_key().public_key(), as_dict=True)


def _new_pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
