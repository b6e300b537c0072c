"""The slots of one metric: its value, its base, its change and the verbs for it."""

from cofounder.models.brief import Base
from cofounder.models.figures.words import in_words
from cofounder.models.offline import wording
from cofounder.models.offline.scene import Scene
from cofounder.models.offline.views import View, direction_of, fold, movement, percentable, verbs
from cofounder.models.offline.when import before_of


def put_changed(scene: Scene, prefix: str, view: View) -> None:
    """The slots of one changed metric under a prefix: value, base, change, verbs."""
    base = view.base
    fact, name, key = view.fact, view.name, view.id

    def put(slot: str, text: str | None, item: str | None = None) -> None:
        scene.put(prefix + slot, text, item)

    value = wording.given(fact)
    put("x", value, f"{key}.value")
    briefly = base is not None and all("," not in wording.short(fact, one) for one in (fact.value, base.value))
    put("X", wording.short(fact) if base is None or briefly else value, f"{key}.value")
    put("np", name.phrase.format(x=value), f"{key}.value")
    put("did", name.did.format(x=value), f"{key}.value")
    put("subj", name.subject)
    put("our", name.ours)
    put("label", name.label)
    put("was", "were" if name.plural else "was")
    put("is", "are" if name.plural else "is")
    put("it", "they" if name.plural else "it")
    put("itis", "they're" if name.plural else "it's")
    put("what", name.subject.removeprefix("the "))
    put("has", "have" if name.plural else "has")
    put("many", name.many or None)
    if base is None:
        return
    way = direction_of(fact, base)
    noun = scene.when.noun if scene.when else "period"
    adverb, named = before_of(base, noun)
    put("b", wording.given(fact, base.value), f"{key}.base")
    put("B", wording.short(fact, base.value) if briefly else wording.given(fact, base.value), f"{key}.base")
    put("did0", name.did.format(x=wording.given(fact, base.value)), f"{key}.base")
    usual = adverb == f"the {noun} before"
    put("ago", f"{adverb}|a {noun} earlier|the previous {noun}" if usual and noun not in ("period", "day") else adverb)
    put("before", f"{named}|the previous {noun}" if usual and noun not in ("period", "day") else named)
    way_fold = fold(view, base)
    put("rose", "|".join(verbs(view, base)) if way != "flat" else None)
    if way != "flat" and view.crossing:
        put("rosep", "|".join(verbs(view, base)), f"{key}.change")
        put("climbsp", "|".join(present(verb) for verb in verbs(view, base)), f"{key}.change")
    elif way != "flat":
        size = moved_by(fact.unit, view.change(base)).hedged
        told = way_fold or "|".join(f"{verb} {size}" for verb in verbs(view, base))
        put("rosep", told, f"{key}.change")
        put("climbsp", "|".join(f"{present(verb)} {size}" for verb in verbs(view, base)), f"{key}.change")
        if way_fold:
            put("climbsp", present(way_fold), f"{key}.change")
    else:
        put("climbsp", "holds steady")
    put("updown", {"up": "up", "down": "down", "flat": "level"}[way])
    put("higher", {"up": "higher", "down": "lower", "flat": "level"}[way])
    put("more", {"up": "more", "down": "less", "flat": "the same"}[way])
    put("above", {"up": "above", "down": "below", "flat": "level with"}[way])
    put("moved", {"up": "rose", "down": "fell", "flat": "stood"}[way])
    put("risen", {"up": "risen", "down": "fallen", "flat": "held"}[way])
    put("rise", movement(view, base))
    if way != "flat":
        _change_slots(scene, prefix, view, base)


_PRESENT = {
    "rose": "rises",
    "grew": "grows",
    "fell": "falls",
    "slid": "slides",
    "shot": "shoots",
    "held": "holds",
    "plunged": "plunges",
    "edged": "edges",
    "inched": "inches",
    "eased": "eases",
    "declined": "declines",
    "surged": "surges",
    "tumbled": "tumbles",
    "moved": "moves",
    "doubled": "doubles",
    "tripled": "triples",
    "quadrupled": "quadruples",
    "slipped": "slips",
    "dipped": "dips",
    "dropped": "drops",
}


def present(verb: str) -> str:
    """A past-tense phrase as a headline has it: "nearly doubled" is "nearly doubles"."""
    words = [_PRESENT.get(word) or (word[:-2] + "s" if word.endswith("ed") else word) for word in verb.split(" ")]
    return " ".join(words)


def moved_by(unit: str, change: float) -> wording.Worded:
    return wording.points(change) if unit == "rate" else wording.derived_percent(change)


def overlay_of(scene: Scene, view: View) -> tuple[dict[str, str], dict[str, tuple[str, ...]], set[str]]:
    """The slots of another changed metric as "o.x", what they tell, and how it moved beside the lead."""
    aside = Scene(scene.views, view, when=scene.when)
    put_changed(aside, "o.", view)
    marks = {f"o{view.direction}"}
    lead = scene.lead.direction if scene.lead else None
    if view.direction in ("up", "down") and lead in ("up", "down"):
        marks.add("same" if view.direction == lead else "opp")
    if view.direction in ("up", "down"):
        marks.add("ochg")
    return aside.slots, {name: (item,) for name, item in aside.tells.items()}, marks


