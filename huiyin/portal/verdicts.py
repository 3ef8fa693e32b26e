"""What the check of a receipt says, for its script: sentences by key, with {places} that the script fills."""

from django.utils.translation import gettext as _


def verdicts() -> list[tuple[str, str]]:
    return [
        ("good", _("The receipt is genuine, and these are the words that were filed.")),
        ("good_part", _("What you chose is genuine.")),
        ("good_promise", _("The promise is genuine.")),
        ("bad", _("This does not hold.")),
        ("signed", _("Signed by the key of the log {log}, over {size} entries.")),
        (
            "included",
            _("Your matter is entry {index} of that log. The office can no longer remove or deny it."),
        ),
        (
            "promised",
            _(
                "The office has promised, signed, to enter your matter in the log {log} "
                "by {year}-{month}-{day} {time} (Beijing time)."
            ),
        ),
        (
            "opened",
            _(
                "The sealed entry holds your registration, "
                "recorded on {year}-{month}-{day} at {time} (Beijing time). "
                "The office has bound itself to that time and cannot name a later one."
            ),
        ),
        ("words", _("The words are exactly those that were registered, to the last character.")),
        ("slip", _("Your slip names entry {index} of the log. Choose the files of that receipt.")),
        ("no_proof", _("Choose at least the file that ends in .tlog-proof (or .promise).")),
        ("no_opening", _("To compare the words, choose the file that ends in .opening.json as well.")),
        ("unreadable", _("A file could not be read, or is far too large for a receipt.")),
        ("broken", _("A file is damaged.")),
        ("bad_key", _("The key of the log is not spelled as a key is. Compare it with the printed one.")),
        ("bad_proof", _("The proof file is damaged or was changed.")),
        ("bad_promise", _("The promise is damaged or was changed.")),
        ("bad_note", _("The signed part of the file is damaged or was changed.")),
        ("bad_signature", _("The signature is wrong: the signed part was changed, or it is another key.")),
        ("other_key", _("Nobody with this key has signed it. Is it the key of this log?")),
        ("bad_checkpoint", _("The signed state of the log is damaged or belongs to another log.")),
        ("not_included", _("The entry is not in the signed log: it, its number or its path was changed.")),
        ("other_index", _("This receipt is of another entry than your slip names.")),
        ("bad_entry", _("The entry is damaged.")),
        ("bad_opening", _("The opening is damaged or was changed.")),
        ("other_public", _("The opening does not belong to this entry: its public part differs.")),
        ("other_private", _("The opening does not belong to this entry: its sealed part differs.")),
        ("other_words", _("These are not the words that were registered: at least one character differs.")),
        (
            "advice",
            _(
                "Fetch the files again with your code and check once more. If it still does not hold, "
                "keep these files: with them a supervisor, a court or a journalist can see who is right."
            ),
        ),
    ]
