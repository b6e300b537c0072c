"""Builds the scene of a brief: the views, the lead, every slot and mark, what must be told."""

from collections.abc import Iterable

from cofounder.models.brief import Brief
from cofounder.models.figures.words import in_words
from cofounder.models.offline import wording
from cofounder.models.offline.pairing import funnel_slots, spend_slots, stock_slots
from cofounder.models.offline.scene import Scene
from cofounder.models.offline.slots import ADJECTIVES, lead_slots
from cofounder.models.offline.views import View, views_of, without_base
from cofounder.models.offline.when import before_of, when_of


def scene_of(brief: Brief, *, lead: str | None = None) -> Scene:
    """The scene for a brief; `lead` puts another metric first. A slot may hold alternatives, split by "|"."""
    views = views_of(brief)
    first = next((view for view in views if view.id == lead), None) or _lead(views)
    rest = [view for view in views if view is not first]
    scene = Scene(views, first)
    scene.others = [view for view in rest if view.base is not None]
    scene.levels = [view for view in rest if view.base is None]
    scene.when = when_of(brief, first)
    scene.put("month", scene.when.noun)
    scene.put("Q", scene.when.label or None, "when")
    whole = scene.when.label or None
    scene.put("period", f"one {scene.when.noun} of {whole}" if whole and scene.when.part else whole, "when")
    scene.put("monthly", ADJECTIVES.get(scene.when.noun, "such").lower())
    scene.put("co", brief.company or "the company")
    values = len(views) + sum(1 for view in views if view.base is not None)
    scene.put("count", str(values))
    scene.put("ncount", in_words(values) if values < 13 else str(values))
    if values > 1:
        scene.marks.add("plural")  # values, a base beside its own included; "many" is of metrics
    if scene.when.part:
        scene.marks.add("part")
    if first is not None:
        lead_slots(scene, first)
        stock_slots(scene, first)
    funnel_slots(scene)
    spend_slots(scene)
    _limits(scene, brief)
    scene.marks.add(f"n{min(len(views), 4)}")
    if len(views) > 1:
        scene.marks.add("many")
    return scene


def _lead(views: list[View]) -> View | None:
    changed = [view for view in views if view.base is not None]
    if changed and (not views or changed[0].salience >= views[0].salience - 3):
        return changed[0]
    return views[0] if views else None


def _limits(scene: Scene, brief: Brief) -> None:
    caused = {fact.cause_of for fact in brief.facts if fact.kind == "cause"}
    lead = scene.lead
    if lead is not None and lead.id not in caused and lead.direction in ("up", "down"):
        scene.marks.add("nocause")
    if lead is not None and not any(base.kind == "year_earlier" for base in lead.bases):
        scene.marks.add("noyear")
    bare = without_base([view for view in scene.views if view is not lead])
    names = _distinct(_bare_name(view) for view in bare)
    if scene.slots.keys() & {"per", "c", "ppv", "ltvx", "mpct"} or "chg" in scene.marks:
        scene.marks.add("derives")
    if names:
        scene.put("nobase", _turned(names, "or"), "nobases")
        scene.put("nobaseand", _turned(names, "and"), "nobases")
        scene.marks.add("nobases" if len(names) > 1 else "nobase1")
    _input_slots(scene)
    picks = _distinct(_bare_name(view) for view in scene.views)
    if len(picks) >= 2:
        scene.put("picks2", wording.listed(picks[:3]))
        scene.put("pick", f"{picks[0]} or {picks[1]}")
        scene.put("picks", wording.listed(picks[:3], "or"))
    for fact in brief.facts:
        if fact.kind == "cause" and lead is not None and fact.cause_of in (lead.id, None):
            scene.put("cause", fact.noun.strip().rstrip("."), f"{fact.id}.cause")
    _forecast(scene, brief)


def _turned(names: list[str], last: str) -> str:
    """The first three names in each of their turns, as alternatives."""
    kept = names[:3]
    return "|".join(wording.listed([*kept[at:], *kept[:at]], last) for at in range(len(kept)))


def _input_slots(scene: Scene) -> None:
    """The given values as an analyst lists them: the lead with its base, the levels, what moved by name only."""
    lead = scene.lead
    if lead is None:
        return
    noun = scene.when.noun if scene.when else "period"
    bare = lead.name.subject.removeprefix("the ")
    now = wording.given(lead.fact)
    if scene.when is not None and scene.when.part:
        now += f" {scene.when.short[0]}"
    firsts = [f"{bare} {now}"]
    if lead.base is not None:
        adverb, named = before_of(lead.base, noun)
        then = f"{wording.given(lead.fact, lead.base.value)} {adverb or f'as {named}'}"
        firsts = [f"{bare} {now}, {then}", f"{bare} {then}, {now}", f"{bare} {now} against {then}"]
    rest = [
        view.name.phrase.format(x=wording.given(view.fact))
        if view.name.many
        else f"{view.name.subject.removeprefix('the ')} {wording.given(view.fact)}"
        for view in scene.levels
    ]
    moved = []
    for view in scene.others:
        assert view.base is not None
        old = wording.given(view.fact, view.base.value)
        moved.append(f"{_plain_name(view)} {wording.given(view.fact)} ({old})")
    items = [f"{view.id}.value" for view in [lead, *scene.levels]]
    other = [f"{view.id}.{part}" for view in scene.others for part in ("value", "base")]
    if lead.base is not None:
        items.append(f"{lead.id}.base")
    after = [*moved, *rest]
    turns = [[*after[at:], *after[:at]] for at in range(len(after))] or [[]]
    turns += [turn[::-1] for turn in turns]
    scene.put("inputs", "|".join("; ".join([first, *one]) for first in firsts for one in turns))
    scene.groups["inputs"] = (*items, *other)
    if after:
        scene.put("alsoinputs", "|".join("; ".join(one) for one in turns))
        scene.groups["alsoinputs"] = tuple(f"{view.id}.value" for view in scene.levels) + tuple(other)
    if moved:
        scene.marks.add("brackets")


def _plain_name(view: View) -> str:
    return view.name.many or view.name.subject.removeprefix("the ")


def _forecast(scene: Scene, brief: Brief) -> None:
    for fact in brief.facts:
        if fact.kind == "forecast" and not fact.confidential:
            scene.put("fx", wording.given(fact), f"{fact.id}.value")
            scene.put("fnoun", fact.noun)
            if fact.low is not None and fact.high is not None:
                scene.put("flow", wording.given(fact, fact.low), f"{fact.id}.low")
                scene.put("fhigh", wording.given(fact, fact.high), f"{fact.id}.high")
            if fact.level is not None:
                scene.put("flevel", wording.percent(fact.level), f"{fact.id}.level")
            if fact.period is not None:
                scene.put("fwhen", fact.period.label)
            scene.required.add(f"{fact.id}.value")
            return


def _bare_name(view: View) -> str:
    return view.name.many or view.name.subject.removeprefix("the ")


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
