"""Puts the parts of a request together: which action each clause is, and what belongs to it."""

import re
from dataclasses import dataclass, field
from datetime import date

from cofounder.models.brief import Period
from cofounder.models.intent import Action, ActionKind
from cofounder.models.offline.parsing import (
    actions,
    channels,
    constraints,
    dates,
    metrics,
    periods,
    segments,
    tone,
    topic,
)
from cofounder.models.offline.parsing.reading import Reading

_AHEAD = re.compile(
    r"\b(?:webinar|event|launch(?:es|ing)?|conference|upcoming|next|will|holiday|opening|workshop|meet-?up|trade fair|black friday|christmas|sale|campaign|releasing|open house|party|going live|hiring|summit|course|starts?|coming)\b"
)
_HIGHLIGHTS = re.compile(
    r"(?:(?:key |main |top |best )?(?:highlights?|results|findings|insights|summary|takeaways|numbers|figures|outcomes?|conclusions?|story|learnings|points|news)|what (?:you|we) (?:find|found|learn\w*))?(?: of (?:it|this|that))?",
    re.I,
)
_ONLY = re.compile(r"\b(?:only|just|exclusively|nothing else|nowhere else)\b")


@dataclass(slots=True)
class Part:
    """A clause, or several that belong together, and what they ask for."""

    start: int
    end: int
    found: actions.Found
    words: str
    offset: int


@dataclass(slots=True)
class Sense:
    """Everything read from one instruction, before questions are asked."""

    reading: Reading
    demands: constraints.Demands
    tone: tone.Tone
    audience: tuple[str, tuple[int, int]] | None
    mentions: list[channels.Mention]
    parts: list[Part] = field(default_factory=list)
    unmade: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)  # clauses that fitted nowhere
    times: periods.Periods = field(default_factory=periods.Periods)
    actions: list[Action] = field(default_factory=list)
    sure: list[float] = field(default_factory=list)
    only: bool = False

    def taken(self) -> list[tuple[int, int]]:
        spans = [*self.demands.spans, *self.tone.spans]
        return [*spans, self.audience[1]] if self.audience else spans


def sense(reading: Reading, today: date) -> Sense:
    """Reads an English instruction from its clauses up."""
    low, text = reading.low, reading.instruction
    demands = constraints.find(low, text)
    result = Sense(reading, demands, tone.find(low), tone.audience(low, text), channels.find(low, text))
    result.only = bool(_ONLY.search(low))
    _parts(result)
    result.times = periods.find(low, today, lambda at: _mode(result, at), _deadline_spans(result))
    _build(result, today)
    return result


def _deadline_spans(result: Sense) -> list[tuple[int, int]]:
    """Days that say when a text is due, and links, are not the period it speaks of."""
    low = result.reading.low
    spans = []
    for name in ("deadline", "link"):
        words = result.demands.evidence.get(name, "").lower()
        at = low.find(words) if words else -1
        if at >= 0:
            spans.append((at, at + len(words)))
    return spans


def _parts(result: Sense) -> None:
    low = result.reading.low
    spans = _deadline_spans(result)
    atoms = dates.atoms(periods._blank(low, spans))
    pending: segments.Segment | None = None
    for segment in segments.cut(low):
        start = pending.start if pending else segment.start
        context = _context(result, segment, atoms)
        found = actions.read(segment.words, context)
        if found.kinds:
            if result.parts and _same_work(result, found, segment):
                result.parts[-1].end = segment.end
            else:
                result.parts.append(Part(start, segment.end, found, segment.words, segment.offset))
            pending = None
        elif found.unmade and not (result.parts and _only_demands(result, segment)):
            result.unmade.append(found.unmade)
        elif result.parts:
            result.parts[-1].end = segment.end
            _note_loose(result, segment)
        else:
            pending = pending or segment
            _note_loose(result, segment)
    if pending and result.parts:
        result.parts[-1].end = max(result.parts[-1].end, pending.end)


def _context(result: Sense, segment: segments.Segment, atoms: list[dates.Atom]) -> actions.Context:
    inside = [a for a in atoms if segment.start <= a.start < segment.end]
    low = result.reading.low[segment.start : segment.end]
    versus = len(inside) > 1 and bool(re.search(r"\b(?:vs|versus|against|compar\w+|than|relative to)\b|\bv\b", low))
    return actions.Context(
        has_text=result.reading.text is not None,
        timed=bool(inside),
        versus=versus,
        placed=any(m.role == "output" and segment.start <= m.start < segment.end for m in result.mentions),
        before=tuple(kind for part in result.parts for kind, _ in part.found.kinds),
        low=result.reading.low,
    )


