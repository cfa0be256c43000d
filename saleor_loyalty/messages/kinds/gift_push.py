"""The push notice that tells of points which staff gave: as the email does."""

from django.utils.translation import gettext_lazy as _

from saleor_loyalty.messages.kinds.gift_email import GiftEmail
from saleor_loyalty.messages.kinds.kind import Channel
from saleor_loyalty.models import MessageKind


class GiftPush(GiftEmail):
    name = MessageKind.GIFT_PUSH
    channel = Channel.PUSH
    label = _("Gift: push notice")


KIND = GiftPush()
