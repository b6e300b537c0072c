"""What runs and posts say beside patterns, each figure with its n."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.context import service as context
from cofounder.business.derive import correlations as pairs
from cofounder.business.derive import times
from cofounder.business.derive.correlations import Correlation
from cofounder.business.derive.intervals import FEWEST, NOT_ENOUGH, Interval, of_mean, of_share, t_tail
from cofounder.business.outcomes import service as outcomes
from cofounder.business.records import service as records
from cofounder.flow.learn.insights import queries
from cofounder.flow.learn.insights.schemas import (
    Agents,
    ChannelTimes,
    Combination,
    Correlations,
    Domain,
    Effectiveness,
    MetricByMonth,
    MonthMean,
    PatternOverTime,
    PatternPoint,
    QualityAgainstEngagement,
    QualityBin,
    QualityOnChannel,
    QualityPoint,
    Times,
)
from cofounder.flow.learn.patterns import queries as patterns
from cofounder.flow.learn.patterns.units import OUT

_MOST = 5_000  # newest runs
YEAR = 365  # days of posts whose times are compared: readers change their habits
_YEARS = timedelta(days=3 * 366)
ENOUGH = 10  # judged runs of a combination
ENOUGH_POSTS = 20
NO_DOMAIN = "none"  # as the rows name work that has no category
_POINTS = 500
_BINS = ((0.0, 0.7), (0.7, 0.8), (0.8, 0.85), (0.85, 0.9), (0.9, 0.95), (0.95, 1.0))

Row = Mapping[str, Any]


async def _runs(session: AsyncSession, as_of: datetime) -> list[dict[str, Any]]:
    sample = await records.only_sample(session)
    return await queries.runs(session, as_of=as_of, since=as_of - _YEARS, sample=sample, out=OUT, limit=_MOST)


async def _left_out(
    session: AsyncSession, as_of: datetime, *, runs: Sequence[Row] = (), posts: Sequence[Row] = ()
) -> list[str]:
    """What was not read because there is too much of it, in sentences."""
    told = []
    if len(runs) == _MOST:
        sample = await records.only_sample(session)
        every = await queries.how_many_runs(session, as_of=as_of, since=as_of - _YEARS, sample=sample, out=OUT)
        if every > _MOST:
            told.append(f"Read are the newest {_MOST:,} of {every:,} runs of the last three years.")
    if len(posts) == outcomes.MOST:
        told.append(f"Read are the newest {outcomes.MOST:,} posts that have a reading at 72 hours or later.")
    return told


# -- what goes together


async def correlations(session: AsyncSession, *, as_of: datetime) -> Correlations:
    """Figures of months and posts, and of runs: scores, refinements, decisions, cost and what their posts brought."""
    found = await context.correlation_analysis(session, as_of=as_of)
    runs = await _runs(session, as_of)
    posts, _ = await outcomes.scored(session, as_of=as_of)
    series = _run_series(runs, posts)
    names = sorted(series)
    asked = [(a, b) for at, a in enumerate(names) for b in names[at + 1 :] if not _same_thing(a, b)]
    told = pairs.corrected([*found.correlations, *pairs.correlate(asked, series, "runs")])
    tested = sum(one.p is not None for one in told)
    return Correlations(
        as_of=as_of,
        status="ok" if tested else "not enough data",
        months=found.months,
        posts=found.posts,
        runs=len(runs),
        tested=tested,
        names=sorted({name for one in told for name in (one.first, one.second)}),
        correlations=told,
        notes=[
            *found.notes,
            "Runs are taken one by one; an approval counts 1 and a rejection 0.",
            *await _left_out(session, as_of, runs=runs, posts=posts),
        ],
    )


def _run_series(runs: Sequence[Row], posts: Sequence[Row]) -> dict[str, dict[Any, float]]:
    """Figure -> run -> value. Engagement is on logs and against its platform's mean."""
    found: dict[str, dict[Any, float]] = defaultdict(dict)
    for run in runs:
        told = {
            "run_quality": run["quality"],
            "refinements": run["refinements"],
            "approved": None if run["approved"] is None else float(run["approved"]),
            "run_cost": run["cost"],
            "run_seconds": run["seconds"],
            "growth_at_request": run["growth"],
            **{f"quality_{name}": value for name, value in (run["dimensions"] or {}).items()},
        }
        for name, value in told.items():
            if isinstance(value, int | float):
                found[name][str(run["id"])] = float(value)
    found["post_engagement_of_run"] = _engagement_of(posts)
    return {name: values for name, values in found.items() if len(values) >= 4}


