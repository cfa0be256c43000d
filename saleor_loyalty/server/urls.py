"""Everything the server answers is the app door's."""

from django.urls import include, path

urlpatterns = [path("", include("saleor_loyalty.doors.app.urls"))]
