"""A daily report's row says up to when it counted: rows that are there already take it from their facts."""

import json
from datetime import datetime

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def fill(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    facts = apps.get_model("ledger", "Fact").objects.filter(kind="daily.filed.1")
    rows = apps.get_model("rounds", "RoundRow").objects
    for ref, clear in facts.order_by("case_id", "seq").values_list("case_id", "clear").iterator():
        until = datetime.fromisoformat(json.loads(clear)["values"]["until"])
        rows.filter(ref=ref).update(counted_until=until)  # the last one stays


class Migration(migrations.Migration):
    dependencies = [("rounds", "0002_urgent"), ("ledger", "0001_initial")]

    operations = [
        migrations.AddField("roundrow", "counted_until", models.DateTimeField(null=True)),
        migrations.AddIndex("troublerow", models.Index(fields=["case_id"], name="trouble_case")),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
