"""Where the shop and our pages in it are reached."""

from django.urls import reverse
from saleor.core.utils import build_absolute_uri

PREFIX = "loyalty/"  # our pages, beside Saleor's own addresses


def api_url() -> str:
    """The shop's GraphQL API, as its tokens name their issuer."""
    return str(build_absolute_uri(reverse("api")))


def public_url() -> str:
    """What our pages' addresses start with, without a slash at the end."""
    return str(build_absolute_uri(f"/{PREFIX}")).rstrip("/")
