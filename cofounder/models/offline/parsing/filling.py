"""Turns the parts of a request into actions: channels, topic, period, metrics and given text of each."""

import re
from datetime import date
from itertools import pairwise

from cofounder.models.brief import Period
from cofounder.models.intent import Action, ActionKind
from cofounder.models.offline.parsing import actions, chaining, cues, metrics, periods, spans, topic, whose
from cofounder.models.offline.parsing.sense import Part, Sense


def build(result: Sense, today: date) -> None:
    """Fills `result.actions` and how sure each is."""
    for part in result.parts:
        kinds = [kind for kind, _ in part.found.kinds]
        for kind, words in part.found.kinds:
            mine = _share(kind, words, kinds, _outputs(result, part, kind, kinds), _placed(result, part))
            settled = _by_channel(kind, mine, words)
            result.actions.append(_action(result, part, settled, mine, today))
            result.sure.append(part.found.sure)
    result.actions, result.sure = chaining.link(result.actions, result.sure)


def _outputs(result: Sense, part: Part, kind: ActionKind, kinds: list[ActionKind]) -> list[str]:
    low = result.reading.low
    excluded = {m.name for m in result.mentions if m.role == "excluded"}
    mine = [m for m in result.mentions if m.known and m.role == "output" and part.start <= m.start < part.end]
    if kind == "create_post" and "create_thread" in kinds:  # the X of "an X thread" is the thread's
        mine = [m for m in mine if not re.match(r"\s+thread", low[m.end : m.end + 8])]
    turned = cues.TURN.match(part.words)
    if turned:  # "this blog post as a thread": the first names what it was
        mine = [m for m in mine if m.start >= part.offset + turned.end() - 4]
    before = [found.span() for found in re.finditer(rf"\b{cues.FROM_BYGONE}\b", low)]  # "out of last week's newsletter"
    names = [m.name for m in mine if not any(a <= m.start < b for a, b in before)]
    if re.search(
        r"\b(?:all (?:of )?(?:our |the |my )?(?:social )?(?:channels|platforms|networks)|everywhere|every channel|each channel)\b",
        low[part.start : part.end],
    ):
        names += ["linkedin", "x", "facebook", "email", "blog"]
    return [name for name in dict.fromkeys(names) if name not in excluded]


def _placed(result: Sense, part: Part) -> list[str]:
    """Channels said with "for" or "on", not only as what a text is ("my LinkedIn post")."""
    low = result.reading.low
    mine = [m for m in result.mentions if m.known and m.role == "output" and part.start <= m.start < part.end]
    return [
        m.name
        for m in mine
        if re.search(r"\b(?:for|on|to|as|into|and|,)\s+(?:an? |our |the )?$", low[max(0, m.start - 16) : m.start])
    ]


def _share(kind: ActionKind, words: str, kinds: list[ActionKind], outputs: list[str], placed: list[str]) -> list[str]:
    """Which of a part's channels belong to this kind: the newsletter goes by e-mail, the post to the rest."""
    if kind in actions.FIGURE_KINDS or kind == "analyse_market":
        return []
    if kind in ("edit_text", "shorten_text", "restyle_text", "summarise_text", "check_compliance", "headlines"):
        return [name for name in outputs if name in placed and not (kind == "headlines" and name in ("blog", "email"))]
    home = {"write_email": "email", "write_article": "blog", "create_thread": "x"}.get(kind)
    if len(kinds) == 1:
        if kind == "write_article" and outputs and "blog" not in words:
            return outputs
        return ([home] if home and home not in outputs else []) + outputs
    if home:
        return [home]
    taken = {"write_email": "email", "write_article": "blog"}
    return [name for name in outputs if name not in [taken.get(k) for k in kinds]]


def _by_channel(kind: ActionKind, names: list[str], words: str) -> ActionKind:
    """A post for the blog alone is an article, one for e-mail alone an e-mail."""
    if kind == "create_post" and names == ["blog"]:
        return "write_article"
    if kind == "create_post" and names == ["email"]:
        return "write_email"
    return kind


