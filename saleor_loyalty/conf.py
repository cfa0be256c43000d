"""The settings this package reads: their names, types and defaults.

Values come from `django.conf.settings` at each access: inside Saleor the shop's own settings apply.
`conf.public_url` is the setting `LOYALTY_PUBLIC_URL`, and so on.
"""

import re
from collections.abc import Sequence
from typing import Generic, TypeVar, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")
# What browsers call an origin, and so what `allowed_origins` may name.
ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", re.ASCII)


class Setting(Generic[T]):
    """One Django setting, read-only. On the class instead of an instance: its default."""

    def __init__(self, default: T) -> None:
        self.default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = f"LOYALTY_{name.upper()}"

    def __get__(self, instance: object, owner: type | None = None) -> T:
        if instance is None:
            return self.default
        return cast(T, getattr(settings, self.name, self.default))

    def __set__(self, instance: object, value: T) -> None:
        raise AttributeError(f"{self.name} is set in the Django settings, not here.")


class ListSetting(Setting[Sequence[str]]):
    """A list of strings. A bare string is refused: its characters would pass for the items."""

    def __get__(self, instance: object, owner: type | None = None) -> Sequence[str]:
        value = super().__get__(instance, owner)
        if isinstance(value, str):
            raise ImproperlyConfigured(f"{self.name} must be a list of strings, not one string.")
        return value


class Conf:
    """All settings of the package."""

    # Where browsers and Saleor reach the app door, no slash at the end. Empty: no app door.
    public_url = Setting("")
    # Shops that may install the app: patterns (fnmatch) for their API URL. Empty: none.
    allowed_api_urls = ListSetting(())
    # Origins of storefronts and Dashboards, besides the shops' own: their pages may call the
    # GraphQL API and show ours in a frame.
    allowed_origins = ListSetting(())
    # Fernet keys for the shops' tokens at rest. The first encrypts, all decrypt.
    token_keys = ListSetting(())
    # Earn also for customers who have not confirmed their email: for shops that do not ask for it.
    trust_unconfirmed_emails = Setting(False)
    # Service account (JSON file) for push through Firebase. Empty: no push.
    fcm_service_account_file = Setting("")
    fcm_url = Setting("https://fcm.googleapis.com")
    # The deep link in messages to the shopper's list of discounts.
    discounts_url = Setting("")
    # Schemes of the shop's apps, such as "nordlys", that push notices may open besides the web.
    app_schemes = ListSetting(())
    # The hour of the day, in the programme's time zone, at which reminders are due: 0 to 23.
    reminder_hour = Setting(10)
    # The largest webhook body that is read.
    max_body_bytes = Setting(1_048_576)
    # How often may be asked, as "600/minute"; empty: without limit. Events: webhooks of one shop.
    # Requests: GraphQL requests of one shop's signed-in staff and customers. Visitors: of all who
    # are not signed in at one shop. Customer: requests of one customer; mutations: those of one.
    rate_events = Setting("12000/minute")
    rate_requests = Setting("6000/minute")
    rate_visitors = Setting("1200/minute")
    rate_customer = Setting("300/minute")
    rate_mutations = Setting("30/minute")
    # Where this is counted for all processes, as redis://host:6379/0. Empty: by each for itself.
    rate_store = Setting("")
    # Documents that may be asked for by their hash: a JSON file, or a folder of them. Only: others
    # are not answered.
    documents = Setting("")
    documents_only = Setting(False)
    # Whether the GraphQL API tells its schema, to clients and to gateways.
    introspection = Setting(True)
    # How many coupons one transaction issues; the most that one gift may bring.
    coupons_at_once = Setting(100)
    # Seconds that a task works at a stretch, before others that wait get their turn.
    turn_seconds = Setting(1.0)
    # Seconds a call to Saleor or to a message provider may take.
    http_timeout = Setting(10.0)


conf = Conf()
