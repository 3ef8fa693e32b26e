from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

import huiyin.ledger.models
from huiyin.ledger import triggers


def install_triggers(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    triggers.install(editor.connection)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("idx", huiyin.ledger.models.RowNumber(primary_key=True, serialize=False)),
                ("fact_id", models.BigIntegerField(unique=True)),
            ],
            options={
                "db_table": "ledger_entry",
            },
        ),
        migrations.CreateModel(
            name="Pending",
            fields=[
                ("fact_id", huiyin.ledger.models.RowNumber(primary_key=True, serialize=False)),
            ],
            options={
                "db_table": "ledger_pending",
            },
        ),
        migrations.CreateModel(
            name="StoredCheckpoint",
            fields=[
                ("size", huiyin.ledger.models.RowNumber(primary_key=True, serialize=False)),
                ("root", models.BinaryField()),
                ("note", models.BinaryField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "db_table": "ledger_checkpoint",
            },
        ),
        migrations.CreateModel(
            name="StoredTile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level", "n", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("level", models.IntegerField()),
                ("n", models.BigIntegerField()),
                ("hashes", models.BinaryField()),
            ],
            options={
                "db_table": "ledger_tile",
            },
        ),
        migrations.CreateModel(
            name="Fact",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("case_id", models.CharField(max_length=16)),
                ("seq", models.IntegerField()),
                ("kind", models.CharField(max_length=64)),
                ("recorded_at", models.DateTimeField()),
                ("clear", models.TextField()),
                ("public_salt", models.BinaryField()),
                ("public_content", models.TextField()),
                ("private_commit", models.BinaryField()),
                ("sealed", models.BinaryField()),
            ],
            options={
                "db_table": "ledger_fact",
                "constraints": [
                    models.UniqueConstraint(fields=("case_id", "seq"), name="ledger_fact_case_seq"),
                    models.CheckConstraint(
                        condition=models.Q(("id__gte", 1), ("seq__gte", 1)), name="ledger_fact_positive"
                    ),
                ],
            },
        ),
        migrations.RunPython(install_triggers),
    ]
