"""An uploaded logo, for whoever reads an email or a page: no secret, and never another picture."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from saleor_loyalty.models import Logo

A_YEAR = 365 * 24 * 60 * 60


@require_safe
def logo_view(_request: HttpRequest, name: str) -> HttpResponse:
    """A PNG that we made ourselves, by a name that says what is in it; 404 for any other."""
    logo = Logo.objects.filter(name=name).first()
    if logo is None:
        raise Http404
    response = HttpResponse(bytes(logo.content), content_type="image/png")
    response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    response["Content-Security-Policy"] = "default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response
