from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel(
            name="WrappedKey",
            fields=[
                ("case_id", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("wrapped", models.BinaryField()),
            ],
            options={"db_table": "vault_key"},
        ),
        migrations.CreateModel(
            name="Sealed",
            fields=[
                ("ref", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("case_id", models.CharField(db_index=True, max_length=16)),
                ("kind", models.CharField(max_length=32)),
                ("blob", models.BinaryField()),
            ],
            options={"db_table": "vault_sealed"},
        ),
    ]
