"""What `intake` and `papers` find wrong with a filing, said here so that the catalogue translates it."""

from django.utils.translation import gettext_noop as say

FAULTS = (
    say("Say in one line what it is about."),
    say("Choose what this is: a request, a complaint, advice…"),
    say("Choose how it arrived."),
    say("At most %(longest)d characters; this has %(length)d."),
    say("Write what happened."),
    say("Write at least %(shortest)d characters, so that the office can understand what happened."),
    say("At most %(longest)d characters; this has %(length)d. Attach the rest as a file."),
    say("Say what you ask for."),
    say("At most %(most)d requests in one filing."),
    say("Each request has at most %(longest)d characters."),
    say("Choose one of the list."),
    say("Choose from the list."),
    say("This is not a date. Write it like 2024-05-31."),
    say("This date is in the future."),
    say("This date is before %(year)s. Check the year."),
    say("At most %(most)d files."),
    say("This is not a telephone number. Use digits, for example 0571 8888 8888."),
    say("This identity number cannot be right. Compare it with the card."),
    say("This file is empty."),
    say("This file is larger than %(megabytes)d MB."),
    say("This is a HEIC or AVIF picture. Save it as JPEG, or photograph a print of it."),
    say("Only pictures (JPEG, PNG, WebP, GIF) and PDF files can be attached."),
)
