"""Message texts in GraphQL: reading, trying on and changing what members are told."""

from typing import Any, ClassVar

import graphene
from graphene import NonNull, ResolveInfo
from graphql import GraphQLError

from saleor_loyalty.graphql.by_staff import ByStaff
from saleor_loyalty.graphql.enums import LoyaltyMessageKind
from saleor_loyalty.graphql.errors import in_english
from saleor_loyalty.messages import drafts, test_sends, texts
from saleor_loyalty.messages.drafts import Rendered
from saleor_loyalty.messages.wording import Text
from saleor_loyalty.models import Shop
from saleor_loyalty.permissions import Permission
from saleor_loyalty.problems import Refused


class LoyaltyMessage(graphene.ObjectType):
    """What members are told, in one language. The title of a push notice is its subject."""

    kind = LoyaltyMessageKind(required=True, description="What it tells of, and how.")
    language_code = graphene.String(required=True, description="As CLDR writes it: de, pt_BR.")
    is_active = graphene.Boolean(
        required=True, description="Whether the kind is sent at all, in whichever language."
    )
    subject = graphene.String(required=True, description="Liquid.")
    body = graphene.String(required=True, description="Liquid; HTML in an email.")


class LoyaltyMessageInput(graphene.InputObjectType):
    """What is left out stays as it is; a first text in a language needs subject and body."""

    kind = LoyaltyMessageKind(required=True, description="Which message.")
    language_code = graphene.String(required=True, description="In any spelling: PT_BR, pt-br.")
    is_active = graphene.Boolean(description="Of the kind, in all languages.")
    subject = graphene.String(description="Liquid; of a push notice its title.")
    body = graphene.String(description="Liquid; HTML in an email.")


class LoyaltyRenderedMessage(graphene.ObjectType):
    """A message as an invented member of the shop would get it."""

    subject = graphene.String(required=True, description="Of a push notice its title.")
    html = graphene.String(description="Null for a push notice.")
    text = graphene.String(
        required=True, description="A push notice, or an email for who reads no HTML."
    )


class MessageQueries:
    """The fields of Query that tell of messages."""

    loyalty_messages = graphene.List(
        NonNull(LoyaltyMessage),
        required=True,
        kind=LoyaltyMessageKind(description="Of this kind alone."),
        language_code=graphene.String(description="In any spelling: PT_BR, pt-br."),
        description=(
            "All texts; with a language those that its members get, be they in another one. "
            "Requires MANAGE_SETTINGS."
        ),
    )
    loyalty_message_preview = graphene.Field(
        LoyaltyRenderedMessage,
        input=LoyaltyMessageInput(required=True, description="The text to try."),
        description="What a text would look like; nothing is kept. Requires MANAGE_SETTINGS.",
    )

    @staticmethod
    def resolve_loyalty_messages(
        _root: None,
        info: ResolveInfo,
        kind: str | None = None,
        language_code: str | None = None,
    ) -> list[Text]:
        shop = info.context.loyalty_viewer.require(Permission.MANAGE_SETTINGS)
        return texts.all_current(shop, kind=kind, language=language_code)

    @staticmethod
    def resolve_loyalty_message_preview(
        _root: None, info: ResolveInfo, input: dict[str, Any]
    ) -> Rendered:
        shop = info.context.loyalty_viewer.require(Permission.MANAGE_SETTINGS)
        try:
            return drafts.preview(
                shop,
                input["kind"],
                input["language_code"],
                subject=input.get("subject"),
                body=input.get("body"),
            )
        except Refused as refused:
            reasons = (f"{problem.field}: {in_english(problem)}" for problem in refused.problems)
            raise GraphQLError(" ".join(reasons)) from refused


class LoyaltyMessageUpdate(ByStaff):
    """Words a message anew, or switches its kind on or off. Requires MANAGE_SETTINGS."""

    class Arguments:
        input = LoyaltyMessageInput(required=True, description="What to change.")

    message = graphene.Field(LoyaltyMessage, description="As it is now.")

    permission = Permission.MANAGE_SETTINGS

    @classmethod
    def done(cls, shop: Shop, actor: str, **arguments: Any) -> dict[str, Any]:
        changes = dict(arguments["input"])
        kind, language = changes.pop("kind"), changes.pop("language_code")
        return {"message": texts.save(shop, kind, language, **changes, actor=actor)}


class LoyaltyMessageTest(ByStaff):
    """Sends a message with invented contents, at once. Requires MANAGE_SETTINGS."""

    class Arguments:
        kind = LoyaltyMessageKind(required=True, description="Which message.")
        language_code = graphene.String(required=True, description="In any spelling.")
        recipient = graphene.String(
            required=True,
            description="An email address; for a push notice that of a member with a device.",
        )

    ok = graphene.Boolean(required=True, description="Whether it was sent.")

    permission = Permission.MANAGE_SETTINGS
    undone: ClassVar[dict[str, Any]] = {"ok": False}

    @classmethod
    def done(cls, shop: Shop, actor: str, **arguments: Any) -> dict[str, Any]:
        kind, language = arguments["kind"], arguments["language_code"]
        test_sends.send(shop, kind, language, recipient=arguments["recipient"], actor=actor)
        return {"ok": True}
