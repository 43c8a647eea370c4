import django.db.models.deletion
from django.db import migrations, models

import mingbai.common.fields


def _key(to: str, **options: object) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        to=to,
        **options,
    )


def _given(column: str) -> models.Q:
    return models.Q((f"{column}__isnull", False))


class Migration(migrations.Migration):
    """Entries are derived from other rows: the table is made anew, and the entries by search."""

    dependencies = [
        ("audit", "0001_initial"),
        ("households", "0002_remove_household_ended_because_and_more"),
    ]

    operations = [
        migrations.DeleteModel(name="SearchEntry"),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("extra", models.BooleanField()),
                ("division_code", mingbai.common.fields.PlainText(max_length=12)),
                ("relation", models.CharField(max_length=24)),
                ("left_on", models.DateField(null=True)),
                ("name", mingbai.common.fields.PlainText(max_length=80)),
                ("given", mingbai.common.fields.PlainText(max_length=80, null=True)),
                ("initials", mingbai.common.fields.PlainText(max_length=80, null=True)),
                ("household_number", mingbai.common.fields.PlainText(max_length=40, null=True)),
                ("id_tail4", models.BinaryField(max_length=16, null=True)),
                ("id_tail6", models.BinaryField(max_length=16, null=True)),
                ("phone_tail4", models.BinaryField(max_length=16, null=True)),
                ("phone_tail6", models.BinaryField(max_length=16, null=True)),
                ("begun_by", _key("audit.batch", related_name="+")),
                ("ended_by", _key("audit.batch", related_name="+", null=True)),
                ("person", _key("households.person")),
                ("household", _key("households.household")),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["begun_by"], name="searchentry_begun"),
                    models.Index(
                        fields=["ended_by"], name="searchentry_ended", condition=_given("ended_by")
                    ),
                    models.Index(fields=["household"], name="search_household"),
                    models.Index(fields=["name", "division_code"], name="search_name"),
                    models.Index(
                        fields=["given", "division_code"],
                        name="search_given",
                        condition=_given("given"),
                    ),
                    models.Index(
                        fields=["initials", "name", "division_code"],
                        name="search_initials",
                        condition=_given("initials"),
                    ),
                    models.Index(
                        fields=["household_number"],
                        name="search_household_number",
                        condition=_given("household_number"),
                    ),
                    models.Index(
                        fields=["id_tail4"], name="search_id", condition=_given("id_tail4")
                    ),
                    models.Index(
                        fields=["phone_tail4"], name="search_phone", condition=_given("phone_tail4")
                    ),
                ],
            },
        ),
    ]
