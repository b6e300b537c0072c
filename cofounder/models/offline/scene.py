"""The scene of one text: every slot a clause may use, and which item of knowledge each slot tells."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cofounder.models.brief import Base, Brief, Period
from cofounder.models.figures.deriving import RATE_OF, ratio_of
from cofounder.models.figures.words import in_words
from cofounder.models.offline import wording
from cofounder.models.offline.metrics import singular
from cofounder.models.offline.views import View, direction_of, fold, movement, verbs, views_of, without_base

_GRAIN_FROM_ID = (("month", "month"), ("quarter", "quarter"), ("week", "week"), ("year", "year"), ("daily", "day"))


@dataclass
class Scene:
    """What can be said. `slots`: name -> text; `tells`: name -> item key; `marks`: conditions that hold."""

    views: list[View]
    lead: View | None
    slots: dict[str, str] = field(default_factory=dict)
    tells: dict[str, str] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)  # slots that tell several items
    marks: set[str] = field(default_factory=set)
    others: list[View] = field(default_factory=list)  # with a change, after the lead
    levels: list[View] = field(default_factory=list)  # without one
    required: set[str] = field(default_factory=set)  # items that a full text must tell
    when: "When | None" = None

    def put(self, name: str, text: str | None, item: str | None = None) -> None:
        """Adds a slot; an absent text adds nothing, so that clauses needing it are not chosen."""
        if text is None:
            return
        self.slots[name] = text
        if item is not None:
            self.tells[name] = item


@dataclass(frozen=True)
class When:
    """How sentences name the period: in full once, then shortly."""

    full: tuple[str, ...]  # adverbials: "in Q4 2025"
    short: tuple[str, ...]
    noun: str  # "month"
    label: str  # "Q4 2025"
    part: bool  # the figures cover a part of what was asked for


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
    scene.put("period", scene.when.label or None, "when")
    scene.put("monthly", _ADJECTIVES.get(scene.when.noun, "such").lower())
    scene.put("co", brief.company or "the company")
    values = len(views) + sum(1 for view in views if view.base is not None)
    scene.put("count", str(values))
    scene.put("ncount", in_words(values) if values < 13 else str(values))
    if scene.when.part:
        scene.marks.add("part")
    if first is not None:
        _lead_slots(scene, first)
        _stock_slots(scene, first)
    _funnel_slots(scene)
    _spend_slots(scene)
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


def when_of(brief: Brief, lead: View | None) -> When:
    """The period of the lead's figures, and whether it is only a part of the period asked about."""
    own = lead.fact.period if lead else None
    asked = brief.period
    noun = _noun(own, lead, asked)
    if own is not None and asked is not None and not _same(own, asked) and _within(own, asked):
        place = "last" if own.end == asked.end else "first" if own.start == asked.start else "middle"
        named = _adverbial(own.label)
        if own.grain == "month" and asked.grain == "quarter" and own.label[:1].isupper():
            short = own.label.split(" ")[0]
            whole = (f"in {short}, the {place} month of {asked.label}", f"in {short}, one month of {asked.label}")
            return When(whole, (f"in {short}", f"that {noun}"), noun, asked.label, True)
        return When((f"{named}, part of {asked.label}",), (named,), noun, asked.label, True)
    if own is not None:
        named = _adverbial(own.label)
        again = "on the day" if noun == "day" else f"in the {noun}"
        return When((named,), (named if named.startswith("this") else again,), noun, own.label, False)
    if asked is not None and noun and noun != asked.grain and noun != "period":
        parts = (f"this {noun}, in {asked.label}", f"in one {noun} of {asked.label}", f"in a {noun} of {asked.label}")
        return When(parts, (f"this {noun}",), noun, asked.label, True)
    if asked is not None:
        named = _adverbial(asked.label)
        return When((named,), (named if named.startswith("this") else f"in the {noun}",), noun, asked.label, False)
    if noun != "period":
        return When((f"this {noun}",), (f"this {noun}",), noun, "", False)
    return When(("",), ("",), "period", "", False)


def _noun(own: Period | None, lead: View | None, asked: Period | None) -> str:
    if own is not None:
        return own.grain if own.grain != "range" else "period"
    if lead is not None:
        label = f"{lead.id} {lead.base.label if lead.base else ''}".lower()
        for mark, grain in _GRAIN_FROM_ID:
            if mark in label:
                return grain
    if asked is not None:
        return asked.grain if asked.grain != "range" else "period"
    return "period"


def _same(one: Period, other: Period) -> bool:
    return (one.start, one.end) == (other.start, other.end)


def _within(one: Period, other: Period) -> bool:
    return other.start <= one.start and one.end <= other.end


def _adverbial(label: str) -> str:
    first = label.split(" ")[0].lower()
    if first in ("this", "last", "the", "today", "yesterday", "since", "in", "on", "from"):
        return label if first != "the" else f"in {label}"
    return f"on {label}" if label[:4].isdigit() and label.count("-") == 2 else f"in {label}"


