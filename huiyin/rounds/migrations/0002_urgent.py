"""Urgent reports are few and facts are many: an index that holds those alone, for the daily report."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rounds", "0001_initial"), ("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX rounds_urgent ON ledger_fact (recorded_at) WHERE kind = 'urgency.reported.1'",
            "DROP INDEX rounds_urgent",
        ),
    ]
