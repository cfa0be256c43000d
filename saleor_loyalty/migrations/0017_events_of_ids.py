from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_loyalty", "0016_channel_names"),
    ]

    operations = [
        migrations.DeleteModel(name="Sighting"),
        migrations.RemoveField(model_name="change", name="facts"),
        migrations.RemoveField(model_name="change", name="facts_at"),
        migrations.AddField(
            model_name="shop",
            name="silent_since",
            field=models.DateTimeField(
                help_text="Since when its API gives no answer; null: it does.", null=True
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="ask_again_at",
            field=models.DateTimeField(
                help_text="Until then what is to be asked of a silent API rests.", null=True
            ),
        ),
        migrations.AddField(
            model_name="settledorder",
            name="asked_as_of",
            field=models.DateTimeField(
                help_text="Its updatedAt, by Saleor's clock, when Saleor was last asked for it.",
                null=True,
            ),
        ),
    ]