def before_of(base: Base, noun: str) -> tuple[str, str]:
    """A base as an adverbial and as a noun phrase: ("in Q3 2025", "Q3 2025"), ("the month before", ...)."""
    label = base.label.strip() or f"the {noun} before"
    if base.kind == "target":
        return "", label if label.startswith("the ") else f"the {label}" if label.islower() else label
    low = label.lower()
    if low.startswith(("the same ", "the year", "a year", "one year")) and "before" not in low and "earlier" not in low:
        return f"in {label}", label
    if low.startswith(("the ", "a ", "one ", "last ", "previous")):
        if low.startswith("previous"):
            label = f"the {label}"
        if low == "the period before" and noun not in ("period", "range"):
            label = f"the {noun} before"
        return label, label
    return f"in {label}", label


def put_changed(scene: Scene, prefix: str, view: View) -> None:
    """The slots of one changed metric under a prefix: value, base, change, verbs."""
    base = view.base
    fact, name, key = view.fact, view.name, view.id

    def put(slot: str, text: str | None, item: str | None = None) -> None:
        scene.put(prefix + slot, text, item)

    value = wording.given(fact)
    put("x", value, f"{key}.value")
    put("X", wording.short(fact), f"{key}.value")
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
    put("B", wording.short(fact, base.value), f"{key}.base")
    put("did0", name.did.format(x=wording.given(fact, base.value)), f"{key}.base")
    put("ago", adverb)
    put("before", named)
    way_fold = fold(view, base)
    if way != "flat":
        size = _moved(fact.unit, view.change(base)).hedged
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


def _moved(unit: str, change: float) -> wording.Worded:
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


_ADJECTIVES = {"day": "Daily", "week": "Weekly", "month": "Monthly", "quarter": "Quarterly", "year": "Annual"}


def _lead_slots(scene: Scene, view: View) -> None:
    bare = view.name.subject.removeprefix("the ")
    adjective = _ADJECTIVES.get(scene.when.noun if scene.when else "", "")
    flows = view.name.kind in ("money_flow", "count_flow", "spend") and "monthly" not in bare
    scene.put("headsubj", f"{adjective.lower()} {bare}" if adjective and flows else bare)
    put_changed(scene, "", view)
    scene.marks.add(view.direction or "level")
    if view.direction in ("up", "down"):
        scene.marks.add("chg")
        scene.required |= {f"{view.id}.value", f"{view.id}.base", f"{view.id}.change"}
        size = abs(view.change())
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
    if view.second is not None:
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
    moved = _moved(view.fact.unit, view.change(base))
    scene.put("tb", wording.given(view.fact, base.value), f"{view.id}.target")
    scene.put("tname", base.label if base.label.lower().startswith(("the ", "our ")) else f"the {base.label}")
    scene.put("tpct", moved.hedged if way != "flat" else "", f"{view.id}.target")
    scene.put("tabove", {"up": "above", "down": "below", "flat": "on"}[way])
    scene.required.add(f"{view.id}.target")


def _second_base(scene: Scene, view: View, base: Base) -> None:
    change = view.change(base)
    way = direction_of(view.fact, base)
    adverb, named = before_of(base, scene.when.noun if scene.when else "period")
    moved = _moved(view.fact.unit, change)
    if way == "flat":
        return
    scene.put("ypct", moved.hedged, f"{view.id}.change2")
    scene.put("yb", wording.given(view.fact, base.value), f"{view.id}.base2")
    scene.put("yago", adverb)
    scene.put("ybefore", named)
    scene.put("yupdown", way)
    scene.put("yabove", "above" if way == "up" else "below")
    scene.marks.add("ysame" if way == view.direction else "yopp")


def _stock_slots(scene: Scene, lead: View) -> None:
    """Something counted (customers, users) beside the lead's money, and the money per head."""
    stocks = [view for view in scene.views if view.name.kind == "stock" and view is not lead and view.fact.value >= 2]
    if not stocks:
        return
    stock = stocks[0]
    scene.put("s", wording.given(stock.fact), f"{stock.id}.value")
    scene.put("snoun", stock.name.many)
    scene.put("sone", stock.name.one)
    if lead.name.kind != "money_flow":
        return
    each = ratio_of(lead.fact, stock.fact)
    if each is None:
        return
    amount = wording.derived_money(each.value, lead.fact.currency)
    scene.put("per", amount.hedged, f"{lead.id}/{stock.id}")
    scene.put("peru", wording.derived_money(each.value, lead.fact.currency, fine=True).text, f"{lead.id}/{stock.id}")


_ONE_OF = {
    "conversions": "conversion",
    "bounces": "bounce",
    "opens": "open",
    "clicks": "click",
    "engagements": "engagement",
    "customers lost": "lost customer",
}


