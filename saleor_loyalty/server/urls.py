"""Everything the server answers: the app door, what emails link to, and mail providers' reports."""

from django.conf import settings
from django.urls import include, path

from saleor_loyalty.account_page.logo import logo_view
from saleor_loyalty.account_page.unsubscribe import unsubscribe_view

urlpatterns = [
    path("", include("saleor_loyalty.doors.app.urls")),
    path("unsubscribe/<token>", unsubscribe_view),
    path("logo/<name>.png", logo_view),
]
if settings.ANYMAIL.get("WEBHOOK_SECRET"):  # without it anybody could report any address
    urlpatterns.append(path("anymail/", include("anymail.urls")))
