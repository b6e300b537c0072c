"""Prose for an analysis: the news, the context, the limits, in a reporter's plain voice."""

from cofounder.models.brief import Brief, Draft
from cofounder.models.offline import wording
from cofounder.models.offline.finishing import draft_of, limits
from cofounder.models.offline.plain import forecast_sentence, sentence_of
from cofounder.models.offline.posts import Writing
from cofounder.models.offline.views import View, direction_of, percentable
from cofounder.models.offline.when import before_of


def report(brief: Brief) -> Draft:
    """A narrative of every fact in order of weight, with comparisons, ratios, forecasts and what is not known."""
    writing = Writing(brief, persona="newsReporter")
    scene = writing.scene
    noun = scene.when.noun if scene.when else "period"
    paragraphs: list[str] = []
    changed = [view for view in scene.views if view.base is not None]
    if changed:
        paragraphs.append(" ".join(_with_second(view, noun) for view in changed[:2]))
    if len(changed) > 2:
        paragraphs.append(" ".join(_with_second(view, noun) for view in changed[2:]))
    levels = [view for view in scene.views if view.base is None]
    if levels:
        named = wording.listed([view.name.phrase.format(x=wording.given(view.fact)) for view in levels])
        paragraphs.append(f"Without an earlier value to compare: {named}.")
    derived = _derived(writing)
    if derived:
        paragraphs.append(" ".join(derived))
    ahead = forecast_sentence(writing)
    if ahead:
        paragraphs.append(f"{ahead} It is an estimate from earlier values, not a promise.")
    paragraphs.append(_open(writing))
    body = "\n\n".join(one for one in paragraphs if one)
    if not scene.views and not ahead:
        body = "No figure is given for this period, so there is nothing to report."
    return draft_of(brief, body, ledger=writing.ledger, persona="newsReporter", scene=scene, notes=limits(brief, scene))


def _with_second(view: View, noun: str) -> str:
    text = sentence_of(view, noun)
    second = view.second
    if second is not None and second.kind == "year_earlier" and percentable(view.fact, second):
        way = direction_of(view.fact, second)
        change = view.change(second)
        moved = wording.points(change) if view.fact.unit == "rate" else wording.derived_percent(change)
        when, _ = before_of(second, noun)
        old = wording.given(view.fact, second.value)
        text += (
            f" Against {old} {when}, it is {moved.hedged} {way}."
            if way != "flat"
            else f" It is level with {old} {when}."
        )
    if view.record:
        text += f" It is the {view.record} of {len(view.fact.series) + 1} {noun}s."
    return text


def _derived(writing: Writing) -> list[str]:
    slots, marks = writing.scene.slots, writing.scene.marks
    found = []
    if "funnel" in marks and "c" in slots:
        found.append(
            f"A {slots['rnoun']} of {slots['r']} on {slots['v']} {slots['vnoun']} makes {slots['c']} {slots['cnoun']}."
        )
    if "per" in slots:
        found.append(f"{slots['what'].capitalize()} per {slots['sone']} comes to {slots['per']} on average.")
    if "mpct" in slots:
        found.append(f"Marketing spend of {slots['m']} is equal to {slots['mpct']} of revenue.")
    if "ltvx" in slots:
        found.append(
            f"The lifetime value of a customer, {slots['ltv']}, is {slots['ltvx']} times the {slots['cac']} it costs to win one."
        )
    return found


def _open(writing: Writing) -> str:
    scene = writing.scene
    parts = []
    if "cause" in scene.slots:
        parts.append(f"The sourced reason for the change: {scene.slots['cause']}.")
    elif "nocause" in scene.marks:
        parts.append("The figures do not show what lay behind the change.")
    if scene.when is not None and scene.when.part:
        parts.append(f"They cover one {scene.when.noun}, not all of {scene.when.label}.")
    elif scene.when is not None and scene.when.label:
        parts.append(f"The figures are for {scene.when.label}.")
    if "nobase" in scene.slots:
        parts.append(f"No earlier figure is given for {scene.word('nobase')}.")
    if "provisional" in scene.marks:
        parts.append("The figures are provisional.")
    return " ".join(parts)
