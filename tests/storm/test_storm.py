"""`kill -9` in a storm of registrations, 50 times: what was acknowledged is there, and provable for ever."""

import os
import random
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain, pairwise
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from huiyin.ledger.merkle import EMPTY_ROOT, Nodes, verify_consistency
from huiyin.ledger.notes import Checkpoint, open_checkpoint, read_vkey
from huiyin.ledger.paths import Tile, path
from huiyin.ledger.proofs import parse_proof
from huiyin.publication.check import check
from tests.installation import Installation, free_port
from tests.publication.conftest import Go
from tests.storm import deeds, journal
from tests.storm.nursery import Child, Nursery
from tests.storm.petitioners import Petitioner

KILLS, OF_A_SERVER = 50, 3
WRITERS, THREADS, PETITIONERS = 3, 2, 6
SEED = "STORM_SEED"  # set it to the seed a failure printed


class Storm:
    """Writers that are killed and replaced; what they sent, and what they were told."""

    def __init__(self, office: Installation, nursery: Nursery, chance: random.Random) -> None:
        self.office, self.nursery, self.chance = office, nursery, chance
        self.folder = office.data.parent / "journals"
        self.folder.mkdir()
        self.notes: set[bytes] = set()  # checkpoints seen outside the database
        self.unanswered: list[str] = []  # tokens whose sender died before it was told anything
        self.acknowledged: list[dict[str, Any]] = []
        self._names = (f"s{n}" for n in range(100_000))
        self._writers: dict[Child, list[Path]] = {}

    def new_journals(self, count: int) -> list[Path]:
        """A journal for each thread of a new sender; what nobody was told of yet is the first it sends."""
        name = next(self._names)
        places = [self.folder / f"{name}.{number}" for number in range(count)]
        for number, place in enumerate(places):
            begun = journal.Journal(place)
            for token in self.unanswered[number::count]:
                begun.sends(token)
            begun.close()
        self.unanswered = []
        return places

    def write(self, *, endless: bool) -> Child:
        places = self.new_journals(THREADS)
        child = self.nursery.start(deeds.write, journals=list(map(str, places)), endless=endless)
        self._writers[child] = places
        return child

    def fill(self, writers: int) -> None:
        while len(self._writers) < writers:
            self.write(endless=True)

    def kill(self, victims: int) -> None:
        """Kill so many writers, at the same moment; learn what each was told before."""
        chosen = self.chance.sample(sorted(self._writers, key=lambda child: child.pid), victims)
        for child in chosen:
            child.kill()
        for child in chosen:
            assert child.end().signal == signal.SIGKILL, f"a writer ended by itself:\n{child.log}"
            self.bury(child)

    def bury(self, child: Child) -> None:
        assert child.log == ""
        for place in self._writers.pop(child):
            self.learn(place)

    def learn(self, place: Path) -> None:
        """Read the journal of a sender that is dead."""
        answers = {line["token"]: line.get("case") and line for line in journal.read(place)}
        self.acknowledged += filter(None, answers.values())
        self.unanswered += [token for token, answer in answers.items() if not answer]

    def look(self) -> None:
        """Keep the checkpoint that lies outside the database at this moment."""
        self.notes.add((self.office.data / "checkpoint-copy").read_bytes())

    def calm(self) -> None:
        """Kill who is left; every petitioner who heard nothing sends the form once more."""
        self.kill(len(self._writers))
        last = self.write(endless=False)
        assert last.end().signal == 0
        self.bury(last)
        assert self.unanswered == []


@contextmanager
def serving(office: Installation) -> Iterator[tuple[int, int]]:
    """`huiyin serve`: its port and its process group, which the block kills."""
    port = free_port()
    server = office.start("serve", "--threads", "4", HUIYIN_PORT=str(port))
    try:
        until(lambda: answers(port) or server.poll() is not None)
        yield port, server.pid
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def until(come: Callable[[], bool], patience: float = 60) -> None:
    end = time.monotonic() + patience
    while not come():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.02)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def storm_over_processes(storm: Storm, kills: int) -> None:
    for _ in range(kills):
        storm.fill(WRITERS)
        time.sleep(storm.chance.uniform(0.02, 0.6))
        storm.look()
        storm.kill(storm.chance.choice([1, 1, 2, WRITERS]))


def answered(place: Path) -> bool:
    return any("case" in line for line in journal.read(place))


