"""What is where, for whoever opens the bare address of a door in a browser."""

from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from saleor_loyalty.conf import conf

INTRODUCTION = "This is Loyalty, a points program for Saleor: the server answers."

Sign = tuple[str, str]  # for whom, and where


def signpost(signs: Callable[[], Iterable[Sign]]) -> Callable[..., HttpResponse]:
    """A page of words alone, which tells nothing of the shop."""

    @require_safe
    def view(_request: HttpRequest) -> HttpResponse:
        lines = (f"{whom}: {where}" for whom, where in signs())
        text = "\n".join((INTRODUCTION, "", *lines, ""))
        return HttpResponse(text, content_type="text/plain; charset=utf-8")

    return view


def shoppers_page() -> Sign:
    return "Shoppers", f"{conf.public_url}/account/, which a storefront leads to"
