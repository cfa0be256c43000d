"""The nouns of the programme, one file each.

Glossary
--------
Shop
    One Saleor installation we serve, known by its API URL. Every other row belongs to one.
Program
    What a shop promises its customers. Its rules live in versions.
ProgramVersion, ChannelTerms
    The rules as they stood from one change to the next; never edited, so that what an order was
    credited by can always be read again. Terms hold what differs per channel and currency.
Reward, RewardVersion, RewardTerms
    What a shop gives for points: what it takes off, per channel and currency. Versions as above; a
    program's version names that of the reward which its threshold brings.
Channel
    What a sales channel is called now: it may be renamed, and keeps its id.
Activation
    A stretch of time during which the programme was switched on.
Member
    A customer of the shop inside the programme, known by Saleor's global customer id.
Account
    What a member holds in the program: balance, points ever earned, the end of their period.
Entry
    One movement of the points of an account: signed, never zero, never changed. The balance is
    their sum.
OrderPart
    What an entry's points were computed from: a line of its order, or shipping; what came back of
    it, and how it earned.
EntryNote
    Why staff made an entry, who of them, and what they noted for each other: apart from it, so that
    it can be erased.
Lot, LotUse, Debt
    What is left of the points one entry brought; what a debit took of which lot; what it owes
    still. What is left in all lots, less what is owed, is the balance.
SettledOrder
    An order that earned points: by which version, and the points it stands at now.
Coupon
    What a member was given: a reward as it was then, a voucher in Saleor, bought by a REWARD entry.
CouponCode
    A code of a coupon, and the voucher that has it: a coupon issued anew has several.
Change
    Something in the shop that happened and that a worker must look at again: the inbox.
FollowedCustomer
    By what a customer's orders were last looked for, so that it is done again only when it changed.
AddressFault, AddressTrust
    What mail providers reported of an email address, under a keyed hash; that staff trust it again.
Message
    An email or push that a member is to get, once per kind and cause: the outbox.
ResendRequest
    Staff's wish that messages which failed go out again, until a worker has carried it out.
MessageText, MessageSwitch
    A shop's own words for a kind of message, in versions; whether the kind is sent at all.
Branding, Logo
    The shop's name, logo, colour and addresses as its messages show them.
Device
    An app or browser that takes a member's push notices.
AuditRecord, AuditNote
    An action of staff that leaves no other trace: what and when; beside it who, and why.

Points are whole numbers. Amounts are Decimals beside their currency. Times are UTC.
"""

from saleor_loyalty.models.account import Account
from saleor_loyalty.models.address import AddressFault, AddressTrust, EmailFault
from saleor_loyalty.models.audit import AuditAction, AuditNote, AuditRecord
from saleor_loyalty.models.branding import Branding
from saleor_loyalty.models.change import Change, Subject
from saleor_loyalty.models.channel import Channel, in_channel
from saleor_loyalty.models.coupon import (
    BY_SALEOR,
    TO_MAKE,
    Coupon,
    CouponCode,
    CouponStatus,
    status_as_of,
    unused,
    with_code,
)
from saleor_loyalty.models.device import Device, DevicePlatform
from saleor_loyalty.models.entry import Entry, EntryKind
from saleor_loyalty.models.entry_note import EntryNote
from saleor_loyalty.models.followed_customer import FollowedCustomer
from saleor_loyalty.models.logo import Logo
from saleor_loyalty.models.lot import Debt, Lot, LotUse
from saleor_loyalty.models.member import Member, MemberStatus
from saleor_loyalty.models.message import Message, MessageFault, MessageKind, MessageStatus
from saleor_loyalty.models.message_text import MessageSwitch, MessageText
from saleor_loyalty.models.order_part import PART_FIELDS, OrderPart
from saleor_loyalty.models.program import (
    Activation,
    ChannelTerms,
    ExpiryPolicy,
    Program,
    ProgramVersion,
    SpendBasis,
)
from saleor_loyalty.models.resend_request import ResendRequest
from saleor_loyalty.models.reward import (
    DiscountType,
    Reward,
    RewardKind,
    RewardTerms,
    RewardVersion,
)
from saleor_loyalty.models.settled_order import SettledOrder
from saleor_loyalty.models.shop import Door, Shop

__all__ = [
    "BY_SALEOR",
    "PART_FIELDS",
    "TO_MAKE",
    "Account",
    "Activation",
    "AddressFault",
    "AddressTrust",
    "AuditAction",
    "AuditNote",
    "AuditRecord",
    "Branding",
    "Change",
    "Channel",
    "ChannelTerms",
    "Coupon",
    "CouponCode",
    "CouponStatus",
    "Debt",
    "Device",
    "DevicePlatform",
    "DiscountType",
    "Door",
    "EmailFault",
    "Entry",
    "EntryKind",
    "EntryNote",
    "ExpiryPolicy",
    "FollowedCustomer",
    "Logo",
    "Lot",
    "LotUse",
    "Member",
    "MemberStatus",
    "Message",
    "MessageFault",
    "MessageKind",
    "MessageStatus",
    "MessageSwitch",
    "MessageText",
    "OrderPart",
    "Program",
    "ProgramVersion",
    "ResendRequest",
    "Reward",
    "RewardKind",
    "RewardTerms",
    "RewardVersion",
    "SettledOrder",
    "Shop",
    "SpendBasis",
    "Subject",
    "in_channel",
    "status_as_of",
    "unused",
    "with_code",
]
