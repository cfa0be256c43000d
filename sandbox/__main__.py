"""`python -m sandbox`: the demo, or one story played by it."""

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path
from threading import Event

import httpx

from sandbox import demo, opening, story
from sandbox.addresses import Ports, origin
from sandbox.graphql_client import Refused
from sandbox.shop.people import SHOPPERS, STAFF
from sandbox.waiting import Broken, Stopped

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """0 when all went well, 1 when something is broken or a step of the story went wrong."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument(
        "--story", action="store_true", help="play one story without a browser and exit"
    )
    parser.add_argument(
        "--saleor",
        metavar="URL",
        help="play it in this Saleor, by its API URL, as SALEOR_EMAIL with SALEOR_PASSWORD",
    )
    parser.add_argument(
        "--data", type=Path, default=demo.DATA_DIR, help="the demo's data, kept for its next start"
    )
    parser.add_argument(
        "--empty", action="store_true", help="set up no program: the first day of a shop"
    )
    parser.add_argument(
        "--allow-origin",
        metavar="ORIGIN",
        type=origin,
        action="append",
        default=[],
        help="let a storefront of your own ask both APIs and frame pages; may be given repeatedly",
    )
    options = parser.parse_args()
    if options.saleor and not options.story:
        parser.error("--saleor goes with --story")
    if options.allow_origin and options.story:
        parser.error("--allow-origin does not go with --story: nobody can look at it")
    stop = Event()
    for number in SIGNALS:
        signal.signal(number, lambda *_: stop.set())
    try:
        went_well = _story(options.saleor, stop) if options.story else _demo(options, stop)
    except Stopped:
        return 1 if options.story else 0
    except (Broken, Refused, httpx.HTTPError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0 if went_well else 1


def _demo(options: argparse.Namespace, stop: Event) -> bool:
    """Run until somebody asks to stop."""
    say = demo.clock(_print)
    storefronts = options.allow_origin
    with demo.running(options.data, stop=stop, say=say, storefronts=storefronts) as running:
        staff = (STAFF.email, STAFF.password)
        shop, _ = opening.open_shop(
            running, staff=staff, stop=stop, say=say, is_empty=options.empty
        )
        say("Giving each shopper a phone that takes push notices")
        for person in SHOPPERS:
            token = shop.sign_in(person.email, person.password)
            opening.give_phone(running, shopper_token=token, name=f"{person.first_name}'s phone")
        say("Ready")
        _print(f"\n{opening.table(running, options.data)}\n")
        _print("  Ctrl-C stops it; the data stays for the next start.\n")
        running.processes.watch()
    return True


def _story(saleor_url: str | None, stop: Event) -> bool:
    """From nothing, on ports of its own, leaving nothing behind."""
    say = demo.clock(_print)
    staff = _saleor_staff() if saleor_url else None
    with (
        tempfile.TemporaryDirectory(prefix="loyalty-") as data_dir,
        demo.running(
            Path(data_dir),
            ports=Ports.any(),
            stop=stop,
            say=say,
            saleor_url=saleor_url,
            temporary=True,
        ) as running,
    ):
        went_well = story.tell(running, staff=staff, stop=stop, say=say)
    say("The story went as it should" if went_well else "The story went wrong")
    return went_well


def _saleor_staff() -> tuple[str, str]:
    try:
        return os.environ["SALEOR_EMAIL"], os.environ["SALEOR_PASSWORD"]
    except KeyError as missing:
        raise Broken(
            f"Set {missing.args[0]}: the story signs in to that Saleor as staff."
        ) from None


def _print(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
