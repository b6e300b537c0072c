"""How topics do over time, from the company's own posts: every statement with its n and interval. Pure.

A post's score is log((clicks + shares + comments + 0.5) / (views + 1)), less the mean of its platform in the window,
so that a change of platforms is no change of topics. Two groups are compared by Welch's t interval; the level is
raised by the number of topics looked at (Bonferroni).
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from cofounder.business.derive.intervals import t_quantile
from cofounder.business.derive.rates import pooled_rate
from cofounder.business.records.schemas import PostWithReading
from cofounder.business.wording import half_up, trimmed

FEWEST = 10
FEWEST_EACH = 5
_ERROR = 0.05
NOT_ENOUGH = "not enough data"
Verdict = Literal["rising", "falling", "no clear change", "not enough data"]
Standing = Literal["above", "below", "no clear difference", "not enough data"]


class Effect(BaseModel):
    """A ratio of typical engagement between two groups of posts: 1.2 is a fifth more."""

    ratio: float
    low: float
    high: float
    n: int
    n_other: int


class TopicTrend(BaseModel):
    topic: str
    n: int = Field(description="Posts of the window that have a reading")
    n_earlier: int
    n_later: int
    views: int
    engagement_rate: float | None = Field(description="Pooled (clicks + shares + comments) / views, 0-1")
    verdict: Verdict = Field(description="The later half of the window against the earlier")
    change: Effect | None = None
    standing: Standing = Field(description="Against the company's other topics, within platform")
    against_rest: Effect | None = None
    sentence: str


def topic_trends(posts: Sequence[PostWithReading], middle: datetime) -> tuple[list[TopicTrend], float]:
    """Each topic's trend, most posts first, and the level of every interval. `middle` parts the window."""
    read = [post for post in posts if post.topic and post.seen and (post.rated or post.interactions is None)]
    scores = _scores(read)
    groups: dict[str, list[int]] = defaultdict(list)
    for at, post in enumerate(read):
        groups[post.topic or ""].append(at)
    level = 1 - _ERROR / max(2 * len(groups), 1)
    found = [_trend(topic, at, read, scores, middle, level) for topic, at in groups.items()]
    return sorted(found, key=lambda each: (-each.n, each.topic)), level


def _scores(posts: Sequence[PostWithReading]) -> list[float]:
    """Log engagement of each post, less its platform's mean."""
    counted = [post.rated or (0, post.seen or 0) for post in posts]
    raw = [math.log((engaged + 0.5) / (seen + 1)) for engaged, seen in counted]
    by_platform: dict[str, list[float]] = defaultdict(list)
    for post, score in zip(posts, raw, strict=True):
        by_platform[post.platform].append(score)
    means = {name: sum(values) / len(values) for name, values in by_platform.items()}
    return [score - means[post.platform] for post, score in zip(posts, raw, strict=True)]


def _trend(
    topic: str,
    mine: Sequence[int],
    posts: Sequence[PostWithReading],
    scores: Sequence[float],
    middle: datetime,
    level: float,
) -> TopicTrend:
    later = [scores[at] for at in mine if posts[at].published_at >= middle]
    earlier = [scores[at] for at in mine if posts[at].published_at < middle]
    held = set(mine)
    rest = [score for at, score in enumerate(scores) if at not in held]
    change = welch(later, earlier, level)
    against = welch([scores[at] for at in mine], rest, level)
    own = [posts[at] for at in mine]
    rate = pooled_rate(own)
    made = TopicTrend(
        topic=topic,
        n=len(own),
        n_earlier=len(earlier),
        n_later=len(later),
        views=sum(post.seen or 0 for post in own),
        engagement_rate=None if rate is None else round(rate, 6),
        verdict=_verdict(change),
        change=change,
        standing=_standing(against),
        against_rest=against,
        sentence="",
    )
    return made.model_copy(update={"sentence": _sentence(made, level)})


def welch(one: Sequence[float], other: Sequence[float], level: float) -> Effect | None:
    """exp(mean difference of logs) with Welch's interval; None under 10 posts together or 5 on a side."""
    if len(one) + len(other) < FEWEST or min(len(one), len(other)) < FEWEST_EACH:
        return None
    first, second = _mean_variance(one), _mean_variance(other)
    parts = first[1] / len(one), second[1] / len(other)
    error = math.sqrt(sum(parts))
    gap = first[0] - second[0]
    if error < 1e-12:
        width = 0.0
    else:
        freedom = sum(parts) ** 2 / (parts[0] ** 2 / (len(one) - 1) + parts[1] ** 2 / (len(other) - 1))
        width = t_quantile(0.5 + level / 2, freedom) * error
    low, high = math.exp(gap - width), math.exp(gap + width)
    return Effect(ratio=round(math.exp(gap), 4), low=round(low, 4), high=round(high, 4), n=len(one), n_other=len(other))


def _mean_variance(values: Sequence[float]) -> tuple[float, float]:
    mean = sum(values) / len(values)
    return mean, sum((value - mean) ** 2 for value in values) / (len(values) - 1)


def _verdict(change: Effect | None) -> Verdict:
    if change is None:
        return "not enough data"
    return "rising" if change.low > 1 else "falling" if change.high < 1 else "no clear change"


def _standing(effect: Effect | None) -> Standing:
    if effect is None:
        return "not enough data"
    return "above" if effect.low > 1 else "below" if effect.high < 1 else "no clear difference"


def _sentence(trend: TopicTrend, level: float) -> str:
    posts = f"{trend.n} {'post' if trend.n == 1 else 'posts'}"
    if trend.standing == "not enough data":
        return f"{trend.topic}: {posts}, not enough data for a statement."
    effect, sure = trend.against_rest, f"{trimmed(level * 100, 1)}%"
    assert effect is not None
    told = f"{trend.topic}: {posts}, engagement {_times(effect)} that of other topics ({sure} interval {_span(effect)})"
    if trend.standing == "no clear difference":
        told += ", no clear difference"
    if trend.change is None:
        return f"{told}; not enough data for a trend."
    return f"{told}; later half against earlier {_times(trend.change)} ({_span(trend.change)}), {trend.verdict}."


def _times(effect: Effect) -> str:
    return f"{half_up(effect.ratio, 2):g} times"


def _span(effect: Effect) -> str:
    return f"{half_up(effect.low, 2):g} to {half_up(effect.high, 2):g}"


class Share(BaseModel):
    """A topic's or platform's part of what the company published."""

    name: str
    posts: int
    post_share: float = Field(description="0-1")
    views: int
    view_share: float | None = Field(description="0-1; null where nothing was viewed")


def shares(posts: Sequence[PostWithReading], by: Literal["topic", "platform"]) -> list[Share]:
    """Who has which part of posts and views, largest first."""
    groups: dict[str, list[PostWithReading]] = defaultdict(list)
    for post in posts:
        groups[(post.topic or "no topic") if by == "topic" else post.platform].append(post)
    total = sum(post.seen or 0 for post in posts)
    found = []
    for name, mine in groups.items():
        views = sum(post.seen or 0 for post in mine)
        found.append(
            Share(
                name=name,
                posts=len(mine),
                post_share=round(len(mine) / len(posts), 4),
                views=views,
                view_share=round(views / total, 4) if total else None,
            )
        )
    return sorted(found, key=lambda share: (-share.views, -share.posts, share.name))
