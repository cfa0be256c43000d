"""What can be changed. Each mutation asks who may, calls one verb, and answers with its result."""

from collections.abc import Callable
from typing import Any, ClassVar, Self

import graphene
from graphene import ResolveInfo

from saleor_loyalty.activities import joining, staff_points
from saleor_loyalty.graphql.by_staff import ByStaff
from saleor_loyalty.graphql.coupon_by_staff import LoyaltyCouponResend, LoyaltyCouponWithdraw
from saleor_loyalty.graphql.entry import LoyaltyEntry
from saleor_loyalty.graphql.enums import LoyaltyDevicePlatform, LoyaltyMemberStatus
from saleor_loyalty.graphql.errors import errors_field
from saleor_loyalty.graphql.member import LoyaltyMember
from saleor_loyalty.graphql.message import LoyaltyMessageTest, LoyaltyMessageUpdate
from saleor_loyalty.graphql.program import LoyaltyProgram, LoyaltyProgramInput, changes_of
from saleor_loyalty.members import devices, enrolment, preferences
from saleor_loyalty.models import Entry, Member, Shop
from saleor_loyalty.permissions import Permission, PermissionDenied
from saleor_loyalty.problems import Refused
from saleor_loyalty.program import programs
from saleor_loyalty.shop import catalogue

CUSTOMER = "Saleor's id of the customer."
MEMBER = "As they are now; null if it was refused."


class LoyaltyProgramUpdate(ByStaff):
    """Changes the program, or sets it up. Requires MANAGE_SETTINGS."""

    class Arguments:
        input = LoyaltyProgramInput(required=True, description="What to change.")

    program = graphene.Field(LoyaltyProgram, description="As it is now; null if it was refused.")

    permission = Permission.MANAGE_SETTINGS

    @classmethod
    def done(cls, shop: Shop, actor: str, **arguments: Any) -> dict[str, Any]:
        given = arguments["input"]
        known = catalogue.channels(shop) if given.get("channels") else None
        changes = changes_of(given, known or {})
        program = programs.update(shop=shop, changes=changes, actor=actor, known=known)
        return {"program": program}


class PointsByStaff(ByStaff):
    """Base of the mutations by which staff change a customer's points."""

    class Meta:
        abstract = True

    entry = graphene.Field(LoyaltyEntry, description="The points; null if they were refused.")
    member = graphene.Field(LoyaltyMember, description="As they are now; likewise.")

    permission = Permission.MANAGE_USERS
    verb: ClassVar[Callable[..., Entry]]

    @classmethod
    def done(cls, shop: Shop, actor: str, **arguments: Any) -> dict[str, Any]:
        entry = cls.verb(shop=shop, actor=actor, **arguments)
        return {"entry": entry, "member": entry.member}


class LoyaltyPointsGift(PointsByStaff):
    """Gives a customer points. Requires MANAGE_USERS."""

    class Arguments:
        customer_id = graphene.ID(required=True, description=CUSTOMER)
        points = graphene.Int(required=True, description="How many.")
        reason = graphene.String(required=True, description="The customer reads it.")
        idempotency_key = graphene.String(
            description="A second gift to this customer under the same key is not given."
        )

    verb = staff_points.give


class LoyaltyPointsAdjust(PointsByStaff):
    """Corrects a customer's points, up or down to what they have. Requires MANAGE_USERS."""

    class Arguments:
        customer_id = graphene.ID(required=True, description=CUSTOMER)
        points = graphene.Int(required=True, description="Signed.")
        reason = graphene.String(required=True, description="The customer reads it.")
        idempotency_key = graphene.String(
            description="A second correction for this customer under the same key is not made."
        )

    verb = staff_points.adjust


class LoyaltyMemberUpdate(ByStaff):
    """Lets a member take part, or not. Requires MANAGE_USERS."""

    class Arguments:
        customer_id = graphene.ID(required=True, description=CUSTOMER)
        status = LoyaltyMemberStatus(required=True, description="What they are from now on.")

    member = graphene.Field(LoyaltyMember, description=MEMBER)

    permission = Permission.MANAGE_USERS

    @classmethod
    def done(cls, shop: Shop, actor: str, **arguments: Any) -> dict[str, Any]:
        return {"member": enrolment.set_status(shop=shop, actor=actor, **arguments)}


