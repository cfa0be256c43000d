"""Staff's words for what the models call by constants."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from saleor_loyalty.models import AuditAction, AuditRecord, MemberStatus, MessageKind

KINDS_OF_MESSAGES = {
    MessageKind.REWARD_EMAIL: gettext_lazy("Reward: email"),
    MessageKind.REWARD_PUSH: gettext_lazy("Reward: push notice"),
    MessageKind.EXPIRY_EMAIL: gettext_lazy("Points end soon: email"),
    MessageKind.GIFT_EMAIL: gettext_lazy("Gift: email"),
    MessageKind.GIFT_PUSH: gettext_lazy("Gift: push notice"),
    MessageKind.WELCOME_EMAIL: gettext_lazy("Welcome: email"),
}
STATUS_SET = {
    MemberStatus.ACTIVE: gettext_lazy("Unblocked the member"),
    MemberStatus.BLOCKED: gettext_lazy("Blocked the member"),
    MemberStatus.CLOSED: gettext_lazy("Closed the member"),
}
DEEDS = {
    AuditAction.PROGRAM_ON: gettext_lazy("Switched the program on"),
    AuditAction.PROGRAM_OFF: gettext_lazy("Switched the program off"),
    AuditAction.MESSAGE_RESENT: gettext_lazy("Sent a message again"),
    AuditAction.MESSAGE_TESTED: gettext_lazy("Sent a test message"),
    AuditAction.MESSAGE_ON: gettext_lazy("Switched a message on"),
    AuditAction.MESSAGE_OFF: gettext_lazy("Switched a message off"),
    AuditAction.LOOK_CHANGED: gettext_lazy("Changed the look"),
}
NOBODY = pgettext_lazy("who did it", "nobody in particular")


def deed_in_words(record: AuditRecord) -> dict[str, object]:
    """Who did what when."""
    if record.action == AuditAction.MEMBER_STATUS:
        what = STATUS_SET[MemberStatus(record.detail)]
        detail = ""
    else:
        what = DEEDS[AuditAction(record.action)]
        detail = _detail(record)
    return {"at": record.at, "actor": record.actor or NOBODY, "what": what, "detail": detail}


def _detail(record: AuditRecord) -> str:
    kind, _space, language = record.detail.partition(" ")
    if kind not in MessageKind.values:
        return record.detail
    words = str(KINDS_OF_MESSAGES[MessageKind(kind)])
    return (
        _("{message} in {language}").format(message=words, language=language) if language else words
    )
