"""What the company's figures were at a time: the request's own where given, else the newest stored ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business import doubled, metrics, periods, timeline, wording
from cofounder.business.catalogue import KNOWN, canonical, metric
from cofounder.business.records import service as records
from cofounder.business.timeline import Point, Reading, Timeline
from cofounder.models.brief import Base, BaseKind, Fact, Period

_PRESENT = 0.9  # share of a month's days that must be there for its sum to stand
_DIFFERS = 0.01
_GROWTH = ("growth_rate", "growth")
_ORDER = {name: place for place, name in enumerate(KNOWN)}


@dataclass(frozen=True)
class State:
    """Facts for a text, the state in the names of an example, and in sentences what is missing or at odds."""

    facts: list[Fact]
    state: dict[str, Any]
    missing: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    period: Period | None = None  # the asked one, else the newest finished month
    source: str = "stored"  # "request", "stored", "none"


async def load(session: AsyncSession, *, as_of: datetime) -> dict[str, list[Point]]:
    """Every stored figure known at `as_of`, by canonical metric; financial rows win over web analytics.

    One that web analytics says otherwise has both (`Point.against`).
    """
    found: dict[str, dict[tuple[date, date], Point]] = {}
    for row in await records.financial_rows(session, None, as_of):
        span = (row.period_start, row.period_end)
        name = canonical(row.metric_type)
        currency = (
            row.currency if metric(name).unit == "usd" else None
        ) or "USD"  # a file's currency says nothing about its counts
        found.setdefault(name, {})[span] = Point(*span, float(row.metric_value), "financial_metrics", currency)
    for name, point in web_points(await records.web_days(session, as_of), as_of.date()):
        own, span = found.setdefault(name, {}), (point.start, point.end)
        own[span] = doubled.beside(own[span], point) if span in own else point
    return {name: sorted(points.values(), key=lambda p: (p.end, p.start)) for name, points in found.items()}


def web_points(days: Sequence[tuple[date, int | None, int | None, int | None]], today: date) -> list[tuple[str, Point]]:
    """(metric, point) for each day of visits and conversions, and for each month whose days are nearly all there.

    Which days of a month that is over are not there makes no difference; the point says how many.
    """
    found: list[tuple[str, Point]] = []
    for name, column in (("traffic", 1), ("conversions", 3)):
        by_month: dict[date, list[tuple[date, int]]] = {}
        for row in days:
            value = row[column]
            if isinstance(value, int):
                found.append((name, Point(row[0], row[0], value, "web_analytics")))
                by_month.setdefault(row[0].replace(day=1), []).append((row[0], value))
        newest = days[-1][0] if days else None
        for first, seen in by_month.items():
            whole = periods.month(first)
            over = whole.end < today or (newest is not None and newest >= whole.end)
            if over and len(seen) >= _PRESENT * periods.days(whole):
                total, lacking = sum(value for _, value in seen), periods.days(whole) - len(seen)
                found.append((name, Point(whole.start, whole.end, total, "web_analytics", lacking=lacking)))
    return found


async def business_state(
    session: AsyncSession,
    *,
    as_of: datetime,
    period: Period | None = None,
    given: Mapping[str, Any] | None = None,
    wanted: Sequence[str] = (),
    asked: Sequence[str] = (),
    compare_with: BaseKind | None = None,
) -> State:
    """The company's figures as known at `as_of`.

    Figures `given` with the request win and are then the only ones; where a stored figure of the same month differs,
    that is a conflict, in words. Without them: the stored figures of `period`, else of the newest finished month,
    all of them or the `wanted` ones; `asked` marks those that the request names. Raises MetricInvalid.
    """
    stored = await load(session, as_of=as_of)
    if given:
        told = metrics.read_given(given, as_of=as_of.date(), period=period, asked=tuple(asked))
        conflicts = [*told.conflicts, *_at_odds(told.facts, stored)]
        missing = _not_given(told.facts, asked)
        return State(told.facts, told.state, missing, conflicts, told.notes, period, "request")
    newest = timeline.newest_month(stored, as_of.date())
    named = _named(wanted, asked)
    over = period or (timeline.newest_month(stored, as_of.date(), named) if named else None) or newest
    if over is None:
        return State([], {}, ["No figures are stored yet: import some or send business_metrics."], source="none")
    facts, missing = facts_of(stored, over, as_of=as_of.date(), wanted=wanted, asked=asked, compare_with=compare_with)
    state = state_of(stored, newest) if newest is not None else {}
    whole = over.model_copy(update={"provisional": over.end > as_of.date() or any(_partial(f, over) for f in facts)})
    notes = [
        *([] if period else _newer(stored, facts, over, as_of.date())),
        *_coverage(facts, over),
        *_lacking(stored, facts),
        *(wording.apart(fact) for fact in facts if fact.not_compared),
    ]
    return State(facts, state, missing, doubled.told(stored, facts), notes, whole, "stored")


def _named(*lists: Sequence[str]) -> list[str]:
    """The figures that are named; growth is none of its own."""
    names = dict.fromkeys(canonical(name) for names in lists for name in names)
    return [name for name in names if name not in _GROWTH]


def _newer(stored: Timeline, facts: Sequence[Fact], over: Period, today: date) -> list[str]:
    """One sentence per later month that some of the figures have and the month that is told has not."""
    nouns: dict[date, list[str]] = {}
    for name in dict.fromkeys((*(fact.metric for fact in facts), *stored)):
        end = timeline.newest_end(stored, name, today)
        if end is not None and end > over.end and not name.startswith("target_"):
            nouns.setdefault(end, []).append(metric(name).noun)
    return [
        f"These are the figures of {over.label}; of {periods.month(end).label} only {_listed(each)} "
        f"{'is' if len(each) == 1 and wording.was(each[0]) == 'was' else 'are'} stored."
        for end, each in sorted(nouns.items())
    ]


def facts_of(
    stored: Timeline,
    over: Period,
    *,
    as_of: date,
    wanted: Sequence[str] = (),
    asked: Sequence[str] = (),
    compare_with: BaseKind | None = None,
) -> tuple[list[Fact], list[str]]:
    """Facts of a period with base and series, in the catalogue's order, and a sentence for each that is missing."""
    named = list(dict.fromkeys(canonical(name) for name in (*wanted, *asked)))
    names = _named(named)
    if len(names) < len(named) or not names:  # growth is no figure of its own: it is every figure beside its base
        names += sorted(_all_names(stored) - set(names), key=lambda name: _ORDER.get(name, len(_ORDER)))
    stressed = {"revenue" if canonical(name) in _GROWTH else canonical(name) for name in asked}
    kinds = (compare_with,) if compare_with else preferred_bases(stored, names, over)
    facts, missing = [], []
    for name in names:
        reading = timeline.read(stored, name, over)
        if reading is None:
            sentence = _why_missing(stored, name, over)
            if name in named or stored.get(name) or timeline.beyond(stored, name, over):
                missing.append(sentence)
            continue
        facts.append(_fact(stored, name, over, reading, as_of, name in stressed, kinds))
    return facts, missing


