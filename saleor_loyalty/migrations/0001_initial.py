"""The tables, as of the first release."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AddressFault",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "address",
                    models.CharField(
                        help_text="Stands for the address: a keyed hash (addresses.keys).",
                        max_length=64,
                        unique=True,
                    ),
                ),
                (
                    "fault",
                    models.CharField(
                        choices=[
                            ("BOUNCED", "Bounced: the address takes no mail"),
                            ("COMPLAINED", "Complained: reported our mail as spam"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reported_at", models.DateTimeField(help_text="When the provider noticed.")),
            ],
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "customer_id",
                    models.CharField(
                        help_text="Saleor's global id of the customer.", max_length=64
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("first_name", models.CharField(blank=True, max_length=256)),
                ("language_code", models.CharField(default="en", max_length=35)),
                (
                    "language_is_own",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Chosen here by the member: no longer follows the shop's account.",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ACTIVE", "Active"),
                            ("BLOCKED", "Blocked"),
                            ("CLOSED", "Closed"),
                        ],
                        default="ACTIVE",
                        max_length=7,
                    ),
                ),
                (
                    "status_by",
                    models.CharField(
                        blank=True,
                        help_text="Who last set the status; empty: nobody, or the shop.",
                        max_length=255,
                    ),
                ),
                (
                    "balance",
                    models.BigIntegerField(
                        default=0, help_text="Sum of the entries; negative: a debt."
                    ),
                ),
                (
                    "lifetime_points",
                    models.BigIntegerField(default=0, help_text="Ever earned, net of reversals."),
                ),
                (
                    "expires_at",
                    models.DateTimeField(
                        help_text="When the period of a ROLLING programme ends; null: none runs.",
                        null=True,
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                ("last_activity_at", models.DateTimeField(null=True)),
                (
                    "rewards_to_come",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="What brought more coupons than a transaction issues; empty: nothing.",
                        max_length=255,
                    ),
                ),
                ("email_enabled", models.BooleanField(default=True)),
                ("push_enabled", models.BooleanField(default=True)),
                (
                    "email_chosen_at",
                    models.DateTimeField(
                        help_text="When the member last said whether they take email.", null=True
                    ),
                ),
                (
                    "unsubscribe_token",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        default=uuid.uuid4,
                        help_text="Proves whose the link in an email is.",
                        unique=True,
                    ),
                ),
                (
                    "customer_is_active",
                    models.BooleanField(
                        db_default=True,
                        default=True,
                        help_text="As in the shop; staff there may say otherwise.",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Program",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_active", models.BooleanField(default=False)),
                (
                    "reminded_until",
                    models.DateTimeField(
                        help_text="Reminders that were due before this moment are queued.",
                        null=True,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reward",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "uid",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        default=uuid.uuid4,
                        help_text="What it is called outside its database.",
                        unique=True,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("DISCOUNT", "Discount")], default="DISCOUNT", max_length=13
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ORDER", "Order"),
                            ("GIFT", "Gift"),
                            ("ADJUSTMENT", "Adjustment"),
                            ("REWARD", "Reward"),
                            ("EXPIRY", "Expiry"),
                            ("REVERSAL", "Reversal"),
                            ("IMPORT", "Import"),
                        ],
                        max_length=10,
                    ),
                ),
                ("source", models.CharField(max_length=255)),
                ("points", models.BigIntegerField()),
                ("balance_after", models.BigIntegerField()),
                ("created_at", models.DateTimeField()),
                (
                    "ended_at",
                    models.DateTimeField(
                        help_text="When points ended that an EXPIRY takes, or that are given back.",
                        null=True,
                    ),
                ),
                ("currency", models.CharField(blank=True, max_length=3)),
                (
                    "eligible",
                    models.DecimalField(
                        decimal_places=3,
                        help_text="What counts of the order's amount.",
                        max_digits=20,
                        null=True,
                    ),
                ),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=3,
                        help_text="Gross, before gift cards.",
                        max_digits=20,
                        null=True,
                    ),
                ),
                (
                    "unpaid",
                    models.DecimalField(
                        decimal_places=3,
                        help_text="What of the order's total was given back or never paid.",
                        max_digits=20,
                        null=True,
                    ),
                ),
                (
                    "came_back",
                    models.JSONField(
                        help_text="The pieces that came back, and what of shipping.", null=True
                    ),
                ),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=4,
                        help_text="Points per unit of the currency.",
                        max_digits=12,
                        null=True,
                    ),
                ),
                (
                    "entitled",
                    models.BigIntegerField(
                        help_text="The order's points after this entry.", null=True
                    ),
                ),
                (
                    "reverses",
                    models.ForeignKey(
                        help_text="The entry whose points these give back or take back.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversals",
                        to="saleor_loyalty.entry",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="saleor_loyalty.member",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EntryNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, help_text="What staff wrote.", max_length=500),
                ),
                ("actor", models.CharField(blank=True, help_text="Who they are.", max_length=255)),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="note",
                        to="saleor_loyalty.entry",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProgramVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=120)),
                ("threshold", models.PositiveIntegerField(help_text="Points for one reward.")),
                (
                    "basis",
                    models.CharField(choices=[("GROSS", "Gross"), ("NET", "Net")], max_length=5),
                ),
                ("include_shipping", models.BooleanField()),
                (
                    "expiry_policy",
                    models.CharField(
                        choices=[
                            ("NEVER", "Never"),
                            ("ROLLING", "Rolling"),
                            ("PER_LOT", "Per Lot"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "expiry_days",
                    models.PositiveIntegerField(help_text="Null only for NEVER.", null=True),
                ),
                (
                    "protected_until",
                    models.DateTimeField(
                        help_text="Points from before the last change of expiry do not end earlier.",
                        null=True,
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        help_text="IANA name; days end at midnight there.", max_length=64
                    ),
                ),
                (
                    "reminders",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10), default=list, size=None
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(help_text="Who made the change.", max_length=255)),
                (
                    "program",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="saleor_loyalty.program",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="program",
            name="current",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="saleor_loyalty.programversion",
            ),
        ),
        migrations.AddField(
            model_name="entry",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="saleor_loyalty.programversion",
            ),
        ),
        migrations.CreateModel(
            name="RewardVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=120)),
                (
                    "discount_type",
                    models.CharField(
                        choices=[("PERCENTAGE", "Percentage"), ("FIXED", "Fixed")], max_length=10
                    ),
                ),
                ("valid_days", models.PositiveIntegerField(help_text="Null: no end.", null=True)),
                (
                    "limited_to",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        db_default=[],
                        default=list,
                        help_text="What it is good for, by Saleor's ids; empty: the whole order.",
                        size=None,
                    ),
                ),
                (
                    "limited_names",
                    models.JSONField(
                        db_default={}, default=dict, help_text="What that was called then, by id."
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(help_text="Who made the change.", max_length=255)),
                (
                    "reward",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="saleor_loyalty.reward",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RewardTerms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel_id",
                    models.CharField(
                        help_text="Saleor's global id of the channel.", max_length=255
                    ),
                ),
                (
                    "channel_name",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="What staff called it when the version was made; empty: not known.",
                        max_length=255,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                (
                    "discount_value",
                    models.DecimalField(
                        decimal_places=3, help_text="Percent, or an amount.", max_digits=20
                    ),
                ),
                (
                    "min_spent",
                    models.DecimalField(
                        decimal_places=3,
                        help_text="Order amount that it asks for.",
                        max_digits=20,
                        null=True,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="terms",
                        to="saleor_loyalty.rewardversion",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="programversion",
            name="reward",
            field=models.ForeignKey(
                help_text="What the threshold brings.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="saleor_loyalty.rewardversion",
            ),
        ),
        migrations.CreateModel(
            name="Coupon",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "uid",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        default=uuid.uuid4,
                        help_text="What it is called outside its database.",
                        unique=True,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("PENDING", "Pending"),
                            ("ACTIVE", "Active"),
                            ("USED", "Used"),
                            ("EXPIRED", "Expired"),
                            ("WITHDRAWN", "Withdrawn"),
                        ],
                        default="PENDING",
                        max_length=9,
                    ),
                ),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
                ("used_order_id", models.CharField(blank=True, max_length=64)),
                ("used_order_number", models.CharField(blank=True, max_length=64)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "withdrawn_by",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Staff, or BY_SALEOR; empty when it covers a debt.",
                        max_length=255,
                    ),
                ),
                (
                    "refused_at",
                    models.DateTimeField(
                        help_text="Since when the shop does not take the code of an unused coupon.",
                        null=True,
                    ),
                ),
                (
                    "shop_terms",
                    models.JSONField(
                        help_text="What its voucher gives in the shop, where that was changed there.",
                        null=True,
                    ),
                ),
                (
                    "announced_as",
                    models.CharField(
                        db_default="",
                        default="",
                        help_text="The cause of the messages that tell of it.",
                        max_length=255,
                    ),
                ),
                (
                    "look_again_at",
                    models.DateTimeField(
                        help_text="Of a used one: when Saleor is asked for its order again.",
                        null=True,
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="coupon",
                        to="saleor_loyalty.entry",
                    ),
                ),
                (
                    "paid_by",
                    models.ForeignKey(
                        help_text="Of one that was withdrawn and used all the same; null: `entry` pays for it.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pays_for",
                        to="saleor_loyalty.entry",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="coupons",
                        to="saleor_loyalty.member",
                    ),
                ),
                (
                    "reward",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="saleor_loyalty.rewardversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SettledOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "order_id",
                    models.CharField(help_text="Saleor's global id of the order.", max_length=64),
                ),
                ("number", models.CharField(max_length=64)),
                (
                    "channel_id",
                    models.CharField(
                        help_text="Its channel, by Saleor's global id, at the first look: for good.",
                        max_length=255,
                    ),
                ),
                ("points", models.BigIntegerField(default=0)),
                (
                    "left_behind",
                    models.BigIntegerField(
                        db_default=0,
                        default=0,
                        help_text="Of these, spent by former owners before the order moved on.",
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=0)),
                (
                    "gift_card_lines",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        default=list,
                        help_text="Lines known to sell gift cards; deleted products tell no more.",
                        size=None,
                    ),
                ),
                (
                    "waived",
                    models.BooleanField(
                        default=False,
                        help_text="Paid while its member took no points: only a backfill credits it.",
                    ),
                ),
                (
                    "fully_paid_at",
                    models.DateTimeField(help_text="When the order was first paid in full."),
                ),
                ("settled_at", models.DateTimeField()),
                (
                    "asked_as_of",
                    models.DateTimeField(
                        help_text="Its updatedAt, by Saleor's clock, when Saleor was last asked for it.",
                        null=True,
                    ),
                ),
                (
                    "look_again_at",
                    models.DateTimeField(
                        help_text="When Saleor is asked for it though it does not say that it changed.",
                        null=True,
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settled_orders",
                        to="saleor_loyalty.member",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="saleor_loyalty.programversion",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="entry",
            name="order",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="saleor_loyalty.settledorder",
            ),
        ),
        migrations.CreateModel(
            name="Shop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "door",
                    models.CharField(
                        choices=[("APP", "App"), ("PLUGIN", "Plugin")], default="APP", max_length=6
                    ),
                ),
                ("api_url", models.URLField(max_length=500, unique=True)),
                ("domain", models.CharField(max_length=255)),
                (
                    "name",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="As Saleor has it.",
                        max_length=255,
                    ),
                ),
                (
                    "app_id",
                    models.CharField(
                        help_text="Saleor's global id of our App there.", max_length=64
                    ),
                ),
                (
                    "sealed_token",
                    models.TextField(
                        blank=True,
                        help_text="The app token, encrypted by the vault; empty for a plugin.",
                    ),
                ),
                (
                    "jwks",
                    models.JSONField(
                        default=dict, help_text="The shop's public keys as last fetched."
                    ),
                ),
                (
                    "jwks_asked_at",
                    models.DateTimeField(help_text="When they were last asked for.", null=True),
                ),
                (
                    "jwks_fetched_at",
                    models.DateTimeField(help_text="When they were last given.", null=True),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True, help_text="False once the app is uninstalled."
                    ),
                ),
                (
                    "silent_since",
                    models.DateTimeField(
                        help_text="Since when its API gives no answer; null: it does.", null=True
                    ),
                ),
                (
                    "ask_again_at",
                    models.DateTimeField(
                        help_text="Until then what is to be asked of a silent API rests.", null=True
                    ),
                ),
                (
                    "token_unknown_at",
                    models.DateTimeField(
                        help_text="When Saleor first said, of late, that it knows no such token.",
                        null=True,
                    ),
                ),
                ("installed_at", models.DateTimeField()),
                (
                    "orders_walked_to",
                    models.DateTimeField(
                        help_text="Orders changed before this, by Saleor's clock, were reconciled.",
                        null=True,
                    ),
                ),
                (
                    "customers_walked_to",
                    models.DateTimeField(help_text="Likewise of customers.", null=True),
                ),
                (
                    "walk_until",
                    models.DateTimeField(
                        help_text="Until then one worker walks; null or past: none does.", null=True
                    ),
                ),
                (
                    "members_walked_to",
                    models.BigIntegerField(
                        default=0,
                        help_text="Members up to this id were last looked up among Saleor's customers.",
                    ),
                ),
                (
                    "coupons_walked_to",
                    models.BigIntegerField(
                        default=0,
                        help_text="Coupons up to this id were last compared with their vouchers.",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("door", "PLUGIN")),
                        fields=("door",),
                        name="saleor_loyalty_one_shop_from_inside",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="settledorder",
            name="shop",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="settled_orders",
                to="saleor_loyalty.shop",
            ),
        ),
        migrations.AddField(
            model_name="reward",
            name="shop",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rewards",
                to="saleor_loyalty.shop",
            ),
        ),
        migrations.CreateModel(
            name="ResendRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(blank=True, max_length=32)),
                (
                    "fault",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("REFUSED", "Refused: the provider will never take it"),
                            ("TEXT", "Text: it cannot be rendered"),
                            ("TRIES", "Tries: none of many got through"),
                            ("OUTAGE", "Outage: the provider was away for too long"),
                        ],
                        max_length=7,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("actor", models.CharField(help_text="Who asked.", max_length=255)),
                ("reached", models.BigIntegerField(default=0)),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="saleor_loyalty.shop",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="program",
            name="shop",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="program",
                to="saleor_loyalty.shop",
            ),
        ),
        migrations.CreateModel(
            name="MessageText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=32)),
                (
                    "language_code",
                    models.CharField(help_text="As CLDR writes it: de, pt_BR.", max_length=35),
                ),
                (
                    "subject",
                    models.TextField(blank=True, help_text="Liquid. Of a push notice: its title."),
                ),
                (
                    "body",
                    models.TextField(
                        blank=True, help_text="Liquid; HTML in an email, else plain text."
                    ),
                ),
                ("is_default", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(help_text="Who saved it.", max_length=255)),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="message_texts",
                        to="saleor_loyalty.shop",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MessageSwitch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=32)),
                ("is_active", models.BooleanField()),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="message_switches",
                        to="saleor_loyalty.shop",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=32)),
                ("cause", models.CharField(max_length=255)),
                ("uid", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "points",
                    models.BigIntegerField(help_text="Of a reminder: how many end.", null=True),
                ),
                (
                    "deadline",
                    models.DateTimeField(help_text="Of a reminder: when they end.", null=True),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("PENDING", "Pending"),
                            ("SENT", "Sent"),
                            ("SKIPPED", "Skipped: the member does not take it"),
                            ("FAILED", "Failed: given up after the last try"),
                        ],
                        default="PENDING",
                        max_length=7,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "attempts",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Times a worker took it up; only grows, and so names the lease.",
                    ),
                ),
                (
                    "failures",
                    models.PositiveIntegerField(
                        db_default=0,
                        default=0,
                        help_text="Tries that failed, other than by a provider's outage.",
                    ),
                ),
                ("error", models.CharField(blank=True, max_length=500)),
                (
                    "fault",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("REFUSED", "Refused: the provider will never take it"),
                            ("TEXT", "Text: it cannot be rendered"),
                            ("TRIES", "Tries: none of many got through"),
                            ("OUTAGE", "Outage: the provider was away for too long"),
                        ],
                        db_default="",
                        default="",
                        help_text="Why it was given up.",
                        max_length=7,
                    ),
                ),
                (
                    "resent_by",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Who last had it tried again after it was given up.",
                        max_length=255,
                    ),
                ),
                (
                    "delivered_devices",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="Devices that have this push already.",
                        size=None,
                    ),
                ),
                (
                    "refused_devices",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        db_default=[],
                        default=list,
                        help_text="Devices that will never take this push.",
                        size=None,
                    ),
                ),
                (
                    "coupon",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="saleor_loyalty.coupon",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        help_text="Of a gift.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="saleor_loyalty.entry",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="saleor_loyalty.member",
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="saleor_loyalty.shop",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="member",
            name="shop",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="members",
                to="saleor_loyalty.shop",
            ),
        ),
        migrations.CreateModel(
            name="Lot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "points",
                    models.BigIntegerField(
                        help_text="What the entry brought, but for what it gave back to other lots."
                    ),
                ),
                ("remaining", models.BigIntegerField()),
                ("created_at", models.DateTimeField()),
                (
                    "expires_at",
                    models.DateTimeField(help_text="Null: made under no such policy.", null=True),
                ),
                (
                    "had_grace",
                    models.BooleanField(
                        default=False,
                        help_text="Points that came back after their end had some days once.",
                    ),
                ),
                (
                    "renewed_until",
                    models.DateTimeField(
                        help_text="The end of the ROLLING period that its order began; null: it did not.",
                        null=True,
                    ),
                ),
                (
                    "renewed_from",
                    models.DateTimeField(
                        help_text="The end of the period that ran before; null: none did.",
                        null=True,
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lot",
                        to="saleor_loyalty.entry",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lots",
                        to="saleor_loyalty.member",
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="saleor_loyalty.shop",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FollowedCustomer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "customer_id",
                    models.CharField(
                        help_text="Saleor's global id of the customer.", max_length=64
                    ),
                ),
                (
                    "fingerprint",
                    models.CharField(
                        help_text="Equal while email, confirmation and activity stay.",
                        max_length=64,
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        db_default=True,
                        default=True,
                        help_text="When last seen; else the walk looks again.",
                    ),
                ),
                ("since", models.DateTimeField(help_text="When the fingerprint was first seen.")),
                (
                    "followed_at",
                    models.DateTimeField(help_text="When all orders were last looked for."),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="saleor_loyalty.shop",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="entry",
            name="shop",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="saleor_loyalty.shop",
            ),
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token", models.CharField(max_length=1024)),
                (
                    "platform",
                    models.CharField(
                        choices=[("ANDROID", "Android"), ("IOS", "Ios"), ("WEB", "Web")],
                        max_length=7,
                    ),
                ),
                ("registered_at", models.DateTimeField()),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="devices",
                        to="saleor_loyalty.member",
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="saleor_loyalty.shop",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CouponCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "issue",
                    models.PositiveIntegerField(
                        default=1, help_text="Counts up from 1 in a coupon."
                    ),
                ),
                ("code", models.CharField(max_length=40)),
                (
                    "voucher_id",
                    models.CharField(blank=True, help_text="Saleor's global id.", max_length=64),
                ),
                (
                    "made_at",
                    models.DateTimeField(
                        help_text="Since when its voucher is known of.", null=True
                    ),
                ),
                (
                    "retired_at",
                    models.DateTimeField(
                        help_text="When it was to open nothing any more.", null=True
                    ),
                ),
                (
                    "sought_until",
                    models.DateTimeField(
                        help_text="Of one retired before it was made: until when a worker may still make it.",
                        null=True,
                    ),
                ),
                ("due_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=500)),
                (
                    "coupon",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="codes",
                        to="saleor_loyalty.coupon",
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="saleor_loyalty.shop",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="coupon",
            name="shop",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="saleor_loyalty.shop",
            ),
        ),
        migrations.CreateModel(
            name="Channel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel_id", models.CharField(help_text="Saleor's global id.", max_length=64)),
                ("slug", models.CharField(max_length=255)),
                ("name", models.CharField(max_length=255)),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="saleor_loyalty.shop",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        choices=[("ORDER", "Order"), ("CUSTOMER", "Customer")], max_length=8
                    ),
                ),
                ("subject_id", models.CharField(help_text="Saleor's global id.", max_length=64)),
                ("marks", models.PositiveIntegerField(default=1)),
                ("marked_at", models.DateTimeField(help_text="When it was first marked.")),
                ("due_at", models.DateTimeField()),
                ("lease", models.UUIDField(null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=500)),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="saleor_loyalty.shop",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Branding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "shop_name",
                    models.CharField(
                        blank=True, help_text="Empty: as in Saleor, or its domain.", max_length=120
                    ),
                ),
                (
                    "logo_url",
                    models.URLField(
                        blank=True, help_text="Empty: the name in words.", max_length=500
                    ),
                ),
                (
                    "brand_color",
                    models.CharField(default="#2459c4", help_text="As #rrggbb.", max_length=7),
                ),
                (
                    "default_language",
                    models.CharField(
                        default="en",
                        help_text="For members whose own language has no texts.",
                        max_length=35,
                    ),
                ),
                (
                    "discounts_url",
                    models.CharField(
                        blank=True,
                        help_text="The shopper's discounts; may have {language} and {kind} in it.",
                        max_length=500,
                    ),
                ),
                (
                    "push_url",
                    models.CharField(
                        blank=True,
                        help_text="Where a push notice leads. Empty: discounts_url.",
                        max_length=500,
                    ),
                ),
                (
                    "sender_name",
                    models.CharField(
                        blank=True, help_text="Empty: the shop's name.", max_length=120
                    ),
                ),
                (
                    "reply_to",
                    models.EmailField(
                        blank=True, help_text="Empty: answers go to the sender.", max_length=254
                    ),
                ),
                (
                    "shop",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="branding",
                        to="saleor_loyalty.shop",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AuditRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(help_text="Who did it.", max_length=255)),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("PROGRAM_ON", "Program On"),
                            ("PROGRAM_OFF", "Program Off"),
                            ("MEMBER_STATUS", "Member Status"),
                            ("EMAIL_TRUSTED", "Trusted a member's email address again"),
                            ("MESSAGE_RESENT", "Message Resent"),
                            ("ALL_RESENT", "Had all failed messages of a kind or fault sent again"),
                            ("MESSAGE_TESTED", "Message Tested"),
                            ("MESSAGE_ON", "Message On"),
                            ("MESSAGE_OFF", "Message Off"),
                            ("BRANDING_CHANGED", "Branding Changed"),
                        ],
                        max_length=16,
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=255)),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="audit_records",
                        to="saleor_loyalty.member",
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="audit_records",
                        to="saleor_loyalty.shop",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AddressTrust",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "address",
                    models.CharField(
                        help_text="Stands for the address: a keyed hash (addresses.keys).",
                        max_length=64,
                    ),
                ),
                ("trusted_at", models.DateTimeField()),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="saleor_loyalty.shop",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LotUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("points", models.BigIntegerField()),
                (
                    "returned",
                    models.BigIntegerField(
                        default=0, help_text="Of these, what went back to the lot."
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="saleor_loyalty.entry",
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="saleor_loyalty.lot",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("points__gt", 0),
                            ("returned__gte", 0),
                            ("returned__lte", models.F("points")),
                        ),
                        name="saleor_loyalty_lot_use_in_range",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Debt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("remaining", models.BigIntegerField()),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="debt",
                        to="saleor_loyalty.entry",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="debts",
                        to="saleor_loyalty.member",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("remaining__gt", 0)),
                        fields=["member"],
                        name="saleor_loyalty_debt_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("remaining__gte", 0)),
                        name="saleor_loyalty_debt_not_negative",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Activation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "program",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activations",
                        to="saleor_loyalty.program",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("program",),
                        name="saleor_loyalty_one_open_activation",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ChannelTerms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel_id",
                    models.CharField(
                        help_text="Saleor's global id of the channel.", max_length=255
                    ),
                ),
                (
                    "channel_name",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="What staff called it when the version was made; empty: not known.",
                        max_length=255,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("points_per_unit", models.DecimalField(decimal_places=4, max_digits=12)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="channels",
                        to="saleor_loyalty.programversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "channel_id"),
                        name="saleor_loyalty_one_terms_per_channel",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("points_per_unit__gte", 0)),
                        name="saleor_loyalty_terms_in_range",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="rewardversion",
            constraint=models.UniqueConstraint(
                fields=("reward", "number"), name="saleor_loyalty_one_reward_version_per_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="rewardterms",
            constraint=models.UniqueConstraint(
                fields=("version", "channel_id"), name="saleor_loyalty_one_reward_per_channel"
            ),
        ),
        migrations.AddConstraint(
            model_name="rewardterms",
            constraint=models.CheckConstraint(
                condition=models.Q(("discount_value__gt", 0)), name="saleor_loyalty_reward_in_range"
            ),
        ),
        migrations.AddConstraint(
            model_name="programversion",
            constraint=models.UniqueConstraint(
                fields=("program", "number"), name="saleor_loyalty_one_version_per_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="programversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("threshold__gt", 0)), name="saleor_loyalty_threshold_positive"
            ),
        ),
        migrations.AddIndex(
            model_name="settledorder",
            index=models.Index(
                condition=models.Q(("look_again_at__isnull", False)),
                fields=["shop", "look_again_at"],
                name="saleor_loyalty_order_again",
            ),
        ),
        migrations.AddConstraint(
            model_name="settledorder",
            constraint=models.UniqueConstraint(
                fields=("shop", "order_id"), name="saleor_loyalty_order_settled_once"
            ),
        ),
        migrations.AddIndex(
            model_name="messagetext",
            index=models.Index(
                fields=["shop", "kind", "language_code", "-id"], name="saleor_loyalty_message_text"
            ),
        ),
        migrations.AddConstraint(
            model_name="messageswitch",
            constraint=models.UniqueConstraint(
                fields=("shop", "kind"), name="saleor_loyalty_one_switch_per_kind"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(
                    ("status", "PENDING"), models.Q(("kind", "EXPIRY_EMAIL"), _negated=True)
                ),
                fields=["due_at", "id"],
                name="saleor_loyalty_message_to_send",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("kind", "EXPIRY_EMAIL"), ("status", "PENDING")),
                fields=["due_at", "id"],
                name="saleor_loyalty_reminder_due",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("status", "FAILED")),
                fields=["shop", "id", "kind", "fault", "created_at"],
                name="saleor_loyalty_message_failed",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                fields=("member", "kind", "cause"), name="saleor_loyalty_message_once"
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                models.F("shop"),
                django.db.models.functions.comparison.Collate(
                    django.db.models.functions.text.Upper("email"), "C"
                ),
                models.F("id"),
                name="saleor_loyalty_member_email",
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                models.F("shop"),
                django.db.models.functions.comparison.Collate(
                    django.db.models.functions.text.Upper("first_name"), "C"
                ),
                models.F("id"),
                name="saleor_loyalty_member_name",
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                models.F("shop"),
                models.F("joined_at"),
                models.F("id"),
                name="saleor_loyalty_member_joined",
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                models.F("shop"),
                django.db.models.functions.comparison.Coalesce("last_activity_at", "joined_at"),
                models.F("id"),
                name="saleor_loyalty_member_active",
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                models.F("shop"),
                models.F("balance"),
                models.F("id"),
                name="saleor_loyalty_member_balance",
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                models.F("shop"),
                models.F("status"),
                models.F("id"),
                name="saleor_loyalty_member_status",
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                django.db.models.functions.text.Upper("email"), name="saleor_loyalty_member_address"
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                condition=models.Q(("balance__gt", 0)),
                fields=["shop", "expires_at"],
                name="saleor_loyalty_member_expiring",
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                condition=models.Q(("rewards_to_come", ""), _negated=True),
                fields=["shop"],
                name="saleor_loyalty_member_rewards",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.UniqueConstraint(
                fields=("shop", "customer_id"), name="saleor_loyalty_one_member_per_customer"
            ),
        ),
        migrations.AddIndex(
            model_name="lot",
            index=models.Index(
                condition=models.Q(("remaining__gt", 0)),
                fields=["member"],
                name="saleor_loyalty_lot_open",
            ),
        ),
        migrations.AddIndex(
            model_name="lot",
            index=models.Index(
                condition=models.Q(("remaining__gt", 0)),
                fields=["shop", "expires_at"],
                name="saleor_loyalty_lot_to_expire",
            ),
        ),
        migrations.AddIndex(
            model_name="lot",
            index=models.Index(
                condition=models.Q(("renewed_from__isnull", False)),
                fields=["member", "renewed_from"],
                name="saleor_loyalty_lot_renewed",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(("remaining__gte", 0), ("remaining__lte", models.F("points"))),
                name="saleor_loyalty_lot_in_range",
            ),
        ),
        migrations.AddIndex(
            model_name="followedcustomer",
            index=models.Index(
                models.F("shop"),
                condition=models.Q(("is_active", False)),
                name="saleor_loyalty_not_active",
            ),
        ),
        migrations.AddConstraint(
            model_name="followedcustomer",
            constraint=models.UniqueConstraint(
                fields=("shop", "customer_id"), name="saleor_loyalty_followed_once"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["member", "-id"], name="saleor_loyalty_entry_history"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["shop", "created_at"],
                include=("kind", "points"),
                name="saleor_loyalty_entry_by_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(
                fields=("member", "kind", "source"), name="saleor_loyalty_entry_one_per_cause"
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(("points", 0), _negated=True),
                name="saleor_loyalty_entry_not_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.UniqueConstraint(
                fields=("shop", "token"), name="saleor_loyalty_device_token"
            ),
        ),
        migrations.AddIndex(
            model_name="couponcode",
            index=models.Index(
                condition=models.Q(
                    ("made_at", None), ("retired_at", None), ("due_at__isnull", False)
                ),
                fields=["due_at"],
                name="saleor_loyalty_code_to_make",
            ),
        ),
        migrations.AddIndex(
            model_name="couponcode",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False), ("retired_at__isnull", False)),
                fields=["due_at"],
                name="saleor_loyalty_code_to_retire",
            ),
        ),
        migrations.AddConstraint(
            model_name="couponcode",
            constraint=models.UniqueConstraint(
                fields=("shop", "code"), name="saleor_loyalty_code_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="couponcode",
            constraint=models.UniqueConstraint(
                fields=("coupon", "issue"), name="saleor_loyalty_one_code_per_issue"
            ),
        ),
        migrations.AddIndex(
            model_name="coupon",
            index=models.Index(fields=["shop", "issued_at"], name="saleor_loyalty_coupon_issued"),
        ),
        migrations.AddIndex(
            model_name="coupon",
            index=models.Index(
                condition=models.Q(("status", "USED")),
                fields=["shop", "used_at"],
                name="saleor_loyalty_coupon_used",
            ),
        ),
        migrations.AddIndex(
            model_name="coupon",
            index=models.Index(fields=["member", "-id"], name="saleor_loyalty_coupon_list"),
        ),
        migrations.AddIndex(
            model_name="coupon",
            index=models.Index(
                condition=models.Q(("status", "ACTIVE")),
                fields=["shop", "id"],
                name="saleor_loyalty_coupon_to_watch",
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.UniqueConstraint(
                fields=("shop", "channel_id"), name="saleor_loyalty_one_row_per_channel"
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["due_at"], name="saleor_loyalty_change_due"),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.UniqueConstraint(
                fields=("shop", "subject", "subject_id"), name="saleor_loyalty_change_once"
            ),
        ),
        migrations.AddIndex(
            model_name="auditrecord",
            index=models.Index(fields=["shop", "-id"], name="saleor_loyalty_audit_of_shop"),
        ),
        migrations.AddIndex(
            model_name="auditrecord",
            index=models.Index(fields=["member", "-id"], name="saleor_loyalty_audit_of_member"),
        ),
        migrations.AddConstraint(
            model_name="addresstrust",
            constraint=models.UniqueConstraint(
                fields=("shop", "address"), name="saleor_loyalty_address_trusted_once"
            ),
        ),
    ]
