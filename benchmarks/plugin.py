"""What the plugin costs a shop: orderMarkAsPaid with and without us, alternating.

    SALEOR_DIR=… SALEOR_PYTHON=… SALEOR_DATABASE_URL=… python -m benchmarks.plugin [orders]

Two web processes serve one database, one of them without our package. Every other order is marked
as paid through each, so whatever else the machine does, it does to both. No worker runs: it would
take its time from both alike.
"""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from saleor_loyalty.server.engines import engines
from sandbox import graphql_client
from sandbox.addresses import Ports
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


def main(orders: int) -> None:
    installation = Installation.from_environment()
    if installation is None:
        raise SystemExit("Set SALEOR_DIR, SALEOR_PYTHON and SALEOR_DATABASE_URL.")
    with tempfile.TemporaryDirectory(prefix="loyalty-") as data_dir, engines(Path(data_dir)) as at:
        logs = Path(data_dir) / "log"
        broker = f"{at.broker_url.rpartition('/')[0]}/9"
        with live_saleor(installation, logs, port=Ports.any().app, broker_url=broker) as live:
            bare = live.bare(port=Ports.any().app)
            live.start("web")
            bare.start("web", prefix="bare-")
            ids = live.python(COPIES.format(count=2 * (orders + WARM_UP))).split()
            shop = PluginShop(live.api_url, staff=STAFF, stop=live.processes.stop)
            times: dict[str, list[float]] = {"with": [], "without": []}
            for number, order_id in enumerate(ids):
                url = live.api_url if number % 2 else bare.api_url
                token = shop.staff_token
                start = time.perf_counter()
                graphql_client.ask(url, MARK_PAID, {"id": order_id}, token=token)
                times["with" if number % 2 else "without"].append(time.perf_counter() - start)
            marked = live.sql("SELECT count(*) FROM saleor_loyalty_change")[0][0]
    for name, taken in times.items():
        taken = sorted(taken[WARM_UP:])
        low, _, high = quantiles(taken, n=4)
        print(
            f"{name:8} median {median(taken) * 1000:6.1f} ms   {low * 1000:.1f} - {high * 1000:.1f}"
        )
    ratio = median(times["with"][WARM_UP:]) / median(times["without"][WARM_UP:])
    print(f"ratio of the medians {ratio:.3f}; {marked} orders in the inbox")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