def _all_names(stored: Timeline) -> set[str]:
    """What is stored and the ratios that can be made of it."""
    made = {m.name for m in KNOWN.values() if m.top is not None and m.below is not None}
    held = {name for name in stored if stored[name] and not name.startswith("target_")}
    return held - set(_GROWTH) | {name for name in made if metric(name).top in stored}


def _fact(
    stored: Timeline, name: str, over: Period, reading: Reading, as_of: date, asked: bool, kinds: Sequence[BaseKind]
) -> Fact:
    known, covered = metric(name), reading.covered
    values = timeline.series(stored, name, over, covered)
    base, apart = base_of(stored, name, over, reading, kinds)
    return Fact(
        id=name,
        metric=name,
        noun=known.noun,
        value=reading.value,
        unit=known.unit,
        currency=reading.currency,
        period=covered.model_copy(update={"provisional": covered.end > as_of}),
        base=base,
        not_compared=apart,
        series=values,
        source=reading.source,
        n=reading.n,
        asked=asked,
    )


def preferred_bases(stored: Timeline, names: Sequence[str], over: Period) -> tuple[BaseKind, ...]:
    """Target first; then a year before where the lead metric is seasonal, else the period before. One for all facts."""
    lead = "revenue" if "revenue" in names else next((name for name in names if metric(name).adds == "flow"), None)
    if lead is not None and over.grain in ("month", "quarter"):
        months = [p for p in stored.get(lead, ()) if p.end <= over.end and periods.grain_of(p.start, p.end) == "month"]
        if timeline.is_seasonal([p.value for p in timeline.one_currency(months)]):
            return ("target", "year_earlier", "previous")
    return ("target", "previous", "year_earlier")


def base_of(
    stored: Timeline, name: str, over: Period, now: Reading, kinds: Sequence[BaseKind]
) -> tuple[Base | None, str | None]:
    """The first of these comparisons that is stored in the same currency; else why one that is stored is none."""
    covered, apart = now.covered, None
    for each in kinds:
        before = covered if each == "target" else periods.year_earlier(covered)
        if each == "previous":
            before = periods.like(over, covered, 1)
        kept = f"target_{name}" if each == "target" else name
        found = timeline.read_whole(stored, kept, before)
        own = "the target" if each == "target" else before.label
        label = periods.base_label(covered, each) if each == "previous" else own
        if found is not None and found.currency == now.currency:
            return Base(value=found.value, kind=each, label=label, period=before), None
        apart = apart or timeline.in_others(stored, kept, before, now.currency, own)
    return None, apart


def _partial(fact: Fact, over: Period) -> bool:
    return fact.period is not None and (fact.period.start, fact.period.end) != (over.start, over.end)


