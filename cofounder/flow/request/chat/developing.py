"""Answers about a figure's course: from where to where, what was above a limit, its middle, what goes with it."""

from statistics import fmean, median
from typing import Any

from cofounder.business import wording
from cofounder.flow.request.chat.about_posts import Told, plain
from cofounder.flow.request.chat.schemas import Source
from cofounder.flow.request.chat.sources import moved, rows
from cofounder.flow.request.chat.subject import Subject
from cofounder.flow.request.chat.tools import Tools

SHOWN = 12  # periods that are listed
_DAYS = 365  # of posts that two topics are compared over


async def development(subject: Subject, tools: Tools) -> Told:
    """How each figure developed, with the middle or the periods beyond a limit where that is asked for."""
    parts, used = [], []
    for name in subject.metrics[:3]:
        output, one = await tools.ask("financial.history", metric=name, period=subject.period, grain=subject.grain)
        items = output["items"]
        used.append(titled(one, output))
        if len(items) < 2:
            parts.append(f"{output['narrative']} {_remarks(output['notes'])}".strip())
            continue
        beyond = subject.above is not None or subject.below is not None
        shown = items if subject.period or subject.middle or beyond else items[-SHOWN:]
        used[-1] = used[-1].model_copy(update={"rows": rows(output)[-len(shown) :]})
        if beyond:
            parts.append(_beyond(subject, output))
        else:
            middle = _middle(subject, output)
            parts.append("\n\n".join(filter(None, [middle, _course(output, shown)])))
    return "\n\n".join(parts), used


def titled(used: Source, output: dict[str, Any]) -> Source:
    """The source under the figure's own name."""
    return used.model_copy(update={"title": f"{wording.capital(str(output['noun']))} by {output['grain']}"})


def _shown(value: float, output: dict[str, Any]) -> str:
    unit = output["unit"]
    return wording.amount(value, unit) if unit == "rate" else wording.each(value, unit)


def _middle(subject: Subject, output: dict[str, Any]) -> str:
    """ "The median month of the 12 finished ones of 2025: $104,790." """
    if subject.middle not in ("mean", "median"):
        return ""
    values = [one["value"] for one in output["items"]]
    found = fmean(values) if subject.middle == "mean" else median(values)
    over = f" of {subject.period.label}" if subject.period else ""
    word = "average" if subject.middle == "mean" else "median"
    return f"**{_shown(found, output)}**: the {word} {output['noun']} of the {len(values)} finished {output['grain']}s{over} that are stored."


def _beyond(subject: Subject, output: dict[str, Any]) -> str:
    """The periods above or below the limit, and that there was none."""
    limit, over = (subject.above, True) if subject.above is not None else (subject.below, False)
    assert limit is not None
    grain, noun, items = str(output["grain"]), str(output["noun"]), output["items"]
    found = [one for one in items if (one["value"] > limit if over else one["value"] < limit)]
    side = f"{'above' if over else 'below'} {_shown(limit, output)}"
    span = f" of {subject.period.label}" if subject.period else ""
    among = f"{len(items)} finished {grain}s{span} that are stored"
    if not found:
        return f"{wording.capital(noun)} {wording.was(noun)} {side} in none of the {among}."
    lines = [f"- {one['period']}: {one['shown']}" for one in found[-SHOWN:]]
    rest = f"\n\nThe last {SHOWN} are listed." if len(found) > SHOWN else ""
    return (
        f"{wording.capital(noun)} {wording.was(noun)} {side} in {len(found)} of the {among}:\n\n"
        + "\n".join(lines)
        + rest
    )


def _course(output: dict[str, Any], shown: list[dict[str, Any]]) -> str:
    """From where to where, the highest and the lowest, and a table of the periods."""
    noun, unit = str(output["noun"]), output["unit"]
    first, last = shown[0], shown[-1]
    text = f"{wording.capital(noun)} went from {first['shown']} in {first['period']} to {last['shown']} in {last['period']}"
    if unit == "rate":
        gap = last["value"] - first["value"]
        text += f", {'up' if gap >= 0 else 'down'} {wording.points(gap)}"
    elif wording.comparable(last["value"], first["value"]):
        change = last["value"] / first["value"] - 1
        text += f", {'up' if change >= 0 else 'down'} {wording.share(change)}"
    high = max(shown, key=lambda one: one["value"])
    low = min(shown, key=lambda one: one["value"])
    text += f". Highest: {high['period']} with {high['shown']}; lowest: {low['period']} with {low['shown']}."
    head = f"| {str(output['grain']).capitalize()} | {wording.capital(noun)} | Change |\n|---|---:|---:|"
    lines = [f"| {one['period']} | {one['shown']} | {moved(one['change'], unit)} |" for one in shown[-SHOWN:]]
    rest = f"\n\nThe last {SHOWN} of {len(shown)} are listed." if len(shown) > SHOWN else ""
    notes = _remarks(output["notes"])
    return "\n".join([text, "", head, *lines]) + rest + (f"\n\n{notes}" if notes else "")


async def together(subject: Subject, tools: Tools) -> Told:
    """Whether figures go together over the months, with what that rests on."""
    output, used = await tools.ask("business.correlation_analysis")
    named = set(subject.metrics)
    few = len(named) < 2
    found = [
        one
        for one in output["correlations"]
        if (named & {one["first"], one["second"]} if few else {one["first"], one["second"]} <= named)
    ]
    if not found:
        nouns = " and ".join(name.replace("_", " ") for name in subject.metrics)
        return f"Whether {nouns} go together is none of the pairs that are looked at.", [
            used.model_copy(update={"rows": []})
        ]
    text = "\n".join(f"- {plain(str(one['sentence']))}" for one in found[:5])
    kept = [
        row
        for row in rows({"items": output["correlations"]})
        if any(row["sentence"] == one["sentence"] for one in found)
    ]
    return f"{text}\n\nThat figures go together says nothing about which moves which.", [
        used.model_copy(update={"rows": kept})
    ]


async def against(subject: Subject, tools: Tools) -> Told:
    """What posts on two topics brought, side by side."""
    lines, used = [], []
    for topic in filter(None, (subject.topic, subject.other_topic)):
        output, one = await tools.ask("business.topic_effectiveness", topic=topic, days=_DAYS)
        lines.append(f"- {plain(str(output['sentence']))}")
        used.append(one)
    return "\n".join(lines) + (
        f"\n\nOf posts of the last {_DAYS} days. Where the intervals overlap, the difference may be chance."
    ), used


def _remarks(sentences: list[str]) -> str:
    return " ".join(dict.fromkeys(filter(None, sentences)))
