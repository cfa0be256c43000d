"""The page behind the link in every email: it stops them, or starts them again, without signing in.

Opening it changes nothing, for mail programs and virus scanners open links too. Mail programs with
a button of their own post to the same address (RFC 8058), with no cookie and no token of ours: the
address itself is the proof.
"""

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from saleor_loyalty.members import preferences
from saleor_loyalty.messages import unsubscribe
from saleor_loyalty.messages.colors import palette
from saleor_loyalty.shop import branding
from saleor_loyalty.templating import rendered

TEMPLATE = "account/unsubscribe.html"
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_view(request: HttpRequest, token: str) -> HttpResponse:
    """What its member gets by email now, and a button to change that; 404 for a foreign token."""
    member = unsubscribe.member_of(token)
    if member is None:
        return _page(request, {}, status=404)
    if request.method == "POST":
        member = preferences.change(member=member, email_enabled="subscribe" in request.POST)
    appearance = branding.of(member.shop)
    with translation.override(member.language_code):
        return _page(
            request,
            {
                "member": member,
                "branding": appearance,
                "colors": palette(appearance.brand_color),
                "is_done": request.method == "POST",
            },
        )


def _page(request: HttpRequest, content: dict[str, object], *, status: int = 200) -> HttpResponse:
    response = HttpResponse(rendered(TEMPLATE, content, request), status=status)
    response["Content-Security-Policy"] = POLICY
    response["Referrer-Policy"] = "no-referrer"  # the address is the proof
    response["X-Robots-Tag"] = "noindex"
    return response