def _same_work(result: Sense, found: actions.Found, segment: segments.Segment) -> bool:
    """ "... and publish it on X" after a text that is written anyway only adds channels, "check it" only confirms."""
    before = [kind for kind, _ in result.parts[-1].found.kinds]
    kinds = [kind for kind, _ in found.kinds]
    if kinds == ["publish_text"] and found.refers:
        added = {m.name for m in result.mentions if m.role == "output" and segment.start <= m.start < segment.end}
        if any(k in ("write_article", "write_email") for k in before) and added - {"email", "blog"}:
            found.kinds = [("create_post", "share it")]
            return False
        return any(
            k in ("create_post", "create_thread", "write_article", "write_email", "publish_text") for k in before
        )
    if (
        found.refers
        and kinds in (["edit_text"], ["shorten_text"], ["restyle_text"])
        and any(k in actions.WRITE_KINDS for k in before)
    ):
        return True
    if (
        kinds
        and set(kinds) <= set(before)
        and re.search(
            r"\b(?:your|the|this|that|my) (?:\w+ )?(?:blog post|post|article|e-?mail|newsletter|tweet|thread|response|headline|answer|entry)s?\b",
            segment.words,
        )
    ):
        return True
    own_topic = re.search(r"\b(?:about|on how|announcing)\b", segment.words)
    return kinds == before and kinds[0] in actions.TEXT_KINDS + ("headlines",) and not own_topic


def _only_demands(result: Sense, segment: segments.Segment) -> bool:
    covered = sum(
        min(b, segment.end) - max(a, segment.start) for a, b in result.taken() if a < segment.end and b > segment.start
    )
    return covered >= 0.5 * max(1, len(segment.words))


def _note_loose(result: Sense, segment: segments.Segment) -> None:
    spans = [*result.taken(), *((m.start, m.end) for m in result.mentions)]
    kept = "".join(
        " " if any(a <= i < b for a, b in spans) else c
        for i, c in enumerate(result.reading.low[segment.offset : segment.offset + len(segment.words)], segment.offset)
    )
    words = re.findall(r"[a-z][a-z'-]{2,}", kept)
    if len(words) >= 3:
        result.loose.append(" ".join(words)[:80])


def _mode(result: Sense, at: int) -> periods.Mode:
    part = next((p for p in result.parts if p.start <= at < p.end), None)
    kinds = [kind for kind, _ in part.found.kinds] if part else []
    if "forecast_metrics" in kinds:
        return "forecast"
    if "plan_calendar" in kinds:
        return "ahead"
    if part and any(k in actions.WRITE_KINDS for k in kinds):
        low = result.reading.low[part.start : part.end]
        if _AHEAD.search(low) and not metrics.find(low) and not metrics.FIGURES.search(low.replace("launch", "")):
            return "ahead"
    return "past"


def _build(result: Sense, today: date) -> None:
    for part in result.parts:
        kinds = [kind for kind, _ in part.found.kinds]
        outputs = _outputs(result, part)
        for kind, words in part.found.kinds:
            mine = _share(kind, words, kinds, outputs, _placed(result, part))
            settled = _by_channel(kind, mine, words)
            result.actions.append(_action(result, part, settled, mine, today))
            result.sure.append(part.found.sure)
    _inherit(result, today)
    _merge(result)


