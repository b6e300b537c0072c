"""Fact sets that the writer's tests share."""

from datetime import date

from cofounder.models.brief import Base, BaseKind, Brief, ChannelForm, Fact, Period, Unit

Q4 = Period(start=date(2025, 10, 1), end=date(2025, 12, 31), grain="quarter", label="Q4 2025")
NOVEMBER = Period(start=date(2025, 11, 1), end=date(2025, 11, 30), grain="month", label="November 2025")


def fact(
    metric: str,
    noun: str,
    value: float,
    unit: Unit,
    base: float | None = None,
    label: str = "October 2025",
    kind: BaseKind = "previous",
    period: Period | None = NOVEMBER,
    **more: object,
) -> Fact:
    made = Fact(id=metric, metric=metric, noun=noun, value=value, unit=unit, period=period)
    update = dict(more)
    if base is not None:
        update["base"] = Base(value=base, label=label, kind=kind)
    return made.model_copy(update=update)


DEMO = [
    Fact(
        id="revenue_monthly",
        metric="revenue",
        noun="revenue",
        value=150_000,
        unit="usd",
        base=Base(value=125_000, label="the month before"),
    ),
    Fact(id="traffic_monthly", metric="traffic", noun="website visits", value=250_000, unit="count"),
    Fact(id="conversion_rate", metric="conversion_rate", noun="conversion rate", value=0.045, unit="rate"),
    Fact(id="customer_count", metric="customers", noun="customers", value=320, unit="count"),
]
REVENUE = fact("revenue", "revenue", 150_000, "usd", 125_000)
CUSTOMERS = fact("customers", "customers", 320, "count")
SETS: dict[str, tuple[list[Fact], Period | None]] = {
    "demo": (DEMO, Q4),
    "falling": ([fact("revenue", "revenue", 88_000, "usd", 121_000), CUSTOMERS], NOVEMBER),
    "flat": ([fact("revenue", "revenue", 125_200, "usd", 125_000), CUSTOMERS], NOVEMBER),
    "one changed metric": ([fact("traffic", "website visits", 48_200, "count", 41_000)], NOVEMBER),
    "one level": ([CUSTOMERS], None),
    "rates": (
        [
            fact("churn_rate", "churn rate", 0.021, "rate", 0.026),
            fact("conversion_rate", "conversion rate", 0.034, "rate", 0.031),
        ],
        NOVEMBER,
    ),
    "own metrics": (
        [
            fact("orders", "orders", 1_834, "count", 1_510),
            fact("nps", "net promoter score", 47, "score", 41),
            fact("response_time", "response time", 6, "hours", 9),
        ],
        NOVEMBER,
    ),
    "huge": ([fact("revenue", "revenue", 2_400_000, "usd", 1_180_000), CUSTOMERS], NOVEMBER),
    "tiny": ([fact("conversion_rate", "conversion rate", 0.0004, "rate", 0.0003), CUSTOMERS], NOVEMBER),
    "target": ([fact("revenue", "revenue", 150_000, "usd", 140_000, "the target", "target"), CUSTOMERS], NOVEMBER),
}


def form(channel: str) -> ChannelForm:
    """The rooms of the channels as their rules give them, kept here so that the writer is tested without them."""
    forms: dict[str, dict[str, object]] = {
        "linkedin": {
            "words": (80, 180),
            "first_line_characters": 140,
            "paragraphs": (3, 5),
            "hashtags": (0, 3),
            "facts": (2, 5),
        },
        "x": {"words": (20, 48), "max_characters": 280, "hashtags": (0, 1), "facts": (1, 1)},
        "thread": {"words": (60, 240), "max_characters": 260, "facts": (3, 6), "parts": (3, 6), "hashtags": (0, 1)},
        "facebook": {
            "words": (40, 90),
            "first_line_characters": 125,
            "paragraphs": (1, 2),
            "hashtags": (0, 1),
            "facts": (1, 2),
        },
        "email": {"words": (120, 250), "paragraphs": (3, 9), "facts": (3, 5), "has_subject": True},
        "blog": {"words": (300, 810), "paragraphs": (6, 60), "facts": (5, 9), "has_title": True},
    }
    return ChannelForm.model_validate({"channel": channel, **forms[channel]})


def brief(channel: str = "linkedin", persona: str = "humanVoice", of: str = "demo", **more: object) -> Brief:
    facts, period = SETS[of]
    kinds = {"thread": "thread", "email": "email", "blog": "article"}
    made = Brief(
        request="Create a LinkedIn post about our Q4 growth metrics",
        topic="Q4 growth metrics",
        form=form(channel),
        persona=persona,
        facts=facts,
        period=period,
    )
    return made.model_copy(update={"kind": kinds.get(channel, "post"), **more})
