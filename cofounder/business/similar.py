"""Earlier content like a topic: ranked by words, outcome and recency, each with its reasons."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.baselines import pooled_rate
from cofounder.business.records import service as records
from cofounder.business.records.schemas import PostWithReading
from cofounder.models.brief import Passage

_SEEN = 500  # newest tasks and posts that are looked at
LIKE = 0.05  # cosine; below it nothing is called similar
_WEIGHTS = {"similarity": 0.6, "outcome": 0.25, "recency": 0.15}
_HALF_LIFE_DAYS = 365
_PLAIN = re.compile(r"^(hello|hi|dear|your friends|unsubscribe)\b|^#\w+(\s+#\w+)*$", re.IGNORECASE)


class PostMetrics(BaseModel):
    """The latest reading of a post as of the time asked for."""

    platform: str
    views: int | None = None
    clicks: int | None = None
    shares: int | None = None
    comments: int | None = None
    engagement_rate: float | None = Field(default=None, description="(clicks + shares + comments) / views, 0-1")


class SimilarTask(BaseModel):
    """An earlier task, why it is like the topic, and how its posts did."""

    task_id: UUID | None = Field(description="None for a post that no task made")
    task_name: str
    topic: str | None
    title: str | None
    category: str | None
    primary_keyword: str | None
    quality_score: float | None
    created_at: datetime
    completed_at: datetime | None
    post_metrics: list[PostMetrics]
    metadata: dict[str, Any] = Field(default_factory=dict)
    similarity: float = Field(description="Cosine of TF-IDF word vectors, 0-1")
    rank_score: float = Field(description="0.6 similarity + 0.25 outcome + 0.15 recency, each 0-1")
    reasons: list[str]


async def similar_content(
    session: AsyncSession, topic: str, *, channels: Sequence[str] = (), as_of: datetime, limit: int = 5
) -> list[SimilarTask]:
    """Earlier tasks and posts on like words, best first; nothing made or measured after `as_of`.

    `channels` narrows to work that had a post on one of them.
    """
    posts = await records.posts(session, as_of=as_of, limit=2 * _SEEN)
    by_task: dict[UUID | None, list[PostWithReading]] = {}
    for post in posts:
        by_task.setdefault(post.task_id, []).append(post)
    tasks = await records.earlier_tasks(session, as_of=as_of, limit=_SEEN)
    found = [_of_task(task, by_task.get(task.id, [])) for task in tasks]
    known = {task.id for task in tasks}
    found += [_of_post(post) for id, group in by_task.items() if id not in known for post in group]
    if channels:
        found = [each for each in found if any(m.platform in channels for m in each[0].post_metrics)]
    if not found or not topic.strip():
        return []
    usual = {name: pooled_rate([p for p in posts if p.platform == name]) for name in {p.platform for p in posts}}
    scores = likeness(topic, [text for _, text in found])
    ranked = [
        _ranked(item, score, usual, as_of, channels)
        for (item, _), score in zip(found, scores, strict=True)
        if score >= LIKE
    ]
    return sorted(ranked, key=lambda each: (-each.rank_score, str(each.task_id)))[:limit]


def _of_task(task: records.TaskRow, posts: Sequence[PostWithReading]) -> tuple[SimilarTask, str]:
    words = [task.title, task.topic, task.primary_keyword, task.request, *(post.content for post in posts)]
    item = SimilarTask(
        task_id=task.id,
        task_name=task.request,
        topic=task.topic,
        title=task.title,
        category=task.category,
        primary_keyword=task.primary_keyword,
        quality_score=None if task.quality_score is None else float(task.quality_score),
        created_at=task.created_at,
        completed_at=task.completed_at,
        post_metrics=[_metrics(post) for post in posts],
        metadata={"is_sample": task.is_sample, "is_legacy": task.is_legacy},
        similarity=0,
        rank_score=0,
        reasons=[],
    )
    return item, " ".join(filter(None, words))


def _of_post(post: PostWithReading) -> tuple[SimilarTask, str]:
    item = SimilarTask(
        task_id=None,
        task_name=post.title or post.content[:80],
        topic=post.topic,
        title=post.title,
        category=None,
        primary_keyword=None,
        quality_score=None,
        created_at=post.published_at,
        completed_at=post.published_at,
        post_metrics=[_metrics(post)],
        metadata={"post_id": str(post.id), "is_sample": post.is_sample},
        similarity=0,
        rank_score=0,
        reasons=[],
    )
    return item, " ".join(filter(None, [post.title, post.topic, post.content]))


def _metrics(post: PostWithReading) -> PostMetrics:
    rate = post.engagement_rate
    return PostMetrics(
        platform=post.platform,
        views=post.views,
        clicks=post.clicks,
        shares=post.shares,
        comments=post.comments,
        engagement_rate=None if rate is None else round(rate, 6),
    )


def _ranked(
    item: SimilarTask, similarity: float, usual: dict[str, float | None], as_of: datetime, channels: Sequence[str]
) -> SimilarTask:
    """The item with its score and the reasons for it."""
    age = max((as_of - (item.completed_at or item.created_at)).total_seconds() / 86_400, 0)
    outcome, reason = _outcome(item, usual, channels)
    parts = {"similarity": similarity, "outcome": outcome, "recency": 0.5 ** (age / _HALF_LIFE_DAYS)}
    reasons = [f"Shares words with the topic (similarity {similarity:.2f})."]
    if reason:
        reasons.append(reason)
    reasons.append(f"{age:.0f} days old." if age >= 1 else "Less than a day old.")
    score = sum(_WEIGHTS[name] * value for name, value in parts.items())
    return item.model_copy(
        update={"similarity": round(similarity, 4), "rank_score": round(score, 4), "reasons": reasons}
    )


def _outcome(item: SimilarTask, usual: dict[str, float | None], channels: Sequence[str]) -> tuple[float, str]:
    """0-1: engagement against what its platform usually gives (0.5 = usual), else quality, else 0.5."""
    ratios = []
    for metrics in item.post_metrics:
        if channels and metrics.platform not in channels:
            continue
        normal = usual.get(metrics.platform)
        if metrics.engagement_rate is not None and normal:
            ratios.append((metrics.engagement_rate / normal, metrics.platform))
    if ratios:
        best, platform = max(ratios)
        return best / (1 + best), f"Its engagement on {platform} was {best:.1f} times the usual."
    if item.quality_score is not None:
        return item.quality_score, f"Its quality score was {item.quality_score:.2f}."
    return 0.5, ""


def likeness(query: str, texts: Sequence[str]) -> list[float]:
    """Cosine similarity of TF-IDF vectors (words and pairs of words, sublinear) of each text with the query."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        stop_words="english", ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w\w+\b"
    )
    try:
        matrix = vectorizer.fit_transform([*map(_stemmed, texts), _stemmed(query)])
    except ValueError:  # nothing but stop words
        return [0.0] * len(texts)
    scores = (matrix[:-1] @ matrix[-1].T).toarray().ravel()
    return [float(score) for score in scores]


