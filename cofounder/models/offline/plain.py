"""The last resort: true sentences without a voice, when no candidate passed the checks."""

from cofounder.models.brief import Draft
from cofounder.models.offline import wording
from cofounder.models.offline.clauses import tidy
from cofounder.models.offline.finishing import draft_of, limits
from cofounder.models.offline.posts import Writing
from cofounder.models.offline.views import View, verbs
from cofounder.models.offline.when import before_of


def sentence_of(view: View, noun: str) -> str:
    """One metric in one sentence, with its base where there is one."""
    value = wording.given(view.fact)
    aim = ""
    if view.target is not None:
        aim = f", against {before_of(view.target, noun)[1]} of {wording.given(view.fact, view.target.value)}"
    if view.base is None:
        return tidy(f"{view.name.subject} {'were' if view.name.plural else 'was'} {value}{aim}.")
    before, _ = before_of(view.base, noun)
    old = wording.given(view.fact, view.base.value)
    if view.direction == "flat":
        return tidy(f"{view.name.subject} held at {value}, after {old} {before}.")
    if view.crossing:
        return tidy(f"{view.name.subject} {verbs(view, view.base)[0]} to {value}, from {old} {before}{aim}.")
    moved = (
        wording.points(view.change()) if view.fact.unit == "rate" else wording.derived_percent(view.change())
    ).hedged
    return tidy(f"{view.name.subject} {verbs(view, view.base)[0]} {moved} to {value}, from {old} {before}{aim}.")


def forecast_sentence(writing: Writing) -> str | None:
    """The forecast that a tool computed, with its interval and level."""
    slots = writing.scene.slots
    if "fx" not in slots:
        return None
    when = f" for {slots['fwhen']}" if "fwhen" in slots else ""
    text = f"The forecast of {slots['fnoun']}{when} is {slots['fx']}"
    if "flow" in slots:
        text += f", between {slots['flow']} and {slots['fhigh']}"
        if "flevel" in slots:
            text += f" at {slots['flevel']}"
    return tidy(f"{text}.")


def plain(writing: Writing) -> Draft:
    """The facts in order, one sentence each, as many as the form takes."""
    brief, scene = writing.brief, writing.scene
    noun = scene.when.noun if scene.when else "period"
    most = brief.form.facts[1]
    parts = [sentence_of(view, noun) for view in scene.views[:most]]
    if scene.when is not None and scene.when.label:
        parts.append(f"The figures are for {scene.when.label}." if not scene.when.part else _part(writing))
    ahead = forecast_sentence(writing)
    if ahead:
        parts.append(ahead)
    limit = brief.form.max_characters
    while limit and len(parts) > 1 and len(" ".join(parts)) > limit - 20:
        parts.pop()
    body = " ".join(parts)
    note = "No text in this voice passed every check; these are the plain facts."
    return draft_of(
        brief,
        body,
        ledger=writing.ledger,
        persona=writing.voice.id,
        scene=scene,
        notes=[note, *limits(brief, scene)],
    )


def _part(writing: Writing) -> str:
    when = writing.scene.when
    return f"They are for one {when.noun} of {when.label}." if when else ""


def forecast_only(writing: Writing) -> Draft:
    """A brief whose only figure is a forecast."""
    said = forecast_sentence(writing)
    body = said or "No figure that may be published is given."
    if said:
        body += " It is an estimate from earlier figures, and the interval is part of it."
    notes = [] if said else ["Every figure given is confidential or rests on too few cases."]
    return draft_of(
        writing.brief, body, ledger=writing.ledger, persona=writing.voice.id, scene=writing.scene, notes=notes
    )
