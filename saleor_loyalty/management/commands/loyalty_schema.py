"""`loyalty_schema` prints the GraphQL schema, as docs/schema.graphql keeps it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from saleor_loyalty.graphql.federation import sdl, subgraph_sdl


class Command(BaseCommand):
    help = "Prints the GraphQL schema that this package serves."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--subgraph",
            action="store_true",
            help="with the directives of Apollo Federation 2, to compose with Saleor's schema",
        )

    def handle(self, *_args: Any, subgraph: bool, **_options: Any) -> None:
        self.stdout.write(subgraph_sdl() if subgraph else sdl(), ending="")
