"""Addresses of the pages."""

from django.urls import path

from sandbox.shop.pages import account, cart, dashboard, front, order, staff

urlpatterns = [
    path("", front.front, name="front"),
    path("sign-in/", front.sign_in, name="sign_in"),
    path("sign-up/", front.sign_up, name="sign_up"),
    path("sign-out/", front.sign_out, name="sign_out"),
    path("channel/", front.choose_channel, name="choose_channel"),
    path("cart/", cart.cart, name="cart"),
    path("cart/set/", cart.set_quantity, name="set_quantity"),
    path("cart/code/", cart.code, name="cart_code"),
    path("cart/complete/", cart.complete, name="complete"),
    path("orders/", order.orders, name="orders"),
    path("orders/<uuid:pk>/", order.order, name="order"),
    path("orders/<uuid:pk>/pay/", order.pay, name="pay"),
    path("orders/<uuid:pk>/refund/", order.refund, name="refund"),
    path("orders/<uuid:pk>/return/", order.take_back, name="take_back"),
    path("orders/<uuid:pk>/cancel/", order.cancel, name="cancel"),
    path("account/", account.account, name="account"),
    path("account/hosted/", account.hosted_page, name="hosted_page"),
    path("account/join/", account.join, name="join"),
    path("account/notices/", account.allow_notices, name="allow_notices"),
    path("account/balance.json", account.balance, name="balance"),
    path("staff/", staff.staff, name="staff"),
    path("staff/gift/", staff.gift, name="gift"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/app/<path:path>", dashboard.dashboard, name="dashboard_app"),
    path("dashboard/customers/", dashboard.customers, name="dashboard_customers"),
    path("dashboard/customers/<str:global_id>", dashboard.customer, name="dashboard_customer"),
    path("dashboard/orders/<str:global_id>", dashboard.order, name="dashboard_order"),
    path("dashboard/token", dashboard.token, name="dashboard_token"),
    path("staff/install/", staff.install_app, name="install_app"),
]
