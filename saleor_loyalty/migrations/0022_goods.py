from django.db import migrations, models

# Entries are refused any change; a column that is computed anew with the table is none.
UNPAID = """
    ALTER TABLE saleor_loyalty_entry
    ALTER COLUMN charged TYPE numeric(20, 3) USING total - least(charged, total)
"""
CHARGED = """
    ALTER TABLE saleor_loyalty_entry
    ALTER COLUMN charged TYPE numeric(20, 3) USING total - charged
"""


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_loyalty", "0021_token_unknown"),
    ]

    operations = [
        migrations.RunSQL(UNPAID, reverse_sql=CHARGED),
        migrations.RenameField("entry", "charged", "unpaid"),
        migrations.AlterField(
            "entry",
            "unpaid",
            models.DecimalField(
                max_digits=20,
                decimal_places=3,
                null=True,
                help_text="What of the order's total was given back or never paid.",
            ),
        ),
        migrations.AlterField(
            "entry",
            "total",
            models.DecimalField(
                max_digits=20, decimal_places=3, null=True, help_text="Gross, before gift cards."
            ),
        ),
        migrations.AddField(
            "entry",
            "came_back",
            models.JSONField(
                null=True, help_text="The pieces that came back, and what of shipping."
            ),
        ),
    ]
