"""Questions whose words ask for more than a ranking or a value: two ends, a limit, a middle, a pair. Pure."""

import re
from typing import Any

from cofounder.business.catalogue import metric
from cofounder.flow.request.chat import phrases
from cofounder.flow.request.chat.subject import Grain, Kind
from cofounder.models.brief import Period

_WIN = r"(?:w[io]n|winning|gain(?:ed|ing|s)?|acquir(?:e|ed|ing)|attract(?:ed|ing)?|add(?:ed|ing)?|sign(?:ed)? up|land(?:ed)?|g[eo]t|getting)"
_OURSELVES = r"(?:we|the (?:company|business|firm)|our (?:company|business|firm))"
_EARN = r"(?:make|made|earn(?:ed)?|take in|took in|taken in|bring in|brought in|turn(?:ed)? over)"
ACTS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = (
    (
        ("marketing_spend",),
        re.compile(r"\bsp(?:end|ends|ent|ending)\b.{0,20}?\b(?:on|for|in) (?:our )?(?:marketing|ads|advertising)\b"),
    ),
    (("traffic",), re.compile(r"\b(?:people |users )?(?:visit|visited|visits) (?:our|the) (?:web ?)?(?:site|page|shop)\b")),
    (
        ("conversion_rate",),
        re.compile(r"(?:\b(?:percentage|share|proportion|percent|part|much)\b.{0,20}?)?\bconvert(?:s|ed|ing)?\b"),
    ),
    (
        ("acquisition_cost",),
        re.compile(
            r"\b(?:costs?|pay|paid)\b.{0,12}?\b(?:to|of|for) (?:acquir(?:e|ing)|win(?:ning)?|gain(?:ing)?|get(?:ting)?) (?:an? |one |each )?(?:new |more )?customers?\b"
        ),
    ),
    (("lifetime_value",), re.compile(r"\bcustomers? (?:is |are )?worth\b|\bworth of (?:an? |our )?customers?\b")),
    (
        ("profit", "gross_profit", "gross_margin"),
        re.compile(r"\b(?:un)?profitable\b|\b(?:make|making|made) (?:any |an? )?(?:profits?|loss(?:es)?)\b"),
    ),
    (
        ("new_customers",),
        re.compile(
            rf"\b{_WIN}\s+(?:(?:the|our|any|most|fewest|more|many|least|fewer|new|highest|lowest|number|of)\s+){{0,4}}(?:customers?|clients?)\b"
            rf"|\b(?:new )?(?:customers?|clients?)\s+(?:(?:did|do|have|had|were|was|that|we|the company|newly|just)\s+){{0,3}}(?:{_WIN}|joined)\b"
        ),
    ),
    (
        ("revenue",),
        re.compile(
            rf"\bhow much (?:money |cash )?(?:did|do|does|have|had|has) {_OURSELVES} {_EARN}\b(?! (?:an? )?(?:profit|loss))"
            rf"|\bwhat (?:did|do|does|have|had|has) {_OURSELVES} {_EARN}\b(?! (?:of|with|from|an?)\b)|\bmoney (?:that )?{_OURSELVES} {_EARN}\b"
        ),
    ),
)  # fmt: skip
_MOVES = re.compile(
    r"\b(?:increas|grow|grew|ris|rose|fall|fell|drop|declin|decreas|improv|chang|climb|shr[aiu]nk|jump|plung|mov)\w*|\b(?:go|went|gone) (?:up|down)\b"
)
_QUARTERS = re.compile(r"\b(?:q[1-4]|quarter)\b")
_YEARS = re.compile(r"\s*(?:19|20)\d\d\D+(?:19|20)\d\d\s*")
_LIMIT = re.compile(
    r"\b(?:(?P<more>more than|over|above|exceed(?:s|ed|ing)?|at least|higher than|greater than|beyond)|less than|fewer than|below|under|at most|lower than)"
    r"\s+[$€£]?(?P<n>\d[\d,]*(?:\.\d+)?)\s*(?P<k>k|m|thousand|million|mio)?(?P<share>\s?%)?(?![\w.])"
)
_MIDDLE = (("median", re.compile(r"\bmedian\b")), ("mean", re.compile(r"\b(?:average|mean|on average)\b")))
_STEPS = re.compile(
    r"\b(?:biggest|largest|greatest|steepest|strongest|sharpest) (?:\w+ )?(?:drop|fall|decline|decrease|rise|increase|jump|gain|change|growth)\b"
    r"|\b(?:rank|sort|order) (?:our |the |all )?(?:months|quarters|years)\b"
)
_SUM = re.compile(r"\b(?:total|sum|altogether|overall|in all|all together|how many)\b")
_COUNTED = re.compile(r"\b(?:views|clicks|shares|comments)\b")
_ONLY_COUNTED = re.compile(r"^(?:(?:and|our|the|all|what about|show me)\s+)*(?:views|clicks|shares|comments)\b")
_OF_COUNTERS = re.compile(r"\s*(?:views?|clicks?|shares?|comments?|impressions|engagement)\b")
_TOGETHER = re.compile(
    r"\bcorrelat\w*|\bgo(?:es)? together\b|\brelation(?:ship)? between\b|\b(?:related|linked|connected) (?:to|with)\b|\bdepends? on\b"
)
_AGAINST = re.compile(
    r"\b(?:do|does|did|are|were|have|compare)\s+(?:our |the )?(?:(?:posts?|tweets?|articles?) (?:about|on) )?(?P<one>[\w' -]{3,40}?)"
    r"(?:\s+(?:posts?|tweets?|articles?|newsletters?|content))?\s+(?:(?:do|perform|work|doing|performing|working|more|get|got|have)\w*\s+){0,2}"
    r"(?:better|worse|stronger|weaker|successful\w*|engagement|views)\s+than\s+(?:our |the )?(?:(?:posts?|tweets?|articles?|those|ones) (?:about|on) )?"
    r"(?P<other>[\w' -]{3,40}?)(?:\s+(?:posts?|tweets?|articles?|newsletters?|content|ones))?\s*(?=[?.!]|$)"
)
_BEST_HOUR = re.compile(
    r"\b(?:which|what) (?:weekday|day of the week|day|hour|time of (?:the )?day)s?\b(?!.{0,20}\b(?:did|was|were|had|has)\b).{0,40}"
    r"\b(?:engag\w*|views|clicks|shares|comments|best|perform\w*|results)\b"
)
_PROPOSE = re.compile(
    r"\bwhat (?:should|shall|could|can|do) (?:we|i) (?:post|publish|write|tweet|talk)(?: about)?\b(?!.{0,30}\b(?:usual|get)\b)"
)


