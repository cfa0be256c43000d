"""`loyalty_schema` prints the GraphQL schema, as docs/schema.graphql keeps it."""

from typing import Any

from django.core.management.base import BaseCommand

from saleor_loyalty.graphql.schema import sdl


class Command(BaseCommand):
    help = "Prints the GraphQL schema that this package serves."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(sdl(), ending="")