def _engagement_of(posts: Sequence[Row]) -> dict[Any, float]:
    """Run -> mean over its posts of log(1 + engagement), each less its platform's mean."""
    logs = {post["id"]: math.log1p(post["engaged"]) for post in posts if post["engaged"] is not None}
    usual = _means((post["platform"], logs[post["id"]]) for post in posts if post["id"] in logs)
    mine = (
        (str(p["task_id"]), logs[p["id"]] - usual[p["platform"]]) for p in posts if p["task_id"] and p["id"] in logs
    )
    return _means(mine)


def _means(pairs_: Iterable[tuple[Any, float]]) -> dict[Any, float]:
    sums: dict[Any, list[float]] = defaultdict(list)
    for key, value in pairs_:
        sums[key].append(value)
    return {key: sum(values) / len(values) for key, values in sums.items()}


def _same_thing(a: str, b: str) -> bool:
    """A score and its own parts go together by construction; parts are not compared with each other."""
    return all(name == "run_quality" or name.startswith("quality_") for name in (a, b))


# -- over time


async def effectiveness(session: AsyncSession, *, as_of: datetime) -> Effectiveness:
    """What came of posts and runs month by month, and what each run estimated of the patterns that ever stood."""
    runs = await _runs(session, as_of)
    posts, _ = await outcomes.scored(session, as_of=as_of)
    series = [
        _monthly(
            "engagement", "clicks, shares and comments a post", [(p["published_at"], p["engaged"]) for p in posts]
        ),
        _monthly("quality", "score, 0-1", [(run["at"], run["quality"]) for run in runs]),
        _monthly("approval", "share, 0-1", [(run["at"], _figure(run["approved"])) for run in runs]),
        _monthly("refinements", "a run", [(run["at"], run["refinements"]) for run in runs]),
        _monthly("cost", "US dollars a run", [(run["at"], run["cost"]) for run in runs]),
    ]
    last = await patterns.last_run(session)
    found: dict[Any, PatternOverTime] = {}
    for said, row in await patterns.all_estimates(session, sample=last.is_sample if last else False):
        if said.as_of > as_of:
            continue
        held = found.setdefault(
            row.id,
            PatternOverTime(id=row.id, metric=row.metric, sentence=row.sentence, state=row.state, points=[]),
        )
        held.points.append(PatternPoint(**{name: getattr(said, name) for name in PatternPoint.model_fields}))
    notes = await _left_out(session, as_of, runs=runs, posts=posts)
    return Effectiveness(as_of=as_of, series=series, patterns=list(found.values()), notes=notes)


def _figure(value: Any) -> float | None:
    return None if value is None else float(value)


def _monthly(metric: Any, unit: str, values: Sequence[tuple[datetime, float | None]]) -> MetricByMonth:
    by_month: dict[date, list[float]] = defaultdict(list)
    for at, value in values:
        if value is not None:
            by_month[at.astimezone(UTC).date().replace(day=1)].append(value)
    points = []
    for month in sorted(by_month):
        mine = by_month[month]
        around = _share(mine) if metric == "approval" else _mean(mine)
        points.append(
            MonthMean(
                month=month,
                n=len(mine),
                mean=round(sum(mine) / len(mine), 4),
                low=around.low if around else None,
                high=around.high if around else None,
            )
        )
    return MetricByMonth(metric=metric, unit=unit, points=points)


def _share(values: Sequence[float]) -> Interval | None:
    found = of_share(sum(values), len(values))
    return None if found is None else _neat(found)


def _mean(values: Sequence[float]) -> Interval | None:
    found = of_mean(len(values), sum(values), sum(value * value for value in values))
    return None if found is None else _neat(found)


def _neat(found: Interval) -> Interval:
    return found.model_copy(update={name: round(getattr(found, name), 4) for name in ("value", "low", "high")})


# -- who works well with whom