def _action(result: Sense, part: Part, kind: ActionKind, names: list[str], today: date) -> Action:
    reading = result.reading
    low = wanted(result)[part.start : part.end]
    subject = _subject(result, part, kind)
    main = [m for m in result.times.mentions if m.part == "main" and part.start <= m.start < part.end]
    period = _one(main, result, today)
    named = [] if kind in actions.TEXT_KINDS and reading.text else metrics.find(low)
    about = (subject or low).lower()
    own = kind in actions.FIGURE_KINDS or (
        kind in actions.WRITE_KINDS
        and metrics.are_own(
            about,
            named=metrics.find(about) or named,
            has_period=period is not None,
            ours=bool(re.search(r"\b(?:our|we|us)\b", low)),
        )
    )
    own = own or bool(subject and kind in actions.WRITE_KINDS and topic.ONLY_TIME.fullmatch(subject.lower()))
    if kind in actions.WRITE_KINDS and whose.all_of_others(wanted(result), reading.instruction, part.start, part.end):
        own = False  # a competitor's revenue is not ours, and ours is no figure of a text about it
    compared = kind in (*actions.FIGURE_KINDS, *actions.WRITE_KINDS)
    return Action(
        kind=kind,
        channels=names,
        topic=subject,
        metrics=named,
        period=period,
        compare_with=result.times.compare_with if compared else None,
        compare_period=result.times.compare_period if compared else None,
        horizon=_horizon(period, today) if kind == "forecast_metrics" else None,
        text=reading.text if _takes_text(result, part, kind) else None,
        wants_metrics=own,
    )


def wanted(result: Sense) -> str:
    """The instruction in small letters with what must not appear blanked: a figure that is ruled out is not asked for."""
    low = result.reading.low
    for start, end in result.demands.avoided:
        low = low[:start] + " " * (end - start) + low[end:]
    return low


def _takes_text(result: Sense, part: Part, kind: ActionKind) -> bool:
    """The given text goes to the first part that works on one; what follows works on its result."""
    if result.reading.text is None or any(a.text is not None for a in result.actions):
        return False
    return kind in actions.TEXT_KINDS or (kind in actions.WRITE_KINDS and len(result.parts) == 1) or part.found.refers


_LISTED = re.compile(r"[\s,;/&+?]*(?:(?:and|or|plus|as well as|then|also)\b\s*)*(?:(?:in|for|of|the|during|from)\s+)*")


def _one(main: list[periods.Mention], result: Sense, today: date) -> Period | None:
    """The part's one period; two that touch are joined, two apart are asked about."""
    distinct = list({m.period.label: m.period for m in main}.values())
    if len(distinct) > 1:
        ordered = sorted(distinct, key=lambda p: p.start)
        touching = all((b.start - a.end).days == 1 for a, b in pairwise(ordered))
        inside = [p for p in distinct if all(p.start >= o.start and p.end <= o.end for o in distinct)]
        if touching:
            return spans.between(ordered[0], ordered[-1], today)
        if inside:
            return inside[0]
        listed = all(_LISTED.fullmatch(result.reading.low, a.end, b.start) for a, b in pairwise(main))
        (result.apart if listed else result.passed_over).extend(p.label for p in distinct[not listed :])
    return distinct[0] if distinct else None


def _horizon(period: Period | None, today: date) -> int | None:
    """Months from the last finished one to the end of the period."""
    if period is None or period.end < today:
        return None
    return (period.end.year - today.year) * 12 + period.end.month - today.month + 1


