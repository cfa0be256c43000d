"""The push notice that tells of the coupons of one cause: as the email does."""

from django.utils.translation import gettext_lazy as _

from saleor_loyalty.messages.kinds.kind import Channel
from saleor_loyalty.messages.kinds.reward_email import RewardEmail
from saleor_loyalty.models import MessageKind


class RewardPush(RewardEmail):
    name = MessageKind.REWARD_PUSH
    channel = Channel.PUSH
    label = _("Reward: push notice")


KIND = RewardPush()
