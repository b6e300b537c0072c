"""Which earlier work is worth a closer look: by the words it shares with a topic and by what it means."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.context import index, queries
from cofounder.business.context.embedder import Fitted, nearest
from cofounder.business.context.words import words_of

BY_WORDS = 0.85  # of the similarity; the rest is meaning. Chosen on held-aside headlines, see docs/reference/context.md
BY_WORDS_OUTSIDE = 0.5  # the same beside an embedder from outside: our choice, not a measurement
_BY_WORDS, _BY_MEANING = 100, 40  # candidates
_HOLDERS = 6_000  # texts that a search for words may have to weigh
_FRESH = 200  # newest that the index has not read yet


@dataclass(frozen=True)
class Found:
    """Ids of tasks and posts, the index that named them, and what it compares with."""

    index: UUID
    fitted: Fitted
    items: dict[UUID, None]
    senses: dict[UUID, float]  # cosine of the meaning, where vectors come from outside

    def compared(self, topic: str, texts: Sequence[str], ids: Sequence[Sequence[UUID]]) -> list[float]:
        """How alike each text is to the topic, 0-1; `ids` are the items that a text is made of."""
        if not self.fitted.outside:
            return similarity(self.fitted, topic, texts)
        by_words = [words for words, _ in self.fitted.likeness(topic, texts)]
        senses = [max((self.senses.get(id, 0.0) for id in mine), default=0.0) for mine in ids]
        return [
            BY_WORDS_OUTSIDE * words + (1 - BY_WORDS_OUTSIDE) * max(sense, 0.0)
            for words, sense in zip(by_words, senses, strict=True)
        ]


async def candidates(session: AsyncSession, topic: str, *, as_of: datetime) -> Found | None:
    """What shares rare words or the meaning of a topic, and what is too new to be in the index.

    None where there is no index.
    """
    import numpy as np

    found = await index.fitted(session, as_of)
    if found is None:
        return None
    id, made = found.id, found.fitted
    vector = await index.meaning(made, topic)
    items: dict[UUID, None] = {}
    if vector is not None:
        cells = nearest(made.cells, vector[None, :], made.probes)[0]
        ids, packed = await queries.near(session, id, [int(cell) for cell in cells], as_of)
        if ids:
            rows = np.frombuffer(packed, np.float16).reshape(-1, made.dimensions)
            scores = rows.astype(np.float32) @ vector
            best = np.argpartition(-scores, min(_BY_MEANING, len(scores)) - 1)[:_BY_MEANING]
            items = {UUID(bytes=ids[16 * at : 16 * at + 16]): None for at in best}
    groups = groups_of(topic, made)
    if groups:
        weights = {word: made.weight(word) for word in dict.fromkeys(words_of(topic))}
        items |= dict.fromkeys(await queries.holding(session, groups, weights, as_of, _BY_WORDS))
    if found.up_to is not None:
        items |= dict.fromkeys(await queries.latest_unread(session, found.up_to, as_of, _FRESH))
    senses: dict[UUID, float] = {}
    if made.outside and vector is not None:
        placed = await queries.vectors_of(session, id, list(items))
        senses = {item: float(np.frombuffer(packed, np.float16).astype(np.float32) @ vector) for item, packed in placed}
    return Found(id, made, items, senses)


def groups_of(topic: str, made: Fitted, holders: int = _HOLDERS) -> list[list[str]]:
    """The words to look for: the rarest, as many as few enough texts hold; common ones only together with the rarest."""
    n = made.expected
    words = sorted(dict.fromkeys(words_of(topic)), key=made.weight, reverse=True)
    found: list[list[str]] = []
    total = 0.0
    for word in words:
        total += made.share(word) * n
        if found and total > holders:
            break
        found.append([word])
    if found and made.share(found[0][0]) * n > holders and len(words) > 1:
        return [[words[0], word] for word in words[1:4]]
    return found


def similarity(made: Fitted, topic: str, texts: Sequence[str]) -> list[float]:
    """How alike each text is to the topic, 0-1: 0.85 of the words' cosine, 0.15 of the meaning's."""
    return [BY_WORDS * words + (1 - BY_WORDS) * max(sense, 0.0) for words, sense in made.likeness(topic, texts)]
