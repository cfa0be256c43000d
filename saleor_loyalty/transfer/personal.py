"""Which fields hold something of a person, and what: export, erasure and docs/data.md go by it.

Every field of every model of ours is declared, also those that hold nothing of anybody.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from django.db.models import Model

from saleor_loyalty.models import (
    Account,
    Activation,
    AddressFault,
    AddressTrust,
    AuditNote,
    AuditRecord,
    Branding,
    Change,
    Channel,
    ChannelTerms,
    Coupon,
    CouponCode,
    Debt,
    Device,
    Entry,
    EntryNote,
    FollowedCustomer,
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
    ResendRequest,
    Reward,
    RewardTerms,
    RewardVersion,
    SettledOrder,
    Shop,
)


class Personal(StrEnum):
    """What a field holds of a person."""

    OWNER = "whose row it is"
    IDENTIFIER = "them, or an order, voucher or message of theirs, by an id or number"
    ADDRESS = "where they are reached"
    NAME = "what they are called"
    CHOICE = "language, and which messages they want"
    HISTORY = "what they did, got and have, and when"
    KEY = "what opens something of theirs, or reaches a device"
    TRACE = "a hash that stands for an address"
    TEXT = "what staff wrote, which may name anybody"
    ERROR = "what another system answered, which may repeat an address or a code"
    STAFF = "who of the staff did it"


Fields = Sequence[str]
NOTHING = (
    None  # of a person: rules, settings, work to be done, links to rows that say it themselves
)

REGISTRY: Mapping[type[Model], Mapping[Personal | None, Fields]] = {
    Shop: {
        NOTHING: (
            *("door", "api_url", "domain", "name", "app_id", "sealed_token", "jwks"),
            *("jwks_asked_at", "jwks_fetched_at", "is_active", "silent_since", "ask_again_at"),
            *("token_unknown_at", "installed_at", "orders_walked_to", "customers_walked_to"),
            *("walk_until", "members_walked_to", "coupons_walked_to"),
        ),
    },
    # How the shop shows itself: its sender and where answers go are the shop's own.
    Branding: {
        NOTHING: (
            *("shop", "shop_name", "logo_url", "logo_name", "brand_color", "default_language"),
            *("discounts_url", "push_url", "sender_name", "reply_to"),
        ),
    },
    Logo: {NOTHING: ("shop", "name", "content", "created_at")},
    Channel: {NOTHING: ("shop", "channel_id", "slug", "name")},
    Program: {NOTHING: ("shop", "current", "is_active", "reminded_until")},
    Activation: {NOTHING: ("program", "started_at", "ended_at")},
    ProgramVersion: {
        Personal.STAFF: ("created_by",),
        NOTHING: (
            *("program", "number", "name", "threshold", "reward", "basis", "include_shipping"),
            *("expiry_policy", "expiry_days", "protected_until", "time_zone", "reminders"),
            "created_at",
        ),
    },
    ChannelTerms: {
        NOTHING: ("version", "channel_id", "channel_name", "currency", "points_per_unit"),
    },
    Reward: {NOTHING: ("shop", "uid", "kind")},
    RewardVersion: {
        Personal.STAFF: ("created_by",),
        NOTHING: (
            *("reward", "number", "name", "discount_type", "valid_days", "limited_to"),
            *("limited_names", "created_at"),
        ),
    },
    RewardTerms: {
        NOTHING: (
            *("version", "channel_id", "channel_name", "currency", "discount_value", "min_spent"),
        ),
    },
    Member: {
        Personal.IDENTIFIER: ("customer_id",),
        Personal.ADDRESS: ("email",),
        Personal.NAME: ("first_name",),
        Personal.CHOICE: (
            *("language_code", "language_is_own", "email_enabled", "push_enabled"),
            "email_chosen_at",
        ),
        Personal.HISTORY: (*("status", "joined_at", "last_activity_at", "customer_is_active"),),
        Personal.KEY: ("unsubscribe_token",),
        Personal.STAFF: ("status_by",),
        NOTHING: ("shop",),
    },
    Account: {
        Personal.OWNER: ("member",),
        Personal.IDENTIFIER: ("rewards_to_come",),
        Personal.HISTORY: ("balance", "lifetime_points", "expires_at"),
        NOTHING: ("shop", "program"),
    },
    FollowedCustomer: {
        Personal.IDENTIFIER: ("customer_id",),
        Personal.TRACE: ("fingerprint",),
        Personal.HISTORY: ("is_active", "orders_wait", "since"),
        NOTHING: ("shop", "followed_at"),
    },
    AddressFault: {
        Personal.TRACE: ("address",),
        Personal.HISTORY: ("fault", "reported_at"),
    },
    AddressTrust: {
        Personal.TRACE: ("address",),
        Personal.HISTORY: ("trusted_at",),
        NOTHING: ("shop",),
    },
    Device: {
        Personal.OWNER: ("member",),
        Personal.KEY: ("token",),
        Personal.HISTORY: ("platform", "registered_at"),
        NOTHING: ("shop",),
    },
    SettledOrder: {
        Personal.OWNER: ("member",),
        Personal.IDENTIFIER: ("order_id", "number", "gift_card_lines"),
        Personal.HISTORY: (
            *("channel_id", "points", "left_behind", "waived", "fully_paid_at", "settled_at"),
            "asked_as_of",
        ),
        NOTHING: ("shop", "version", "revision", "look_again_at"),
    },
    Entry: {
        Personal.OWNER: ("account",),
        Personal.IDENTIFIER: ("source",),
        Personal.HISTORY: (
            *("kind", "points", "balance_after", "created_at", "currency", "unpaid", "entitled"),
            "ended_at",
        ),
        NOTHING: ("shop", "version", "order", "reverses"),
    },
    OrderPart: {
        Personal.OWNER: ("entry",),
        Personal.IDENTIFIER: ("line_id",),
        Personal.HISTORY: (
            *("name", "pieces", "back", "returned", "gross", "amount", "exact_points"),
        ),
        NOTHING: ("rate", "factor"),
    },
    EntryNote: {
        Personal.OWNER: ("entry",),
        Personal.TEXT: ("reason", "internal_note"),
        Personal.STAFF: ("actor",),
    },
    Lot: {
        Personal.OWNER: ("account",),
        Personal.HISTORY: (
            *("points", "remaining", "created_at", "expires_at", "had_grace"),
            *("renewed_until", "renewed_from"),
        ),
        NOTHING: ("shop", "entry"),
    },
    LotUse: {
        Personal.OWNER: ("lot",),
        Personal.HISTORY: ("points", "returned"),
        NOTHING: ("entry",),
    },
    Debt: {
        Personal.OWNER: ("account",),
        Personal.HISTORY: ("remaining",),
        NOTHING: ("entry",),
    },
    Coupon: {
        Personal.OWNER: ("member",),
        Personal.IDENTIFIER: ("uid", "used_order_id", "used_order_number", "announced_as"),
        Personal.HISTORY: (
            *("status", "issued_at", "expires_at", "used_at", "withdrawn_at", "refused_at"),
            "forfeited",
        ),
        Personal.TEXT: ("withdrawal_reason",),
        Personal.STAFF: ("withdrawn_by",),
        NOTHING: ("shop", "entry", "paid_by", "reward", "shop_terms", "look_again_at"),
    },
    CouponCode: {
        Personal.OWNER: ("coupon",),
        Personal.IDENTIFIER: ("voucher_id",),
        Personal.KEY: ("code",),
        Personal.HISTORY: ("issue", "made_at", "retired_at"),
        Personal.ERROR: ("error",),
        NOTHING: ("shop", "sought_until", "due_at", "attempts"),
    },
    # An email's Message-ID is made of the uid: mailboxes and providers know the message by it.
    Message: {
        Personal.OWNER: ("member",),
        Personal.IDENTIFIER: ("cause", "uid", "delivered_devices", "refused_devices"),
        Personal.HISTORY: (
            *("kind", "points", "deadline", "status", "created_at", "sent_at", "fault"),
        ),
        Personal.ERROR: ("error",),
        Personal.STAFF: ("resent_by",),
        NOTHING: ("shop", "coupon", "entry", "due_at", "attempts", "failures"),
    },
    MessageText: {
        Personal.STAFF: ("created_by",),
        NOTHING: (
            *("shop", "kind", "language_code", "subject", "body", "is_default", "created_at"),
        ),
    },
    MessageSwitch: {NOTHING: ("shop", "kind", "is_active")},
    ResendRequest: {
        Personal.STAFF: ("actor",),
        NOTHING: ("shop", "kind", "fault", "asked_at", "reached"),
    },
    AuditRecord: {
        Personal.OWNER: ("member",),
        Personal.HISTORY: ("at", "action", "detail"),
        NOTHING: ("shop",),
    },
    AuditNote: {
        Personal.OWNER: ("record",),
        Personal.TEXT: ("reason", "internal_note"),
        Personal.STAFF: ("actor",),
    },
    Change: {
        Personal.IDENTIFIER: ("subject_id",),
        Personal.ERROR: ("error",),
        NOTHING: ("shop", "subject", "marks", "marked_at", "due_at", "lease", "attempts"),
    },
}


def fields_of(model: type[Model]) -> list[tuple[str, Personal]]:
    """The model's fields that hold something of a person, and what that is."""
    return [
        (name, personal)
        for personal, names in REGISTRY[model].items()
        if personal is not None
        for name in names
    ]