async def agents(session: AsyncSession, *, as_of: datetime) -> Agents:
    """For each domain of work the combinations of agents, and the one that is clearly best, if one is."""
    by_domain: dict[str, list[Row]] = defaultdict(list)
    every = await _runs(session, as_of)
    for run in every:
        if run["agents"]:
            by_domain[run["domain"]].append(run)
    found = [_domain(name, runs) for name, runs in by_domain.items()]
    notes = await _left_out(session, as_of, runs=every)
    return Agents(as_of=as_of, domains=sorted(found, key=lambda one: (-one.runs, one.domain)), notes=notes)


def _domain(name: str, runs: Sequence[Row]) -> Domain:
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for run in runs:
        groups[tuple(sorted(set(map(str, run["agents"]))))].append(run)
    told = {who: _combination(who, mine) for who, mine in groups.items()}
    scores = {who: [run["quality"] for run in mine if run["quality"] is not None] for who, mine in groups.items()}
    able = sorted((who for who in groups if len(scores[who]) >= ENOUGH), key=lambda who: -_average(scores[who]))
    order = sorted(told, key=lambda who: (who not in able, -(_average(scores[who]) if scores[who] else 0.0), who))
    best, p = None, None
    if len(able) >= 2:
        p = min(max(_welch(scores[able[0]], scores[other]) for other in able[1:]) * (len(able) - 1), 1.0)
        best = able[0] if p <= 0.05 else None
    status: Any = "not enough data" if len(able) < 2 else "ok" if best else "no clear difference"
    return Domain(
        domain=name,
        status=status,
        runs=len(runs),
        needed=ENOUGH,
        best=list(best) if best else None,
        p=None if p is None else round(p, 6),
        combinations=[told[who] for who in order],
        sentence=_domain_told(name, len(runs), [told[who] for who in able], status),
    )


def _combination(who: Sequence[str], runs: Sequence[Row]) -> Combination:
    decided = [run["approved"] for run in runs if run["approved"] is not None]
    own = [run["success"] for run in runs if not run["is_legacy"]]
    success = of_share(sum(own), len(own))
    approval = of_share(sum(decided), len(decided))
    return Combination(
        agents=list(who),
        runs=len(runs),
        own=len(own),
        success=_neat(success) if success else None,
        approval=_neat(approval) if approval else None,
        quality=_mean([run["quality"] for run in runs if run["quality"] is not None]),
        avg_cost=_mean_known(runs, "cost", 6),
        avg_seconds=_mean_known(runs, "seconds", 3),
        avg_refinements=_mean_known(runs, "refinements", 3),
    )


def _mean_known(runs: Sequence[Row], name: str, places: int) -> float | None:
    values = [run[name] for run in runs if run[name] is not None]
    return round(_average(values), places) if values else None


