"""Triggers that keep the chain and the log of looks append-only."""

from typing import Any

from django.db import migrations

from mingbai.audit.guards import lift_guards, put_guards


def _put(apps: Any, schema_editor: Any) -> None:
    put_guards(schema_editor.connection)


def _lift(apps: Any, schema_editor: Any) -> None:
    lift_guards(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_looks_and_canary")]
    operations = [migrations.RunPython(_put, _lift)]
