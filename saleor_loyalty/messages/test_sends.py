"""Test sends: a text with invented contents, marked as such, sent the way real messages go."""

from contextlib import closing
from dataclasses import replace
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext

from saleor_loyalty.members import enrolment
from saleor_loyalty.messages import drafts
from saleor_loyalty.messages.content import Email, Notice, Writer, write_email, write_notice
from saleor_loyalty.messages.email import EmailCourier
from saleor_loyalty.messages.kinds import EMAILS
from saleor_loyalty.messages.liquid import TemplateFailed
from saleor_loyalty.messages.outcomes import NotSent
from saleor_loyalty.messages.push import PushCourier
from saleor_loyalty.messages.sample import sample
from saleor_loyalty.messages.wording import Text
from saleor_loyalty.models import AuditAction, Branding, Member, Message, Shop, audit
from saleor_loyalty.problems import ErrorCode, Problem, Refused
from saleor_loyalty.rules.languages import language_of
from saleor_loyalty.shop import branding


class SampleWriter(Writer):
    """Writes one text, filled with the sample and marked as a test, whomever it is for."""

    def __init__(self, shop: Shop, text: Text) -> None:
        super().__init__()
        self._brand = branding.of(shop)
        self._text = text
        self._sample = sample(shop, self._brand, text.kind, text.language_code)

    def email(self, message: Message, *, unsubscribe_url: str = "") -> Email:
        email = write_email(self._text, self._sample, self._brand)
        return replace(email, subject=self._marked(email.subject))

    def notice(self, message: Message) -> Notice:
        notice = write_notice(self._text, self._sample, self._brand)
        return replace(notice, title=self._marked(notice.title))

    def brand(self, shop: Shop) -> Branding:
        return self._brand

    def _marked(self, subject: str) -> str:
        """In the text's language: its sample code looks as real ones do."""
        with override(language_of(self._text.language_code)):
            mark = pgettext("before the subject of a test", "[Test]")
        return f"{mark} {subject}"


def send(
    shop: Shop,
    kind: str,
    language: str,
    *,
    subject: str | None = None,
    body: str | None = None,
    recipient: str,
    actor: str,
) -> None:
    """Send the text in force, or a draft of it, with invented contents, at once and once.

    `recipient` is any email address; for a push notice that of a member, whose devices get it.
    Raises Refused when it is neither, for a draft that cannot be saved either, or when the provider
    does not take the message.
    """
    recipient = recipient.strip()
    text = drafts.in_order(shop, kind, language, subject=subject, body=body)
    writer = SampleWriter(shop, text)
    if kind in EMAILS:
        courier: EmailCourier | PushCourier = EmailCourier(writer)
        member = _reader(shop, recipient)
    else:
        courier = PushCourier(writer)
        member = _owner(shop, recipient)
    message = Message(shop=shop, member=member, kind=kind, uid=uuid4(), created_at=timezone.now())
    try:
        with closing(courier):
            courier.send(message)
    except (NotSent, TemplateFailed) as error:
        raise Refused(Problem("recipient", str(error), ErrorCode.INVALID)) from error
    action, detail = AuditAction.MESSAGE_TESTED, f"{kind} {text.language_code}"
    audit.note(shop=shop, actor=actor, action=action, detail=detail)


def _reader(shop: Shop, address: str) -> Member:
    """Whoever reads the address; not a member of ours."""
    if fault := branding.fault_of_email(address):
        raise Refused(Problem("recipient", fault, ErrorCode.INVALID))
    return Member(shop=shop, email=address)


def _owner(shop: Shop, address: str) -> Member:
    """The member whose devices get the notice."""
    member = enrolment.find(shop=shop, email=address)
    if member is None:
        message = _("Give the email address of a member: their devices get the notice.")
        raise Refused(Problem("recipient", message, ErrorCode.NOT_FOUND))
    return member
