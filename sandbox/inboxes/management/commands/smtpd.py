"""The mailbox's SMTP server, as a process of its own."""

import signal
from typing import Any

from aiosmtpd.controller import Controller
from django.core.management.base import BaseCommand, CommandParser

from sandbox.inboxes.smtp import Mailbox


class Command(BaseCommand):
    help = "Receive mail over SMTP until told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8025)

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        stop = {signal.SIGINT, signal.SIGTERM}
        signal.pthread_sigmask(
            signal.SIG_BLOCK, stop
        )  # before the server's thread, which inherits it
        controller = Controller(Mailbox(), hostname=host, port=port)
        controller.start()
        self.stdout.write(f"SMTP on {host}:{port}")
        signal.sigwait(stop)
        controller.stop()
