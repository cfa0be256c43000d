"""The shop's Dashboard as the browser is told of it: who may hold our pages in a frame."""

from collections.abc import Iterable, Iterator


def sources(client_hosts: Iterable[str]) -> Iterator[str]:
    """Saleor's ALLOWED_CLIENT_HOSTS as sources of a Content-Security-Policy.

    Saleor compares a client's host and lets it have any port; the policy takes a host alone for
    one on the scheme's own port. `.shop.example` is that host and all below it.
    """
    for host in client_hosts:
        if host == "*":
            yield host
        elif host.startswith("."):
            yield f"{host[1:]}:*"
            yield f"*{host}:*"
        else:
            yield f"{host}:*"
