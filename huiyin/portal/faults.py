"""What `intake` and `papers` find wrong with a filing, said here so that the catalogue translates it."""

from django.utils.translation import gettext_noop

FAULTS = (
    gettext_noop("Say in one line what it is about."),
    gettext_noop("Choose what this is: a request, a complaint, advice…"),
    gettext_noop("Choose how it arrived."),
    gettext_noop("At most %(longest)d characters; this has %(length)d."),
    gettext_noop("Write what happened."),
    gettext_noop("Write at least %(shortest)d characters, so that the office can understand what happened."),
    gettext_noop("At most %(longest)d characters; this has %(length)d. Attach the rest as a file."),
    gettext_noop("Say what you ask for."),
    gettext_noop("At most %(most)d requests in one filing."),
    gettext_noop("Each request has at most %(longest)d characters."),
    gettext_noop("Choose one of the list."),
    gettext_noop("Choose from the list."),
    gettext_noop("This is not a date. Write it like 2024-05-31."),
    gettext_noop("This date is in the future."),
    gettext_noop("This date is before %(year)s. Check the year."),
    gettext_noop("At most %(most)d files."),
    gettext_noop("This is not a telephone number. Use digits, for example 0571 8888 8888."),
    gettext_noop("This identity number cannot be right. Compare it with the card."),
    gettext_noop("This file is empty."),
    gettext_noop("This file is larger than %(megabytes)d MB."),
    gettext_noop("This is a HEIC or AVIF picture. Save it as JPEG, or photograph a print of it."),
    gettext_noop("Only pictures (JPEG, PNG, WebP, GIF) and PDF files can be attached."),
)
