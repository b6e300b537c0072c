"""Sums from the database, told as figures with their intervals."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, Field

from cofounder.business.derive import rates
from cofounder.business.derive.intervals import Interval, of_mean, of_ratio

Row = Mapping[str, Any]


class Totals(BaseModel):
    """What a group of measured posts brought, each post by its newest reading."""

    count: int = Field(description="Posts that have a reading")
    viewed: int = Field(default=0, description="Posts whose views are known")
    engaging: int = Field(default=0, description="Posts whose clicks, shares or comments are known")
    rated: int = Field(default=0, description="Posts with both, which the engagement rate is over")
    total_views: int | None = None
    avg_views_per_post: float | None = None
    views_interval: Interval | None = None
    total_engagement: int | None = Field(default=None, description="Clicks, shares and comments")
    avg_engagements_per_post: float | None = None
    avg_engagement_rate: float | None = Field(
        default=None, description="(clicks + shares + comments) / views, 0-1, pooled"
    )
    engagement_interval: Interval | None = None
    total_conversions: int | None = None
    avg_conversion_rate: float | None = Field(default=None, description="conversions / visits, 0-1")
    conversion_interval: Interval | None = None
    total_revenue: float | None = None
    avg_revenue_per_view: float | None = None
    revenue_interval: Interval | None = None
    total_cost: float | None = None
    return_on_cost: float | None = Field(default=None, description="revenue / cost of the posts whose cost is known")
    currency: str | None = None


def added(rows: Iterable[Row]) -> dict[str, Any]:
    """Rows of sums as one."""
    whole: dict[str, Any] = {}
    for row in rows:
        for name, value in row.items():
            if name in ("key", "recent") or value is None:
                continue
            if name == "currency":
                whole[name] = min(whole.get(name, value), value)
            elif name == "other_currency":
                whole[name] = max(whole.get(name, value), value)
            else:
                whole[name] = whole.get(name, 0) + value
    return whole


def totals(rows: Iterable[Row]) -> Totals:
    """The figures of one group. Money of several currencies is not added up."""
    sums = added(rows)
    one_currency = sums.get("currency") == sums.get("other_currency")
    viewed = int(sums.get("viewed", 0))
    views = sums.get("views")
    told = Totals(
        count=int(sums.get("posts", 0)),
        viewed=viewed,
        engaging=int(sums.get("engaging", 0)),
        rated=int(sums.get("rate_n", 0)),
        total_views=None if views is None else round(views),
        avg_views_per_post=_rounded(rates.ratio(views, viewed), 1),
        views_interval=_neat(of_mean(viewed, views, sums["views2"]) if views is not None else None, 1, least=0),
        total_engagement=_whole(sums.get("engaged")),
        avg_engagements_per_post=_rounded(rates.ratio(sums.get("engaged"), sums.get("engaging")), 2),
        avg_engagement_rate=_rounded(rates.ratio(sums.get("rate_top"), sums.get("rate_below")), 6),
        engagement_interval=_interval(sums, "rate"),
        total_conversions=_whole(sums.get("conversions")),
        avg_conversion_rate=_rounded(rates.conversion_rate(sums.get("converted_top"), sums.get("converted_below")), 6),
        conversion_interval=_interval(sums, "converted"),
    )
    if not one_currency:
        return told
    money = {
        "total_revenue": _rounded(sums.get("revenue"), 2),
        "avg_revenue_per_view": _rounded(rates.revenue_per_view(sums.get("paid_top"), sums.get("paid_below")), 6),
        "revenue_interval": _interval(sums, "paid"),
        "total_cost": _rounded(sums.get("cost"), 2),
        "return_on_cost": _rounded(rates.return_on_cost(sums.get("revenue_of_cost"), sums.get("cost")), 4),
        "currency": sums.get("currency"),
    }
    return told.model_copy(update=money)


def _interval(sums: Row, name: str) -> Interval | None:
    n = int(sums.get(f"{name}_n", 0))
    parts = [sums.get(f"{name}_{part}") or 0.0 for part in ("top", "below", "top2", "below2", "product")]
    return _neat(of_ratio(n, *map(float, parts)), 6)


def _neat(found: Interval | None, places: int, least: float | None = None) -> Interval | None:
    if found is None:
        return None
    low = found.low if least is None else max(found.low, least)
    return found.model_copy(
        update={"value": round(found.value, places), "low": round(low, places), "high": round(found.high, places)}
    )


def _rounded(value: Any, places: int) -> float | None:
    return None if value is None else round(float(value), places)


def _whole(value: Any) -> int | None:
    return None if value is None else round(value)
