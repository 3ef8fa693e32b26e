"""Matters that were already answered publicly: searched in released texts and nowhere else."""

from huiyin.casework.models import Release
from huiyin.casework.releases import public_answers
from huiyin.intake.similar import match

ENOUGH = 0.12


def similar_public(text: str, limit: int = 3) -> list[Release]:
    """Up to `limit` released answers whose public text is most like `text`, the likest first."""
    released = public_answers()
    texts = [(position, f"{r.title}\n{r.question}") for position, r in enumerate(released)]
    return [released[found.key] for found in match(text, texts, limit, ENOUGH)]
