"""Which devices take whose notices."""

import pytest

from saleor_loyalty.members import devices
from saleor_loyalty.models import Device, DevicePlatform
from saleor_loyalty.problems import ErrorCode, Refused

pytestmark = pytest.mark.django_db


def test_a_device_is_registered_once(make_member):
    ada = make_member()

    first = devices.register(member=ada, token="phone", platform="IOS")
    again = devices.register(member=ada, token="phone", platform="WEB")

    assert first.pk == again.pk
    assert Device.objects.get().platform == DevicePlatform.WEB


def test_a_device_moves_to_the_member_who_registered_it_last(make_member):
    ada, bob = make_member(), make_member()
    devices.register(member=ada, token="shared tablet", platform="ANDROID")

    devices.register(member=bob, token="shared tablet", platform="ANDROID")

    assert not ada.devices.exists()
    assert bob.devices.get().token == "shared tablet"


def test_the_devices_not_registered_for_longest_are_dropped(make_member, make_device):
    ada, bob = make_member(), make_member()
    make_device(bob, "bob's")
    for number in range(devices.LIMIT + 2):
        devices.register(member=ada, token=f"phone-{number}", platform="ANDROID")
    devices.register(member=ada, token="phone-2", platform="ANDROID")
    devices.register(member=ada, token="new", platform="ANDROID")

    tokens = set(ada.devices.values_list("token", flat=True))
    assert len(tokens) == devices.LIMIT
    assert {"phone-2", "new"} <= tokens
    assert "phone-3" not in tokens
    assert bob.devices.count() == 1


def test_an_unregistered_device_gets_nothing_more(make_member):
    ada = make_member()
    devices.register(member=ada, token="phone", platform="IOS")

    devices.unregister(member=ada, token="phone")
    devices.unregister(member=ada, token="phone")

    assert not Device.objects.exists()


def test_nobody_unregisters_another_member_s_device(make_member):
    ada, eve = make_member(), make_member()
    devices.register(member=ada, token="phone", platform="IOS")

    devices.unregister(member=eve, token="phone")

    assert ada.devices.count() == 1


@pytest.mark.parametrize(
    ("token", "platform", "field", "code"),
    [
        ("", "IOS", "token", ErrorCode.REQUIRED),
        (" ", "IOS", "token", ErrorCode.REQUIRED),
        ("x" * 1025, "IOS", "token", ErrorCode.INVALID),
        ("x\0", "IOS", "token", ErrorCode.INVALID),
        ("phone", "PAGER", "platform", ErrorCode.INVALID),
    ],
)
def test_what_cannot_be_a_device_is_refused(make_member, token, platform, field, code):
    with pytest.raises(Refused) as refused:
        devices.register(member=make_member(), token=token, platform=platform)

    assert [(p.field, p.code) for p in refused.value.problems] == [(field, code)]
    assert not Device.objects.exists()
