"""Which of a few thousand texts are like a question: shared pairs of characters, rare ones counting more.

For texts anyone may read. Chinese has no spaces to part words by; neighbouring characters stand for words.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from math import log, sqrt
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)

# What a pair that no text holds weighs: a question tells much beside its point, which must not drown it.
UNHEARD = 1.0

_NOT_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Match(Generic[Key]):
    """`score` from 0 to 1 (the same text)."""

    key: Key
    score: float


class Corpus(Generic[Key]):
    """Texts made ready to be asked many times."""

    def __init__(self, texts: Iterable[tuple[Key, str]]) -> None:
        counted = [(key, bigrams(text)) for key, text in texts]
        seen = Counter(pair for _key, pairs in counted for pair in pairs)
        self._rarity = {pair: log(1 + len(counted) / times) for pair, times in seen.items()}
        self._holders: dict[str, list[tuple[int, float]]] = {}
        self._keys = [key for key, _pairs in counted]
        for number, (_key, pairs) in enumerate(counted):
            for pair, weight in self._weighed(pairs).items():
                self._holders.setdefault(pair, []).append((number, weight))

    def match(self, question: str, limit: int = 3, least: float = 0.1) -> list[Match[Key]]:
        """The texts most like `question`, best first, scoring at least `least`."""
        scores: dict[int, float] = {}
        for pair, weight in self._weighed(bigrams(question)).items():
            for number, held in self._holders.get(pair, ()):
                scores[number] = scores.get(number, 0.0) + weight * held
        best = sorted(scores.items(), key=lambda scored: (-scored[1], scored[0]))[:limit]
        return [Match(self._keys[number], min(score, 1.0)) for number, score in best if score >= least]

    def _weighed(self, pairs: Mapping[str, int]) -> dict[str, float]:
        """Weights of unit length (cosine), so that long texts have no advantage."""
        weights = {pair: (1 + log(times)) * self._rarity.get(pair, UNHEARD) for pair, times in pairs.items()}
        length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {pair: weight / length for pair, weight in weights.items()}


def match(
    question: str, texts: Iterable[tuple[Key, str]], limit: int = 3, least: float = 0.1
) -> list[Match[Key]]:
    """`Corpus(texts).match(question)`, for texts that are asked once."""
    return Corpus(texts).match(question, limit, least)


def bigrams(text: str) -> Counter[str]:
    """Pairs of neighbouring characters within runs of letters and digits, NFKC, lower case."""
    runs = _NOT_WORDS.split(unicodedata.normalize("NFKC", text).lower())
    return Counter(run[start : start + 2] for run in runs for start in range(max(len(run) - 1, 1)) if run)
