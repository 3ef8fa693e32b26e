"""What is sent twice counts once: a key, the digest of what came with it, and the case that it made.

Kept are keyed digests and the case's reference. The answer is made again from the case, so no word of it is
stored; the petitioner's code is shown again for ten minutes, as on the page of the form, and then never.
"""

import re
from datetime import datetime, timedelta

from huiyin.api.models import Once
from huiyin.api.problems import Problem
from huiyin.casework.filing import keyed
from huiyin.casework.models import CaseRow
from huiyin.ledger.facts import writing

KEY_LONGEST = 128
UNFINISHED = timedelta(days=1)  # what a crash left of a request that made no case
# Printable ASCII without spaces; quoted, as the draft standard has it, or not.
KEY = '^"?[!#-~]+"?$'


def key_of(header: str) -> str:
    """The key of an `Idempotency-Key` header, quoted or not; "" where there is none."""
    key = header.strip('"')
    if header and not (re.fullmatch(KEY, header) and len(header) <= KEY_LONGEST):
        reason = f"1 to {KEY_LONGEST} printable ASCII characters"
        raise Problem("malformed", more={"errors": [{"field": "Idempotency-Key", "reason": reason}]})
    return key


def claim(key: str, body: bytes, now: datetime, used: str = "key-used") -> str:
    """Take `key` for this body; the secret under which its registration is made, now or again.

    The problem `used` where another body has the key, `erased` where the case it made is no more.
    """
    mac, digest = keyed("api once", key), keyed("api body", body.hex())
    with writing():
        Once.objects.filter(case_id="", at__lt=now - UNFINISHED).delete()
        row, made = Once.objects.get_or_create(key=mac, defaults={"body": digest, "at": now})
    if row.case_id and not row.body:
        raise Problem("erased")
    if not made and bytes(row.body) != digest:
        raise Problem(used)
    return keyed("api registration", key).hex()


def done(key: str, case_id: str) -> None:
    Once.objects.filter(key=keyed("api once", key)).update(case_id=case_id)


def forget(case_id: str) -> None:
    """Of an erased case what is derived from its words goes too; that its key was used stays."""
    erased = CaseRow.objects.filter(case_id=case_id, erased=True).values("case_id")
    Once.objects.filter(case_id__in=erased).update(body=b"")


def release(key: str) -> None:
    """Nothing came of it: a mended body may have the key."""
    with writing():
        Once.objects.filter(key=keyed("api once", key), case_id="").delete()


def known(key: str) -> bool:
    """Whether something was sent under this key."""
    return Once.objects.filter(key=keyed("api once", key)).exists()
