from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("offices", "0002_city_and_book"),
    ]

    operations = [
        migrations.AddField(
            model_name="office",
            name="mark",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
    ]
