"""What a question asks for, read without a model: the figures, the time, the platform, the kind of answer. Pure."""

import re
from datetime import date
from itertools import islice
from typing import Literal

from pydantic import BaseModel, Field

from cofounder.business.catalogue import KNOWN, canonical
from cofounder.channels import canonical as channel_named
from cofounder.models.brief import BaseKind, Period
from cofounder.models.offline.parsing import channels, metrics, periods

Kind = Literal[
    "value", "extreme", "development", "comparison", "overview", "forecast", "posts", "usual", "similar", "topics",
    "voice", "competitor", "patterns", "examples", "summary", "check", "decision", "help", "unknown",
    "times", "count", "split", "expected", "work", "effectiveness", "others", "latest", "change", "unranked",
]  # fmt: skip
Grain = Literal["month", "quarter", "year"]


class Subject(BaseModel):
    """What a question is about. Kept with its answer, so that the next one may leave words out."""

    kind: Kind
    metrics: list[str] = Field(default_factory=list)
    period: Period | None = None
    compare_with: BaseKind | None = None
    compare_period: Period | None = None
    more: list[Period] = Field(default_factory=list)  # further periods that are asked for beside the first
    lowest: bool = False
    both_ends: bool = False  # the best and the worst
    grain: Grain = "month"
    platforms: list[str] = Field(default_factory=list)
    by: str = "engagement_rate"
    count: int = 5
    topic: str | None = None
    text: str | None = None
    assumed: bool = False  # the figure was not named: revenue is taken
    asks_why: bool = False
    unclear: list[str] = Field(default_factory=list)  # words that name a time that there is not
    elsewhere: list[str] = Field(default_factory=list)  # channels that are named and that we do not have


