"""Answers without a language model: asks the tools that a question needs and tells what they say, with units and limits.

Every figure comes from a tool's rows; what is not there is said, and what cannot be done comes with what can.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from cofounder.business import wording
from cofounder.flow.request.chat import (
    about_posts,
    about_runs,
    about_tasks,
    developing,
    looking_back,
    ranked_posts,
    refusals,
    unread,
)
from cofounder.flow.request.chat.about_posts import CHANNELS as _CHANNELS
from cofounder.flow.request.chat.about_posts import Told, plain
from cofounder.flow.request.chat.schemas import Source
from cofounder.flow.request.chat.sources import rows
from cofounder.flow.request.chat.subject import Subject
from cofounder.flow.request.chat.tools import Tools
from cofounder.models.brief import Fact, Period

Teller = Callable[[Subject, Tools], Awaitable[Told]]

# What each kind of answer asks; without one of these the agent says who has it.
WANTS: dict[str, str] = {
    "value": "financial.read_metrics",
    "extreme": "financial.history",
    "development": "financial.history",
    "comparison": "financial.compare_periods",
    "overview": "financial.read_metrics",
    "forecast": "financial.forecast",
    "posts": "business.best_posts",
    "latest": "business.best_posts",
    "usual": "business.baseline",
    "similar": "business.similar_content",
    "topics": "market.find_trends",
    "voice": "market.share_of_voice",
    "competitor": "market.mentions",
    "patterns": "memory.patterns",
    "examples": "memory.examples",
    "summary": "memory.summary",
    "commands": "memory.commands",
    "check": "compliance.check",
    "times": "business.suggest_time",
    "count": "business.best_posts",
    "expected": "business.predict",
    "effectiveness": "memory.effectiveness",
    "together": "business.correlation_analysis",
    "against": "business.topic_effectiveness",
}
TOOLLESS: dict[str, "Teller"] = {
    "split": refusals.split,
    "work": about_tasks.work,
    "others": refusals.others,
    "change": refusals.change,
    "unranked": refusals.unranked,
    "better": refusals.better,
}
_TIMED = frozenset(
    ("value", "extreme", "development", "comparison", "overview", "forecast", "posts", "count", "similar", "latest",
     "patterns", "examples")
)  # fmt: skip
_PLACED = frozenset(("posts", "usual", "times", "count", "similar", "expected", "latest"))
EXAMPLES: tuple[tuple[str, str], ...] = (
    ("financial.history", "What was our best month?"),
    ("business.best_posts", "Which posts worked on LinkedIn?"),
    ("business.suggest_time", "When should we post on LinkedIn?"),
    ("financial.compare_periods", "Compare Q3 and Q2"),
    ("financial.forecast", "What revenue can we expect next month?"),
    ("market.find_trends", "Which topics do best?"),
    ("memory.summary", "How many tasks were approved?"),
    ("compliance.check", 'Is this allowed: "Our savings plan never loses money"?'),
    ("content.calendar", "What did we publish about coffee?"),
)
CANNOT = "The built-in model reads the company's own data; it cannot translate, research or give opinions."


async def tell(subject: Subject, tools: Tools) -> Told:
    """The answer in Markdown, and what it rests on; of several questions each has its own. Raises what a tool raises."""
    told = [await _tell(one, tools) for one in (subject.model_copy(update={"also": []}), *subject.also)]
    return "\n\n".join(text for text, _ in told), [source for _, used in told for source in used]


async def _tell(subject: Subject, tools: Tools) -> Told:
    if subject.kind == "thanks":
        return "Glad to help. Ask whenever you want to know more.", []
    if subject.kind == "help":
        return _help(tools, "I answer questions about the company's own figures, posts and earlier work."), []
    if subject.unclear and (subject.kind in _TIMED or subject.kind in unread.NARROWED - {"commands"}):
        return refusals.no_such_time(subject), []
    if subject.elsewhere and not subject.platforms and subject.kind in _PLACED:
        return refusals.no_such_channel(subject), []
    if subject.apart and subject.kind in unread.NARROWED - {"commands"}:
        return refusals.no_such_part(subject), []
    if subject.kind in TOOLLESS:
        return await TOOLLESS[subject.kind](subject, tools)
    wanted = WANTS.get(subject.kind)
    if wanted is None:
        return _help(tools, f"I did not find a figure, a post or a time in that. {CANNOT}"), []
    if not tools.has(wanted):
        return _help(tools, "I have no tool for that; ask the co-founder, who has all of them."), []
    return await _TELLERS[subject.kind](subject, tools)


def _help(tools: Tools, opening: str) -> str:
    """What can be asked here, in examples that this caller's tools can answer."""
    fitting = [words for tool, words in EXAMPLES if tools.has(tool)][:3]
    if not fitting:
        return opening
    lines = "\n".join(f"- {words}" for words in fitting)
    return f"{opening}\n\nFor example:\n\n{lines}"


