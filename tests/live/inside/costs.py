"""Run inside Saleor: what Saleor counts for each of our fields."""

import json

from saleor.graphql.api import schema  # noqa: F401 - the schema is built, so ours is grafted
from saleor.graphql.query_cost_map import COST_MAP

print(
    json.dumps(
        {
            f"{type_}.{field}": [cost["complexity"], "first" in cost.get("multipliers", ())]
            for type_, fields in COST_MAP.items()
            for field, cost in fields.items()
            if type_.startswith("Loyalty") or field.startswith("loyalty")
        }
    )
)
