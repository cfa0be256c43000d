"""What of a shop travels, and how its rows are named outside their database.

No database id leaves: a member goes by Saleor's customer id, an order by Saleor's order id, a
version by its number, a reward and a coupon by their
uids.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db.models import Field, Model

from saleor_loyalty.models import (
    Account,
    Activation,
    AuditNote,
    AuditRecord,
    Branding,
    Channel,
    ChannelTerms,
    Coupon,
    CouponCode,
    Debt,
    Device,
    Entry,
    EntryNote,
    Logo,
    Lot,
    LotUse,
    Member,
    Message,
    MessageSwitch,
    MessageText,
    OrderPart,
    Program,
    ProgramVersion,
    Reward,
    RewardTerms,
    RewardVersion,
    SettledOrder,
)


@cache
def columns_of(model: type[Model]) -> tuple["Field[Any, Any]", ...]:
    """The model's fields that hold a value of their own, not an id; a new one travels by itself."""
    return tuple(
        column
        for column in model._meta.concrete_fields
        if not column.primary_key and not column.is_relation and not column.generated
    )


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one model, in the order of their ids.

    `shop` is the lookup from a row to its shop. `names` says by which values a row names another;
    `entries` which of these are entries of its member, by kind and cause; `devices` the columns
    that hold ids of devices.
    """

    name: str
    model: type[Model]
    shop: str = "shop"
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    entries: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()

    @property
    def columns(self) -> list[str]:
        return [column.name for column in columns_of(self.model)]

    @property
    def keys(self) -> frozenset[str]:
        """What each row of the section has in the file."""
        return frozenset([*self.columns, *self.names])


ACCOUNT = tuple(f"account__{column.name}" for column in columns_of(Account))
LOT = tuple(f"lot__{column.name}" for column in columns_of(Lot))
NOTE = tuple(f"note__{column.name}" for column in columns_of(EntryNote))
AUDIT_NOTE = tuple(f"note__{column.name}" for column in columns_of(AuditNote))
MEMBER = ("member__customer_id",)
HOLDER = ("account__member__customer_id",)
VERSION = ("version__number",)
COUPON = ("coupon__uid",)
REWARD_VERSION = ("reward__reward__uid", "reward__number")

# What is known of a member's address: the fault, when it was reported, when staff trusted it again.
# It travels with the member, for the hash it is kept by is another's where the SECRET_KEY is.
ADDRESS = "address"

# Each section names only rows of those before it; `current` is set once the versions are there.
SECTIONS = (
    Section("channel", Channel),
    Section("program", Program, names={"current": ("current__number",)}),
    Section("reward", Reward),
    Section(
        "reward_version", RewardVersion, shop="reward__shop", names={"reward": ("reward__uid",)}
    ),
    Section(
        "reward_terms",
        RewardTerms,
        shop="version__reward__shop",
        names={"version": ("version__reward__uid", "version__number")},
    ),
    Section(
        "version",
        ProgramVersion,
        shop="program__shop",
        names={"reward": REWARD_VERSION},
    ),
    Section("terms", ChannelTerms, shop="version__program__shop", names={"version": VERSION}),
    Section("activation", Activation, shop="program__shop"),
    Section("member", Member, names={"account": ACCOUNT, ADDRESS: ()}),
    Section("order", SettledOrder, names={"member": MEMBER, "version": VERSION}),
    Section(
        "entry",
        Entry,
        names={
            "member": HOLDER,
            "version": VERSION,
            "order": ("order__order_id",),
            "reverses": ("reverses__kind", "reverses__source"),
            "lot": LOT,
            "note": NOTE,
        },
        entries=("reverses",),
    ),
    Section(
        "part",
        OrderPart,
        shop="entry__shop",
        names={
            "member": ("entry__account__member__customer_id",),
            "entry": ("entry__kind", "entry__source"),
        },
        entries=("entry",),
    ),
    Section(
        "lot_use",
        LotUse,
        shop="lot__shop",
        names={
            "member": ("lot__account__member__customer_id",),
            "entry": ("entry__kind", "entry__source"),
            "lot": ("lot__entry__kind", "lot__entry__source"),
        },
        entries=("entry", "lot"),
    ),
    Section(
        "debt",
        Debt,
        shop="account__shop",
        names={"member": HOLDER, "entry": ("entry__kind", "entry__source")},
        entries=("entry",),
    ),
    Section(
        "coupon",
        Coupon,
        names={
            "member": MEMBER,
            "reward": REWARD_VERSION,
            "entry": ("entry__source",),
            "paid_by": ("paid_by__kind", "paid_by__source"),
        },
        entries=("paid_by",),
    ),
    Section("coupon_code", CouponCode, names={"coupon": COUPON}),
    Section("device", Device, names={"member": MEMBER}),
    Section("audit", AuditRecord, names={"member": MEMBER, "note": AUDIT_NOTE}),
    Section("branding", Branding),
    Section("logo", Logo),
    Section("message_switch", MessageSwitch),
    Section("message_text", MessageText),
    Section(
        "message",
        Message,
        names={"member": MEMBER, "coupon": COUPON, "entry": ("entry__source",)},
        devices=("delivered_devices", "refused_devices"),
    ),
)
BY_NAME = {section.name: section for section in SECTIONS}