def proposes(low: str) -> bool:
    """Whether it is asked what to write next: a time in that is one to come."""
    return bool(_PROPOSE.search(low))


def acts(low: str) -> list[str]:
    """The figures that a verb names: "spend on marketing", "visited our site", "converts"."""
    found: list[str] = []
    for names, words in ACTS:
        if words.search(low):
            found += names
            low = words.sub(lambda match: "|" * len(match[0]), low)  # "what it costs to win a customer" wins none
    return found


def without_acts(low: str) -> str:
    """The words with a bar in place of each such verb and what belongs to it."""
    for _, words in ACTS:
        low = words.sub(lambda match: "|" * len(match[0]), low)
    return low


def kind(low: str, own_figures: list[str], asked: dict[str, Any]) -> tuple[Kind, dict[str, Any]] | None:
    """The kind that these words make of a question, with what they say beside; None where they are no such words."""
    if _TOGETHER.search(low) and own_figures:
        return "together", {}
    if _PROPOSE.search(low) and not own_figures:
        return "topics", {"period": None, "more": []}
    if _BEST_HOUR.search(low) and not own_figures and not phrases.POSTS.search(low):
        return "times", {}
    if not own_figures and phrases.COMPARES.search(low):
        if len(asked["platforms"]) > 1 and not phrases.LATEST.search(low):
            return "usual", {}
        if (pair := _AGAINST.search(low)) and not asked["platforms"] and not pair["one"].startswith("we "):
            return "against", {"topic": pair["one"].strip(), "other_topic": pair["other"].strip()}
    if not own_figures and phrases.POSTS.search(low) and (beyond := _beyond(low)):
        return "posts", beyond
    if not own_figures and _COUNTED.search(low) and _summed(low, asked):
        return "posts", {"middle": "sum"}
    return _of_figures(low, own_figures, asked) if own_figures and not asked["platforms"] else None


def _summed(low: str, asked: dict[str, Any]) -> bool:
    """Whether counters are asked for together, of a channel or of all posts."""
    if asked["platforms"]:
        return bool(_SUM.search(low))
    return not phrases.POSTS.search(low) and bool(_SUM.search(low) or _ONLY_COUNTED.search(low))


def _beyond(low: str) -> dict[str, Any]:
    """ "Posts with over 5,000 views": the limit of a counter, and which end is asked for."""
    limit = next((one for one in _LIMIT.finditer(low) if _OF_COUNTERS.match(low, one.end())), None)
    if limit is None:
        return {}
    size, step = _number(limit), 0 if limit["share"] else 1
    if limit["more"]:
        return {"above": size - step if limit["more"] == "at least" else size, "lowest": False}
    return {"below": size + step if limit[0].startswith("at most") else size, "lowest": True}


def _of_figures(low: str, own_figures: list[str], asked: dict[str, Any]) -> tuple[Kind, dict[str, Any]] | None:
    """A limit, a middle, or two ends of a stretch of time."""
    period = asked["period"]
    single = isinstance(period, Period) and period.grain in ("day", "week", "month")
    limit = _LIMIT.search(low)
    if limit is not None and not single:
        return "development", {"above" if limit["more"] else "below": _number(limit)}
    middle = next((name for name, words in _MIDDLE if words.search(phrases.NOUNS.sub(" ", low))), None)
    pooled = middle == "mean" and all(metric(name).adds == "ratio" for name in own_figures)
    if middle and not pooled and not single and not (asked["compare_period"] or asked["compare_with"] or asked["more"]):
        return "development", {"middle": middle}
    if _STEPS.search(low) and not single:
        return "development", {}
    if isinstance(period, Period) and period.grain == "range" and _MOVES.search(low) and not asked["more"]:
        return "development", {}
    return None


def grain_of(words: str) -> Grain | None:
    """What the two ends of a stretch are: "between Q1 and Q3", "from 2024 to 2025"."""
    if _QUARTERS.search(words):
        return "quarter"
    return "year" if _YEARS.fullmatch(words) else None


def limits(words: str) -> str:
    """The words without what a limit says, a bar in its place."""
    return _LIMIT.sub(lambda match: "|" * len(match[0]), words)


def _number(limit: re.Match[str]) -> float:
    size = float(limit["n"].replace(",", ""))
    if limit["share"]:
        return size / 100
    return size * {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "mio": 1e6}.get(limit["k"] or "", 1)
