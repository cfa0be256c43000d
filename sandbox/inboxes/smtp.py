"""The SMTP side of the mailbox: whatever arrives is stored, nothing is passed on."""

import logging

from aiosmtpd.smtp import SMTP, Envelope, Session
from asgiref.sync import sync_to_async
from django.db import Error, close_old_connections

from sandbox.inboxes.models import Mail

logger = logging.getLogger(__name__)
# aiosmtpd's own: many lines per mail, with every address.
logging.getLogger("mail.log").setLevel(logging.WARNING)


class Mailbox:
    """A handler for aiosmtpd."""

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Store the mail. When the database cannot, the sender is asked to come again."""
        try:
            mail = await sync_to_async(_store)(envelope)
        except Error:
            logger.exception("A mail could not be stored")
            return "451 4.3.0 The mailbox is out of order, try again later"
        logger.info("Mail %s arrived", mail.pk)
        return "250 2.0.0 Stored"


def _store(envelope: Envelope) -> Mail:
    close_old_connections()
    return Mail.objects.create(
        sender=envelope.mail_from or "",
        recipients=envelope.rcpt_tos,
        source=envelope.original_content or b"",
    )
