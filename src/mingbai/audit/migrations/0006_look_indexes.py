"""Indexes by which rare looks are found among millions: why they were, and outside the own scope."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_event_indexes")]

    operations = [
        migrations.AddIndex(
            model_name="accesslook",
            index=models.Index(fields=["purpose", "id"], name="look_purpose"),
        ),
        migrations.AddIndex(
            model_name="accesslook",
            index=models.Index(
                condition=models.Q(("leave_id", None), _negated=True),
                fields=["id"],
                name="look_outside",
            ),
        ),
    ]
