from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_parts_and_relations")]

    operations = [
        migrations.AddIndex(
            model_name="caserow",
            index=models.Index(fields=["registered_at"], name="case_registered"),
        ),
    ]