async def _value(subject: Subject, tools: Tools) -> Told:
    """What each figure was, in each period that is asked for."""
    if subject.metrics == ["growth_rate"]:
        return await _growth(subject, tools)
    told = [await _value_in(period, subject, tools) for period in [subject.period, *subject.more][: developing.SHOWN]]
    text = "\n\n".join(dict.fromkeys(text for text, _, _ in told))
    if not any(found for _, _, found in told):
        text += await _stored(tools)
    return text, [used for _, used, _ in told]


async def _growth(subject: Subject, tools: Tools) -> Told:
    """The growth rate where it is stored, else how revenue changed against the period before."""
    told = await _value_in(subject.period, subject, tools)
    if any(row.get("metric") == "growth_rate" for row in told[1].rows):
        return told[0], [told[1]]
    return await _comparison(subject.model_copy(update={"metrics": ["revenue"], "compare_with": "previous"}), tools)


async def _value_in(period: Period | None, subject: Subject, tools: Tools) -> tuple[str, Source, bool]:
    """The figures of one period, what they rest on, and whether there are any."""
    output, used = await tools.ask(
        "financial.read_metrics", period=period, metrics=subject.metrics or None, asked=subject.metrics or None
    )
    facts = [Fact.model_validate(one) for one in output["facts"]]
    named = [fact for fact in facts if not subject.metrics or fact.metric in subject.metrics] or facts
    lines = [wording.compare(fact) for fact in named]
    text = lines[0] if len(lines) == 1 else "\n".join(f"- {line}" for line in lines)
    text = "\n\n".join(filter(None, [text, _remarks([*output["notes"], *output["conflicts"], *output["missing"]])]))
    if named:
        used = used.model_copy(update={"rows": used.rows[: max(len(named), 1)]})
    return text, used, bool(named)


async def _stored(tools: Tools) -> str:
    """Which figures there are, where the wanted one is not."""
    output, _ = await tools.ask("financial.read_metrics")
    nouns = [str(one["noun"]) for one in output["facts"]]
    if not nouns:
        return "\n\nImport figures on the Business data page, or try the sample company: `cofounder up --sample`."
    label = (output["period"] or {}).get("label", "the newest month")
    return f"\n\nStored for {label}: {', '.join(nouns)}."


async def _extreme(subject: Subject, tools: Tools) -> Told:
    parts, used = [], []
    for name in subject.metrics[:4]:
        output, one = await tools.ask("financial.history", metric=name, period=subject.period, grain=subject.grain)
        used.append(developing.titled(one, output))
        best = output["lowest" if subject.lowest else "highest"]
        if best is None:
            parts.append(output["narrative"])
            used[-1] = used[-1].model_copy(update={"rows": []})
            continue
        if subject.both_ends:
            parts.append(_superlative(subject.model_copy(update={"lowest": False}), output, output["highest"]))
        if not subject.both_ends or len(output["items"]) > 1:
            parts.append(_superlative(subject, output, best))
    if not any(one.rows for one in used):
        return "\n\n".join(parts) + await _stored(tools), used
    assumed = "\n\nMeasured by revenue; name another figure to have it by that." if subject.assumed else ""
    return "\n\n".join(parts) + assumed, used