def _subject(result: Sense, part: Part, kind: ActionKind) -> str:
    if kind in ("edit_text", "shorten_text", "restyle_text", "publish_text", "check_compliance", "summarise_text"):
        return ""
    text = result.reading.instruction[part.offset : part.end]
    low = result.reading.low[part.offset : part.end]
    spans = [*result.taken(), *((m.start, m.end) for m in result.mentions if m.role == "output")]
    spans = [_with_preposition(result.reading.low, a, b) for a, b in spans]
    local = [(a - part.offset, b - part.offset) for a, b in spans if b > part.offset]
    if kind in actions.FIGURE_KINDS or kind == "analyse_market":
        clause = len(part.words)
        return _object(text[:clause], low[:clause], local)
    if kind == "plan_calendar":
        about = topic.find(text, low, local)
        return "" if topic.ONLY_TIME.fullmatch(about.lower()) else about
    leftover = result.reading.text is None and not part.found.refers
    about = topic.find(text, low, local, part.found.topic_at, any_for=kind == "headlines", left_over=leftover)
    return about or _said_before(result, part) or _news_before(result, part, kind)


def _said_before(result: Sense, part: Part) -> str:
    """ "We closed Q3 with 320 customers. Write a post about it.": the sentence before is the topic."""
    earlier = result.reading.instruction[part.start : part.offset]
    pointed = re.search(r"\b(?:about|on|of) (?:it|this|that)\b", part.words)
    sentence = re.match(
        r"\s*(.{12,200}?)(?:[.!?:]\s|\s[-–—]\s)" if pointed else r"\s*(.{12,200}?)\s[-–—]\s", earlier, re.S
    )
    return topic.clean(sentence[1]) if sentence and len(sentence[1].split()) > 2 else ""


_NEWS = re.compile(
    r"(?:we|our|the|it's|today|last|this|after|from|in|on|since|as of|starting|finally|yesterday|tomorrow|next)\b"
)


def _news_before(result: Sense, part: Part, kind: ActionKind) -> str:
    """ "We won the award! Spread the word on LinkedIn.": the news itself is the topic, and that is told."""
    if kind == "headlines" or result.reading.text is not None or part.found.refers or result.topic_guess:
        return ""
    earlier = result.reading.instruction[part.start : part.offset]
    for sentence in re.split(r"[.!?]\s+|\n+", earlier):
        words = sentence.strip()
        if 3 <= len(words.split()) <= 25 and _NEWS.match(words.lower()) and not cues.CREATE.match(words.lower()):
            result.topic_guess = topic.clean(words)
            return result.topic_guess
    return ""


def _with_preposition(low: str, start: int, end: int) -> tuple[int, int]:
    before = re.search(
        r"\b(?:on|for|to|via|in|by|through|over|as|into|and|our|the|an?|,|with)\s*(?:(?:our|the|an?|company|my)\s+)*$",
        low[max(0, start - 30) : start],
    )
    return (start - len(before[0]), end) if before else (start, end)


_TIME_FIRST = re.compile(
    r"(?:q[1-4]|h[12]|january|february|march|april|may|june|july|august|september|october|november|december|last (?:week|month|quarter|year)(?:'s)?)\b"
)


def _object(text: str, low: str, taken: list[tuple[int, int]]) -> str:
    """What an analysis is of: the words after its verb, or the figures a question names."""
    question = re.match(
        r"(?:what|how|why|which|where|did|is|are|do|does|was|were|have|has|who|when|will|can|any)\b", low
    )
    if question:
        names = metrics.find(low)
        return " and ".join(name.replace("_", " ") for name in names) or (
            "market" if re.search(r"\bmarket|industry|trend", low) else "performance"
        )
    if metrics.ANY.match(low) or metrics.FIGURES.match(low) or _TIME_FIRST.match(low):  # no verb begins it
        return topic.tidy(text, low, 0, [span for span in taken if span[0] > 2])
    verb = re.match(
        r"(?:[a-z]+(?: me| us| at| into| down| up| on| through)?)\s+(?:(?:an?|the|our|some|full|quick|detailed|short|brief)\s+)*(?:(?:analysis|report|overview|summary|breakdown|comparison|forecast|projection|recap|review|prediction|insights)\s+(?:of|on|for|about|into|from)?\s*)?",
        low,
    )
    return topic.tidy(
        text, low, verb.end() if verb and verb.end() < len(low) else 0, [span for span in taken if span[0] > 2]
    )