def storm_over_a_server(storm: Storm) -> None:
    """Petitioners at the web form, and one writer more beside the server, on the same data."""
    with serving(storm.office) as (port, group):
        storm.fill(1)
        places = storm.new_journals(PETITIONERS)
        people = [Petitioner(port, place) for place in places]
        for person in people:
            person.start()
        until(lambda: all(answered(place) for place in places) or any(p.refusal for p in people))
        time.sleep(storm.chance.uniform(0.02, 0.6))
        with urlopen(f"http://127.0.0.1:{port}/log/checkpoint", timeout=30) as answer:
            storm.notes.add(answer.read())
        os.killpg(group, signal.SIGKILL)
        for person in people:
            person.join(30)
            assert person.refusal is None, person.refusal
    for place in places:
        storm.learn(place)


def test_no_acknowledged_registration_is_lost_and_no_receipt_is_ever_invalid(
    office: Installation, nursery: Nursery, independent: Go | None, tmp_path: Path
) -> None:
    seed = int(os.environ.get(SEED) or random.SystemRandom().randrange(10**9))
    print(f"{SEED}={seed}")
    storm = Storm(office, nursery, random.Random(seed))
    storm.look()
    for _ in range(OF_A_SERVER):
        storm_over_processes(storm, (KILLS - OF_A_SERVER) // OF_A_SERVER)
        storm_over_a_server(storm)
    storm_over_processes(storm, (KILLS - OF_A_SERVER) % OF_A_SERVER)
    storm.calm()

    # The commands of whoever looks after the office find nothing; publishing numbers what waited.
    office.run("publish", tmp_path / "log")
    assert office.run("doctor").stdout == "healthy\n"
    assert office.run("rebuild", "--check").stdout == "0 differences\n"

    told = storm.acknowledged
    found = nursery.call(
        deeds.inventory, tokens=[ack["token"] for ack in told], codes=[ack["code"] for ack in told]
    )
    assert found["faults"] == []
    assert found["waiting"] == 0
    # Nothing that was acknowledged is lost, and no form that was sent twice is two cases.
    cases = [ack["case"] for ack in told]
    assert found["tokens"] == cases
    assert found["codes"] == cases
    assert [found["numbers"].get(case) for case in cases] == [ack["number"] for ack in told]
    assert len(set(cases)) == len(cases) == found["facts"] == len(found["numbers"])
    assert len(cases) > 4 * KILLS, "hardly a storm"
    # Some were killed between the commit and the answer: what they had saved was found again.
    saved_unheard = sum(bool(ack["again"]) for ack in told)
    print(f"{len(cases)} registrations, {saved_unheard} of them saved before their sender was killed")
    assert saved_unheard

    receipts = [receipt_file(tmp_path / "receipts", ack) for ack in told if ack["index"] is not None]
    result = check(tmp_path / "log", receipts)
    assert result.findings == []
    assert (result.entries, result.receipts, result.words) == (len(cases), len(receipts), len(receipts))
    assert len(receipts) > len(told) / 2, "a promise is for the rare moment when the log is late"
    if independent is not None:
        sound, said = independent(tmp_path / "log", *receipts)
        assert sound, said
    storm.notes |= {note.encode() for note in found["notes"]}
    storm.notes |= {parse_proof(file.read_bytes()).checkpoint for file in receipts}
    assert_one_history(tmp_path / "log", storm.notes)


def receipt_file(folder: Path, ack: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    parts = {"opening.json": ack["opening"], "words.txt": ack["words"], "tlog-proof": ack["proof"]}
    for ending, text in parts.items():
        (folder / f"{ack['case']}.{ending}").write_text(text, newline="")
    return folder / f"{ack['case']}.tlog-proof"


def assert_one_history(log: Path, notes: set[bytes]) -> None:
    """Every checkpoint that was ever signed, kept or handed out is a prefix of the next and of the last."""
    key = read_vkey((log / "vkey").read_text().strip())
    last = open_checkpoint((log / "checkpoint").read_bytes(), key)
    tree = Nodes(
        lambda level, n: (
            log / path(Tile(level, n, min(256, (last.size >> 8 * level) - 256 * n)))
        ).read_bytes()
    )
    signed: set[Checkpoint] = {open_checkpoint(note, key) for note in notes}
    assert len({one.size for one in signed}) == len(signed), "two roots were signed for one size"
    ordered = sorted(signed, key=lambda one: one.size)
    for one in ordered:
        assert one.root == (tree.root(one.size) if one.size else EMPTY_ROOT)
    for old, new in pairwise(chain((one for one in ordered if one.size), [last])):
        proof = tree.consistency(old.size, new.size) if old.size < new.size else []
        verify_consistency(old.size, new.size, old.root, new.root, proof)