class LoyaltyJoin(graphene.Mutation):
    """Makes the signed-in customer a member; whoever is one stays as they are.

    Orders, gifts and the other mutations of their own make them one too; reading never does.
    """

    member = graphene.Field(LoyaltyMember, description=MEMBER)
    errors = errors_field()

    @classmethod
    def mutate(cls, _root: None, info: ResolveInfo) -> Self:
        shop, customer_id = info.context.loyalty_viewer.require_customer()
        try:
            member = joining.join(shop=shop, customer_id=customer_id)
        except Refused as refused:
            return cls(errors=refused.problems)
        return cls(member=_known(member), errors=[])


class LoyaltyPreferencesUpdate(graphene.Mutation):
    """Changes what the signed-in customer is told, and in which language."""

    class Arguments:
        email_enabled = graphene.Boolean(description="Whether they take emails.")
        push_enabled = graphene.Boolean(description="Whether they take push notices.")
        language_code = graphene.String(
            description="As de or pt-br. It stays, whatever language the customer's account has."
        )

    member = graphene.Field(LoyaltyMember, description=MEMBER)
    errors = errors_field()

    @classmethod
    def mutate(cls, _root: None, info: ResolveInfo, **choices: Any) -> Self:
        member = _own_member(info)
        try:
            return cls(member=preferences.change(member=member, **choices), errors=[])
        except Refused as refused:
            return cls(errors=refused.problems)


class LoyaltyDeviceRegister(graphene.Mutation):
    """Sends the signed-in customer's push notices to this device too."""

    class Arguments:
        token = graphene.String(
            required=True, description="Registration token of Firebase Cloud Messaging."
        )
        platform = LoyaltyDevicePlatform(required=True, description="Where notices appear.")

    ok = graphene.Boolean(required=True, description="Whether it takes them from now on.")
    errors = errors_field()

    @classmethod
    def mutate(cls, _root: None, info: ResolveInfo, token: str, platform: str) -> Self:
        member = _own_member(info)
        try:
            devices.register(member=member, token=token, platform=platform)
        except Refused as refused:
            return cls(ok=False, errors=refused.problems)
        return cls(ok=True, errors=[])


class LoyaltyDeviceUnregister(graphene.Mutation):
    """Sends the signed-in customer's push notices to this device no more."""

    class Arguments:
        token = graphene.String(required=True, description="As it was registered.")

    ok = graphene.Boolean(required=True, description="That it takes none from now on.")
    errors = errors_field()

    @classmethod
    def mutate(cls, _root: None, info: ResolveInfo, token: str) -> Self:
        shop, customer_id = info.context.loyalty_viewer.require_customer()
        if member := enrolment.find(shop=shop, customer_id=customer_id):
            devices.unregister(member=member, token=token)
        return cls(ok=True, errors=[])


def _own_member(info: ResolveInfo) -> Member:
    """The signed-in customer, made a member if they are none yet. Raises PermissionDenied."""
    shop, customer_id = info.context.loyalty_viewer.require_customer()
    return _known(enrolment.find_or_enroll(shop=shop, customer_id=customer_id))


def _known(member: Member | None) -> Member:
    """The member, if the shop has their customer. Raises PermissionDenied."""
    if member is None:  # deleted after its token was made, or Saleor lists no staff as customers
        message = (
            "The shop has no customer with this account: it was deleted, or it is a staff "
            "account without orders."
        )
        raise PermissionDenied(message)
    return member


class Mutation(graphene.ObjectType):
    """What can be changed."""

    loyalty_program_update = LoyaltyProgramUpdate.Field()
    loyalty_points_gift = LoyaltyPointsGift.Field()
    loyalty_points_adjust = LoyaltyPointsAdjust.Field()
    loyalty_member_update = LoyaltyMemberUpdate.Field()
    loyalty_message_update = LoyaltyMessageUpdate.Field()
    loyalty_message_test = LoyaltyMessageTest.Field()
    loyalty_coupon_withdraw = LoyaltyCouponWithdraw.Field()
    loyalty_coupon_resend = LoyaltyCouponResend.Field()
    loyalty_join = LoyaltyJoin.Field()
    loyalty_preferences_update = LoyaltyPreferencesUpdate.Field()
    loyalty_device_register = LoyaltyDeviceRegister.Field()
    loyalty_device_unregister = LoyaltyDeviceUnregister.Field()
