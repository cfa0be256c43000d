"""Which apps and browsers take a member's push notices."""

from django.db import transaction
from django.utils import timezone

from saleor_loyalty.models import Device, DevicePlatform, Member
from saleor_loyalty.problems import ErrorCode, Problem, Refused

LIMIT = 20  # devices of one member; more are a loop, not a person
MAX_TOKEN = 1024


def register(*, member: Member, token: str, platform: str) -> Device:
    """Have the device take the member's notices, and nobody else's of the shop from now on.

    Beyond LIMIT the member's devices not registered for longest are dropped. Raises Refused for a
    token no device has, or an unknown platform.
    """
    _check(token, platform)
    with transaction.atomic():
        # One registration at a time per member, so that two cannot pass the limit together.
        Member.objects.select_for_update(no_key=True).only("pk").get(pk=member.pk)
        device, _ = Device.objects.update_or_create(
            shop_id=member.shop_id,
            token=token,
            defaults={
                "member": member,
                "platform": DevicePlatform(platform),
                "registered_at": timezone.now(),
            },
        )
        newest_first = member.devices.order_by("-registered_at", "-pk")
        kept = list(newest_first.values_list("pk", flat=True)[:LIMIT])
        member.devices.exclude(pk__in=kept).delete()
    return device


def unregister(*, member: Member, token: str) -> None:
    """Send this device of the member nothing more. A token that is not theirs is left alone."""
    member.devices.filter(token=token).delete()


def _check(token: str, platform: str) -> None:
    problems = []
    if not token.strip():
        problems.append(Problem("token", "Give the device's FCM token.", ErrorCode.REQUIRED))
    elif len(token) > MAX_TOKEN or not token.isprintable():
        wrong = f"An FCM token has at most {MAX_TOKEN} characters and no control characters."
        problems.append(Problem("token", wrong, ErrorCode.INVALID))
    if platform not in DevicePlatform.values:
        wrong = f"The platform is one of {', '.join(DevicePlatform.values)}."
        problems.append(Problem("platform", wrong, ErrorCode.INVALID))
    if problems:
        raise Refused(*problems)
