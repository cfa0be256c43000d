"""When a shop's Saleor first said that it does not know our token."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("saleor_loyalty", "0020_addresses_and_customers")]

    operations = [
        migrations.AddField(
            model_name="shop",
            name="token_unknown_at",
            field=models.DateTimeField(
                null=True, help_text="When Saleor first said, of late, that it knows no such token."
            ),
        ),
    ]
