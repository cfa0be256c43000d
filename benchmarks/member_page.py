"""What a storefront shows a member: over GraphQL in this process, against the same plain SQL."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks import fresh
from benchmarks.race import Row, Run, Work, race
from saleor_loyalty.graphql.schema import execute
from saleor_loyalty.models import Program
from saleor_loyalty.permissions import Viewer

NOW = datetime(2027, 6, 1, tzinfo=UTC)
QUERY = """{
  loyalty {
    balance
    entries(first: 20) {
      edges { node { id kind points createdAt expiresAt orderNumber reason explanation } }
    }
    coupons(first: 20) {
      edges {
        node {
          id status code rewardName discountType issuedAt expiresAt
          terms { currency discountValue minSpent }
        }
      }
    }
  }
}"""


def rows(run: Run) -> Iterator[Row]:
    members, pages = run.of(10_000, 1_000, 5), run.of(100, 30, 2)
    program = fresh.shop(NOW, threshold=5000, expiry_policy="PER_LOT", expiry_days=365)
    values = {"shop": program.shop_id, "version": program.current_id}
    fresh.fill("member_page", **values, members=members, now=NOW)
    customers = [f"customer-{1 + n * members // pages}" for n in range(pages)]
    viewer = Viewer(shop=program.shop, customer_id=customers[0])
    _ask(viewer)  # the first one finds what later ones remember
    with CaptureQueriesContext(connection) as queries:
        _ask(viewer)
    yield race(
        f"page of one of {members:,} members over GraphQL",
        run,
        ours=partial(_over_graphql, program, customers),
        floor=partial(_plainly, program, customers),
        check=lambda: None,  # what was answered is looked at as it comes
        amount=pages,
        unit="pages",
        at_least=0.2,
        notes={"queries": len(queries)},
    )


def _over_graphql(program: Program, customers: list[str]) -> Work:
    viewers = [Viewer(shop=program.shop, customer_id=customer) for customer in customers]

    def work() -> None:
        for viewer in viewers:
            _ask(viewer)

    return work


def _ask(viewer: Viewer) -> None:
    answer = execute(QUERY, context=SimpleNamespace(loyalty_viewer=viewer))
    assert "errors" not in answer, answer
    member = answer["data"]["loyalty"]
    shown = [len(member[name]["edges"]) for name in ("entries", "coupons")]
    assert (member["balance"], shown) == (240, [20, 3]), (member["balance"], shown)


def _plainly(program: Program, customers: list[str]) -> Work:
    sql = fresh.text("floors/member_page")

    def work() -> None:
        for customer in customers:
            values = {"shop": program.shop_id, "customer": customer}
            [member], entries, coupons = fresh.floor(sql, values)
            assert (member[1], len(entries), len(coupons)) == (240, 20, 3)

    return work