def _superlative(subject: Subject, output: dict[str, Any], best: dict[str, Any]) -> str:
    """ "Revenue was highest in October 2026, at $58,120: the best of 24 finished months." """
    noun, count, grain = str(output["noun"]), len(output["items"]), str(output["grain"])
    rank = "lowest" if subject.lowest else "highest"
    over = f" of {subject.period.label}" if subject.period else ""
    if count < 2:
        return f"{wording.capital(noun)} {wording.was(noun)} {best['shown']} in {best['period']}, the only finished {grain}{over} that is stored."
    values = sorted((one["value"] for one in output["items"]), reverse=not subject.lowest)
    items = sorted(output["items"], key=lambda one: one["value"], reverse=not subject.lowest)
    text = (
        f"**{best['period']}**: {noun} {wording.was(noun)} {best['shown']}, the {rank} of the {count} finished "
        f"{grain}s{over} that are stored."
    )
    if values[0] != values[1]:
        text += f" Next comes {items[1]['period']} with {items[1]['shown']}."
    return f"{text} {_remarks(output['notes'])}".strip()


async def _comparison(subject: Subject, tools: Tools) -> Told:
    period, against = subject.period, subject.compare_period
    if period is not None and against is not None and against.start > period.start:
        period, against = against, period  # "compare Q2 and Q3" asks how the later one did
    output, used = await tools.ask(
        "financial.compare_periods",
        period=period,
        compare_with=None if against is not None else subject.compare_with or "previous",
        compare_period=against,
        metrics=subject.metrics or None,
    )
    named = [
        row
        for row in output["rows"]
        if not subject.metrics or row["metric"].removesuffix("_per_day") in subject.metrics
    ]
    chosen = named or output["rows"]
    lines = [str(row["sentence"]) for row in chosen][:8]
    text = lines[0] if len(lines) == 1 else "\n".join(f"- {line}" for line in lines)
    missing = [] if chosen and not subject.metrics else output["missing"][:4]
    remarks = _remarks([*output["notes"], *output["conflicts"], *missing])
    kept = [row for row in rows(output) if any(row.get("sentence") == one["sentence"] for one in chosen)]
    return "\n\n".join(filter(None, [text, remarks])), [used.model_copy(update={"rows": kept})]


async def _overview(subject: Subject, tools: Tools) -> Told:
    output, used = await tools.ask("financial.read_metrics", period=subject.period)
    facts = [Fact.model_validate(one) for one in output["facts"]]
    if not facts:
        return (_remarks(output["missing"]) or "No figures are stored yet.") + await _stored(tools), [used]
    found = [used]
    lines = [wording.compare(fact) for fact in facts[:6]]
    if tools.has("financial.find_story"):
        story, told = await tools.ask("financial.find_story", facts=output["facts"], period=output["period"])
        lines = story["insights"][:6] or lines
        found.append(told.model_copy(update={"arguments": {}}))
    label = (output["period"] or {}).get("label", "")
    text = "\n".join(f"- {line}" for line in lines)
    return "\n\n".join(filter(None, [f"**{label}**" if label else "", text, _remarks(output["notes"])])), found


async def _forecast(subject: Subject, tools: Tools) -> Told:
    parts, used = [], []
    for name in subject.metrics[:3]:
        output, one = await tools.ask("financial.forecast", metric=name, horizon=_months(subject, tools))
        used.append(one)
        parts.append("\n".join(f"- {line}" for line in output["insights"]) if output["facts"] else output["narrative"])
    parts.append("An expectation from past months, not a promise.")
    return "\n\n".join(parts), used


def _months(subject: Subject, tools: Tools) -> int:
    """How many months ahead the period that is asked for ends; three where none is."""
    if subject.period is None:
        return 3
    today = tools.at.date()
    ahead = (subject.period.end.year - today.year) * 12 + subject.period.end.month - today.month + 1
    return max(1, min(ahead, 24))