def _outputs(result: Sense, part: Part) -> list[str]:
    excluded = {m.name for m in result.mentions if m.role == "excluded"}
    names = [m.name for m in result.mentions if m.known and m.role == "output" and part.start <= m.start < part.end]
    if re.search(
        r"\b(?:all (?:of )?(?:our |the |my )?(?:social )?(?:channels|platforms|networks)|everywhere|every channel|each channel)\b",
        result.reading.low[part.start : part.end],
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
    low = reading.low[part.start : part.end]
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


def _takes_text(result: Sense, part: Part, kind: ActionKind) -> bool:
    """The given text goes to the first part that works on one; what follows works on its result."""
    if result.reading.text is None or any(a.text is not None for a in result.actions):
        return False
    return kind in actions.TEXT_KINDS or (kind in actions.WRITE_KINDS and len(result.parts) == 1) or part.found.refers


def _one(main: list[periods.Mention], result: Sense, today: date) -> Period | None:
    """The part's one period; two that touch are joined, two apart are asked about."""
    distinct = list({m.period.label: m.period for m in main}.values())
    if len(distinct) > 1:
        ordered = sorted(distinct, key=lambda p: p.start)
        touching = all((b.start - a.end).days == 1 for a, b in zip(ordered, ordered[1:], strict=False))
        inside = [p for p in distinct if all(p.start >= o.start and p.end <= o.end for o in distinct)]
        if touching:
            return periods.spans.between(ordered[0], ordered[-1], today)
        if inside:
            return inside[0]
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
        return _object(text, low, local)
    if kind == "plan_calendar":
        return topic.find(text, low, local)
    return topic.find(text, low, local, part.found.topic_at, any_for=kind == "headlines")


def _with_preposition(low: str, start: int, end: int) -> tuple[int, int]:
    before = re.search(
        r"\b(?:on|for|to|via|in|by|through|over|as|into|and|our|the|an?|,|with)\s*(?:(?:our|the|an?|company|my)\s+)*$",
        low[max(0, start - 30) : start],
    )
    return (start - len(before[0]), end) if before else (start, end)


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
    verb = re.match(
        r"(?:[a-z]+(?: me| us| at| into| down| up| on| through)?)\s+(?:(?:an?|the|our|some|full|quick|detailed|short|brief)\s+)*(?:(?:analysis|report|overview|summary|breakdown|comparison|forecast|projection|recap|review|prediction|insights)\s+(?:of|on|for|about|into|from)?\s*)?",
        low,
    )
    return topic._tidy(
        text, low, verb.end() if verb and verb.end() < len(low) else 0, [span for span in taken if span[0] > 2]
    )


def _inherit(result: Sense, today: date) -> None:
    """A later part on the same work takes the period and the topic of the one that has them."""
    done: list[Action] = []
    figures: Action | None = None
    topics = [a.topic for a in result.actions if a.kind in actions.WRITE_KINDS and a.topic]
    for action in result.actions:
        change: dict[str, object] = {}
        if action.kind in actions.WRITE_KINDS and action.text is None:
            if figures and _HIGHLIGHTS.fullmatch(action.topic):
                change |= {
                    "topic": f"{action.topic or 'highlights'} of {figures.topic}"
                    if figures.topic
                    else action.topic or "highlights",
                    "wants_metrics": True,
                    "metrics": action.metrics or figures.metrics,
                }
            elif not action.topic and topics:
                change |= {"topic": topics[0]}
        wants = (
            action.wants_metrics
            or change.get("wants_metrics")
            or (change.get("topic") and any(a.wants_metrics for a in done))
        )
        if wants and action.kind in actions.WRITE_KINDS:
            change["wants_metrics"] = True
        if action.period is None and wants:
            change["period"] = next(
                (
                    a.period
                    for a in [*reversed(done), *result.actions]
                    if a.period
                    and a.kind != "plan_calendar"
                    and (a.kind == "forecast_metrics") == (action.kind == "forecast_metrics")
                ),
                None,
            )
        action = action.model_copy(update=change)
        if action.kind in actions.FIGURE_KINDS or action.kind == "analyse_market":
            figures = action
        done.append(action)
    result.actions = done


def _merge(result: Sense) -> None:
    """Two parts that ask for the same post on different channels are one action."""
    out: list[Action] = []
    sure: list[float] = []
    for action, value in zip(result.actions, result.sure, strict=True):
        twin = next((i for i, a in enumerate(out) if a.kind == action.kind and _twins(a, action)), None)
        if twin is None:
            out.append(action)
            sure.append(value)
            continue
        joined = list(dict.fromkeys([*out[twin].channels, *action.channels]))
        out[twin] = out[twin].model_copy(
            update={
                "channels": joined,
                "topic": out[twin].topic or action.topic,
                "metrics": list(dict.fromkeys([*out[twin].metrics, *action.metrics])),
            }
        )
    result.actions, result.sure = out, sure


def _twins(a: Action, b: Action) -> bool:
    if a.kind in ("create_post", "create_thread", "write_article", "write_email", "headlines"):
        return a.topic == b.topic or not a.topic or not b.topic
    same = a.period == b.period or a.period is None or b.period is None
    return (
        a.kind in ("analyse_metrics", "compare_metrics", "forecast_metrics", "plan_calendar", "analyse_market") and same
    )
