"""How sentences name the metrics: subject, number, what the company "did", what one of them is called."""

import re
from dataclasses import dataclass, replace
from typing import Literal

from cofounder.models.brief import Fact

MetricClass = Literal["money_flow", "money_each", "spend", "count_flow", "stock", "rate", "other"]


@dataclass(frozen=True)
class Naming:
    """The words for one metric. `{x}` stands for its value."""

    kind: MetricClass
    subject: str  # "revenue", "the conversion rate", "customer numbers"
    ours: str  # "our revenue"
    label: str  # "Revenue"
    plural: bool
    did: str  # after "we", past: "took in {x}"
    phrase: str  # a noun phrase with the value: "{x} in revenue"
    many: str = ""  # "visits"
    one: str = ""  # "visit"
    tag: str = ""  # "#Revenue"
    loose: tuple[str, ...] = ()  # other phrases for a list
    inverse: bool = False  # less is better, or nobody can say


_KNOWN: dict[str, Naming] = {
    "revenue": Naming(
        "money_flow", "revenue", "our revenue", "Revenue", False, "took in {x}", "{x} in revenue", tag="Revenue"
    ),
    "monthly_recurring_revenue": Naming(
        "money_flow",
        "monthly recurring revenue",
        "our monthly recurring revenue",
        "Monthly recurring revenue",
        False,
        "had {x} in monthly recurring revenue",
        "{x} in monthly recurring revenue",
        tag="SaaS",
    ),
    "profit": Naming(
        "money_flow", "profit", "our profit", "Profit", False, "made {x} in profit", "{x} in profit", tag="Profit"
    ),
    "traffic": Naming(
        "count_flow",
        "website traffic",
        "our website traffic",
        "Website visits",
        False,
        "had {x} visits",
        "{x} visits",
        "visits",
        "visit",
        "WebTraffic",
        loose=("{x} visits to the site", "{x} website visits"),
    ),
    "customers": Naming(
        "stock",
        "the customer count",
        "our customer count",
        "Customers",
        False,
        "had {x} customers",
        "{x} customers",
        "customers",
        "customer",
        "Customers",
        loose=("a customer count of {x}", "{x} customers"),
    ),
    "conversion_rate": Naming(
        "rate",
        "the conversion rate",
        "our conversion rate",
        "Conversion rate",
        False,
        "converted at {x}",
        "a conversion rate of {x}",
        tag="Conversion",
        loose=("{x} conversion", "conversion at {x}"),
    ),
    "marketing_spend": Naming(
        "spend",
        "marketing spend",
        "our marketing spend",
        "Marketing spend",
        False,
        "spent {x} on marketing",
        "{x} of marketing spend",
        tag="Marketing",
    ),
    "acquisition_cost": Naming(
        "money_each",
        "the cost of winning a customer",
        "our cost of winning a customer",
        "Cost of winning a customer",
        False,
        "paid {x} to win a customer",
        "an acquisition cost of {x} a customer",
        tag="Marketing",
    ),
    "lifetime_value": Naming(
        "money_each",
        "customer lifetime value",
        "our customer lifetime value",
        "Customer lifetime value",
        False,
        "put the lifetime value of a customer at {x}",
        "a customer lifetime value of {x}",
        tag="Customers",
    ),
    "churn_rate": Naming(
        "rate", "churn", "our churn", "Churn", False, "had churn of {x}", "churn of {x}", tag="Retention"
    ),
}
_ALIASES = {
    "customer_count": "customers",
    "revenue_monthly": "revenue",
    "mrr": "monthly_recurring_revenue",
    "sessions": "traffic",
    "visits": "traffic",
    "website_traffic": "traffic",
    "customer_acquisition_cost": "acquisition_cost",
    "customer_lifetime_value": "lifetime_value",
}
_INVERSE = re.compile(
    r"cost|churn|bounce|response|time|delay|complaint|refund|return|error|defect|days|hours|debt|burn|spend|unsubscri|wait",
    re.IGNORECASE,
)
_STOCKS = ("users", "subscribers", "followers", "members", "employees", "accounts", "clients", "partners")
_IRREGULAR = {"people": "person", "countries": "country", "companies": "company", "enquiries": "enquiry"}


def singular(word: str) -> str:
    """The singular of a countable noun phrase: "paid orders" is "paid order"."""
    head, _, last = word.rpartition(" ")
    if last in _IRREGULAR:
        one = _IRREGULAR[last]
    elif last.endswith("ies"):
        one = last[:-3] + "y"
    elif last.endswith(("sses", "xes", "ches", "shes")):
        one = last[:-2]
    else:
        one = last.removesuffix("s")
    return f"{head} {one}".strip()


def article(word: str) -> str:
    """ "a" or "an" before a word or a figure, by sound."""
    first = word.lstrip("$€£").lower()
    if first[:1] == "8" or first.startswith(
        ("11,", "11 ", "11%", "11.", "11-", "18,", "18 ", "18%", "18.", "18-", "hour", "honest")
    ):
        return "an"
    if first in ("11", "18"):
        return "an"
    if first.startswith(("one", "uni", "use", "user", "eu")):
        return "a"
    return "an" if first[:1] in "aeiou" and first[:1] else "a"


def naming(fact: Fact) -> Naming:
    """The words for a fact; known metrics have their own, any other is named by its noun and unit."""
    key = _ALIASES.get(fact.metric, fact.metric)
    known = _KNOWN[key] if key in _KNOWN else _unknown(fact)
    return replace(known, inverse=known.kind == "spend" or bool(_INVERSE.search(f"{key} {fact.noun}")))


def _unknown(fact: Fact) -> Naming:
    noun = fact.noun.strip() or fact.metric.replace("_", " ")
    last = noun.rpartition(" ")[2].lower()
    plural = (last.endswith("s") and not last.endswith("ss")) or last in _IRREGULAR
    label = noun[:1].upper() + noun[1:]
    tag = "".join(part.capitalize() for part in noun.split()) if noun.replace(" ", "").isalpha() else ""
    if fact.unit == "count" and plural:
        kind: MetricClass = "stock" if last in _STOCKS else "count_flow"
        return Naming(
            kind,
            noun if noun.startswith("the ") else f"the number of {noun}",
            f"our number of {noun}",
            label,
            False,
            f"had {{x}} {noun}",
            f"{{x}} {noun}",
            noun,
            singular(noun),
            tag,
        )
    if fact.unit == "usd":
        each = any(word in noun.lower() for word in ("cost", "price", "value", "average", "per "))
        kind = (
            "money_each" if each else ("spend" if "spend" in noun.lower() or "cost" in noun.lower() else "money_flow")
        )
        thing = f"the {noun}" if each and not plural else noun
        phrase = f"{article(noun)} {noun} of {{x}}" if each and not plural else f"{{x}} in {noun}"
        return Naming(kind, thing, f"our {noun}", label, plural, f"recorded {phrase}", phrase, tag=tag)
    mass = last in ("growth", "churn", "retention", "engagement", "traffic", "uptime", "reach")
    bare = plural or mass
    thing = noun if bare else f"the {noun}"
    phrase = f"{noun} of {{x}}" if bare else f"{article(noun)} {noun} of {{x}}"
    kind = "rate" if fact.unit == "rate" else "other"
    return Naming(kind, thing, f"our {noun}", label, plural, f"recorded {phrase}", phrase, tag=tag)
