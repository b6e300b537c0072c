"""Which words of a sentence name which metric."""

import re
from collections.abc import Sequence

from cofounder.models.brief import Fact

_FAMILIES = {
    "customers": "customer customers client clients buyer buyers",
    "revenue": "revenue revenues turnover",
    "sales": "sales",
    "profit": "profit profits earnings",
    "traffic": "visit visits traffic visitor visitors session sessions",
    "conversions": "conversion conversions converted",
    "orders": "order orders purchase purchases",
    "spend": "spend spending spent budget outlay",
    "views": "view views impression impressions pageviews",
    "users": "user users",
    "subscribers": "subscriber subscribers",
    "followers": "follower followers",
    "clicks": "click clicks clicked",
    "likes": "like-count likes",
    "shares": "reshares",
    "comments": "comments",
    "leads": "lead leads signups sign-ups",
    "employees": "employee employees staff people teammates hires",
    "countries": "country countries",
}
WORD_FAMILY = {word: family for family, words in _FAMILIES.items() for word in words.split()}
_METRIC_FAMILY = {
    "customer_count": "customers",
    "marketing_spend": "spend",
    "monthly_recurring_revenue": "revenue",
    "website_traffic": "traffic",
    "conversion_rate": "conversions",
    "impressions": "views",
    "sessions": "traffic",
    "visits": "traffic",
    "pageviews": "views",
}
_OF_CUSTOMERS = frozenset(
    {"acquisition_cost", "customer_acquisition_cost", "lifetime_value", "customer_lifetime_value", "churn_rate"}
)
FAMILY_WORD = re.compile(
    rf"\b(?:{'|'.join(sorted(map(re.escape, WORD_FAMILY), key=len, reverse=True))})\b", re.IGNORECASE
)
_WORDS = re.compile(r"[a-z]+(?:-[a-z]+)?")


def family_of(metric: str) -> str:
    """The family of a metric's canonical name; the name itself when it has none."""
    return _METRIC_FAMILY.get(metric) or WORD_FAMILY.get(metric) or metric


def families_of(fact: Fact) -> frozenset[str]:
    """Every family that a sentence may use to name this fact."""
    found = {family_of(fact.metric)}
    if fact.metric in _OF_CUSTOMERS:
        found.add("customers")
    for word in _WORDS.findall(f"{fact.noun} {fact.metric.replace('_', ' ')}".lower()):
        if word in WORD_FAMILY:
            found.add(WORD_FAMILY[word])
    return frozenset(found)


def own_words(facts: Sequence[Fact]) -> dict[str, str]:
    """The nouns that only these facts bring: the last word of each noun, singular and plural."""
    found: dict[str, str] = {}
    for fact in facts:
        if fact.kind == "cause":
            continue
        words = _WORDS.findall(fact.noun.lower())
        if words and words[-1] not in WORD_FAMILY and len(words[-1]) > 3:
            last = words[-1]
            if last in ("rate", "value", "cost", "score", "margin", "count", "total"):
                continue
            found[last] = family_of(fact.metric)
            found[last[:-1] if last.endswith("s") else last + "s"] = family_of(fact.metric)
    return found