async def _usual(subject: Subject, tools: Tools) -> Told:
    output, used = await tools.ask("business.baseline", channels=subject.platforms or None)
    lines = []
    for name, one in output["baselines"].items():
        if not one["count"]:
            continue
        rate = (
            "not known"
            if one["avg_engagement_rate"] is None
            else wording.trimmed(one["avg_engagement_rate"] * 100, 2) + "%"
        )
        month = one["this_month"]
        line = f"- {_CHANNELS.get(name, name)}: {one['avg_views_per_post']:,.0f} views a post, engagement {rate}, over {one['count']} posts"
        if month["count"] and month["avg_views_per_post"] is not None:
            line += f"; this month {month['avg_views_per_post']:,.0f} views over {month['count']}"
        lines.append(f"{line}.")
    text = "\n".join(filter(None, ["What a post usually gets:\n" if lines else "", *lines]))
    return "\n\n".join(filter(None, [text, _remarks(output["notes"])])), [used]


async def _similar(subject: Subject, tools: Tools) -> Told:
    output, used = await tools.ask(
        "business.similar_content", topic=subject.topic or "", channels=subject.platforms or None, limit=subject.count
    )
    if not output["items"]:
        return str(output["note"]), [used]
    lines = [f"- {plain(words)}" for words in output["texts"]]
    return "\n".join([f"Earlier work on {subject.topic}:", "", *lines]), [used]


async def _topics(subject: Subject, tools: Tools) -> Told:
    days = None
    if subject.period is not None:
        days = max(1, min((tools.at.date() - subject.period.start).days, 36_500))
    output, used = await tools.ask("market.find_trends", topic=subject.topic, days=days)
    lines = [f"- {plain(line)}" for line in output["insights"][:6]]
    notes = _remarks(output["notes"])
    return "\n\n".join(filter(None, [output["narrative"], "\n".join(lines), notes])), [used]


async def _voice(_: Subject, tools: Tools) -> Told:
    output, used = await tools.ask("market.share_of_voice")
    lines = []
    for one in output["by_platform"][:8]:
        seen = "" if one["view_share"] is None else f", {wording.trimmed(one['view_share'] * 100, 0)}% of views"
        lines.append(f"- {_CHANNELS.get(one['name'], one['name'])}: {one['posts']} posts{seen}")
    shares = [
        {"platform": one["name"], "posts": one["posts"], "view_share": one["view_share"]}
        for one in output["by_platform"]
    ]
    return "\n\n".join(filter(None, [output["narrative"], "\n".join(lines)])), [
        used.model_copy(update={"rows": shares})
    ]


async def _competitor(subject: Subject, tools: Tools) -> Told:
    output, used = await tools.ask("market.mentions", competitor=subject.topic or "competitors")
    return f"{output['narrative']} {output['next']}", [used]


async def _check(subject: Subject, tools: Tools) -> Told:
    channel = subject.platforms[0] if subject.platforms else None
    output, used = await tools.ask("compliance.check", text=subject.text, channel=channel)
    return f"{output['narrative']}\n\nThis is no legal advice.", [used]


def _remarks(sentences: list[str]) -> str:
    return " ".join(dict.fromkeys(filter(None, sentences)))


_TELLERS: dict[str, Teller] = {
    "value": _value,
    "extreme": _extreme,
    "together": developing.together,
    "against": developing.against,
    "development": developing.development,
    "comparison": _comparison,
    "overview": _overview,
    "forecast": _forecast,
    "posts": ranked_posts.ranked,
    "latest": ranked_posts.latest,
    "usual": _usual,
    "similar": _similar,
    "topics": _topics,
    "voice": _voice,
    "competitor": _competitor,
    "patterns": looking_back.patterns,
    "examples": looking_back.examples,
    "summary": about_runs.summary,
    "commands": about_runs.commands,
    "check": _check,
    "times": about_posts.times,
    "count": about_posts.count,
    "expected": about_posts.expected,
    "effectiveness": looking_back.effectiveness,
}
