from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_loyalty", "0003_member_lists"),
    ]

    operations = [
        migrations.AddField(
            model_name="shop",
            name="door",
            field=models.CharField(
                choices=[("APP", "App"), ("PLUGIN", "Plugin")], default="APP", max_length=6
            ),
        ),
        migrations.AlterField(
            model_name="shop",
            name="sealed_token",
            field=models.TextField(
                blank=True, help_text="The app token, encrypted by the vault; empty for a plugin."
            ),
        ),
        migrations.AddConstraint(
            model_name="shop",
            constraint=models.UniqueConstraint(
                condition=models.Q(("door", "PLUGIN")),
                fields=("door",),
                name="saleor_loyalty_one_shop_from_inside",
            ),
        ),
    ]
