"""Installing an app from its manifest: read it, take it in, hand over a token."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.db import transaction

from sandbox.shop import tokens
from sandbox.shop.http import client
from sandbox.shop.models import App, Webhook

SCHEMA_VERSION = "3.23"
TIMEOUT = 10


class InstallationFailed(Exception):
    """The app could not be installed; the message says why.

    What was installed before is as it was.
    """


def install(
    manifest_url: str, *, permissions: Iterable[str] | None = None, is_first: bool = False
) -> App:
    """Install the app of this manifest, with the given permissions, or all that it asks for.

    Installed again, it stays the same app with a new token; `is_first` refuses that, as Saleor
    does. Raises InstallationFailed.
    """
    manifest = _manifest(manifest_url)
    granted = manifest.get("permissions", []) if permissions is None else permissions
    before = App.objects.filter(identifier=manifest["id"]).values("pk", "token_digest").first()
    if before and is_first:
        raise InstallationFailed("App with the same identifier is already installed")
    token = tokens.new_app_token()
    app = _take_in(manifest, manifest_url=manifest_url, permissions=list(granted), token=token)
    try:
        _hand_over(token, to=manifest["tokenTargetUrl"])
    except httpx.HTTPError as error:
        if before is None:
            app.delete()
        else:
            App.objects.filter(pk=before["pk"]).update(token_digest=before["token_digest"])
        raise InstallationFailed(
            f"{manifest['tokenTargetUrl']} did not take the token: {error}"
        ) from error
    return app


def _manifest(url: str) -> dict[str, Any]:
    try:
        headers = _headers({"Saleor-Schema-Version": SCHEMA_VERSION})
        answer = client.get(url, headers=headers, timeout=TIMEOUT)
        manifest = answer.raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise InstallationFailed(f"There is no manifest at {url}: {error}") from error
    missing = [
        name for name in ("id", "version", "name", "tokenTargetUrl") if not manifest.get(name)
    ]
    if missing:
        raise InstallationFailed(f"The manifest at {url} says nothing about {', '.join(missing)}.")
    return manifest


@transaction.atomic
def _take_in(
    manifest: Mapping[str, Any], *, manifest_url: str, permissions: list[str], token: str
) -> App:
    app, _ = App.objects.update_or_create(
        identifier=manifest["id"],
        defaults={
            "name": manifest["name"],
            "version": manifest["version"],
            "manifest_url": manifest_url,
            "app_url": manifest.get("appUrl") or "",
            "audience": manifest.get("audience") or "",
            "permissions": permissions,
            "token_digest": tokens.digest(token),
        },
    )
    # Kept by name: what is on its way to a webhook stays so.
    wanted = {webhook["name"]: webhook for webhook in manifest.get("webhooks", [])}
    app.webhooks.exclude(name__in=wanted).delete()
    for name, webhook in wanted.items():
        Webhook.objects.update_or_create(
            app=app,
            name=name,
            defaults={
                "target_url": webhook["targetUrl"],
                "query": webhook["query"],
                "events": webhook["asyncEvents"],
                "is_active": webhook.get("isActive", True),
            },
        )
    return app


def _hand_over(token: str, *, to: str) -> None:
    domain = urlsplit(settings.PUBLIC_URL).netloc
    headers = {
        "Content-Type": "application/json",
        "X-Saleor-Domain": domain,
        "Saleor-Domain": domain,
        "Saleor-Api-Url": tokens.api_url(),
        "Saleor-Schema-Version": SCHEMA_VERSION,
    }
    # json= would write the body without the space that Saleor has after the colon.
    body = f'{{"auth_token": "{token}"}}'
    answer = client.post(to, content=body, headers=_headers(headers), timeout=TIMEOUT)
    answer.raise_for_status()


def _headers(headers: dict[str, str]) -> dict[str, str]:
    return {"User-Agent": f"Saleor/{SCHEMA_VERSION}", "Accept-Encoding": "gzip, deflate", **headers}
