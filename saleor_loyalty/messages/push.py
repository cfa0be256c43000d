"""The courier for push notices, through Firebase Cloud Messaging (HTTP v1)."""

from typing import Any

from pyfcm.errors import FCMNotRegisteredError, InvalidDataError

from saleor_loyalty.conf import conf
from saleor_loyalty.messages.content import Writer
from saleor_loyalty.messages.firebase import DeviceOfAnotherProject, Firebase, firebase
from saleor_loyalty.messages.outcomes import NotSent, Postponed, Rejected, Skipped, Unavailable
from saleor_loyalty.models import Device, Message


class PushCourier:
    """Takes one batch of notices to Firebase over one kept-alive connection."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def send(self, message: Message) -> None:
        """Return once no device is left to try and one has the notice; else raise NotSent.

        Each device is tried until it has the notice or never will: which those are is noted in the
        message, also when it raises, and they are left out next time. Devices that Firebase does
        not know any more are deleted.
        """
        devices = list(message.member.devices.order_by("pk"))
        if not devices and not message.delivered_devices:
            raise Skipped("The member has no device.")
        refusal = self._send_to(devices, message)
        if message.delivered_devices:
            return
        if message.refused_devices:
            raise refusal or Rejected("No device of the member can take the notice.")
        raise Skipped("The member's devices are gone.")

    def close(self) -> None:
        """Nothing to do: the connection to Firebase serves the next batch too."""

    def _send_to(self, devices: list[Device], message: Message) -> Rejected | None:
        """Try the devices that are left; why one of them never takes the notice.

        Raises Postponed where one is to be tried again.
        """
        client, notice = _client(), self._notice(message)
        settled = {*message.delivered_devices, *message.refused_devices}
        refusal = postponed = None
        for device in devices:
            if device.pk in settled:
                continue
            match outcome := _notify(client, device, notice):
                case None:
                    message.delivered_devices.append(device.pk)
                case Rejected():
                    message.refused_devices.append(device.pk)
                    refusal = outcome
                case Postponed():
                    postponed = outcome
        if postponed:
            raise postponed
        return refusal

    def _notice(self, message: Message) -> dict[str, Any]:
        """The notice as pyfcm takes it. It replaces itself on a device that gets it twice.

        `data` is for the app: `link` is the page to open, `message_id` the same on every try. The
        fields are those of https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages
        """
        written = self._writer.notice(message)
        uid, link = str(message.uid), written.link
        data = {"kind": message.kind, "message_id": uid}
        webpush: dict[str, Any] = {
            "headers": {"Topic": message.uid.hex, "Urgency": "high"},  # RFC 8030, 5.3 and 5.4
            "notification": {"tag": uid},
        }
        if link:
            data["link"] = link
        if link.startswith("https://"):  # Firebase refuses any other here
            webpush["fcm_options"] = {"link": link}
        return {
            "notification_title": written.title,
            "notification_body": written.body,
            "data_payload": data,
            "android_config": {
                "collapse_key": uid,
                "priority": "HIGH",
                "notification": {"tag": uid, "default_sound": True},
            },
            "apns_config": {
                "headers": {"apns-collapse-id": uid, "apns-priority": "10"},
                "payload": {"aps": {"sound": "default"}},
            },
            "webpush_config": webpush,
        }


def _notify(client: Firebase, device: Device, notice: dict[str, Any]) -> NotSent | None:
    """None when Firebase has taken the notice. Raises Unavailable, which concerns all devices."""
    try:
        client.notify(fcm_token=device.token, timeout=conf.http_timeout, **notice)
    except FCMNotRegisteredError:
        # Unless it was registered anew, perhaps by another member, while we were sending.
        Device.objects.filter(pk=device.pk, registered_at=device.registered_at).delete()
        return Skipped("The device is gone.")
    except (DeviceOfAnotherProject, InvalidDataError) as error:
        return Rejected(str(error))
    except Unavailable:
        raise
    except Postponed as error:
        return error
    return None


def _client() -> Firebase:
    path = conf.fcm_service_account_file
    try:
        return firebase(path, conf.fcm_url)
    except (OSError, ValueError) as error:
        raise Unavailable(
            "LOYALTY_FCM_SERVICE_ACCOUNT_FILE does not name a service account's key file "
            f"({type(error).__name__})."
        ) from error
