"""Which of a company's figures the words name, by their canonical names."""

import re

_NAMES = (
    ("monthly_recurring_revenue", r"monthly recurring revenue|mrr"),
    ("annual_recurring_revenue", r"annual recurring revenue|arr(?=\b)"),
    ("revenue_per_view", r"revenue per view"),
    ("revenue", r"(?:monthly |total |net )?(?:revenues?|sales(?! (?:team|reps?|people|calls?|page|pitch|manager|process|staff|training|tips|copy|letter|funnel))|turnover|income|earnings)"),
    ("growth_rate", r"growth rates?"),
    ("conversion_rate", r"conversion rates?|conversions?|cvr"),
    ("acquisition_cost", r"(?:customer )?acquisition costs?|cac|cost per acquisition|cpa"),
    ("lifetime_value", r"(?:customer )?lifetime values?|ltv|clv"),
    ("churn_rate", r"churn(?: rate)?"),
    ("retention_rate", r"(?:customer )?retention(?: rate)?"),
    ("customers", r"(?:customer|client|user|subscriber) (?:count|numbers?|base|growth)|number of (?:paying )?(?:customers|clients|users)|(?:new|paying|active) customers|how many customers"),
    ("traffic", r"(?:web ?site |site |web |organic )?traffic|(?:web ?site |site |web )?visits|(?:web ?site )?visitors|sessions|page ?views"),
    ("marketing_spend", r"(?:marketing|ad|advertising) (?:spend(?:ing)?|budget|costs?)|spend on (?:marketing|ads)"),
    ("bounce_rate", r"bounce rates?"),
    ("profit", r"(?:gross |net |operating )?profits?(?:ability)?|ebitda|margins?"),
    ("costs", r"operating costs|expenses|(?<!it )(?<!this )(?<!that )(?<!which )costs"),
    ("cash", r"cash flow|runway|burn rate|cash burn"),
    ("return_on_investment", r"roi|return on (?:investment|ad spend|spend|cost)|roas"),
    ("market_position", r"market (?:position|share)"),
    ("impressions", r"impressions"),
    ("reach", r"(?<=our )reach|organic reach|post reach"),
    ("followers", r"followers?(?: count| growth| numbers)|follower count|new followers|followers gained|how many followers"),
    ("engagement_rate", r"engagement(?: rates?)?(?! ring)"),
    ("open_rate", r"open rates?"),
    ("click_rate", r"click[- ]?through rates?|ctr|click rates?"),
    ("clicks", r"clicks"),
    ("likes", r"(?:number of |total |our )likes"),
    ("signups", r"sign-?ups|registrations"),
    ("average_order_value", r"average order values?|aov"),
    ("nps", r"nps|net promoter score"),
)  # fmt: skip
ANY = re.compile("|".join(f"(?P<m{i}>(?<!\\w)(?:{pattern})(?!\\w))" for i, (_, pattern) in enumerate(_NAMES)))
NAMED = "(?:" + "|".join(pattern for _, pattern in _NAMES) + ")"
_ALONE_CUSTOMERS = re.compile(
    r"\b(?:revenue|traffic|conversion\w*|sales|churn|mrr)(?:,| and| or|, and| &) (?:our )?customers\b|\bcustomers(?:,| and| &) (?:our )?(?:revenue|traffic|conversion|mrr)\b|\bhow many (?:new )?(?:customers|clients|users)\b|^(?:our )?customers$"
)

# "customers in May" counts them; "customers who love coffee in May" tells of them.
_COUNTED = re.compile(
    r"\b(customers|orders)(?: numbers)? (?:(?:in|during) (?:the )?(?:(?:last|past|previous|first|second) |"
    r"(?:jan|febr)uary|march|april|may\b|june|july|august|september|october|november|december|q[1-4]\b|20\d\d)|"
    r"(?:last|this) (?:week|month|quarter|year))"
)

# Words for "our figures" that name none of them.
FIGURES = re.compile(
    r"\b(?:metrics?|kpis?|numbers|figures|results|performance|growth|stats|statistics|financials?|earnings|highlights|milestones?|"
    r"how we (?:did|do|are doing|performed)|how (?:are|did) we (?:do|doing|perform)|(?:monthly|quarterly|annual|yearly|weekly|business) (?:report|review|update|recap|summary)|"
    r"(?:month|quarter|year|week) in (?:review|numbers)|our (?:month|quarter|year|week)|in numbers|progress)\b"
)
GROWTH = re.compile(
    r"\b(?:grow(?:th|n|ing|s)?|grew|increas\w*|decreas\w*|declin\w*|improv\w*|change[sd]?|up|down|rose|risen|fell|fallen|drop\w*|jump\w*|compar\w*|versus|vs|"
    r"how (?:did|are|have|do|were|was|is|well)|doing|perform\w*|progress|trend\w*|better|worse|momentum|record)\b"
)
ADVICE = re.compile(
    r"\b(?:how to|tips|ways to|guide|best practices|importance of|benefits of|what is|what are|mistakes|lessons?|explain\w*|why .* matters?|101|basics|myths?|mindset|hacking|definition|trends in)\b"
)


def find(low: str) -> list[str]:
    """Canonical metric names in the order they are named, no doubles."""
    names = [_NAMES[int((match.lastgroup or "m0")[1:])][0] for match in ANY.finditer(low)]
    if _ALONE_CUSTOMERS.search(low):
        names.append("customers")
    names += [match[1] for match in _COUNTED.finditer(low)]
    return list(dict.fromkeys(names))


_RATES = {
    "conversion_rate", "churn_rate", "retention_rate", "growth_rate", "bounce_rate", "open_rate", "click_rate", "engagement_rate",
    "return_on_investment",
}  # fmt: skip


def is_rate(name: str) -> bool:
    """Whether a metric is a share, said in percent; an earlier value's too."""
    return name.removeprefix("previous_") in _RATES


def are_own(phrase: str, *, named: list[str], has_period: bool, ours: bool) -> bool:
    """Whether a topic is about the company's own figures rather than about figures as such."""
    if ADVICE.search(phrase) or re.match(
        r"(?:the |an? |our )?(?:article|blog post|post|newsletter|guide|book|talk|webinar)\b", phrase
    ):
        return False
    if named:
        return True
    return bool(FIGURES.search(phrase)) and (
        has_period or ours or bool(re.search(r"\b(?:metrics|kpis?|numbers|figures)\b", phrase))
    )
