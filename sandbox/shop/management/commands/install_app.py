"""`install_app URL`: install the app with this manifest; again, and it gets a new token."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sandbox.shop.installation import InstallationFailed, install


class Command(BaseCommand):
    help = (
        "Install an app from its manifest, while the sandbox's server runs: the app asks it back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("manifest_url")

    def handle(self, *_args: Any, manifest_url: str, **_options: Any) -> None:
        try:
            app = install(manifest_url)
        except InstallationFailed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Installed {app.name} {app.version}.")
