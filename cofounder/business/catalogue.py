"""The metrics the product knows: one name, its other spellings, its unit, its noun, and how it adds up over time."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from cofounder.models.brief import Unit

Adds = Literal["flow", "stock", "ratio", "unknown"]


@dataclass(frozen=True)
class Metric:
    """`adds` says what a longer period is: the sum of a flow, the end value of a stock, `top` / `below` for a ratio."""

    name: str
    noun: str
    unit: Unit
    adds: Adds
    state: str  # the name in a business state
    aliases: tuple[str, ...] = ()
    top: str | None = None
    below: str | None = None
    low: float | None = 0.0
    high: float | None = None
    custom: bool = False


_KNOWN = (
    Metric("revenue", "revenue", "usd", "flow", "revenue_monthly", ("this_month_revenue", "monthly_revenue")),
    Metric(
        "traffic",
        "website visits",
        "count",
        "flow",
        "monthly_website_traffic",
        (
            "traffic_monthly",
            "website_monthly_traffic",
            "website_traffic",
            "website_visits",
            "site_traffic",
            "site_visits",
            "web_traffic",
            "monthly_traffic",
            "sessions",
            "visits",
        ),
    ),
    Metric("conversions", "conversions", "count", "flow", "conversions"),
    Metric(
        "conversion_rate", "conversion rate", "rate", "ratio", "conversion_rate", (), "conversions", "traffic", 0.0, 1.0
    ),
    Metric("customers", "customers", "count", "stock", "customers", ("customer_count", "total_customers")),
    Metric("new_customers", "new customers", "count", "flow", "new_customers", ("customers_acquired",)),
    Metric("orders", "orders", "count", "flow", "orders", ("order_count",)),
    Metric(
        "acquisition_cost",
        "acquisition cost",
        "usd",
        "ratio",
        "customer_acquisition_cost",
        ("cac",),
        "marketing_spend",
        "new_customers",
    ),
    Metric("lifetime_value", "customer lifetime value", "usd", "stock", "customer_lifetime_value", ("ltv", "clv")),
    Metric(
        "monthly_recurring_revenue",
        "monthly recurring revenue",
        "usd",
        "stock",
        "monthly_recurring_revenue",
        ("mrr", "recurring_revenue"),
    ),
    Metric("marketing_spend", "marketing spend", "usd", "flow", "marketing_spend", ("ad_spend", "monthly_spend")),
    Metric("gross_profit", "gross profit", "usd", "flow", "gross_profit"),
    Metric("gross_margin", "gross margin", "rate", "ratio", "gross_margin", (), "gross_profit", "revenue", -10.0, 1.0),
    Metric(
        "average_order_value",
        "average order value",
        "usd",
        "ratio",
        "average_order_value",
        ("aov",),
        "revenue",
        "orders",
    ),
    Metric("profit", "profit", "usd", "flow", "profit", ("net_profit", "net_income"), low=None),
    Metric("costs", "costs", "usd", "flow", "costs", ("expenses", "operating_costs")),
    Metric(
        "annual_recurring_revenue", "annual recurring revenue", "usd", "stock", "annual_recurring_revenue", ("arr",)
    ),
    Metric("signups", "sign-ups", "count", "flow", "signups", ("sign_ups", "registrations")),
    Metric("leads", "leads", "count", "flow", "leads"),
    Metric("followers", "followers", "count", "stock", "followers", ("follower_count",)),
    Metric("bounce_rate", "bounce rate", "rate", "ratio", "bounce_rate", high=1.0),
    Metric("retention_rate", "retention rate", "rate", "ratio", "retention_rate", high=1.0),
    Metric("churn_rate", "churn rate", "rate", "ratio", "churn_rate", ("churn",), None, None, 0.0, 1.0),
    Metric(
        "growth_rate", "revenue growth", "rate", "unknown", "growth_rate", ("revenue_growth",), None, None, -1.0, 10.0
    ),
    Metric("market_position", "market position", "score", "unknown", "market_position"),
)
KNOWN: dict[str, Metric] = {metric.name: metric for metric in _KNOWN}
SPELLINGS: dict[str, str] = {
    spelling: metric.name for metric in _KNOWN for spelling in (metric.name, metric.state, *metric.aliases)
}

MONEY = (
    "revenue",
    "cost",
    "spend",
    "price",
    "profit",
    "budget",
    "sales",
    "income",
    "expenses",
    "cash",
    "burn",
    "arr",
    "value",
)
_RATES = ("rate", "share", "margin")
_CURRENCIES = {"usd": "USD", "eur": "EUR", "gbp": "GBP"}
_SHORT = {"nps": "NPS", "arr": "ARR", "arpu": "ARPU", "roi": "ROI", "seo": "SEO", "b2b": "B2B"}


def canonical(name: str) -> str:
    """The one name of a metric; a custom one keeps its own, in snake_case."""
    plain = snake(name)
    return SPELLINGS.get(plain, plain)


@lru_cache(maxsize=1024)
def snake(name: str) -> str:
    """ "Website Traffic", "websiteTraffic" and "website-traffic" are one name."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[\s\-.]+", "_", spaced).lower()


def metric(name: str) -> Metric:
    """The metric of this name; one the product does not know gets its unit and noun from its words."""
    plain = canonical(name)
    return KNOWN.get(plain) or _custom(plain)


def _custom(name: str) -> Metric:
    words = name.split("_")
    unit, shown = _unit(words), list(words)
    if len(shown) > 1 and shown[-1] in (*_CURRENCIES, "percent", "pct", "count", "days", "hours", "total"):
        shown = shown[:-1]
    noun = " ".join(_SHORT.get(word, word) for word in shown if word)
    if words[-1] in ("days", "hours"):
        noun = " ".join(shown)
    low, high = (0.0, 1.0) if unit == "rate" and "growth" not in words else (None, None)
    return Metric(name, noun or name, unit, "unknown", name, low=low, high=high, custom=True)


def _unit(words: list[str]) -> Unit:
    last = words[-1]
    if last in _RATES or last in ("percent", "pct", "growth"):
        return "rate"
    if last in ("score", "rating", "nps", "index", "rank", "position"):
        return "score"
    if last in ("ratio", "roi", "roas", "multiple"):
        return "ratio"
    if last == "days":
        return "days"
    if last == "hours":
        return "hours"
    if (
        last in _CURRENCIES
        or any(word in MONEY for word in words if word != "value")
        or words[-2:] == ["order", "value"]
    ):
        return "usd"
    return "usd" if last == "value" else "count"


def currency_of(name: str) -> str:
    """The currency a custom name ends with, else USD."""
    return _CURRENCIES.get(snake(name).split("_")[-1], "USD")


def in_percent(name: str) -> bool:
    """Whether a custom name says that its number is a percentage, such as open_rate_percent."""
    return snake(name).split("_")[-1] in ("percent", "pct")
