"""The courier for push notices, through Firebase Cloud Messaging (HTTP v1)."""

from typing import Any

from pyfcm.errors import FCMNotRegisteredError, InvalidDataError

from saleor_loyalty.conf import conf
from saleor_loyalty.messages import content
from saleor_loyalty.messages.firebase import DeviceOfAnotherProject, Firebase, firebase
from saleor_loyalty.messages.outcomes import Rejected, Skipped, Unavailable
from saleor_loyalty.models import Device, Message


class PushCourier:
    """Takes one batch of notices to Firebase over one kept-alive connection."""

    def send(self, message: Message) -> None:
        """Return once Firebase has taken the notice for the member's devices; else raise NotSent.

        Devices served are noted in `message.delivered_devices`, also when it raises, and are left
        out next time. Devices that Firebase does not know any more are deleted.
        """
        if not conf.fcm_service_account_file:
            raise Skipped("Push is not configured.")
        if not message.member.push_enabled:
            raise Skipped("The member takes no push notices.")
        devices = list(message.member.devices.all())
        if not devices:
            raise Skipped("The member has no device.")
        refusals = self._send_to(devices, message)
        if not message.delivered_devices:
            raise Rejected(refusals[-1]) if refusals else Skipped("The member's devices are gone.")

    def close(self) -> None:
        """Nothing to do: the connection to Firebase serves the next batch too."""

    def _send_to(self, devices: list[Device], message: Message) -> list[str]:
        """What Firebase had against single devices."""
        client, notice, refusals = _client(), notice_of(message), []
        for device in devices:
            if device.pk in message.delivered_devices:
                continue
            try:
                client.notify(fcm_token=device.token, timeout=conf.http_timeout, **notice)
            except FCMNotRegisteredError:
                # Unless it was registered anew, perhaps by another member, while we were sending.
                Device.objects.filter(pk=device.pk, registered_at=device.registered_at).delete()
            except (DeviceOfAnotherProject, InvalidDataError) as error:
                refusals.append(str(error))
            else:
                message.delivered_devices.append(device.pk)
        return refusals


def notice_of(message: Message) -> dict[str, Any]:
    """The notice as pyfcm takes it. It replaces itself on a device that gets it twice.

    `data` is for the app: `link` is the page to open, `message_id` the same on every try.
    """
    written = content.notice(message)
    uid, link = str(message.uid), conf.discounts_url
    data = {"kind": message.kind, "message_id": uid}
    webpush: dict[str, Any] = {"notification": {"tag": uid}}
    if link:
        data["link"] = link
    if link.startswith("https://"):  # Firebase refuses any other here
        webpush["fcm_options"] = {"link": link}
    return {
        "notification_title": written.title,
        "notification_body": written.body,
        "data_payload": data,
        "android_config": {"collapse_key": uid, "notification": {"tag": uid}},
        "apns_config": {"headers": {"apns-collapse-id": uid}},
        "webpush_config": webpush,
    }


def _client() -> Firebase:
    path = conf.fcm_service_account_file
    try:
        return firebase(path, conf.fcm_url)
    except (OSError, ValueError) as error:
        raise Unavailable(
            "LOYALTY_FCM_SERVICE_ACCOUNT_FILE does not name a service account's key file "
            f"({type(error).__name__})."
        ) from error
