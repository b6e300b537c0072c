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
_BY_WORDS, _BY_MEANING = 100, 40  # candidates
_HOLDERS = 6_000  # texts that a search for words may have to weigh
_FRESH = 200  # newest that the index has not read yet


@dataclass(frozen=True)
class Found:
    """Ids of tasks and posts, the index that named them, and what it compares with."""

    index: UUID
    fitted: Fitted
    items: dict[UUID, None]


async def candidates(session: AsyncSession, topic: str, *, as_of: datetime) -> Found | None:
    """What shares rare words or the meaning of a topic, and what is too new to be in the index.

    None where there is no index.
    """
    import numpy as np

    found = await index.fitted(session)
    if found is None:
        return None
    id, made = found.id, found.fitted
    vector = made.embed([topic])
    items: dict[UUID, None] = {}
    if vector.any():
        cells = nearest(made.cells, vector, made.probes)[0]
        ids, packed = await queries.near(session, id, [int(cell) for cell in cells], as_of)
        if ids:
            rows = np.frombuffer(packed, np.float16).reshape(-1, made.dimensions)
            scores = rows.astype(np.float32) @ vector[0]
            best = np.argpartition(-scores, min(_BY_MEANING, len(scores)) - 1)[:_BY_MEANING]
            items = {UUID(bytes=ids[16 * at : 16 * at + 16]): None for at in best}
    groups = groups_of(topic, made)
    if groups:
        weights = {word: made.weight(word) for word in dict.fromkeys(words_of(topic))}
        items |= dict.fromkeys(await queries.holding(session, groups, weights, as_of, _BY_WORDS))
    if found.up_to is not None:
        items |= dict.fromkeys(await queries.latest_unread(session, found.up_to, as_of, _FRESH))
    return Found(id, made, items)


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
