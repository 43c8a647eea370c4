from django.db import migrations, models

import mingbai.households.models.base


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0004_canary_fingerprint"),
        ("households", "0006_search_by_person"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="searchentry",
            index=models.Index(
                mingbai.households.models.base.Tail("household_number"),
                condition=models.Q(household_number__isnull=False),
                name="search_household_tail",
            ),
        ),
    ]
