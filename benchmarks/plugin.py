"""What the plugin costs a shop: orderMarkAsPaid with and without us, alternating.

    SALEOR_DIR=… SALEOR_PYTHON=… SALEOR_DATABASE_URL=… python -m benchmarks plugin

Two web processes serve one database, one of them without our package. Every other order is marked
as paid through each, so whatever else the machine does, it does to both. No worker runs: it would
take its time from both alike.
"""

import os
import tempfile
from collections.abc import Iterator
from functools import partial
from itertools import cycle
from pathlib import Path

from benchmarks.race import NotHere, Row, Run, timed
from sandbox.addresses import Ports
from sandbox.graphql_client import ask
from sandbox.shop_api import MARK_PAID
from tests.live.doors import PluginShop
from tests.live.saleor import STAFF, Installation, live_saleor

WARM_UP = 10  # orders per process that are not counted
COPIES = """
from saleor.order.models import Order, OrderLine
from saleor.channel.models import Channel
from saleor.account.models import User
import graphene
channel = Channel.objects.get(slug="default-channel")
user = User.objects.filter(is_staff=False).exclude(default_billing_address=None).first()
variant_line = OrderLine.objects.filter(order__channel=channel).first()
for _ in range({count}):
    order = Order.objects.create(
        channel=channel, currency=channel.currency_code, user=user, user_email=user.email,
        status="unfulfilled", lines_count=1, language_code="en", origin="draft",
        billing_address=user.default_billing_address.get_copy(),
        total_net_amount=50, total_gross_amount=50, undiscounted_total_net_amount=50,
        undiscounted_total_gross_amount=50, subtotal_net_amount=50, subtotal_gross_amount=50,
        should_refresh_prices=False,
    )
    line = OrderLine.objects.get(pk=variant_line.pk)
    line.pk = None
    line._state.adding = True
    line.order = order
    line.quantity, line.quantity_fulfilled = 1, 0
    line.unit_price_net_amount = line.unit_price_gross_amount = 50
    line.total_price_net_amount = line.total_price_gross_amount = 50
    line.save()
    print(graphene.Node.to_global_id("Order", order.pk))
"""


def rows(run: Run) -> Iterator[Row]:
    installation = Installation.from_environment()
    if installation is None:
        raise NotHere("Set SALEOR_DIR, SALEOR_PYTHON and SALEOR_DATABASE_URL.")
    orders = run.of(200, 30, 2)
    with tempfile.TemporaryDirectory(prefix="loyalty-") as folder:
        # A queue of its own: no worker may take from it.
        broker = f"{os.environ['CELERY_BROKER_URL'].rpartition('/')[0]}/9"
        ports, logs = Ports.any(), Path(folder) / "log"
        with live_saleor(installation, logs, port=ports.app, broker_url=broker) as live:
            bare = live.bare(port=ports.sandbox)
            live.start("web")
            bare.start("web", prefix="bare-")
            ids = live.python(COPIES.format(count=2 * (orders + WARM_UP))).split()
            shop = PluginShop(live.api_url, staff=STAFF, stop=live.processes.stop)
            taken: dict[str, list[float]] = {live.api_url: [], bare.api_url: []}
            for url, order_id in zip(cycle(taken), ids, strict=False):
                mark = partial(ask, url, MARK_PAID, {"id": order_id}, token=shop.staff_token)
                taken[url].append(timed(mark))
            marked = live.sql("SELECT count(*) FROM saleor_loyalty_change")[0][0]
    ours, without = (seconds[WARM_UP:] for seconds in taken.values())
    notes = {"in the inbox": marked}
    yield Row("orderMarkAsPaid beside the plugin", ours, without, at_least=1 / 1.02, notes=notes)
