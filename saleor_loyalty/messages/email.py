"""The courier for email, through Django's mail API, so that any of its backends will do."""

from contextlib import suppress
from email.utils import formataddr, parseaddr
from smtplib import (
    SMTPDataError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from typing import Protocol

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailInvalidAddress
from anymail.exceptions import AnymailRecipientsRefused as ProviderRefusedRecipients
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from saleor_loyalty.conf import conf
from saleor_loyalty.messages import unsubscribe
from saleor_loyalty.messages.content import Writer
from saleor_loyalty.messages.outcomes import NotSent, Postponed, Rejected, Unavailable
from saleor_loyalty.messages.rendering import one_line
from saleor_loyalty.models import Message
from saleor_loyalty.rules.languages import harmless

PERMANENT = 500  # SMTP replies from here on are final for this mail (RFC 5321, 4.2.1)
CLOSING = 421  # the server takes nothing more now, whoever it is for (RFC 5321, 4.2.3)
TOO_LARGE = 552  # more than the server takes of anybody (RFC 1870, 6.1)
# What a provider's API answers when this one mail is at fault, not our account or its load.
MAIL_AT_FAULT = frozenset({400, 404, 406, 413, 422})


class Connection(Protocol):
    """The part of a Django email backend that is used here."""

    def open(self) -> bool | None: ...
    def close(self) -> None: ...
    def send_messages(self, email_messages: list[EmailMultiAlternatives]) -> int | None: ...


class EmailCourier:
    """Takes one batch of emails to the provider over one connection. Close it afterwards."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._connection: Connection | None = None
        self._broken_off = 0  # how often in a row the other side left us in the middle

    def send(self, message: Message) -> None:
        """Return once the provider has taken the email; raise NotSent otherwise."""
        mail = self._compose(message)
        connection = self._open()
        try:
            taken = connection.send_messages([mail])
        except (OSError, AnymailError, ValueError) as error:
            self.close()  # after an error nobody knows what state it is in
            raise self._failure(error) from error
        if not taken:
            raise Rejected("The mail backend sent the email to nobody.")
        self._broken_off = 0

    def close(self) -> None:
        if self._connection is not None:
            with suppress(OSError, AnymailError):  # the mails are with the server already, or not
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

    def _compose(self, message: Message) -> EmailMultiAlternatives:
        """The email as it goes out. Its Message-ID is the same whenever it is composed."""
        link = unsubscribe.link(message.member)
        written = self._writer.email(message, unsubscribe_url=link)
        brand = self._writer.brand(message.shop)
        name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
        sender = brand.sender_name or brand.shop_name or name or brand.name
        mail = EmailMultiAlternatives(
            subject=written.subject,
            body=written.text,
            from_email=formataddr((one_line(harmless(sender)), address)),
            to=[message.member.email],
            reply_to=[brand.reply_to] if brand.reply_to else None,
            headers={
                "Message-ID": f"<{message.uid}@{address.rpartition('@')[2] or 'localhost'}>",
                "Auto-Submitted": "auto-generated",  # no out-of-office replies (RFC 3834)
                **unsubscribe.headers(link),
            },
        )
        mail.attach_alternative(written.html, "text/html")
        return mail

    def _failure(self, error: Exception) -> NotSent:
        """Whether an error of a mail backend is final for this email, for now, or for all of them.

        Only what is said of the recipient or the mail itself is final: a wrong password or sender
        is ours to put right, and all emails wait for that. A server that breaks off in the middle
        may have stumbled over this one email; one that does so twice running is in trouble.
        """
        reason = f"The mail was not taken. {_said(error)}"
        if _is_final(error):
            return Rejected(reason)
        self._broken_off = self._broken_off + 1 if _is_broken_off(error) else 0
        if self._broken_off > 1 or _is_closing(error) or isinstance(error, SMTPSenderRefused):
            return Unavailable(reason)
        return Postponed(reason)


def _is_broken_off(error: Exception) -> bool:
    """The connection was lost or nothing was heard any more, and nothing was said of the mail."""
    if isinstance(error, SMTPException):
        return isinstance(error, SMTPServerDisconnected)
    return isinstance(error, OSError)


def _is_closing(error: Exception) -> bool:
    """The server said that it takes nothing more now, in answer to whatever it was."""
    if isinstance(error, SMTPRecipientsRefused):
        return any(code == CLOSING for code, _ in error.recipients.values())
    return isinstance(error, SMTPResponseException) and error.smtp_code == CLOSING


def _is_final(error: Exception) -> bool:
    match error:
        case SMTPRecipientsRefused():
            return all(code >= PERMANENT for code, _ in error.recipients.values())
        case SMTPDataError():
            return error.smtp_code >= PERMANENT
        case SMTPSenderRefused():  # a server that knows the size refuses what is too large here
            return error.smtp_code == TOO_LARGE
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
