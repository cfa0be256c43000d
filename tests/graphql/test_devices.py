"""Devices that take push notices."""

import pytest

from saleor_loyalty.models import Device, Member

REGISTER = """mutation ($token: String!, $platform: LoyaltyDevicePlatform!) {
  loyaltyDeviceRegister(token: $token, platform: $platform) {
    ok errors { field message code }
  }
}"""

UNREGISTER = """mutation ($token: String!) {
  loyaltyDeviceUnregister(token: $token) { ok errors { field message code } }
}"""


@pytest.mark.parametrize("platform", ["ANDROID", "IOS", "WEB"])
def test_a_customer_registers_a_device(ask, customer, ada, platform):
    answer = ask(customer, REGISTER, token="device-token", platform=platform)

    assert answer == {"data": {"loyaltyDeviceRegister": {"ok": True, "errors": []}}}
    device = Device.objects.get()
    assert (device.member, device.token, device.platform) == (ada, "device-token", platform)


def test_registering_a_device_makes_a_member(ask, customer):
    ask(customer, REGISTER, token="device-token", platform="IOS")

    member = Member.objects.get()
    assert (member.customer_id, member.email) == ("VXNlcjox", "ada@example.com")


def test_a_blank_token_is_refused(ask, customer, ada):
    payload = ask(customer, REGISTER, token=" ", platform="IOS")["data"]["loyaltyDeviceRegister"]

    assert payload["ok"] is False
    assert [(error["field"], error["code"]) for error in payload["errors"]] == [
        ("token", "REQUIRED")
    ]


def test_a_customer_unregisters_a_device(ask, customer):
    ask(customer, REGISTER, token="device-token", platform="WEB")

    answer = ask(customer, UNREGISTER, token="device-token")

    assert answer == {"data": {"loyaltyDeviceUnregister": {"ok": True, "errors": []}}}
    assert not Device.objects.exists()


def test_unregistering_makes_nobody_a_member(ask, customer):
    answer = ask(customer, UNREGISTER, token="device-token")

    assert answer["data"]["loyaltyDeviceUnregister"]["ok"] is True
    assert not Member.objects.exists()