def _change_slots(scene: Scene, prefix: str, view: View, base: Base) -> None:
    fact, key, change = view.fact, view.id, view.change()
    if view.crossing:
        return  # no percentage and no share across zero; value and base say it
    if fact.unit == "rate":
        moved = wording.points(change)
        scene.put(f"{prefix}pct", moved.hedged, f"{key}.change")
        bare = moved.text.split(" ")[0]
        scene.put(f"{prefix}pctn", f"{bare}-point", f"{key}.change")
        return
    moved = wording.derived_percent(change)
    scene.put(f"{prefix}pct", moved.hedged, f"{key}.change")
    scene.put(f"{prefix}pctn", moved.text, f"{key}.change")
    if moved.exact:
        scene.put(f"{prefix}pctw", wording.percent_in_words(change), f"{key}.change")
    gap = abs(fact.value - base.value)
    text = wording.money(gap, fact.currency) if fact.unit == "usd" else wording.given(fact, gap)
    scene.put(f"{prefix}gap", text, f"{key}.gap")
    part = gap / max(fact.value, base.value)
    below = round(1 / part) if part else 0
    if fact.unit == "usd" and fact.currency == "USD" and 3 <= below <= 20 and abs(1 / part - below) < 0.02:
        scene.put(f"{prefix}share", f"one dollar in {in_words(below)}", f"{key}.share")


ADJECTIVES = {"day": "Daily", "week": "Weekly", "month": "Monthly", "quarter": "Quarterly", "year": "Annual"}


def lead_slots(scene: Scene, view: View) -> None:
    bare = view.name.subject.removeprefix("the ")
    adjective = ADJECTIVES.get(scene.when.noun if scene.when else "", "")
    flows = view.name.kind in ("money_flow", "count_flow", "spend") and "monthly" not in bare
    scene.put("headsubj", f"{adjective.lower()} {bare}" if adjective and flows else bare)
    put_changed(scene, "", view)
    scene.marks.add(view.direction or "level")
    if view.direction in ("up", "down"):
        scene.marks.add("chg")
        scene.required |= {f"{view.id}.value", f"{view.id}.base"}
        if not view.crossing:
            scene.required.add(f"{view.id}.change")
        size = 1.0 if view.crossing else abs(view.change())
        scene.marks.add("big" if size >= 0.12 else "small" if size < 0.05 else "medium")
    elif view.direction == "flat":
        scene.required |= {f"{view.id}.value", f"{view.id}.base"}
    else:
        scene.required.add(f"{view.id}.value")
    scene.marks.add(view.name.kind)
    scene.marks.add("series" if len(view.fact.series) >= 6 else "noseries")
    if any({view.direction, other.direction} == {"up", "down"} for other in scene.views):
        scene.marks.add("opp2")
    if view.target is not None:
        _target(scene, view, view.target)
    if view.name.inverse:
        scene.marks.add("inverse")
    if view.second is not None and view.second.kind == "year_earlier" and percentable(view.fact, view.second):
        _second_base(scene, view, view.second)
    if view.record:
        scene.put("record", view.record, f"{view.id}.record")
        scene.put("record1", {"highest": "higher", "lowest": "lower"}[view.record], f"{view.id}.record")
        scene.put("window", str(len(view.fact.series) + 1))
    if view.fact.period is not None and view.fact.period.provisional:
        scene.marks.add("provisional")


def _target(scene: Scene, view: View, base: Base) -> None:
    """A target is a mark to compare with, never a value that something rose from."""
    way = direction_of(view.fact, base)
    moved = moved_by(view.fact.unit, view.change(base))
    scene.put("tb", wording.given(view.fact, base.value), f"{view.id}.target")
    scene.put("tname", base.label if base.label.lower().startswith(("the ", "our ")) else f"the {base.label}")
    scene.put("tpct", moved.hedged if way != "flat" else "", f"{view.id}.target")
    scene.put("tabove", {"up": "above", "down": "below", "flat": "on"}[way])
    scene.required.add(f"{view.id}.target")


def _second_base(scene: Scene, view: View, base: Base) -> None:
    change = view.change(base)
    way = direction_of(view.fact, base)
    adverb, named = before_of(base, scene.when.noun if scene.when else "period")
    moved = moved_by(view.fact.unit, change)
    if way == "flat":
        return
    scene.put("ypct", moved.hedged, f"{view.id}.change2")
    scene.put("yb", wording.given(view.fact, base.value), f"{view.id}.base2")
    scene.put("yago", adverb)
    scene.put("ybefore", named)
    scene.put("yupdown", way)
    scene.put("yabove", "above" if way == "up" else "below")
    scene.marks.add("ysame" if way == view.direction else "yopp")
