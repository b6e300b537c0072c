"""What a text is like before it is published, as numbers. Pure; nothing in here looks at how it did."""

import math
import re
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cofounder.business.context.words import terms_of

HASHED = 128  # places that words are hashed into
_MOST_NAMES = 30  # topics, voices, formats that have a column of their own
_FEWEST_NAMED = 5
_NUMBER, _LINK = re.compile(r"\d"), re.compile(r"https?://|www\.")
_YOU = re.compile(r"\byou(?:rs?|['’]\w+)?\b", re.IGNORECASE)
_NAMED = ("topic", "category", "persona", "format", "paid")


def words_vector(text: str) -> Any:
    """The words hashed into a row of length 1, sublinear; the sign of the hash keeps collisions from adding up."""
    import numpy as np

    row = np.zeros(HASHED, np.float32)
    for term, count in terms_of(text).items():
        code = zlib.crc32(term.encode())
        row[code % HASHED] += (1 if code & 0x8000_0000 else -1) * (1 + math.log(count))
    norm = float(np.linalg.norm(row))
    return row / norm if norm else row


def shape(post: Mapping[str, Any]) -> list[float]:
    """Length, figures, questions, links, hashtags, address."""
    title, content = post.get("title") or "", post.get("content") or ""
    text = f"{title} {content}"
    return [
        math.log1p(len(content.split())),
        math.log1p(len(title.split())),
        float(bool(_NUMBER.search(text))),
        float(bool(_NUMBER.match(title or content))),
        float("?" in text),
        float("!" in text),
        float(bool(_LINK.search(text))),
        math.log1p(len(post.get("hashtags") or [])),
        float(bool(_YOU.search(text))),
    ]


def clock(at: datetime) -> list[float]:
    """The hour as a place on the day's circle, and the weekday (UTC)."""
    at = at.astimezone(UTC)
    turn = 2 * math.pi * (at.hour + at.minute / 60) / 24
    return [
        math.sin(turn),
        math.cos(turn),
        math.sin(2 * turn),
        math.cos(2 * turn),
        *(float(at.weekday() == day) for day in range(7)),
    ]


def minute(at: datetime) -> int:
    """Of the day, in UTC."""
    at = at.astimezone(UTC)
    return at.hour * 60 + at.minute


def names_of(posts: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The (field, value) pairs that enough posts have."""
    counted = Counter((field, _name(post.get(field))) for post in posts for field in _NAMED)
    kept = [pair for pair, count in counted.most_common() if pair[1] and count >= _FEWEST_NAMED]
    return kept[:_MOST_NAMES]


def named(post: Mapping[str, Any], names: Sequence[tuple[str, str]]) -> list[float]:
    """1 where the post has the pair."""
    return [float(_name(post.get(field)) == value) for field, value in names]


def _name(value: Any) -> str:
    return "" if value is None else str(value).strip().lower()
