"""One story, told over HTTP alone: what a shopper, the staff and the inboxes see when it all works.

It runs against the sandbox's shop or a real Saleor; only prices and currency differ.
"""

from collections.abc import Iterator
from threading import Event
from typing import Protocol
from uuid import uuid4

from sandbox.chapters import Step, Story
from sandbox.demo import Demo, Say
from sandbox.opening import give_phone, open_shop
from sandbox.shop.people import SHOPPERS, STAFF
from sandbox.shop_api import ShopApi

CHANNEL = "default-channel"  # every Saleor begins with one of this name


class Opening(Protocol):
    """Opens a shop on its first day; the shop, and the app's id there if it has one."""

    def __call__(
        self, demo: Demo, *, staff: tuple[str, str], stop: Event, say: Say
    ) -> tuple[ShopApi, str]: ...


def tell(
    demo: Demo,
    *,
    staff: tuple[str, str] | None,
    stop: Event,
    say: Say,
    open_shop: Opening = open_shop,
) -> bool:
    """Play the story and print each step; whether all went well.

    `staff` signs in to a real Saleor, where a new shopper is made for the story; without, it is
    the sandbox with its own people. `open_shop` is how the shop comes to its programme.
    """
    shop, app_id = open_shop(demo, staff=staff or (STAFF.email, STAFF.password), stop=stop, say=say)
    try:
        channel = next(each for each in shop.channels() if each["slug"] == CHANNEL)
        if staff:
            email, password = f"story-{uuid4().hex[:8]}@example.com", "password"
            shop.register(email, password, channel=channel["slug"])
        else:
            email, password = SHOPPERS[0].email, SHOPPERS[0].password
        token = shop.sign_in(email, password)
        story = Story(
            demo=demo,
            shop=shop,
            stop=stop,
            app_id=app_id,
            email=email,
            token=token,
            customer_id=str(shop.customer_id(email)),
            channel=channel,
            phone=give_phone(demo, shopper_token=token, name=f"Phone of {email}"),
        )
        return _printed(story.steps())
    finally:
        if staff and app_id:
            shop.uninstall(app_id)


def _printed(steps: Iterator[Step]) -> bool:
    row = "  {:36} {:44} {:44} {}".format
    print(f"\n{row('STEP', 'EXPECTED', 'SEEN', '')}")
    for step in steps:
        print(row(step.name, step.expected, step.seen, "✓" if step.went_well else "✗"), flush=True)
        if not step.went_well:
            return False
    print()
    return True
