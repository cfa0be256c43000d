"""A Saleor installation that we serve."""

from django.db import models


class Door(models.TextChoices):
    """How we stand to a shop's Saleor: an app beside it, or a plugin in its own processes."""

    APP = "APP"
    PLUGIN = "PLUGIN"


class Shop(models.Model):
    """One Saleor installation, known by the address of its GraphQL API."""

    door = models.CharField(max_length=6, choices=Door.choices, default=Door.APP)
    api_url = models.URLField(max_length=500, unique=True)
    domain = models.CharField(max_length=255)
    name = models.CharField(
        max_length=255, blank=True, default="", db_default="", help_text="As Saleor has it."
    )
    app_id = models.CharField(max_length=64, help_text="Saleor's global id of our App there.")
    sealed_token = models.TextField(
        blank=True, help_text="The app token, encrypted by the vault; empty for a plugin."
    )
    jwks = models.JSONField(default=dict, help_text="The shop's public keys as last fetched.")
    jwks_asked_at = models.DateTimeField(null=True, help_text="When they were last asked for.")
    jwks_fetched_at = models.DateTimeField(null=True, help_text="When they were last given.")
    is_active = models.BooleanField(default=True, help_text="False once the app is uninstalled.")
    silent_since = models.DateTimeField(
        null=True, help_text="Since when its API gives no answer; null: it does."
    )
    ask_again_at = models.DateTimeField(
        null=True, help_text="Until then what is to be asked of a silent API rests."
    )
    token_unknown_at = models.DateTimeField(
        null=True, help_text="When Saleor first said, of late, that it knows no such token."
    )
    installed_at = models.DateTimeField()
    orders_walked_to = models.DateTimeField(
        null=True, help_text="Orders changed before this, by Saleor's clock, were reconciled."
    )
    customers_walked_to = models.DateTimeField(null=True, help_text="Likewise of customers.")
    walk_until = models.DateTimeField(
        null=True, help_text="Until then one worker walks; null or past: none does."
    )
    members_walked_to = models.BigIntegerField(
        default=0, help_text="Members up to this id were last looked up among Saleor's customers."
    )
    coupons_walked_to = models.BigIntegerField(
        default=0, help_text="Coupons up to this id were last compared with their vouchers."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["door"],
                condition=models.Q(door=Door.PLUGIN),
                name="saleor_loyalty_one_shop_from_inside",
            ),
        ]

    def __str__(self) -> str:
        return self.domain
