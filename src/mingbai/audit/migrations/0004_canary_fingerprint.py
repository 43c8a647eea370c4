"""The fingerprint of the key beside each canary."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_guards")]
    operations = [
        migrations.AddField(
            "canary",
            "fingerprint",
            models.CharField(max_length=12, default=""),
            preserve_default=False,
        )
    ]
