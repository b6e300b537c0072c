"""Which kind of answer a question asks for, by its words. Pure."""

import re

from cofounder.channels import canonical as channel_named
from cofounder.flow.request.chat import following, phrases
from cofounder.flow.request.chat.subject import Kind
from cofounder.models.brief import Period
from cofounder.models.offline.parsing import metrics


def kind(
    low: str, named: list[str], ahead: bool, on_platform: bool, asked: dict[str, object]
) -> tuple[Kind, str | None]:
    """The kind of answer, and the topic where one is named."""
    if phrases.COMPETITOR.search(low):
        found = re.search(r"\b(?:competitors?|mentions? of)\s+(?:called |named )?(?P<name>[\w .&-]{2,60})", low)
        return "competitor", found["name"].strip() if found else None
    own_figures = [name for name in named if name not in phrases.NOT_STORED]
    if phrases.POSTS.search(low) and phrases.BY_LIKES.search(low):
        return "unranked", None
    if phrases.EACH_PLATFORM.search(low):
        return "usual", None
    if own_figures and on_platform and not phrases.POSTS.search(low):
        return "split", "channel"
    if own_figures and phrases.SOME_MONTHS.search(low):
        return "development", None
    if (
        phrases.LATEST.search(low)
        and not phrases.BEST.search(phrases.LATEST.sub(" ", low))
        and not phrases.WORST.search(low)
        and not own_figures
    ):
        topic = re.search(r"\b(?:about|regarding)\s+(?P<topic>[^?.!]{3,60})", low)
        return "latest", phrases.TAIL.sub("", topic["topic"]).strip() if topic else None
    if phrases.WHEN.search(low):
        return "times", None
    part = phrases.SPLIT.search(low)
    ranks = own_figures == ["customers"] and phrases.BY_CUSTOMERS.search(low)
    if part is not None and (own_figures or phrases.EARNS.search(low)) and not ranks:
        return "split", part["part"]
    part = phrases.BROUGHT.search(low)
    if part is not None and own_figures:
        return "split", part["part"]
    if phrases.COUNTED.search(low) and not phrases.DID.search(low) and not own_figures:
        topic = re.search(r"\b(?:about|regarding)\s+(?P<topic>[^?.!]{3,60})", low)
        return "count", phrases.TAIL.sub("", topic["topic"]).strip() if topic else None
    if phrases.VOICE.search(low):
        return "voice", None
    if phrases.TOPICS.search(low) and not own_figures:
        return "topics", None
    if phrases.USUAL.search(low) and (on_platform or phrases.POSTS.search(low)) and not own_figures:
        return "usual", None
    about = phrases.SIMILAR.search(low)
    if (
        about
        and not (own_figures and metrics.find(low[: about.start("topic")]))
        and not phrases.DID.search(low[: about.start("topic")])
        and not channel_named(about["topic"].strip(" ?.!"))
    ):
        return "similar", about["topic"].strip(" ?.!")
    if (
        (phrases.POSTS.search(low) or on_platform)
        and (phrases.DID.search(low) or not own_figures)
        and not _only_metric(low, own_figures)
    ):
        topic = re.search(r"\b(?:about|regarding)\s+(?P<topic>[^?.!]{3,60})", low)
        return "posts", phrases.TAIL.sub("", topic["topic"]).strip() if topic else None
    if ahead and (own_figures or "revenue" in low or "sales" in low):
        return "forecast", None
    if phrases.COMPARES.search(low) and (asked["compare_period"] or asked["compare_with"] or asked["period"]):
        return "comparison", None
    if asked["compare_with"] == "year_earlier" and re.search(r"\bgr[eo]w\w*\b", low):
        return "comparison", None
    extreme = (phrases.BEST.search(low) or asked["lowest"]) and re.search(
        r"\b(?:month|quarter|year|time|when|ever)s?\b|highest|lowest|record|peak", low
    )
    extreme = extreme or phrases.SHORT_STRETCH.search(low)
    if extreme:
        return "extreme", None
    if own_figures:
        return ("development" if phrases.GROWS.search(low) and not _one_month(asked) else "value"), None
    if phrases.OVERVIEW.search(low) or (asked["period"] is not None and metrics.FIGURES.search(low)):
        return "overview", None
    if phrases.BETTER.search(low):
        return "better", None
    return "unknown", None


def _only_metric(low: str, own_figures: list[str]) -> bool:
    """ "How many customers did the newsletter bring": a figure, and no word for a post's success."""
    return bool(own_figures) and not re.search(r"\bposts?\b|\btweets?\b", low)


def _one_month(asked: dict[str, object]) -> bool:
    period = asked["period"]
    return isinstance(period, Period) and following.is_short(period)
