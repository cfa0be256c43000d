"""Run benchmarks: python -m benchmarks [name…] [--quick] [--rounds N] [--json FILE].

With DATABASE_URL and CELERY_BROKER_URL or else an embedded PostgreSQL and Valkey. Exits by 1 when a
goal is missed.
"""

import argparse
import importlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from benchmarks import fresh, machine
from benchmarks.race import NotHere, Row, Run

NAMES = ("orders", "member_page", "expiry", "reminders", "staff_pages", "webhooks", "plugin")
ROUNDS = {"full": 7, "quick": 3, "tiny": 1}


def main() -> int:
    options = _options()
    with fresh.database():
        about = machine.facts()
        print(", ".join(f"{name} {value}" for name, value in about.items()))
        run = Run(options.size, options.rounds or ROUNDS[options.size])
        rows = list(_rows(options.names or NAMES, run, is_asked_for=bool(options.names)))
    if options.json:
        told = {"size": run.size, "rounds": run.rounds, "machine": about}
        told["rows"] = [row.as_json() for row in rows]
        options.json.write_text(json.dumps(told, indent=2) + "\n")
    return int(not all(row.is_met for row in rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(NAMES))
    parser.add_argument("--size", choices=ROUNDS, default="full", help="tiny: does it run at all")
    parser.add_argument("--quick", dest="size", action="store_const", const="quick")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"There is no {', '.join(sorted(unknown))}, but: {', '.join(NAMES)}")
    return options


def _rows(names: Iterable[str], run: Run, *, is_asked_for: bool) -> Iterable[Row]:
    for name in names:
        print(f"\n{name}", flush=True)
        try:
            for row in importlib.import_module(f"benchmarks.{name}").rows(run):
                print(f"  {row}", flush=True)
                yield row
        except NotHere as reason:
            if is_asked_for:
                raise SystemExit(str(reason)) from reason
            print(f"  not run: {reason}")


if __name__ == "__main__":
    sys.exit(main())
