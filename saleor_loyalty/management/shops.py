"""Which shop a command is about."""

from argparse import ArgumentParser

from django.core.management.base import CommandError
from django.db.models import QuerySet

from saleor_loyalty.models import Shop


def add_shop(parser: ArgumentParser) -> None:
    """The option `--shop` of a command about one shop: to be given where there are several."""
    parser.add_argument(
        "--shop",
        metavar="API_URL",
        help="of its GraphQL API; may be left out where there is one shop",
    )


def the_shop(api_url: str | None, *, installed: bool = False) -> Shop:
    """The shop with this API URL; without one the only shop that there is.

    With `installed` those that removed the app do not count. Raises CommandError that names the
    shops that are known.
    """
    shops = Shop.objects.filter(is_active=True) if installed else Shop.objects.all()
    if api_url:
        return shop_at(api_url, shops)
    match list(shops[:2]):
        case [shop]:
            return shop
        case []:
            raise CommandError("No shop has the app installed; install it first.")
    raise CommandError(f"There are several shops; name one with --shop: {_named(shops)}.")


def shop_at(api_url: str, among: QuerySet[Shop] | None = None) -> Shop:
    """The shop with this API URL. Raises CommandError that names those that are known."""
    shops = Shop.objects.all() if among is None else among
    if shop := shops.filter(api_url=api_url).first():
        return shop
    raise CommandError(f"No shop has the API URL {api_url}. Known: {_named(shops) or 'none'}.")


def _named(shops: QuerySet[Shop]) -> str:
    return ", ".join(shops.order_by("api_url").values_list("api_url", flat=True))