def _coverage(facts: Sequence[Fact], over: Period) -> list[str]:
    """One sentence per part of the period that figures cover instead of the whole."""
    parts: dict[str, list[str]] = {}
    for fact in facts:
        if fact.period is not None and _partial(fact, over):
            parts.setdefault(fact.period.label, []).append(fact.noun)
    if len(parts) == 1 and len(next(iter(parts.values()))) == len(facts):
        return [f"{over.label} is not complete: these are the figures of {next(iter(parts))} only."]
    return [f"{over.label} is not complete for {_listed(nouns)}: {label} only." for label, nouns in parts.items()]


def _lacking(stored: Timeline, facts: Sequence[Fact]) -> list[str]:
    """One sentence per figure, of a period told or compared with, whose sum lacks days."""
    told = []
    for fact in facts:
        for over in (fact.period, fact.base.period if fact.base and fact.base.kind != "target" else None):
            held = None if over is None else timeline.read_whole(stored, fact.metric, over)
            if held is not None and held.lacking:
                told.append(wording.lacks(fact.noun, held.covered, held.lacking))
    return told


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _why_missing(stored: Timeline, name: str, over: Period) -> str:
    """Why a period has no value of a metric, in words."""
    known = metric(name)
    points = stored.get(name, ()) or stored.get(known.top or "", ())  # a ratio that is made of what is stored
    if not points:
        return f"No figure for {known.noun} is stored."
    if impossible := timeline.beyond(stored, name, over):
        top, below = impossible
        parts = (
            f"{metric(known.top or '').noun} {top.value:,.10g}, {metric(known.below or '').noun} {below.value:,.10g}"
        )
        value = f"{100 * top.value / below.value:,.4g}%"
        return f"The {known.noun} {wording.within(over)} would be {value}, which it cannot be: {parts}."
    inside = [p for p in points if over.start <= p.start and p.end <= over.end]
    if len(inside) > 1 and known.adds in ("ratio", "unknown"):
        return f"{wording.capital(known.noun)} is stored by shorter periods, and {over.label} cannot be made of them."
    held = timeline.currencies(stored, name, over)
    if len(held) > 1:
        return (
            f"{wording.capital(known.noun)} {wording.within(over)} is stored in {_listed(held)}, which do not add up."
        )
    newest = max(points, key=lambda p: p.end)
    newest_label = periods.label(newest.start, newest.end)
    return f"No figure for {known.noun} {wording.within(over)} is stored; the newest is that of {newest_label}."


def _not_given(facts: Sequence[Fact], asked: Sequence[str]) -> list[str]:
    held = {fact.metric for fact in facts}
    names = [name for name in dict.fromkeys(map(canonical, asked)) if name not in held and name not in _GROWTH]
    return [f"No figure for {metric(name).noun} is given." for name in names]


def _at_odds(facts: Sequence[Fact], stored: Timeline) -> list[str]:
    """Stored figures of the same month that say something else than the request's, in words."""
    found = []
    for fact in facts:
        pairs = [(fact.value, fact.period)]
        if fact.base is not None and fact.base.kind != "target":
            pairs.append((fact.base.value, fact.base.period))
        for value, period in pairs:
            held = None if period is None else timeline.read_whole(stored, fact.metric, period)
            if held is None or period is None or _alike(value, held, fact):
                continue
            month = periods.label(period.start, period.end)
            found.append(
                f"The request says {metric(fact.metric).noun} was {shown(value, fact)} in {month}; "
                f"{shown(held.value, fact.model_copy(update={'currency': held.currency}))} is stored. "
                "The request's figure is used."
            )
    return found


def _alike(value: float, held: Reading, fact: Fact) -> bool:
    near = abs(held.value - value) <= _DIFFERS * max(abs(value), abs(held.value))
    return near and (fact.unit != "usd" or held.currency == fact.currency)


def shown(value: float, fact: Fact) -> str:
    """A figure as a sentence writes it: $150,000, 4.5%, 320."""
    if fact.unit == "usd":
        return metrics.money(value, fact.currency)
    if fact.unit == "rate":
        return f"{round(value * 100, 2):g}%"
    return f"{value:,.0f}" if abs(value - round(value)) < 1e-9 else f"{value:,.2f}"


def state_of(stored: Timeline, month: Period) -> dict[str, Any]:
    """A month's values in the names of a business state, with the revenue before and its growth.

    `currencies` names the figures that are not in dollars; a revenue before in another currency is none.
    """
    state: dict[str, Any] = {}
    others: dict[str, str] = {}
    revenue = timeline.read_whole(stored, "revenue", month)
    for name in sorted(_all_names(stored), key=lambda each: _ORDER.get(each, len(_ORDER))):
        reading = timeline.read_whole(stored, name, month)
        if reading is not None:
            state[metric(name).state] = round(reading.value, 6)
            if reading.currency != "USD":
                others[metric(name).state] = reading.currency
    before = timeline.read_whole(stored, "revenue", periods.previous(month))
    if before is not None and revenue is not None and before.currency == revenue.currency:
        state["previous_revenue"] = before.value
        if before.value > 0:
            state["growth_rate"] = round(revenue.value / before.value - 1, 6)
    if others:
        state["currencies"] = others
    if state:
        state["period"] = month.label
    return state
