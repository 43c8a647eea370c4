"""Indexes by which the chain is found by who, by what and by time, however long it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_canary_fingerprint")]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["actor", "id"], name="event_actor"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["action", "id"], name="event_action"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["at", "id"], name="event_at"),
        ),
    ]
