"""Run inside Saleor: places in the Dashboard as they are registered, changed, and left alone."""

import json

from django.db import transaction
from saleor.app.models import AppExtension

from saleor_loyalty.doors.plugin import shop

WIDGET = {
    "label": "Points",
    "mount": "CUSTOMER_DETAILS_WIDGETS",
    "target": "WIDGET",
    "url": "/widgets/customer",
    "permissions": ["MANAGE_USERS"],
    "options": {"widgetTarget": {"method": "GET"}},
}
PAGE = {
    "label": "Loyalty",
    "mount": "NAVIGATION_CUSTOMERS",
    "target": "APP_PAGE",
    "url": "/overview",
    "permissions": ["MANAGE_USERS"],
}


def registered():
    rows = AppExtension.objects.filter(app=app).order_by("pk")
    return [
        (row.pk, row.mount, row.target, row.url, [p.codename for p in row.permissions.all()])
        for row in rows
    ]


with transaction.atomic():
    app = shop.app()
    shop._extensions(app, [WIDGET, PAGE])
    first = registered()
    shop._extensions(app, [WIDGET, PAGE])
    again = registered()
    shop._extensions(app, [{**PAGE, "label": "Members"}])
    changed = registered()
    transaction.set_rollback(True)
print(json.dumps({"first": first, "again": again, "changed": changed}))
