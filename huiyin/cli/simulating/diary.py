"""What the simulation itself did and left undone: the account that everything else must agree with."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True)
class Arrival:
    """One registration. `people`: how many came or wrote, 0 where a sweep found it. `code`: what its
    petitioner holds, "" where nobody does."""

    case: str
    at: datetime
    office: str
    channel: str
    category: str
    people: int
    repeats: bool
    code: str = ""


@dataclass
class Diary:
    """Days are days of the county. `filed`: when each round (act, office, first day) was first filed.
    `stated`: the figures of each daily report as they were last filed. `again`: reports that a page asked
    for again. `troubles`: reference to office and state. `receptions`: reference to office. `noted`: visits
    of each. `steps`: taken in each case. `called`: numbers of cases called back in a sheet. `receipts`: of
    what programs filed, case to entry of the log. `changes`: case, kind and entry of each change that a
    program was told of."""

    arrivals: list[Arrival] = field(default_factory=list)
    filed: dict[tuple[str, str, date], datetime] = field(default_factory=dict)
    stated: dict[tuple[str, date], dict[str, int]] = field(default_factory=dict)
    again: int = 0
    troubles: dict[str, tuple[str, str]] = field(default_factory=dict)
    receptions: dict[str, str] = field(default_factory=dict)
    noted: Counter[str] = field(default_factory=Counter)
    promised: int = 0
    kept: int = 0
    held: set[tuple[str, date]] = field(default_factory=set)
    steps: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    mistakes: Counter[str] = field(default_factory=Counter)
    ratings: Counter[str] = field(default_factory=Counter)
    called: list[str] = field(default_factory=list)
    receipts: dict[str, int] = field(default_factory=dict)
    changes: list[tuple[str, str, int]] = field(default_factory=list)
