"""The formulas, each in one place. A ratio without a base is None, never 0. Pure."""

from collections.abc import Mapping, Sequence
from typing import Protocol

# What one reaction counts beside a view, by platform: a comment or a share costs a reader more than a like, and
# brings more readers where the platform spreads it. Our choice, not a measurement; it orders posts of one platform.
WEIGHTS: dict[str, dict[str, float]] = {
    "linkedin": {"likes": 1, "clicks": 2, "comments": 4, "shares": 5},
    "x": {"likes": 1, "clicks": 2, "comments": 3, "shares": 6},
    "facebook": {"likes": 1, "clicks": 2, "comments": 4, "shares": 6},
    "email": {"clicks": 4, "comments": 5, "shares": 3, "likes": 1},
}
_ANY = {"likes": 1.0, "clicks": 2.0, "comments": 4.0, "shares": 5.0}


def ratio(top: float | None, below: float | None) -> float | None:
    """top / below; None where either is unknown or the base is not positive."""
    return None if top is None or not below or below < 0 else top / below


def engagement_rate(
    clicks: float | None, shares: float | None, comments: float | None, views: float | None
) -> float | None:
    """(clicks + shares + comments) / views, 0 and up; None without views or where none of the three was counted."""
    counted = [one for one in (clicks, shares, comments) if one is not None]
    return ratio(sum(counted), views) if counted else None


class Counted(Protocol):
    """A post with the counts of a reading."""

    @property
    def rated(self) -> tuple[int, int] | None: ...


def pooled_rate(posts: Sequence[Counted]) -> float | None:
    """Sum of clicks, shares and comments over sum of views of the posts that have both. Never a mean of rates."""
    both = [post.rated for post in posts if post.rated is not None]
    return ratio(sum(top for top, _ in both), sum(below for _, below in both))


def revenue_per_view(revenue: float | None, views: float | None) -> float | None:
    """revenue / views, in money."""
    return ratio(revenue, views)


def conversion_rate(conversions: float | None, visits: float | None) -> float | None:
    """conversions / visits, 0-1. Visits are the web sessions matched to a post; its clicks where there are none.

    None where there are more conversions than visits: then not every visit was counted, and a share is not known.
    """
    found = ratio(conversions, visits)
    return None if found is not None and found > 1 else found


def return_on_cost(revenue: float | None, cost: float | None) -> float | None:
    """revenue / cost: 2.0 is two dollars for each one spent."""
    return ratio(revenue, cost)


def effectiveness_score(revenue: float | None, views: float | None) -> float | None:
    """Revenue per 100 views, in money."""
    found = ratio(revenue, views)
    return None if found is None else 100 * found


def weighted_engagement(platform: str, counts: Mapping[str, float | None], views: float | None) -> float | None:
    """Weighted reactions per 100 views, by the platform's weights; None without views."""
    weights = WEIGHTS.get(platform, _ANY)
    known = [weights[name] * value for name, value in counts.items() if name in weights and value is not None]
    found = ratio(sum(known), views) if known else None
    return None if found is None else 100 * found
