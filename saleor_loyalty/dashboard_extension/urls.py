"""The addresses of the staff's pages; a door mounts them with itself as the argument `door`."""

from django.urls import path

from saleor_loyalty.dashboard_extension import (
    audit_pages,
    branding_page,
    coupon_list,
    coupon_scope,
    failed_page,
    member_actions,
    member_list,
    member_page,
    message_pages,
    overview,
    program_page,
    widgets,
)
from saleor_loyalty.dashboard_extension.assets import asset_view

app_name = "staff"
urlpatterns = [
    path("", overview.overview_view, name="home"),
    path("overview", overview.overview_view, name="overview"),
    path("members", member_list.members_view, name="members"),
    path("members.csv", member_list.members_csv_view, name="members_csv"),
    path("members/audit.csv", audit_pages.members_csv_view, name="members_audit"),
    path("members/<int:member_id>", member_page.member_view, name="member"),
    path("members/<int:member_id>/gift", member_actions.gift_view, name="member_gift"),
    path("members/<int:member_id>/correct", member_actions.correct_view, name="member_correct"),
    path(
        "members/<int:member_id>/gifts/<int:entry_id>/take-back",
        member_actions.take_back_view,
        name="take_back",
    ),
    path("members/<int:member_id>/status", member_actions.status_view, name="member_status"),
    path("members/<int:member_id>/audit.csv", audit_pages.member_csv_view, name="member_audit"),
    path(
        "members/<int:member_id>/coupons/<int:coupon_id>/withdraw",
        member_actions.withdraw_view,
        name="withdraw",
    ),
    path("members/<int:member_id>/trust", member_actions.trust_view, name="member_trust"),
    path(
        "members/<int:member_id>/messages/<int:message_id>/resend",
        member_actions.resend_view,
        name="resend",
    ),
    path("coupons", coupon_list.coupons_view, name="coupons"),
    path("coupons.csv", coupon_list.coupons_csv_view, name="coupons_csv"),
    path("program", program_page.program_view, name="program"),
    path("program/items", coupon_scope.items_view, name="items"),
    path("program/preview", program_page.preview_view, name="program_preview"),
    path("program/switch", program_page.switch_view, name="program_switch"),
    path("program/changes", audit_pages.changes_view, name="changes"),
    path("program/changes.csv", audit_pages.changes_csv_view, name="changes_csv"),
    path("messages", message_pages.messages_view, name="messages"),
    path("messages/failed", failed_page.failed_view, name="failed"),
    path(
        "messages/failed/<int:message_id>/resend",
        failed_page.failed_resend_view,
        name="failed_resend",
    ),
    path("messages/<str:kind>/<str:language>", message_pages.text_view, name="text"),
    path(
        "messages/<str:kind>/<str:language>/preview",
        message_pages.preview_view,
        name="text_preview",
    ),
    path("messages/<str:kind>/<str:language>/reset", message_pages.reset_view, name="text_reset"),
    path("messages/<str:kind>/<str:language>/test", message_pages.test_view, name="text_test"),
    path("branding", branding_page.branding_view, name="branding"),
    path("gift", widgets.gift_view, name="gift"),
    path("gift/<int:entry_id>/undo", widgets.gift_undo_view, name="gift_undo"),
    path("widgets/customer", widgets.customer_view, name="customer"),
    path("widgets/order", widgets.order_view, name="order"),
    path("assets/<str:version>/<str:name>", asset_view, name="asset"),
]
