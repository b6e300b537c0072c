"""Posts ranked by what they achieved. Pure."""

import re
from collections.abc import Sequence
from typing import Any

from cofounder.business.derive.rates import pooled_rate
from cofounder.business.records.schemas import PostWithReading
from cofounder.business.wording import trimmed
from cofounder.models.brief import Period

ENOUGH_VIEWS = 50  # below, a rate says nothing
_PHRASE = 3  # words of a topic that stand beside each other where a post names it; of a longer one all stand somewhere
_FEW = frozenset(
    {"a", "an", "the", "our", "my", "your", "of", "on", "in", "for", "to", "and", "or", "at", "with", "about"}
)


def best(
    posts: Sequence[PostWithReading], *, by: str, period: Period | None, topic: str | None, worst: bool, limit: int
) -> dict[str, Any]:
    """The first of the ranking, as `agents.business.BestPostsOut` has it."""
    wanted = [post for post in posts if period is None or period.start <= post.published_at.date() <= period.end]
    stored = len(wanted)
    if topic:
        wanted = [post for post in wanted if names(topic, f"{post.title or ''}\n{post.topic or ''}\n{post.content}")]
    if by == "published_on":
        return newest(wanted, oldest=worst, limit=limit) | {"stored": stored}
    least = ENOUGH_VIEWS if by == "engagement_rate" else 1
    measured = [post for post in wanted if (post.views or 0) >= least]
    ranked = sorted(measured, key=lambda post: (_value(post, by), post.views or 0), reverse=not worst)[:limit]
    rate = pooled_rate(measured)
    views = sum(post.views or 0 for post in measured) / len(measured) if measured else None
    notes = ["Counters are the newest readings; young posts still collect."]
    if by == "engagement_rate":
        notes.append(f"Posts with fewer than {ENOUGH_VIEWS} views are left out: their rate says nothing.")
    return {
        "items": [_row(post) for post in ranked],
        "measured": len(measured),
        "unmeasured": len(wanted) - len(measured),
        "stored": stored,
        "usual_rate": None if rate is None else round(rate, 6),
        "usual_views": None if views is None else round(views, 1),
        "narrative": _told(ranked, measured, wanted, worst),
        "notes": notes,
    }


def newest(posts: Sequence[PostWithReading], *, oldest: bool, limit: int) -> dict[str, Any]:
    """The last of the posts, measured or not; the first with `oldest`. As `best` gives them."""
    ordered = sorted(posts, key=lambda post: post.published_at, reverse=not oldest)
    measured = [post for post in posts if post.views]
    rate, views = pooled_rate(measured), sum(post.views or 0 for post in measured)
    told = (
        "No such post is stored." if not ordered else f"The {'first' if oldest else 'last'} is {title(ordered[0])!r}."
    )
    return {
        "items": [_row(post) for post in ordered[:limit]],
        "measured": len(measured),
        "unmeasured": len(posts) - len(measured),
        "usual_rate": None if rate is None else round(rate, 6),
        "usual_views": round(views / len(measured), 1) if measured else None,
        "narrative": told,
        "notes": ["Counters are the newest readings; young posts still collect."],
    }


def names(topic: str, text: str) -> bool:
    """Whether a text names a topic: its words, whatever their endings, beside each other."""
    wanted = [stem for stem in _stems(topic) if stem not in _FEW]
    said = [stem for stem in _stems(text) if stem not in _FEW]
    if not wanted:
        return False
    if len(wanted) > _PHRASE:
        return set(wanted) <= set(said)
    size = len(wanted)
    return any(said[at : at + size] == wanted for at in range(len(said) - size + 1))


def _stems(text: str) -> list[str]:
    """The words without their commonest endings: "hire", "hires" and "hiring" are one."""
    found = []
    for word in re.findall(r"[^\W_]+", text.lower().replace("'s", "").replace("’s", "")):
        for ending in ("ing", "ies", "ed", "es", "s", "e", "y"):
            if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
                word = word[: -len(ending)]
                break
        found.append(word)
    return found


def _value(post: PostWithReading, by: str) -> float:
    return float((post.engagement_rate if by == "engagement_rate" else getattr(post, by)) or 0)


def _row(post: PostWithReading) -> dict[str, Any]:
    return {
        "title": title(post),
        "platform": post.platform,
        "published_on": post.published_at.date(),
        "topic": post.topic,
        "views": post.views,
        "clicks": post.clicks,
        "shares": post.shares,
        "comments": post.comments,
        "engagement_rate": None if post.engagement_rate is None else round(post.engagement_rate, 6),
        "url": post.url,
    }


def title(post: PostWithReading) -> str:
    """The post's title, else its first words."""
    words = post.title or next((line for line in post.content.splitlines() if line.strip()), "(no text)")
    return words if len(words) <= 90 else words[:89].rsplit(" ", 1)[0] + "…"


def _told(
    ranked: Sequence[PostWithReading],
    measured: Sequence[PostWithReading],
    wanted: Sequence[PostWithReading],
    worst: bool,
) -> str:
    if not wanted:
        return "No such post is stored."
    if not ranked:
        return f"{len(wanted)} such posts are stored, and none has been measured yet."
    first, which = ranked[0], "least" if worst else "most"
    rate = trimmed((first.engagement_rate or 0) * 100, 2)
    return (
        f"Of {len(measured)} measured posts, {title(first)!r} did {which}: {first.views or 0:,} views, "
        f"{rate}% engagement."
    )
