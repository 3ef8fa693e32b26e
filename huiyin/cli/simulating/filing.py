"""Arrivals of a simulated month: letters, visits and calls at the counters, messages by the web."""

import random
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from huiyin.cli.simulating import county
from huiyin.cli.simulating.diary import Arrival, Diary
from huiyin.cli.simulating.windows import CODE, LINK, Astray, Windows

CHANNELS = {"web": 0.35, "visit": 0.25, "letter": 0.22, "call": 0.18}
TO_THE_BUREAU = 0.6  # of what comes to a counter; the rest goes to a department's or a town's
REPEATED = 0.07
WRONG_FIRST, TWICE = 0.04, 0.03  # forms sent with a fault before they are sent right; sent by a double click
SIZES = ((1, 70), (2, 10), (3, 7), (4, 4), (5, 4), (8, 3), (12, 2))
CONTACTS = ("open", "kept", "none")


class Filing:
    """Sends what people bring. Each text is new, but where somebody brings the same again."""

    def __init__(
        self, windows: Windows, diary: Diary, chance: random.Random, topics: Sequence[Mapping[str, Any]]
    ) -> None:
        self.windows, self.diary, self.chance, self.topics = windows, diary, chance, topics
        self._told: list[dict[str, Any]] = []
        self._numbers = count(1)

    def at_a_counter_or_by_web(self) -> None:
        channel = self.chance.choices(list(CHANNELS), list(CHANNELS.values()))[0]
        if channel == "web":
            self.by_web()
        else:
            self.at_the_counter(channel)

    def by_web(self) -> None:
        """A petitioner with a network address of their own."""
        identity = self.chance.choice(CONTACTS)
        told, repeats = self.words(sealed=identity == "kept")
        sent = {
            **told,
            "token": self._token(),
            "at": "3",
            "do": "send",
            "about": "no",
            "identity": identity,
            "name": "某某",
        }
        client = self.windows.visitor(self._network())
        if self.now_and_then(WRONG_FIRST):
            self._refused(self.windows.public(client, "/file/", {**sent, "body": "太短"}, lawful=(422,)))
        made = self.windows.public(client, "/file/", sent, lawful=(200,)).json()
        if self.now_and_then(TWICE):
            again = self.windows.public(client, "/file/", sent, lawful=(200,)).json()
            self._once(made["case"], again["case"])
        self.note(made["case"], county.BUREAU, "web", told["category"], 1, repeats, made["code"])

    def at_the_counter(self, channel: str, office: str = "") -> None:
        office = office or self._counter()
        clerk = county.login(office, "clerk")
        sent, people, repeats = self.form(channel)
        if self.now_and_then(WRONG_FIRST):
            wrong = {**sent, "received_on": "2099-01-01"}
            self._refused(self.windows.post(clerk, "/desk/register/", wrong, lawful=(422,)))
        slip = self.windows.post(clerk, "/desk/register/", sent, lawful=(200,))
        case, code = registered(slip)
        if self.now_and_then(TWICE):
            self._once(case, registered(self.windows.post(clerk, "/desk/register/", sent, lawful=(200,)))[0])
        self.note(case, office, channel, sent["category"], people, repeats, code)

    def form(self, channel: str) -> tuple[dict[str, Any], int, bool]:
        """The counter's form filled in, how many came, and whether the words came before."""
        told, repeats = self.words()
        people = self._people() if channel in ("visit", "outreach") else 1
        sent = {**told, "token": self._token(), "channel": channel, "name": "某某"}
        sent["requests"] = "\n".join(sent.pop("request"))
        sent["received_on"] = self.windows.clock.now.date().isoformat()
        if people > 1:
            sent |= {"f_people": people, "f_representatives": min(people, 5)}
        return sent, people, repeats

    def words(self, *, sealed: bool = False) -> tuple[dict[str, Any], bool]:
        """Title, body, requests and codes of one arrival; now and then those of an earlier one.

        A matter whose petitioner's name is kept back is linked to no other, so it repeats none here either.
        """
        if self._told and not sealed and self.chance.random() < REPEATED:
            return dict(self.chance.choice(self._told)), True
        topic = self.chance.choice(self.topics)
        slots = {"n": self.chance.randint(2, 60), "m": self.chance.randint(2, 99)}
        told = {
            "title": topic["title"].format(**slots),
            "body": f"{topic['body'].format(**slots)}（第{next(self._numbers)}号来件）",
            "request": list(topic["requests"]),
            "category": topic["category"],
            "purpose": topic.get("purpose", "request"),
        }
        if not sealed:
            self._told.append(told)
        return dict(told), False

    def _counter(self) -> str:
        from huiyin.offices import tree

        if self.chance.random() < TO_THE_BUREAU:
            return county.BUREAU
        return self.chance.choice([one.code for one in tree.offices() if one.kind in ("department", "town")])

    def _people(self) -> int:
        sizes, weights = zip(*SIZES, strict=True)
        return int(self.chance.choices(sizes, weights)[0])

    def _token(self) -> str:
        return f"{self.chance.getrandbits(128):032x}"

    def _network(self) -> str:
        return f"10.{self.chance.randrange(256)}.{self.chance.randrange(256)}.{self.chance.randrange(1, 255)}"

    def now_and_then(self, share: float) -> bool:
        return self.chance.random() < share

    def _refused(self, _: Any) -> None:
        self.diary.mistakes["a form with a fault"] += 1

    def _once(self, case: str, again: str) -> None:
        if again != case:
            raise Astray(f"a double click made two cases, {case} and {again}")
        self.diary.mistakes["a double click"] += 1

    def note(
        self, case: str, office: str, channel: str, category: str, people: int, repeats: bool, code: str
    ) -> None:
        at = self.windows.clock.now
        self.diary.arrivals.append(Arrival(case, at, office, channel, category, people, repeats, code))


def registered(slip: Any) -> tuple[str, str]:
    """The case and the code that a slip shows."""
    page = slip.content.decode()
    code, case = CODE.search(page), LINK.search(page)
    if code is None or case is None:
        raise Astray("a slip without a code or a case")
    return case[1], " ".join(code.groups())
