"""Earlier content like a topic: ranked by words and meaning, outcome and recency, each with its reasons.

A short history is compared one by one. Of a long one the index (`context.index`) names the candidates, and these are
compared one by one.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.context import search, worked
from cofounder.business.context.words import likeness as likeness
from cofounder.business.derive import baselines
from cofounder.business.derive.attributed import AfterPublish, after_publish
from cofounder.business.derive.rates import pooled_rate
from cofounder.business.records import service as records
from cofounder.business.records.schemas import PostWithReading
from cofounder.channels import called
from cofounder.models.brief import Earlier, Passage

_SEEN = 500  # newest tasks, and twice as many posts, that are looked at where there is no index
LIKE = 0.05  # cosine; below it nothing is called similar
_WEIGHTS = {"similarity": 0.6, "outcome": 0.25, "recency": 0.15}
_HALF_LIFE_DAYS = 365
_UNDATED = 0.5  # recency of what nobody knows the age of: as after one half-life
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
    after_publish: AfterPublish | None = Field(
        default=None, description="What the site saw of it; null where no visits are matched to its posts"
    )
    metadata: dict[str, Any] = Field(default_factory=dict)
    similarity: float = Field(description="0-1; by words (TF-IDF), where there is an index by meaning too")
    rank_score: float = Field(description="0.6 similarity + 0.25 outcome + 0.15 recency, each 0-1")
    reasons: list[str]


async def similar_content(
    session: AsyncSession, topic: str, *, channels: Sequence[str] = (), as_of: datetime, limit: int = 5
) -> list[SimilarTask]:
    """Earlier tasks and posts like a topic, best first; nothing made or measured after `as_of`.

    `channels` narrows to work that had a post on one of them.
    """
    return (await alike(session, topic, channels=channels, as_of=as_of, limit=limit)).items


@dataclass(frozen=True)
class Alike:
    """Work like a topic: the ranked items, what its posts say to a writer, and the ids of all posts on the topic."""

    items: list[SimilarTask]
    earlier: Earlier | None
    on_topic: list[UUID]


async def alike(
    session: AsyncSession, topic: str, *, channels: Sequence[str] = (), as_of: datetime, limit: int = 5
) -> Alike:
    """The same with what the posts on the topic achieved, from one reading of history."""
    if not topic.strip():
        return Alike([], None, [])
    history = await _history(session, topic, as_of)
    texts = [f"{post.title or ''} {post.topic or ''} {post.content}" for post in history.posts]
    likeness = history.compared(topic, texts, [(post.id,) for post in history.posts])
    told = worked.earlier(topic, history.posts, likeness, history.usual, channels)
    on_topic = [post.id for score, post in zip(likeness, history.posts, strict=True) if score >= worked.ON_TOPIC]
    best = _best(history, topic, channels, as_of, limit)
    brought = await after_publish(session, [ids for _, ids in best], as_of=as_of)
    items = [item.model_copy(update={"after_publish": each}) for (item, _), each in zip(best, brought, strict=True)]
    return Alike(items, told, on_topic)


def _best(
    history: "_History", topic: str, channels: Sequence[str], as_of: datetime, limit: int
) -> list[tuple[SimilarTask, list[UUID]]]:
    """The most alike with the ids of the task and its posts."""
    found = _joined(history.tasks, history.posts)
    if channels:
        found = [each for each in found if any(m.platform in channels for m in each[0].post_metrics)]
    scores = history.compared(topic, [text for _, text, _ in found], [ids for _, _, ids in found])
    ranked = [
        (_ranked(item, score, history.usual, as_of, channels), ids)
        for (item, _, ids), score in zip(found, scores, strict=True)
        if score >= LIKE
    ]
    asked = topic.strip().casefold()
    return sorted(
        ranked,
        key=lambda each: (
            (each[0].title or each[0].task_name).strip().casefold() != asked,  # who gives a title means that one
            -each[0].rank_score,
            -each[0].similarity,
            str(each[0].task_id),
        ),
    )[:limit]


async def like_posts(session: AsyncSession, topic: str, *, as_of: datetime, least: float) -> list[UUID]:
    """The posts published by `as_of` that are like a topic at least so much, most alike first."""
    history = await _history(session, topic, as_of)
    texts = [f"{post.title or ''} {post.topic or ''} {post.content}" for post in history.posts]
    scores = history.compared(topic, texts, [(post.id,) for post in history.posts])
    scored = sorted(zip(scores, history.posts, strict=True), key=lambda pair: -pair[0])
    return [post.id for score, post in scored if score >= least]


@dataclass(frozen=True)
class _History:
    """What is looked at, what engagement is usual, and how texts are compared with a topic."""

    posts: list[PostWithReading]
    tasks: list[records.TaskRow]
    usual: dict[str, float | None]
    compared: Callable[[str, Sequence[str], Sequence[Sequence[UUID]]], list[float]]


async def _history(session: AsyncSession, topic: str, as_of: datetime) -> _History:
    """All of a short history; of a long one what the index holds for candidates."""
    found = await search.candidates(session, topic, as_of=as_of)
    if found is None:
        posts = await records.posts(session, as_of=as_of, limit=2 * _SEEN)
        names = {post.platform for post in posts}
        usual = {name: pooled_rate([post for post in posts if post.platform == name]) for name in names}
        return _History(posts, await records.earlier_tasks(session, as_of=as_of, limit=_SEEN), usual, _by_words)
    ids = list(found.items)
    posts = await records.posts(session, as_of=as_of, ids=ids)
    task_ids = {*ids, *(post.task_id for post in posts if post.task_id is not None)}
    tasks = await records.earlier_tasks(session, as_of=as_of, ids=list(task_ids))
    if tasks:
        of_tasks = await records.posts(session, as_of=as_of, task_ids=[task.id for task in tasks])
        posts = list({post.id: post for post in (*posts, *of_tasks)}.values())
    usual = await _usual(session, found.index, as_of)
    return _History(posts, tasks, usual, found.compared)


def _by_words(topic: str, texts: Sequence[str], ids: Sequence[Sequence[UUID]]) -> list[float]:
    return likeness(topic, texts)


_usual_rates: dict[tuple[UUID, datetime], dict[str, float | None]] = {}


async def _usual(session: AsyncSession, index: UUID, as_of: datetime) -> dict[str, float | None]:
    """Each platform's pooled engagement as of the beginning of the hour, reckoned once an hour in a process."""
    key = (index, as_of.replace(minute=0, second=0, microsecond=0))
    if key not in _usual_rates:
        found = await baselines.baselines(session, as_of=key[1])
        if len(_usual_rates) > 50:
            _usual_rates.clear()
        _usual_rates[key] = {name: one.avg_engagement_rate for name, one in found.items()}
    return _usual_rates[key]


