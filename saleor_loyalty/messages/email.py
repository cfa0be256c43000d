"""The courier for email, through Django's mail API, so that any of its backends will do."""

from email.utils import parseaddr
from smtplib import SMTPDataError, SMTPException, SMTPNotSupportedError, SMTPRecipientsRefused
from typing import Protocol

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailInvalidAddress
from anymail.exceptions import AnymailRecipientsRefused as ProviderRefusedRecipients
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from saleor_loyalty.conf import conf
from saleor_loyalty.messages import content
from saleor_loyalty.messages.outcomes import NotSent, Postponed, Rejected, Skipped, Unavailable
from saleor_loyalty.models import Message

PERMANENT = 500  # SMTP replies from here on are final for this mail (RFC 5321, 4.2.1)
# What a provider's API answers when this one mail is at fault, not our account or its load.
MAIL_AT_FAULT = frozenset({400, 404, 406, 413, 422})


class Connection(Protocol):
    """The part of a Django email backend that is used here."""

    def open(self) -> bool | None: ...
    def close(self) -> None: ...
    def send_messages(self, email_messages: list[EmailMultiAlternatives]) -> int | None: ...


class EmailCourier:
    """Takes one batch of emails to the provider over one connection. Close it afterwards."""

    def __init__(self) -> None:
        self._connection: Connection | None = None

    def send(self, message: Message) -> None:
        """Return once the provider has taken the email; raise NotSent otherwise."""
        member = message.member
        if not member.email_enabled:
            raise Skipped("The member takes no email.")
        if not member.email:
            raise Skipped("The member has no email address.")
        mail = compose(message)
        connection = self._open()
        try:
            taken = connection.send_messages([mail])
        except (OSError, AnymailError, ValueError) as error:
            self.close()  # after an error nobody knows what state it is in
            raise failure(error) from error
        if not taken:
            raise Rejected("The mail backend sent the email to nobody.")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> Connection:
        if self._connection is None:
            connection: Connection = get_connection(timeout=conf.http_timeout)
            try:
                connection.open()
            except (OSError, AnymailError) as error:
                raise Unavailable(f"The mail server was not reached. {_said(error)}") from error
            self._connection = connection
        return self._connection


def compose(message: Message) -> EmailMultiAlternatives:
    """The email as it goes out. Its Message-ID is the same whenever the message is composed."""
    written = content.email(message)
    mail = EmailMultiAlternatives(
        subject=written.subject,
        body=written.text,
        to=[message.member.email],
        headers={
            "Message-ID": f"<{message.uid}@{_sending_domain()}>",
            "Auto-Submitted": "auto-generated",  # no out-of-office replies (RFC 3834)
        },
    )
    mail.attach_alternative(written.html, "text/html")
    return mail


def failure(error: Exception) -> NotSent:
    """Whether an error of a mail backend is final for this email, or for now.

    Only what is said of the recipient or the mail itself is final: a wrong password or sender is
    ours to put right, and the email waits for that.
    """
    reason = f"The mail was not taken. {_said(error)}"
    return Rejected(reason) if _is_final(error) else Postponed(reason)


def _is_final(error: Exception) -> bool:
    match error:
        case SMTPRecipientsRefused():
            return all(code >= PERMANENT for code, _ in error.recipients.values())
        case SMTPDataError():
            return error.smtp_code >= PERMANENT
        case AnymailAPIError():
            return error.status_code in MAIL_AT_FAULT
        case SMTPNotSupportedError() | ProviderRefusedRecipients() | AnymailInvalidAddress():
            return True
    # Django and the email package raise ValueErrors for addresses that cannot be one.
    return isinstance(error, ValueError)


def _said(error: Exception) -> str:
    """The error in one line: its kind and what the other side answered."""
    if isinstance(error, SMTPRecipientsRefused):
        replies = (f"{code} {_decoded(reply)}" for code, reply in error.recipients.values())
        return f"Recipient refused: {'; '.join(replies)}"
    if isinstance(error, SMTPException) and len(error.args) > 1:
        return f"{type(error).__name__}: {error.args[0]} {_decoded(error.args[1])}"
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


def _decoded(reply: bytes | str) -> str:
    return reply.decode(errors="replace") if isinstance(reply, bytes) else reply


def _sending_domain() -> str:
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return address.rpartition("@")[2] or "localhost"
