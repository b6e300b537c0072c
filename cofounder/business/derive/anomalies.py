"""Days and posts far from what was usual, by median and median deviation. It points; it does not explain. Pure."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from pydantic import BaseModel, Field

from cofounder.channels import called

LIMIT = 3.5  # Iglewicz and Hoaglin (1993)
_SCALE = 1.4826  # of the median deviation of a normal distribution
FEWEST_DAYS, FEWEST_POSTS = 28, 20
_WINDOW = 8  # weeks before a day
_NAMED = 70  # characters of a post's name
_METRICS = ("sessions", "users", "page_views", "conversions")


class Anomaly(BaseModel):
    kind: str = Field(description="day or post")
    metric: str
    at: date | datetime
    subject: str = Field(description="The post's id, or empty")
    value: float
    usual: float
    low: float = Field(description="Below this it would be odd as well")
    high: float
    score: float = Field(description="Robust deviations from the usual; beyond 3.5 is told")
    flagged: bool = Field(default=False, description="The importer had marked the day's figures as odd already")
    sentence: str


class Anomalies(BaseModel):
    items: list[Anomaly] = Field(description="Farthest first")
    days: int
    posts: int
    notes: list[str] = Field(description="What there was too little of")


def anomalies(
    days: Sequence[Mapping[str, Any]], posts: Sequence[Mapping[str, Any]], *, older: tuple[int, int] = (0, 0)
) -> Anomalies:
    """Odd days of the site and odd posts of each platform. `older`: how many days and posts lie before those given."""
    found = [one for metric in _METRICS for one in _odd_days(days, metric)]
    found += _odd_posts(posts)
    notes = []
    if len(days) < FEWEST_DAYS:
        notes.append(_too_few("days", len(days), FEWEST_DAYS, older[0]))
    if len(posts) < FEWEST_POSTS:
        notes.append(_too_few("posts", len(posts), FEWEST_POSTS, older[1]))
    return Anomalies(
        items=sorted(found, key=lambda one: -abs(one.score)), days=len(days), posts=len(posts), notes=notes
    )


def _too_few(what: str, there: int, needed: int, older: int) -> str:
    told = f"Not enough data on {what}: {there} of the {needed} that are needed"
    return f"{told} in this span; {older:,} more {'is' if older == 1 else 'are'} older." if older else f"{told}."


def _odd_days(days: Sequence[Mapping[str, Any]], metric: str) -> list[Anomaly]:
    """A day against the same weekdays of eight weeks around it, other days only: never against itself."""
    known = {
        row["day"]: (math.log1p(row[metric]), row) for row in days if row.get(metric) is not None and row[metric] >= 0
    }
    if len(known) < FEWEST_DAYS:
        return []
    usual: dict[date, float] = {}
    for day in known:
        near = [
            known[at][0]
            for week in range(-_WINDOW, _WINDOW + 1)
            if week and (at := day + timedelta(weeks=week)) in known
        ]
        if len(near) >= 3:
            usual[day] = median(near)
    left = {day: known[day][0] - value for day, value in usual.items()}
    scale = _scale(list(left.values()))
    if scale is None:
        return []
    return [
        _told(
            "day",
            metric,
            day,
            "",
            known[day][1][metric],
            usual[day],
            gap / scale,
            scale,
            bool(known[day][1].get("flagged")),
        )
        for day, gap in left.items()
        if abs(gap / scale) > LIMIT
    ]


def _odd_posts(posts: Sequence[Mapping[str, Any]]) -> list[Anomaly]:
    groups: dict[str, list[tuple[float, Mapping[str, Any]]]] = defaultdict(list)
    for post in posts:
        if post["rated_views"]:
            groups[post["platform"]].append((math.log((post["rated_engaged"] + 0.5) / (post["rated_views"] + 1)), post))
    found = []
    for scored in groups.values():
        middle = median(score for score, _ in scored)
        scale = _scale([score - middle for score, _ in scored]) if len(scored) >= FEWEST_POSTS else None
        if scale is None:
            continue
        for score, post in scored:
            if abs(score - middle) > LIMIT * scale:
                rate, usual = post["rated_engaged"] / post["rated_views"], math.exp(middle)
                low, high = math.exp(middle - LIMIT * scale), math.exp(middle + LIMIT * scale)
                when = f" of {post['published_at']:%d %B %Y}" if post.get("published_at_known", True) else ""
                told = f"{_name(post)}{when} on {called(post['platform'])} had an engagement rate of {rate:.2%}; usual is {usual:.2%}."
                found.append(
                    Anomaly(
                        kind="post", metric="engagement_rate", at=post["published_at"], subject=str(post["id"]),
                        value=round(rate, 6), usual=round(usual, 6), low=round(low, 6), high=round(high, 6),
                        score=round((score - middle) / scale, 2), sentence=told,
                    )
                )  # fmt: skip
    return found


def _name(post: Mapping[str, Any]) -> str:
    """Its title or its first words, so that two odd posts of one platform can be told apart."""
    words = str(post.get("title") or post.get("opening") or "").strip().replace("\n", " ")
    return f"“{words if len(words) <= _NAMED else words[: _NAMED - 1].rstrip() + '…'}”" if words else "A post"


def _scale(left: Sequence[float]) -> float | None:
    """The spread of the middle half, as a standard deviation; None where more than half are the same."""
    found = _SCALE * median(abs(one) for one in left) if left else 0.0
    return found if found > 1e-9 else None


def _told(
    kind: str,
    metric: str,
    at: date,
    subject: str,
    value: float,
    usual: float,
    score: float,
    scale: float,
    flagged: bool,
) -> Anomaly:
    low, middle, high = (math.expm1(usual + by * LIMIT * scale) for by in (-1, 0, 1))
    noun = metric.replace("_", " ")
    told = f"{noun.capitalize()} of {at:%d %B %Y}: {value:,.0f}, usual for that weekday {middle:,.0f}."
    return Anomaly(
        kind=kind, metric=metric, at=at, subject=subject, value=value, usual=round(middle, 1), low=round(max(low, 0.0), 1),
        high=round(high, 1), score=round(score, 2), flagged=flagged, sentence=told,
    )  # fmt: skip