def _average(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _welch(one: Sequence[float], other: Sequence[float]) -> float:
    """Two-sided p of Welch's t (1947); equal and constant samples have p = 1."""
    a, b = (_variance(values) / len(values) for values in (one, other))
    gap = _average(one) - _average(other)
    if a + b < 1e-15:
        return 1.0 if abs(gap) < 1e-9 else 0.0
    freedom = (a + b) ** 2 / (a * a / (len(one) - 1) + b * b / (len(other) - 1))
    return t_tail(gap / math.sqrt(a + b), freedom)


def _variance(values: Sequence[float]) -> float:
    mean = _average(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)


def _domain_told(name: str, runs: int, able: Sequence[Combination], status: str) -> str:
    of = _spoken(name) if name != NO_DOMAIN else "Work of no one domain"
    if status == "not enough data":
        return f"{of}: {NOT_ENOUGH}, {runs} {'run' if runs == 1 else 'runs'}; two combinations need {ENOUGH} judged runs each."
    first = " and ".join(_spoken(one) for one in able[0].agents)
    if status == "ok":
        return f"{of}: {first} scored clearly higher than every other combination ({able[0].runs} runs)."
    return f"{of}: no combination is clearly better; {first} scored highest so far ({able[0].runs} runs)."


def _spoken(name: str) -> str:
    """ "market_insight" -> "Market insight"."""
    return name[:1].upper() + name[1:].replace("_", " ")


# -- when


async def best_times(
    session: AsyncSession, *, as_of: datetime, zone: str = "UTC", channel: str | None = None, days: int = YEAR
) -> Times:
    """For each channel which hours and weekdays did better, and when to publish next.

    Raises TimeZoneUnknown, UnknownChannel.
    """
    context.check_zone(zone)  # also where no channel has anything that it would be asked for
    names = (
        [await context.known_channel(session, channel)]
        if channel is not None
        else await context.channels(session, as_of=as_of)
    )
    found = [await context.best_times(session, name, as_of=as_of, days=days, zone=zone) for name in names]
    return Times(
        as_of=as_of,
        since=as_of - timedelta(days=days),
        days=days,
        channels=[ChannelTimes(best=one, next=times.suggested(one, as_of)) for one in found],
    )


# -- quality against engagement


async def quality_against_engagement(session: AsyncSession, *, as_of: datetime) -> QualityAgainstEngagement:
    """Whether texts that scored higher did better, within channel, with what that rests on."""
    posts, _ = await outcomes.scored(session, as_of=as_of)
    both = [post for post in posts if post["quality"] is not None and post["engaged"] is not None]
    logs = {post["id"]: math.log1p(post["engaged"]) for post in both}
    usual = _means((post["platform"], logs[post["id"]]) for post in both)
    level = _means((post["platform"], post["quality"]) for post in both)
    engagement = {post["id"]: logs[post["id"]] - usual[post["platform"]] for post in both}
    quality = {post["id"]: post["quality"] - level[post["platform"]] for post in both}
    overall = _pair(quality, engagement)
    channels = [
        QualityOnChannel(channel=name, correlation=_pair(_only(quality, both, name), _only(engagement, both, name)))
        for name in sorted(usual)
    ]
    return QualityAgainstEngagement(
        as_of=as_of,
        status="ok" if overall.status == "ok" and len(both) >= ENOUGH_POSTS else "not enough data",
        n=len(both),
        needed=ENOUGH_POSTS,
        overall=overall,
        channels=channels,
        bins=_bins(both, engagement),
        points=[
            QualityPoint(
                post_id=post["id"],
                channel=post["platform"],
                at=post["published_at"],
                quality=round(post["quality"], 4),
                engagement=int(post["engaged"]),
            )
            for post in both[:_POINTS]
        ],
        sentence=_quality_told(overall, len(both)),
        notes=await _left_out(session, as_of, posts=posts),
    )


def _only(values: Mapping[Any, float], posts: Sequence[Row], channel: str) -> dict[Any, float]:
    return {post["id"]: values[post["id"]] for post in posts if post["platform"] == channel}


def _pair(quality: Mapping[Any, float], engagement: Mapping[Any, float]) -> Correlation:
    return pairs.correlate([("quality", "engagement")], {"quality": quality, "engagement": engagement}, "posts")[0]


def _bins(posts: Sequence[Row], engagement: Mapping[Any, float]) -> list[QualityBin]:
    found = []
    for low, high in _BINS:
        mine = [
            engagement[post["id"]]
            for post in posts
            if low <= post["quality"] < high or (high == 1.0 and post["quality"] == 1.0)
        ]
        around = of_mean(len(mine), sum(mine), sum(value * value for value in mine)) if len(mine) >= FEWEST else None
        ratio = around and around.model_copy(
            update={name: round(math.exp(getattr(around, name)), 4) for name in ("value", "low", "high")}
        )
        found.append(QualityBin(low=low, high=high, n=len(mine), engagement=ratio))
    return found


def _quality_told(overall: Correlation, n: int) -> str:
    if overall.constant and n >= ENOUGH_POSTS:
        return (
            f"Over {n:,} posts {' and '.join(overall.constant)} never varied within a channel, so nothing can be said."
        )
    if overall.status != "ok" or n < ENOUGH_POSTS or overall.low is None or overall.high is None:
        return f"{NOT_ENOUGH.capitalize()}: {n} scored {'post' if n == 1 else 'posts'} of the {ENOUGH_POSTS} that a statement needs."
    if overall.low <= 0 <= overall.high:
        return f"Over {n} posts a better score did not clearly go with more engagement (r = {overall.pearson:.2f})."
    way = "more" if (overall.pearson or 0) > 0 else "less"
    return f"Over {n} posts a better score went with {way} engagement (r = {overall.pearson:.2f})."
