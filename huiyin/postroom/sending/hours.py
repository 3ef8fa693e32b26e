"""When to send, and when to try again."""

import random
import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from huiyin.casework.law import ZONE

# A minute, then twice as long each time, up to four hours; each a quarter shorter or longer, so that
# what failed together does not come back together. Eighteen attempts last 30 hours: a day of failures is
# survived.
FIRST, LONGEST, MOST = timedelta(minutes=1), timedelta(hours=4), 18
SPREAD = (0.75, 1.25)
_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class Quiet:
    """Hours of the day, by the county's clock, in which nobody is written to; may pass midnight."""

    begins: time
    ends: time

    @classmethod
    def read(cls, text: str) -> "Quiet | None":
        """Hours such as `21:00-08:00`; None for `none`, `ValueError` for anything else."""
        if text == "none":
            return None
        found = _HOURS.fullmatch(text.replace(" ", ""))
        if found is None:
            raise ValueError(text)
        h1, m1, h2, m2 = map(int, found.groups())
        return cls(time(h1, m1), time(h2, m2))

    def holds(self, at: datetime) -> bool:
        here = at.astimezone(ZONE).time()
        if self.begins <= self.ends:
            return self.begins <= here < self.ends
        return here >= self.begins or here < self.ends


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts (1 or more)."""
    plain = min(FIRST * 2 ** min(attempts - 1, 16), LONGEST)
    return timedelta(seconds=plain.total_seconds() * random.uniform(*SPREAD))