def _joined(
    tasks: Sequence[records.TaskRow], posts: Sequence[PostWithReading]
) -> list[tuple[SimilarTask, str, list[UUID]]]:
    """Each task with its posts, each post without one by itself, and the words to compare."""
    by_task: dict[UUID | None, list[PostWithReading]] = {}
    for post in posts:
        by_task.setdefault(post.task_id, []).append(post)
    found = [_of_task(task, by_task.get(task.id, [])) for task in tasks]
    known = {task.id for task in tasks}
    return found + [_of_post(post) for id, group in by_task.items() if id not in known for post in group]


def _of_task(task: records.TaskRow, posts: Sequence[PostWithReading]) -> tuple[SimilarTask, str, list[UUID]]:
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
    return item, " ".join(filter(None, words)), [task.id, *(post.id for post in posts)]


def _of_post(post: PostWithReading) -> tuple[SimilarTask, str, list[UUID]]:
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
        metadata={
            "post_id": str(post.id),
            "is_sample": post.is_sample,
            "published_at_known": post.published_at_known,
        },
        similarity=0,
        rank_score=0,
        reasons=[],
    )
    return item, " ".join(filter(None, [post.title, post.topic, post.content])), [post.id]


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
    dated = item.metadata.get("published_at_known", True)
    recency = 0.5 ** (age / _HALF_LIFE_DAYS) if dated else _UNDATED
    parts = {"similarity": similarity, "outcome": outcome, "recency": recency}
    reasons = [f"Shares words with the topic (similarity {similarity:.2f})."]
    if reason:
        reasons.append(reason)
    aged = f"{age:.0f} days old." if age >= 1 else "Less than a day old."
    reasons.append(aged if dated else "Nobody said when it was published.")
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
        return best / (1 + best), f"Its engagement on {called(platform)} was {best:.1f} times the usual."
    if item.quality_score is not None:
        return item.quality_score, f"Its quality score was {item.quality_score:.2f}."
    return 0.5, ""


async def passages(session: AsyncSession, topic: str, *, as_of: datetime, limit: int = 6) -> list[Passage]:
    """The company's own earlier texts on a topic, relevant and unlike each other, one a task; greetings cut."""
    if not topic.strip():
        return []
    history = await _history(session, topic, as_of)
    bodies = [(post, _body(post.content)) for post in history.posts]
    bodies = [(post, body) for post, body in bodies if len(body.split()) >= 8]
    searched = [f"{post.title or ''} {post.topic or ''} {body}" for post, body in bodies]
    scores = history.compared(topic, searched, [(post.id,) for post, _ in bodies])
    order = sorted(range(len(bodies)), key=lambda at: (-scores[at], -len(bodies[at][1])))
    chosen: list[int] = []
    for at in order:
        if scores[at] < LIKE or len(chosen) == limit:
            break
        if not _repeats(bodies, at, chosen):
            chosen.append(at)
    return [_passage(*bodies[at]) for at in chosen]


def _passage(post: PostWithReading, body: str) -> Passage:
    day = post.published_at.date() if post.published_at_known else None
    return Passage(id=str(post.id), text=body, title=post.title or "", url=post.url, published_on=day)


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
