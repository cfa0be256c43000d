"""The first tables, with the ledger's laws in the database.

Entries, program versions and their terms are only ever added. One statement-level trigger on each
table refuses UPDATE, DELETE and TRUNCATE, whoever asks: the application, a shell, a psql session.
"""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

REFUSE_CHANGE = """
    CREATE FUNCTION saleor_loyalty_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% on % refused: its rows are only ever added', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation',
                  HINT = 'Add a row that corrects or replaces the one that is wrong.';
    END
    $$
"""
APPEND_ONLY = """
    CREATE TRIGGER saleor_loyalty_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON {table} FOR EACH STATEMENT EXECUTE FUNCTION saleor_loyalty_refuse_change()
"""
APPEND_ONLY_TABLES = (
    "saleor_loyalty_entry",
    "saleor_loyalty_programversion",
    "saleor_loyalty_channelterms",
)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
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
                    "balance",
                    models.BigIntegerField(
                        default=0, help_text="Sum of the entries; negative: a debt."
                    ),
                ),
                (
                    "lifetime_points",
                    models.BigIntegerField(default=0, help_text="Ever earned, net of reversals."),
                ),
                ("joined_at", models.DateTimeField()),
                ("last_activity_at", models.DateTimeField(null=True)),
                ("email_enabled", models.BooleanField(default=True)),
                ("push_enabled", models.BooleanField(default=True)),
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
            ],
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
                ("api_url", models.URLField(max_length=500, unique=True)),
                ("domain", models.CharField(max_length=255)),
                (
                    "app_id",
                    models.CharField(
                        help_text="Saleor's global id of our App there.", max_length=64
                    ),
                ),
                (
                    "sealed_token",
                    models.TextField(help_text="The app token, encrypted by the vault."),
                ),
                (
                    "jwks",
                    models.JSONField(
                        default=dict, help_text="The shop's public keys as last fetched."
                    ),
                ),
                ("jwks_fetched_at", models.DateTimeField(null=True)),
                (
                    "is_active",
                    models.BooleanField(
                        default=True, help_text="False once the app is uninstalled."
                    ),
                ),
                ("installed_at", models.DateTimeField()),
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
                ("reward_name", models.CharField(max_length=120)),
                (
                    "discount_type",
                    models.CharField(
                        choices=[("PERCENTAGE", "Percentage"), ("FIXED", "Fixed")], max_length=10
                    ),
                ),
                (
                    "coupon_valid_days",
                    models.PositiveIntegerField(help_text="Null: no end.", null=True),
                ),
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
                    "charged",
                    models.DecimalField(
                        decimal_places=3,
                        help_text="What is paid and not given back.",
                        max_digits=20,
                        null=True,
                    ),
                ),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=3,
                        help_text="The order's gross total.",
                        max_digits=20,
                        null=True,
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
                    "reason",
                    models.CharField(blank=True, help_text="What staff wrote.", max_length=500),
                ),
                (
                    "actor",
                    models.CharField(
                        blank=True, help_text="Who, for staff entries.", max_length=255
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
                ("code", models.CharField(max_length=40)),
                (
                    "voucher_id",
                    models.CharField(blank=True, help_text="Saleor's global id.", max_length=64),
                ),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
                ("used_order_id", models.CharField(blank=True, max_length=64)),
                ("used_order_number", models.CharField(blank=True, max_length=64)),
                ("due_at", models.DateTimeField()),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=500)),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="coupon",
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
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="saleor_loyalty.programversion",
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
            name="ChannelTerms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel", models.CharField(help_text="Channel slug.", max_length=255)),
                ("currency", models.CharField(max_length=3)),
                ("points_per_unit", models.DecimalField(decimal_places=4, max_digits=12)),
                (
                    "discount_value",
                    models.DecimalField(
                        decimal_places=3,
                        help_text="Of the reward coupon: percent, or an amount.",
                        max_digits=20,
                    ),
                ),
                (
                    "min_spent",
                    models.DecimalField(
                        decimal_places=3,
                        help_text="Order amount the coupon asks for.",
                        max_digits=20,
                        null=True,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="channels",
                        to="saleor_loyalty.programversion",
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
                ("points", models.BigIntegerField(default=0)),
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
                    "fully_paid_at",
                    models.DateTimeField(help_text="When the order was first paid in full."),
                ),
                ("settled_at", models.DateTimeField()),
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
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settled_orders",
                        to="saleor_loyalty.shop",
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
            name="Message",
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
                        choices=[("REWARD_EMAIL", "Reward Email"), ("REWARD_PUSH", "Reward Push")],
                        max_length=13,
                    ),
                ),
                ("cause", models.CharField(max_length=255)),
                ("uid", models.UUIDField(default=uuid.uuid4, unique=True)),
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
                ("attempts", models.PositiveIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=500)),
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
                    "coupon",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="saleor_loyalty.coupon",
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
            name="Change",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(choices=[("ORDER", "Order")], max_length=8)),
                ("subject_id", models.CharField(help_text="Saleor's global id.", max_length=64)),
                ("marks", models.PositiveIntegerField(default=1)),
                ("marked_at", models.DateTimeField(help_text="When it was first marked.")),
                ("due_at", models.DateTimeField()),
                ("claim", models.UUIDField(null=True)),
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
        migrations.AddConstraint(
            model_name="channelterms",
            constraint=models.UniqueConstraint(
                fields=("version", "channel"), name="saleor_loyalty_one_terms_per_channel"
            ),
        ),
        migrations.AddConstraint(
            model_name="channelterms",
            constraint=models.CheckConstraint(
                condition=models.Q(("discount_value__gt", 0), ("points_per_unit__gte", 0)),
                name="saleor_loyalty_terms_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="settledorder",
            constraint=models.UniqueConstraint(
                fields=("shop", "order_id"), name="saleor_loyalty_order_settled_once"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("status", "PENDING")),
                fields=["due_at"],
                name="saleor_loyalty_message_to_send",
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
            index=models.Index(fields=["shop", "email"], name="saleor_loyalty_member_email"),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.UniqueConstraint(
                fields=("shop", "customer_id"), name="saleor_loyalty_one_member_per_customer"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["member", "-id"], name="saleor_loyalty_entry_history"),
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
            model_name="coupon",
            index=models.Index(
                condition=models.Q(("status", "PENDING")),
                fields=["due_at"],
                name="saleor_loyalty_coupon_to_mint",
            ),
        ),
        migrations.AddIndex(
            model_name="coupon",
            index=models.Index(fields=["member", "-id"], name="saleor_loyalty_coupon_list"),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.UniqueConstraint(
                fields=("shop", "code"), name="saleor_loyalty_coupon_code"
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
        migrations.RunSQL(
            REFUSE_CHANGE, reverse_sql="DROP FUNCTION saleor_loyalty_refuse_change()"
        ),
        *(
            migrations.RunSQL(
                APPEND_ONLY.format(table=table),
                reverse_sql=f"DROP TRIGGER saleor_loyalty_append_only ON {table}",
            )
            for table in APPEND_ONLY_TABLES
        ),
    ]