def _stemmed(text: str) -> str:
    """Words without a plural s, so that "customer stories" finds "a customer story"."""
    return re.sub(r"(?<=\w\w)(?:ies\b|(?<![su])s\b)", lambda m: "y" if m[0] == "ies" else "", text.lower())


async def passages(session: AsyncSession, topic: str, *, as_of: datetime, limit: int = 6) -> list[Passage]:
    """The company's own earlier texts on a topic, relevant and unlike each other, one a task; greetings cut."""
    posts = await records.posts(session, as_of=as_of, limit=2 * _SEEN)
    bodies = [(post, _body(post.content)) for post in posts]
    bodies = [(post, body) for post, body in bodies if len(body.split()) >= 8]
    if not bodies or not topic.strip():
        return []
    searched = [f"{post.title or ''} {post.topic or ''} {body}" for post, body in bodies]
    scores = likeness(topic, searched)
    order = sorted(range(len(bodies)), key=lambda at: (-scores[at], -len(bodies[at][1])))
    chosen: list[int] = []
    for at in order:
        if scores[at] < LIKE or len(chosen) == limit:
            break
        if not _repeats(bodies, at, chosen):
            chosen.append(at)
    return [_passage(*bodies[at]) for at in chosen]


def _passage(post: PostWithReading, body: str) -> Passage:
    return Passage(
        id=str(post.id), text=body, title=post.title or "", url=post.url, published_on=post.published_at.date()
    )


def _repeats(bodies: Sequence[tuple[PostWithReading, str]], at: int, chosen: Iterable[int]) -> bool:
    """Whether a chosen text is of the same task or shares half of its words."""
    post, body = bodies[at]
    words = set(body.lower().split())
    for other in chosen:
        held, text = bodies[other]
        if post.task_id is not None and post.task_id == held.task_id:
            return True
        if len(words & set(text.lower().split())) >= 0.5 * len(words):
            return True
    return False


def _body(content: str) -> str:
    """The text without greeting, sign-off and lines of hashtags."""
    return "\n\n".join(part.strip() for part in content.split("\n\n") if not _PLAIN.match(part.strip()))
