"""The guard against replacing events asks by two indexes; before, it read the whole chain for each event."""

from typing import Any

from django.db import migrations

from mingbai.audit.guards import lift_guards, put_guards


def _renew(apps: Any, schema_editor: Any) -> None:
    lift_guards(schema_editor.connection)
    put_guards(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_look_indexes")]

    operations = [migrations.RunPython(_renew, migrations.RunPython.noop)]
