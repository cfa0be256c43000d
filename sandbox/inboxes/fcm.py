"""A stand-in for Firebase: Google's token endpoint and FCM's `messages:send`, over HTTP.

It says no where Firebase does and in Firebase's words: to a forged or stale grant, to a message
out of format, to a phone that is gone.
"""

import json
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sandbox.inboxes.fcm_format import Violation, violations
from sandbox.inboxes.models import Phone

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPES = {
    "https://www.googleapis.com/auth/firebase.messaging",
    "https://www.googleapis.com/auth/cloud-platform",
}
# What Google's libraries write into a grant, wherever they send it.
AUDIENCE = "https://oauth2.googleapis.com/token"
TOKEN_SECONDS = 3600
SALT = "sandbox.inboxes.fcm"


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> JsonResponse:
    """RFC 7523: an assertion signed with the service account's key becomes an access token."""
    if request.POST.get("grant_type") != GRANT_TYPE:
        return _grant_refused("unsupported_grant_type", f"Invalid grant_type, must be {GRANT_TYPE}")
    account = _service_account()
    try:
        claims = jwt.decode(
            request.POST.get("assertion", ""),
            _public_key(account["private_key"]),
            algorithms=["RS256"],
            audience=AUDIENCE,
            issuer=account["client_email"],
            options={"require": ["iss", "aud", "iat", "exp", "scope"]},
        )
    except jwt.InvalidTokenError as error:
        return _grant_refused("invalid_grant", f"Invalid JWT: {error}")
    if claims["exp"] - claims["iat"] > TOKEN_SECONDS:
        return _grant_refused(
            "invalid_grant", "Invalid JWT: it must be a short-lived token (60 minutes)"
        )
    if not SCOPES.intersection(str(claims["scope"]).split()):
        return _grant_refused("invalid_scope", "The scope does not cover Firebase Cloud Messaging.")
    access_token = signing.dumps({"account": account["client_email"]}, salt=SALT)
    return JsonResponse(
        {"access_token": access_token, "expires_in": TOKEN_SECONDS - 1, "token_type": "Bearer"}
    )


@csrf_exempt
@require_POST
def send(request: HttpRequest, project: str) -> JsonResponse:
    """FCM's HTTP v1 `messages:send`."""
    if refusal := _bearer_refused(request):
        return refusal
    if project != _service_account()["project_id"]:
        return _refused(
            403, "PERMISSION_DENIED", "SenderId mismatch", _fcm_error("SENDER_ID_MISMATCH")
        )
    try:
        body = json.loads(request.body)
    except ValueError:
        return _refused(400, "INVALID_ARGUMENT", "Invalid JSON payload received.")
    if found := violations(body):
        return _out_of_format(found)
    message = body["message"]
    phone = Phone.objects.filter(token=message.get("token")).first()
    if phone is None:
        return _refused(
            404, "NOT_FOUND", "Requested entity was not found.", _fcm_error("UNREGISTERED")
        )
    if not body.get("validate_only"):
        phone.pushes.create(message=message)
    return JsonResponse(
        {"name": f"projects/{project}/messages/0:{time.time_ns() // 1000}%{uuid4().hex[:16]}"}
    )


def _bearer_refused(request: HttpRequest) -> JsonResponse | None:
    scheme, _, access_token = request.headers.get("Authorization", "").partition(" ")
    reason = "ACCESS_TOKEN_TYPE_UNSUPPORTED"
    try:
        signing.loads(access_token, salt=SALT, max_age=TOKEN_SECONDS)
        if scheme == "Bearer":
            return None
    except signing.SignatureExpired:
        reason = "ACCESS_TOKEN_EXPIRED"
    except signing.BadSignature:
        pass
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
    }
    return _refused(
        401, "UNAUTHENTICATED", "Request had invalid authentication credentials.", [detail]
    )


def _out_of_format(found: Sequence[Violation]) -> JsonResponse:
    detail = {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [violation._asdict() for violation in found],
    }
    message = "; ".join(f"{field}: {description}" for field, description in found)
    return _refused(400, "INVALID_ARGUMENT", message, [detail, *_fcm_error("INVALID_ARGUMENT")])


def _fcm_error(code: str) -> list[dict[str, Any]]:
    return [{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}]


def _refused(
    code: int, status: str, message: str, details: Sequence[dict[str, Any]] = ()
) -> JsonResponse:
    """An error as Google's APIs word it."""
    error = {"code": code, "message": message, "status": status, "details": list(details)}
    return JsonResponse({"error": error}, status=code)


def _grant_refused(error: str, description: str) -> JsonResponse:
    return JsonResponse({"error": error, "error_description": description}, status=400)


def _service_account() -> dict[str, str]:
    account: dict[str, str] = json.loads(Path(settings.FCM_SERVICE_ACCOUNT_FILE).read_text())
    return account


@cache
def _public_key(private_key: str) -> RSAPublicKey:
    public_key = load_pem_private_key(private_key.encode(), password=None).public_key()
    assert isinstance(public_key, RSAPublicKey)
    return public_key
