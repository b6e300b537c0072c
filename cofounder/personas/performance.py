"""What each voice came to: followers for a thousand impressions, with an interval. Plain arithmetic, no I/O."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from cofounder.personas.queries import Scored

Band = Literal["viral", "good", "fair", "poor", "failing", "unknown"]
FAILING_POSTS = 10
_DRAWS, _LOW, _HIGH = 1_000, 2.5, 97.5


@dataclass(frozen=True, slots=True)
class Performance:
    """Posts of one voice that were scored, and what they came to together."""

    persona: str
    posts: int
    waiting: int
    early: int  # before the first count of their channel: they stay unscored
    impressions: int
    likes: int
    followers: float
    per_1k: float | None  # F/1K; None where nobody saw anything
    low: float | None  # 95 % of bootstrap samples of posts lie between; None below five posts
    high: float | None
    band: Band


def performance(posts: Sequence[Scored], *, by: Callable[[Scored], str] = lambda one: one.persona) -> list[Performance]:
    """One for each voice (or whatever `by` names), the highest F/1K first; those without any last."""
    kinds = sorted({by(one) for one in posts})
    found = [_one(kind, [one for one in posts if by(one) == kind]) for kind in kinds]
    return sorted(found, key=lambda one: (one.per_1k is None, -(one.per_1k or 0.0), one.persona))


def band(per_1k: float | None, posts: int, followers: float) -> Band:
    """≥ 5 viral, 2–5 good, 1–2 fair, under 1 poor; nobody gained after ten posts: failing."""
    if per_1k is None or not posts:
        return "unknown"
    if followers <= 0 and posts >= FAILING_POSTS:
        return "failing"
    return "viral" if per_1k >= 5 else "good" if per_1k >= 2 else "fair" if per_1k >= 1 else "poor"


def _one(kind: str, posts: Sequence[Scored]) -> Performance:
    scored = [one for one in posts if one.seen_at is not None]
    shown = sum(one.impressions or 0 for one in scored)
    gained = float(sum(one.followers for one in scored))
    per_1k = 1000 * gained / shown if shown else None
    low, high = _interval(scored) if len(scored) >= 5 and shown else (None, None)
    return Performance(
        persona=kind,
        posts=len(scored),
        waiting=sum(one.seen_at is None and not one.early for one in posts),
        early=sum(one.early for one in posts),
        impressions=shown,
        likes=sum(one.likes or 0 for one in scored),
        followers=gained,
        per_1k=per_1k,
        low=low,
        high=high,
        band=band(per_1k, len(scored), gained),
    )


def _interval(posts: Sequence[Scored]) -> tuple[float | None, float | None]:
    """Percentiles of F/1K over samples of the posts with replacement: the ratio of sums has no simpler interval."""
    import numpy as np

    gained = np.array([float(one.followers) for one in posts])
    shown = np.array([float(one.impressions or 0) for one in posts])
    drawn = np.random.default_rng(len(posts)).integers(len(posts), size=(_DRAWS, len(posts)))
    below = shown[drawn].sum(1)
    ratios = 1000 * gained[drawn].sum(1)[below > 0] / below[below > 0]
    if not len(ratios):
        return None, None
    low, high = np.percentile(ratios, [_LOW, _HIGH])
    return float(low), float(high)
