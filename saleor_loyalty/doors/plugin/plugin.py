"""What Saleor calls when something happens in the shop: it is marked in the inbox, no more."""

import logging
from typing import Any, ClassVar

from django.db import transaction
from saleor.plugins.base_plugin import BasePlugin, ConfigurationTypeField
from saleor.plugins.models import PluginConfiguration

from saleor_loyalty.doors.manifest import APP_ID
from saleor_loyalty.doors.plugin import switch
from saleor_loyalty.doors.plugin.marks import mark

logger = logging.getLogger(__name__)


class LoyaltyPlugin(BasePlugin):
    """The programme's switch in Saleor's list of plugins, with the way to its back office.

    Saleor calls the hooks below after it committed what they tell. A hook never raises: what it
    could not mark, reconciliation finds.
    """

    PLUGIN_ID = APP_ID
    PLUGIN_NAME = "Loyalty: on and off"  # the App has the name alone, in the same list
    PLUGIN_DESCRIPTION = (
        "Shoppers collect points for what they pay; enough points become a single-use voucher. "
        "Switched off, nothing is credited, sent or ended; switched on again, the past stays as "
        "it is. The same switch is on the program's own page."
    )
    CONFIGURATION_PER_CHANNEL = False
    DEFAULT_ACTIVE = True
    DEFAULT_CONFIGURATION: ClassVar[list[dict[str, Any]]] = [
        {"name": "back-office", "value": "In this Dashboard: Customers → Loyalty"}
    ]
    CONFIG_STRUCTURE: ClassVar[dict[str, dict[str, str]]] = {
        "back-office": {
            "type": ConfigurationTypeField.OUTPUT,
            "label": "Back office",
            "help_text": "Rules, members and messages of the program.",
        }
    }

    def order_created(self, order: Any, previous_value: Any, **kwargs: Any) -> Any:
        mark("Order", [order], matters=_matters_when_new)
        return previous_value

    def order_paid(self, order: Any, previous_value: Any, **kwargs: Any) -> Any:
        return self._order(order, previous_value)

    def order_fully_paid(self, order: Any, previous_value: Any, **kwargs: Any) -> Any:
        return self._order(order, previous_value)

    def order_refunded(self, order: Any, previous_value: Any, **kwargs: Any) -> Any:
        return self._order(order, previous_value)

    def order_fully_refunded(self, order: Any, previous_value: Any, **kwargs: Any) -> Any:
        return self._order(order, previous_value)

    def order_cancelled(self, order: Any, previous_value: Any, **kwargs: Any) -> Any:
        return self._order(order, previous_value)

    def order_updated(self, order: Any, previous_value: Any, **kwargs: Any) -> Any:
        return self._order(order, previous_value)

    def order_expired(self, order: Any, previous_value: Any, **kwargs: Any) -> Any:
        return self._order(order, previous_value)

    def order_bulk_created(self, orders: list[Any], previous_value: Any, **kwargs: Any) -> Any:
        mark("Order", orders, matters=_is_placed)
        return previous_value

    def customer_created(self, customer: Any, previous_value: Any, **kwargs: Any) -> Any:
        return self._customer(customer, previous_value)

    def customer_updated(self, customer: Any, previous_value: Any, **kwargs: Any) -> Any:
        return self._customer(customer, previous_value)

    def customer_deleted(self, customer: Any, previous_value: Any, **kwargs: Any) -> Any:
        return self._customer(customer, previous_value)

    def account_confirmed(self, user: Any, previous_value: Any, **kwargs: Any) -> Any:
        return self._customer(user, previous_value)

    def account_email_changed(self, user: Any, previous_value: Any, **kwargs: Any) -> Any:
        return self._customer(user, previous_value)

    def account_deleted(self, user: Any, previous_value: Any, **kwargs: Any) -> Any:
        return self._customer(user, previous_value)

    @classmethod
    def save_plugin_configuration(
        cls, plugin_configuration: PluginConfiguration, cleaned_data: dict[str, Any]
    ) -> PluginConfiguration:
        """Saleor's own, and then the programme follows the plugin's switch.

        Off is what an owner does when something is wrong with us: it works whatever that is, since
        Saleor does not tell a plugin that is off of anything.
        """
        on = cleaned_data.get("active", plugin_configuration.active)
        if on == plugin_configuration.active:
            return super().save_plugin_configuration(plugin_configuration, cleaned_data)
        if on:
            with transaction.atomic():  # on both, or neither
                saved = super().save_plugin_configuration(plugin_configuration, cleaned_data)
                switch.turn(on=True)
            return saved
        saved = super().save_plugin_configuration(plugin_configuration, cleaned_data)
        try:
            with transaction.atomic():
                switch.turn(on=False)
        except Exception:
            logger.exception("The plugin is off, and its programme could not be switched off")
        return saved

    def _order(self, order: Any, previous_value: Any) -> Any:
        mark("Order", [order], matters=_is_placed)
        return previous_value

    def _customer(self, customer: Any, previous_value: Any) -> Any:
        mark("User", [customer])
        return previous_value


def _is_placed(order: Any) -> bool:
    """A draft earns nothing; it is told of again when it is placed."""
    return getattr(order, "status", None) != "draft"


def _matters_when_new(order: Any) -> bool:
    """An order that is not paid at all is told of again when it is; unless it uses a coupon."""
    is_unpaid = getattr(order, "charge_status", None) == "none"
    return _is_placed(order) and not (is_unpaid and not getattr(order, "voucher_code", None))