_GREETING = re.compile(
    r"^(?:hi|hello|hey|good (?:morning|afternoon|evening)|thanks?(?: you)?|thank you|ok(?:ay)?)\b[\s!.,]*$"
)
_HELP = re.compile(
    r"^(?:help|what can you (?:do|tell|answer)|who are you|what (?:do|are) you|how do(?:es)? (?:this|it) work)"
)
_DECIDE = re.compile(
    r"^(?:(?:please|now|then|ok|and|can you|could you|go ahead and|just|also|ignore[^.:;]*[.:;])[\s,]*)*"
    r"(?:(?:approve|publish|post|send|reject|release)\b(?!.*\b(?:about|on our|announcing)\b)(?! an? )(?! (?:on|to) \w+ that\b)|tweet (?:it|this|that)?[\s:]*(?:[\"“]|$))"
)
_CHECK = re.compile(
    r"\b(?:check|is|are|may|can|does|review|would|read)\b.{0,60}?\b(?:ok|okay|compliant|compliance|allowed|legal|risky?|claims?|"
    r"publish(?:able|ed)?|rules|policy|fine to|problems? with|personal data)\b.{0,40}?[:\n]\s*(?P<text>.{8,})$",
    re.S | re.I,
)
_QUOTED = re.compile(r'["“](?P<text>[^"”]{8,})["”]', re.S)
_CHECKS = re.compile(
    r"\b(?:check|compliant|compliance|allowed|may i|legal(?:ly)?|risk(?:y)?|may (?:we|i) (?:say|write|post))\b"
)
_PATTERNS = re.compile(
    r"\b(?:patterns?|what (?:have|did) (?:you|we) learn\w*|lessons? learned|what was learned|insights? learned)\b"
)
_EXAMPLES = re.compile(
    r"\b(?:training (?:data|examples?|set)|examples? (?:stored|for training)|past (?:runs|tasks)|earlier (?:runs|tasks))\b"
)
_SUMMARY = re.compile(
    r"\b(?:success rate|approval rate|how (?:often|many) .{0,30}(?:approved|rejected)|"
    r"how many (?:of (?:our|the|my) )?(?:tasks?|runs?)\b|how well (?:do|did|are) (?:you|the (?:tasks|agents))|"
    r"(?:how )?effective(?:ness)? (?:are|is|were) (?:the )?(?:tasks?|you|agents?|runs?)|tasks? (?:have|has|were|did) .{0,20}(?:succe|fail|run))"
)
_POSTS = re.compile(r"\b(?:posts?|tweets?|threads?|newsletters?|articles?|publications?|content|campaigns?|updates?)\b")
_ONE_OF_THEM = r"(?:post|tweet|thread|newsletter|article|publication)"
_LATEST = re.compile(
    r"\b(?P<end>last|latest|newest|most recent|recent|first|oldest|earliest)\s+"
    r"(?P<n>(?:\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)\s+)?"
    r"(?:(?!(?:day|week|month|quarter|year)s?\b|(?:of|with|in)\b)[\w-]+\s+){0,2}?" + _ONE_OF_THEM + r"(?P<many>s?)\b"
    r"|\b(?:what|when|which)\b.{0,30}\blast (?:post|publish|tweet|wr[io]te)\w*"
    r"|\b(?:did|have) (?:we|i) (?:post|publish|tweet|write|posted|published|tweeted|written) last(?: time)?\s*[?.!]*$"
)
_CHANGES = re.compile(
    r"^(?:(?:please|now|then|ok|and|can you|could you|go ahead and|just|also)[\s,]*)*"
    r"(?:delete|remove|unpublish|take down|translate|summari[sz]e|rewrite|rephrase|shorten|edit|change|correct|archive|"
    r"repost|republish)\b(?!.*[:\"“])(?:.*\b" + _ONE_OF_THEM + r"s?\b|\s+(?:it|this|that)\s*[.!]*$)"
)
_DID = re.compile(
    r"\b(?:work(?:ed|s)?|best|top|perform\w*|success\w*|popular|engag\w*|views?|viewed|likes?|clicks?|clicked|shares?|shared|comments?|"
    r"commented|did (?:well|best|badly)|worst|weakest|flop\w*|fail\w*|most|least|went (?:well|viral)|resonat\w*|reach)\b"
)
_WORST = re.compile(
    r"\b(?:worst|weakest|lowest|least|poor(?:est|ly)?|flop\w*|fail\w*|bad(?:ly)?|smallest|minimum|fewest)\b"
    r"|\b(?:not|never|hardly|n[o']t)\b.{0,20}\b(?:work|perform|do well|did well|resonate|engage|land)\w*|\w+n['’]t (?:work|perform|do well|resonate|land)"
    r"|\b(?:fewer|less) than \d|\b(?:below|under) \d"
)
_BEST = re.compile(r"\b(?:best|highest|strongest|record|peak\w*|top|most|greatest|biggest|largest|maximum|max)\b")
_BY_LIKES = re.compile(
    r"\b(?:by|most|fewest|more|of) (?:likes|saves|followers)\b|\bmost (?:liked|saved)\b|\blikes\b.*\?$"
)
_EACH_PLATFORM = re.compile(
    r"\b(?:which|what) (?:platform|channel|network)s?\b.{0,40}\b(?:highest|lowest|best|worst|most|strongest|weakest)\b"
    r".{0,20}\b(?:engag\w*|views?|clicks?|results?)\b"
)
_SOME_MONTHS = re.compile(
    r"\b(?:which|what) (?:month|quarter|year)s?\b.{0,40}\b(?:fall|fell|drop\w*|decreas\w*|shr[iau]nk|rise|rose|grow|grew|increas\w*|above|below|over|under|"
    r"(?:more|less|higher|lower) than)\b"
)
_WHO = re.compile(
    r"^(?:and |so )?who(?:'s|’s|se)?\b.{0,60}\b(?:customer|client|buyer|subscriber|reader|user|follower|visitor)s?\b"
)
_LOST = re.compile(
    r"\b(?:customers?|clients?)\b.{0,30}\b(?:los[et]|leave|left|churn\w*|cancel\w*)\b|\blost (?:customers?|clients?)\b"
)
_USUAL = re.compile(r"\b(?:usual(?:ly)?|average|typical(?:ly)?|normal(?:ly)?|baseline|on average|benchmark)\b")
_TOPICS = re.compile(r"\b(?:topics?|themes?|subjects?)\b|\btrend(?:s|ing)\b(?! of (?:our )?(?:revenue|traffic|sales))")
_VOICE = re.compile(r"\bshare of (?:our )?voice\b|\bwhich (?:platform|channel)s?\b.{0,40}\b(?:most|best|more)\b")
_COMPETITOR = re.compile(r"\bcompetitors?\b|\bmentions? of\b")
_SIMILAR = re.compile(
    r"\b(?:what|anything|have|did|do|which).{0,30}\b(?:publish\w*|post(?:ed)?|writ\w*|wrote|said|have)\b.{0,20}\b(?:about|on|regarding)\s+(?P<topic>.+)"
)
_WHEN = re.compile(
    r"\b(?:when|what time|(?:which|what) (?:day|weekday|hour|time)s?)\b(?!.{0,20}\b(?:did|was|were|have|had|has)\b)"
    r".{0,40}\b(?:posts?|posting|publish\w*|tweet|send|share)\b"
    r"|\b(?:best|right|good|ideal) (?:time|hour|day|weekday)s?\b.{0,30}"
    r"\b(?:post\w*|publish\w*|tweet\w*|send\w*|linkedin|twitter|facebook|newsletters?|e-?mails?)\b"
)
_COUNTED = re.compile(r"\bhow many (?:\S+ ){0,3}?(?:posts?|tweets?|threads?|newsletters?|articles?|publications?)\b")
_PARTS = (
    r"(?P<part>channel|platform|campaign|source|product|country|region|device|browser|post|tweet|newsletter|segment|"
    r"audience|persona|topic|customer)s?\b"
)
_SPLIT = re.compile(rf"\b(?:by|per|each|every|which|what) (?:(?:marketing|social|sales|traffic) )?{_PARTS}")
_BROUGHT = re.compile(rf"\b(?:did|from|through|via|because of|thanks to) (?:the|our|this|that|my|last|a) {_PARTS}")
_EXPECTED = re.compile(
    r"\b(?:predict|expect|estimate|forecast)\w*\b.{0,40}\b(?:engagement|views|clicks|reach|likes|shares|comments)\b"
    r"|\b(?:what|how (?:well|many \w+)?) ?(?:will|would|might|could) (?:this|it|the following|that|a (?:post|tweet))\b"
)
_EARNS = re.compile(r"\b(?:returns?|roi|roas|earn\w*|money|pays?(?: off)?|paid off|sells?|sold)\b")
_AT_WORK = re.compile(
    r"\b(?:tasks?|runs?|jobs?|approvals?|publications?)\b.{0,30}\b(?:running|waiting|wait|pending|open|stuck|queued|in progress|scheduled)\b"
    r"|\b(?:running|waiting|pending|open|queued|scheduled)\b.{0,20}\b(?:tasks?|runs?|approvals?|posts?|publications?)\b"
    r"|\bwait\w* for (?:my |an? |our |your )?(?:approval|decision|me|us)\b|\bneeds? (?:my|me|our|us|attention)\b"
    r"|\b(?:should|must|need to|have to|to) i? ?(?:approve|decide)\b"
    r"|^what(?:'s|’s| is| are)? (?:pending|waiting|running|queued|in progress|going on)\b"
    r"|^(?:please )?(?:cancel|stop|pause|resume|retry|delete) (?:my|the|all|that|this|every)?\b.{0,30}\b(?:tasks?|runs?|jobs?)\b"
)
_AHEAD = re.compile(
    r"\b(?:forecast\w*|predict\w*|project(?:ed|ion)|expect(?:ed)?|outlook|will (?:our|the|we|revenue|sales|traffic)|going to be|"
    r"next (?:month|quarter|year|\w+ months))\b"
)
_GROWS = re.compile(
    r"\b(?:develop\w*|evolv\w*|over time|history|trend\w*|grow\w*|grew|by (?:month|quarter|year)|per (?:month|quarter|year)|monthly|"
    r"each month|month by month|course|chang\w*|progress\w*|went|curve|chart|series|how (?:has|have|did|was|were|is|are)\b.{0,40}\b(?:go|going|gone|doing|look\w*))\b"
)
_COMPARES = re.compile(r"\b(?:compar\w+|versus|vs\.?|against|than|difference between|better or worse)\b")
_OVERVIEW = re.compile(
    r"\b(?:how (?:are|did|have|were) we|how(?:'s| is) (?:the )?(?:business|company|it going)|how is business|overview|summar(?:y|ise|ize)|our (?:numbers|figures|metrics|results|kpis?)|"
    r"(?:key|main|current|latest|newest) (?:numbers|figures|metrics|kpis?)|what stands out|state of the (?:business|company)|what should i know|(?:what|which) (?:numbers|figures|data|metrics) (?:do|are|is))"
)
_WHY = re.compile(
    r"\bwhy\b|\bhow come\b|\bwhat (?:caused|causes|explains|drove|led to|is behind|was behind)\b|\breasons?\b"
)
_WITH = re.compile(
    r"\b(?:with|to|against|versus|vs\.?|than|like)\s+(?P<name>(?:the )?[A-Z][\w&'’.-]*(?: (?:[A-Z][\w&'’.-]*|and|of|&))*)"
)
_OURS = re.compile(
    r"^(?:i|we|us|our|my|q[1-4]|h[12]|ytd|the)\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tues|wednes|thurs|fri|satur|sun)"
    r"|\d|\b(?:spring|summer|autumn|fall|winter|christmas|easter|year|month|week|day)"
)
_SOME_DAY = date(2026, 1, 1)  # whether words name a time does not depend on the day
_EFFECTIVE = re.compile(
    r"\beffective\w*|\bsuccess\w*|\bperform\w*|\b(?:best|worst|strongest|weakest|better|well|reliable|fastest|slowest|cheapest|often used)\b"
)
_ASKS_OF_WORK = re.compile(r"\b(?:which|what|how|who|compare|best|worst)\b")
_ACTORS = re.compile(
    r"\b(?:(?P<agent>agents?)|(?P<tool>tools?)|(?P<model>models?)|(?P<persona>personas?|(?<!of )(?<!our )voices?)|"
    r"(?P<intent>kinds? of (?:tasks?|work|requests?)))\b"
)
_TAIL = re.compile(r"\s+(?:on|in|last|this|since|during|from|did|do|got|get|had|was|were)\b.*$")
_FOLLOWS = re.compile(
    r"^(?:and|but|so|also|what about|how about|what of|now|then|same|or)\b|^(?:in|for|on|during|over|only|just)\s"
)
_COUNT = re.compile(
    r"\b(?:top|best|worst|first|which|the|our)\s+(?P<n>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)\b"
)
_NUMBERS = {
    word: at for at, word in enumerate(["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 2)
}
_BY = (
    ("clicks", re.compile(r"\bclick(?:s|ed)?\b")),
    ("shares", re.compile(r"\b(?:shares?|shared|retweet\w*|repost\w*)\b")),
    ("comments", re.compile(r"\b(?:comments?|commented|replies)\b")),
    ("views", re.compile(r"\b(?:views?|viewed|seen|reach(?:ed)?|impressions?|read)\b")),
)
_NOUNS = re.compile(
    r"(?<!\w)(?:" + "|".join(
        sorted(
            {re.escape(word.replace("_", " ")) for m in KNOWN.values() for word in (m.name, m.noun, *m.aliases)},
            key=len, reverse=True,
        )
    ) + r")(?!\w)"
)  # fmt: skip
_AS_ADJECTIVE = re.compile(r"\bcustomer(?= (?:acquisition|lifetime|retention|churn)\b)")
_SINGULAR = {"customer": "customers", "visit": "traffic", "order": "orders", "visitors": "traffic", "sales": "revenue"}
_SINGULARS = re.compile(r"(?<!\w)(?:" + "|".join(_SINGULAR) + r")(?!\w)")
_NOT_STORED = frozenset({"reach", "engagement_rate", "impressions", "clicks", "likes", "click_rate", "open_rate"})


_WHOLE = frozenset(
    (
        "check",
        "decision",
        "help",
        "patterns",
        "examples",
        "summary",
        "work",
        "times",
        "expected",
        "effectiveness",
        "others",
        "change",
        "unranked",
    )
)  # questions that leave nothing out


def read(message: str, today: date, before: Subject | None = None) -> Subject:
    """What the message asks for; what it leaves out is taken from the question before where it goes on with that."""
    low = " ".join(message.lower().split())
    plain = _standing_alone(low, message, today)
    if before is None or plain.kind in _WHOLE:
        return plain
    return _followed(low, plain, before)


def _standing_alone(low: str, message: str, today: date) -> Subject:
    said = _marked(low, message)
    if said is not None:
        return said
    ahead = bool(_AHEAD.search(low))
    times = periods.find(low, today, lambda _: "forecast" if ahead else "past", [])
    asked: dict[str, object] = {
        "period": times.main.period if times.main else None,
        "compare_with": times.compare_with,
        "compare_period": times.compare_period or _second(times),
        "more": [mention.period for mention in times.mentions[1:]] if times.compare_period is None else [],
        "platforms": _platforms(low),
        "lowest": bool(_WORST.search(low)),
        "both_ends": bool(_WORST.search(low) and _BEST.search(_WORST.sub(" ", low))),
        "grain": _grain(low),
        "count": _count(low),
        "by": next((name for name, words in _BY if words.search(low)), "engagement_rate"),
        "asks_why": bool(_WHY.search(low)),
        "unclear": times.unclear,
        "elsewhere": channels.names_in(low)[1],
    }
    named = _metrics(low)
    kind, topic = _kind(low, named, ahead, bool(asked["platforms"]), asked)
    if kind in ("posts", "usual", "similar", "topics", "voice", "times", "count", "latest"):
        named = []
    if kind == "latest":
        asked |= _latest(low)
    if kind == "comparison" and asked["compare_with"] == "year_earlier":
        named = list(dict.fromkeys("revenue" if name == "growth_rate" else name for name in named)) or ["revenue"]
    stored = [name for name in named if name not in _NOT_STORED]
    compared = times.compare_period or times.compare_with
    if kind in ("value", "overview") and _COMPARES.search(low) and not compared and (other := _another(message)):
        return Subject(kind="others", topic=other, metrics=stored)
    assumed = not stored and kind in ("extreme", "development", "forecast")
    return Subject(kind=kind, metrics=["revenue"] if assumed else stored, assumed=assumed, topic=topic, **asked)


def _latest(low: str) -> dict[str, object]:
    """How many of the last posts, or of the first."""
    found = _LATEST.search(low)
    if found is None:
        return {}
    number = (found["n"] or "").strip()
    many = int(number) if number.isdigit() else _NUMBERS.get(number, 5 if found["many"] else 1)
    return {"count": max(1, min(many, 20)), "lowest": found["end"] in ("first", "oldest", "earliest")}


def _another(message: str) -> str | None:
    """ "Compare our revenue with Starbucks": somebody else, by the capital letter; no figure, time or channel of ours."""
    for found in islice(_WITH.finditer(message), 3):
        name = found["name"].strip()
        low = name.lower()
        ours = _metrics(low) or channels.names_in(low)[0] or periods.find(low, _SOME_DAY, lambda _: "past", []).mentions
        if not ours and not _OURS.search(low):
            return name
    return None


def _marked(low: str, message: str) -> Subject | None:
    """What is plain from a few words: small talk, a decision that is not ours, a text to check, what was learned."""
    if _GREETING.search(low) or _HELP.search(low):
        return Subject(kind="help")
    text = (_QUOTED.search(message) if _CHECKS.search(low) else None) or _CHECK.search(message)
    if text is not None:
        return Subject(kind="check", text=text["text"].strip().strip('"“”'), platforms=_platforms(low))
    if _EXPECTED.search(low):
        quoted = _QUOTED.search(message)
        return Subject(kind="expected", text=quoted["text"].strip() if quoted else None, platforms=_platforms(low))
    if _DECIDE.search(low):
        return Subject(kind="decision")
    by = _ACTORS.search(low)
    if by is not None and _EFFECTIVE.search(low) and _ASKS_OF_WORK.search(low) and not _EARNS.search(low):
        return Subject(kind="effectiveness", topic=by.lastgroup, text=low[:500])
    if _WHO.search(low):
        return Subject(kind="unknown")
    if _CHANGES.search(low):
        return Subject(kind="change")
    for kind, words in (("patterns", _PATTERNS), ("examples", _EXAMPLES), ("summary", _SUMMARY), ("work", _AT_WORK)):
        if words.search(low):
            return Subject(kind=kind)
    return None


def _kind(
    low: str, named: list[str], ahead: bool, on_platform: bool, asked: dict[str, object]
) -> tuple[Kind, str | None]:
    """The kind of answer, and the topic where one is named."""
    if _COMPETITOR.search(low):
        found = re.search(r"\b(?:competitors?|mentions? of)\s+(?:called |named )?(?P<name>[\w .&-]{2,60})", low)
        return "competitor", found["name"].strip() if found else None
    own_figures = [name for name in named if name not in _NOT_STORED]
    if _POSTS.search(low) and _BY_LIKES.search(low):
        return "unranked", None
    if _EACH_PLATFORM.search(low):
        return "usual", None
    if own_figures and on_platform and not _POSTS.search(low):
        return "split", "channel"
    if own_figures and _SOME_MONTHS.search(low):
        return "development", None
    if _LATEST.search(low) and not _BEST.search(_LATEST.sub(" ", low)) and not _WORST.search(low) and not own_figures:
        topic = re.search(r"\b(?:about|regarding)\s+(?P<topic>[^?.!]{3,60})", low)
        return "latest", _TAIL.sub("", topic["topic"]).strip() if topic else None
    if _WHEN.search(low):
        return "times", None
    part = _SPLIT.search(low)
    if part is not None and (own_figures or _EARNS.search(low)):
        return "split", part["part"]
    part = _BROUGHT.search(low)
    if part is not None and own_figures:
        return "split", part["part"]
    if _COUNTED.search(low) and not _DID.search(low) and not own_figures:
        topic = re.search(r"\b(?:about|regarding)\s+(?P<topic>[^?.!]{3,60})", low)
        return "count", _TAIL.sub("", topic["topic"]).strip() if topic else None
    if _VOICE.search(low):
        return "voice", None
    if _TOPICS.search(low) and not own_figures:
        return "topics", None
    if _USUAL.search(low) and (on_platform or _POSTS.search(low)) and not own_figures:
        return "usual", None
    about = _SIMILAR.search(low)
    if about and not _DID.search(low[: about.start("topic")]) and not channel_named(about["topic"].strip(" ?.!")):
        return "similar", about["topic"].strip(" ?.!")
    if (
        (_POSTS.search(low) or on_platform)
        and (_DID.search(low) or not own_figures)
        and not _only_metric(low, own_figures)
    ):
        topic = re.search(r"\b(?:about|regarding)\s+(?P<topic>[^?.!]{3,60})", low)
        return "posts", _TAIL.sub("", topic["topic"]).strip() if topic else None
    if ahead and (own_figures or "revenue" in low or "sales" in low):
        return "forecast", None
    if _COMPARES.search(low) and (asked["compare_period"] or asked["compare_with"] or asked["period"]):
        return "comparison", None
    if asked["compare_with"] == "year_earlier" and re.search(r"\bgr[eo]w\w*\b", low):
        return "comparison", None
    extreme = (_BEST.search(low) or asked["lowest"]) and re.search(
        r"\b(?:month|quarter|year|time|when|ever)s?\b|highest|lowest|record|peak", low
    )
    if extreme:
        return "extreme", None
    if own_figures:
        return ("development" if _GROWS.search(low) and not _one_month(asked) else "value"), None
    if _OVERVIEW.search(low) or (asked["period"] is not None and metrics.FIGURES.search(low)):
        return "overview", None
    return "unknown", None


def _only_metric(low: str, own_figures: list[str]) -> bool:
    """ "How many customers did the newsletter bring": a figure, and no word for a post's success."""
    return bool(own_figures) and not re.search(r"\bposts?\b|\btweets?\b", low)


def _one_month(asked: dict[str, object]) -> bool:
    period = asked["period"]
    return isinstance(period, Period) and _short(period)


def _followed(low: str, plain: Subject, before: Subject) -> Subject:
    """ "And in June?": the question before, with what is new in this one."""
    short = len(low.split()) <= 7 and bool(_FOLLOWS.search(low) or plain.kind == "unknown")
    opens = bool(_FOLLOWS.search(low)) and plain.kind in ("unknown", "overview", "value", "posts")
    if not (short or opens) or before.kind in (
        "check",
        "decision",
        "help",
        "unknown",
        "work",
        "split",
        "effectiveness",
        "others",
        "change",
        "unranked",
    ):
        return plain
    new: dict[str, object] = {}
    if plain.period is not None:
        new |= {"period": plain.period, "more": plain.more}
        if before.kind in ("development", "extreme", "comparison") and plain.period.grain in ("month", "week", "day"):
            new["kind"] = "value"
    if plain.metrics and not plain.assumed:
        new |= {"metrics": plain.metrics, "assumed": False}
        if before.kind not in ("value", "extreme", "development", "comparison", "overview", "forecast"):
            return plain
    if plain.platforms:
        new["platforms"] = plain.platforms
        if before.kind not in ("posts", "usual", "similar", "times", "count", "latest"):
            return plain
    for name in ("compare_period", "compare_with"):
        if getattr(plain, name) is not None:
            new |= {name: getattr(plain, name), "kind": "comparison"}
    if _WORST.search(low) or _BEST.search(low):
        new["lowest"] = plain.lowest
        if before.kind in ("value", "development"):
            new["kind"] = "extreme"
    elif _GROWS.search(low) and before.kind in ("value", "extreme", "comparison") and plain.period is None:
        new["kind"] = "development"
    if new.get("kind") in ("extreme", "development") and "period" not in new and _short(before.period):
        new["period"] = None  # a single month has neither
    if plain.grain != "month":
        new["grain"] = plain.grain
    if plain.by != "engagement_rate":
        new["by"] = plain.by
    return before.model_copy(update={**new, "asks_why": plain.asks_why}) if new else plain


def _short(period: Period | None) -> bool:
    return period is not None and period.grain in ("month", "week", "day")


def goes_on(low: str) -> bool:
    """Whether a message leans on what was said before."""
    return bool(_FOLLOWS.search(low)) or bool(re.search(r"\b(?:that|this|it|these|those|the above|same)\b", low))


def _second(times: periods.Periods) -> Period | None:
    """ "Q3 and Q2": the second period that is named."""
    named = [mention.period for mention in times.mentions]
    return named[1] if len(named) > 1 else None


def _metrics(low: str) -> list[str]:
    lost = _LOST.search(low)
    low = _AS_ADJECTIVE.sub(lambda match: " " * len(match[0]), low)
    found = [(match.start(), canonical(match[0])) for match in _NOUNS.finditer(low)]
    rest = _NOUNS.sub(lambda match: " " * len(match[0]), low)
    found += [(match.start(), _SINGULAR[match[0]]) for match in _SINGULARS.finditer(rest)]
    low = rest
    names = ["churn_rate" if name == "customers" and lost else name for _, name in sorted(found)]
    more = [name for name in metrics.find(low) if name not in names]
    if "conversions" in names and "conversion_rate" in more:
        more.remove("conversion_rate")
    if "new_customers" in names or "gross_profit" in names or "new customers" in low:
        more = [name for name in more if name not in ("customers", "profit")]
    return list(dict.fromkeys([*names, *more]))


def _platforms(low: str) -> list[str]:
    return [name for name in channels.names_in(low)[0] if name not in ("outbox", "webhook")]


def _grain(low: str) -> Grain:
    for grain in ("quarter", "year"):
        if re.search(
            rf"\b(?:which|what|best|worst|by|per|each|every|highest|lowest|strongest|weakest|our)\s+(?:\w+\s+)?{grain}s?\b(?! (?:before|ago))",
            low,
        ):
            return grain
    return "month"


def _count(low: str) -> int:
    found = _COUNT.search(low)
    if found is None:
        return 5
    number = _NUMBERS[found["n"]] if found["n"] in _NUMBERS else int(found["n"])
    return max(1, min(number, 20))
