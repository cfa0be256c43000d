"""A channel is known by Saleor's id, which stays, and no more by its slug.

Terms and orders from before keep their slug in the place of the id: which channel had it then, only
the shop knows. Such rules earn again once they are saved anew.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_loyalty", "0017_events_of_ids"),
    ]

    operations = [
        migrations.CreateModel(
            name="Channel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel_id",
                    models.CharField(help_text="Saleor's global id.", max_length=64),
                ),
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
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop", "channel_id"), name="saleor_loyalty_one_row_per_channel"
                    )
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="channelterms", name="saleor_loyalty_one_terms_per_channel"
        ),
        migrations.RenameField(
            model_name="channelterms", old_name="channel", new_name="channel_id"
        ),
        migrations.AlterField(
            model_name="channelterms",
            name="channel_id",
            field=models.CharField(help_text="Saleor's global id of the channel.", max_length=255),
        ),
        migrations.AddConstraint(
            model_name="channelterms",
            constraint=models.UniqueConstraint(
                fields=("version", "channel_id"), name="saleor_loyalty_one_terms_per_channel"
            ),
        ),
        migrations.RenameField(
            model_name="settledorder", old_name="channel", new_name="channel_id"
        ),
        migrations.AlterField(
            model_name="settledorder",
            name="channel_id",
            field=models.CharField(
                help_text="Its channel, by Saleor's global id, at the first look: for good.",
                max_length=255,
            ),
        ),
    ]