def _funnel_slots(scene: Scene) -> None:
    """A rate and the count it is taken of: the product, what is left, one in n, the value of a point."""
    for rate in scene.views:
        if rate.fact.metric not in RATE_OF or rate.fact.unit != "rate" or not 0 < rate.fact.value < 0.6:
            continue
        for whole in scene.views:
            if whole.fact.metric not in RATE_OF[rate.fact.metric][0] or whole.fact.unit != "count":
                continue
            if whole.fact.value < 100 or whole.name.kind == "stock":
                continue
            if rate.fact.period and whole.fact.period and not _same(rate.fact.period, whole.fact.period):
                continue
            _put_funnel(scene, rate, whole)
            return


def _put_funnel(scene: Scene, rate: View, whole: View) -> None:
    key = f"{rate.id}*{whole.id}"
    made = rate.fact.value * whole.fact.value
    noun = RATE_OF[rate.fact.metric][1]
    counted = wording.derived_count(made)
    left = wording.derived_count(whole.fact.value - made)
    scene.put("v", wording.given(whole.fact), f"{whole.id}.value")
    scene.put("vnoun", whole.name.many or "visits")
    scene.put("vone", whole.name.one or singular(whole.name.many or "visits"))
    scene.put("r", wording.given(rate.fact), f"{rate.id}.value")
    scene.put("rnoun", rate.name.subject.removeprefix("the "))
    scene.put("c", counted.hedged, f"{key}.made")
    scene.put("cn", counted.text, f"{key}.made")
    scene.put("cnoun", noun)
    scene.put("cone", _ONE_OF.get(noun, singular(noun)))
    scene.put("rest", left.hedged, f"{key}.rest")
    scene.put("restpct", wording.derived_percent(1 - rate.fact.value).text, f"{key}.restpct")
    one_in = 1 / rate.fact.value
    if one_in >= 3 and abs(one_in - round(one_in)) / one_in < 0.03:
        exact = abs(one_in - round(one_in)) < 1e-6
        scene.put("nth", f"{round(one_in):,}", f"{key}.nth")
        scene.put("abt", "" if exact else "about")
    point = wording.derived_count(whole.fact.value * 0.01)
    scene.put("point", point.hedged, f"{key}.point")
    scene.marks.add("funnel")
    lead = scene.lead
    if lead is None or lead.name.kind != "money_flow":
        return
    per_visit = ratio_of(lead.fact, whole.fact)
    if per_visit is not None and per_visit.value >= 0.02:
        amount = wording.derived_money(per_visit.value, lead.fact.currency)
        scene.put("ppv", amount.hedged, f"{lead.id}/{whole.id}")
        scene.put(
            "ppvu", wording.derived_money(per_visit.value, lead.fact.currency, fine=True).text, f"{lead.id}/{whole.id}"
        )
        if amount.exact and lead.fact.currency == "USD":
            scene.put("ppvw", wording.cents_in_words(per_visit.value), f"{lead.id}/{whole.id}")
    if made:
        each = lead.fact.value / made
        amount = wording.derived_money(each, lead.fact.currency)
        scene.put("ppc", amount.hedged, f"{lead.id}/{key}")
        scene.put("ppcu", wording.derived_money(each, lead.fact.currency, fine=True).text, f"{lead.id}/{key}")
    stocks = [view for view in scene.views if view.name.kind == "stock"]
    if stocks and made > 2 * stocks[0].fact.value > 0:
        times = wording.derived_count(made / stocks[0].fact.value)
        scene.put("cps", times.hedged, f"{key}/{stocks[0].id}")


def _spend_slots(scene: Scene) -> None:
    """Marketing spend beside revenue, and a customer's value beside the cost of winning one."""
    by_metric = {view.fact.metric: view for view in scene.views}
    spend, lead = by_metric.get("marketing_spend"), scene.lead
    if (
        spend is not None
        and lead is not None
        and lead.fact.metric == "revenue"
        and 0 < spend.fact.value < lead.fact.value
    ):
        part = wording.derived_percent(spend.fact.value / lead.fact.value)
        scene.put("m", wording.given(spend.fact), f"{spend.id}.value")
        scene.put("mpct", part.hedged, f"{spend.id}/{lead.id}")
    cost = by_metric.get("acquisition_cost") or by_metric.get("customer_acquisition_cost")
    life = by_metric.get("lifetime_value") or by_metric.get("customer_lifetime_value")
    if cost is not None and life is not None and 0 < cost.fact.value * 1.5 < life.fact.value:
        times = wording.derived_count(life.fact.value / cost.fact.value)
        scene.put("cac", wording.given(cost.fact), f"{cost.id}.value")
        scene.put("ltv", wording.given(life.fact), f"{life.id}.value")
        scene.put("ltvx", times.hedged, f"{life.id}/{cost.id}")


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
    first = f"{lead.name.subject.removeprefix('the ')} {wording.given(lead.fact)}"
    if scene.when is not None and scene.when.part:
        first += f" {scene.when.short[0]}"
    if lead.base is not None:
        adverb, named = before_of(lead.base, noun)
        first += f", {wording.given(lead.fact, lead.base.value)} {adverb or f'as {named}'}"
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
    scene.put("inputs", "|".join("; ".join([first, *one]) for one in turns))
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
