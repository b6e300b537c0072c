"""The financial agent: reads a period's figures, compares periods, finds the story, forecasts."""

import asyncio
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from cofounder.agents.tools import AsOf, agent, tool
from cofounder.business import comparison, forecasts, past, periods, timeline, wording
from cofounder.business.catalogue import metric as metric_named
from cofounder.business.state import State, business_state, load
from cofounder.business.story import Insight, Story
from cofounder.business.story import find_story as tell
from cofounder.kit import db
from cofounder.models.brief import BaseKind, Fact, Period, Unit

SERVER = agent(
    "financial", "Figures of a period with their bases, comparisons, what stands out, forecasts. Reads only."
)
Names = Annotated[list[str] | None, Field(description="Metric names such as revenue, traffic, conversion_rate")]
Given = Annotated[
    dict[str, Any] | None, Field(description="Figures given with the request; they win and are then the only ones")
]


class MetricsOut(BaseModel):
    facts: list[Fact] = Field(description="One fact a metric, with base, earlier values and source")
    period: Period | None = Field(description="What was read: the asked period, else the newest finished month")
    missing: list[str] = Field(description="What was wanted and is not known, in sentences")
    conflicts: list[str] = Field(description="Figures that say different things, in sentences")
    notes: list[str] = Field(description="What the reader should know, such as a period that is not complete")
    source: str = Field(description="request, stored or none")


class ComparisonOut(BaseModel):
    rows: list[comparison.Row] = Field(description="One row a metric that both periods have")
    facts: list[Fact] = Field(description="The figures of the period, each with the compared value as its base")
    period: Period | None
    insights: list[str] = Field(description="One sentence a row, largest change first")
    narrative: str
    missing: list[str]
    conflicts: list[str]
    notes: list[str]


class ForecastOut(BaseModel):
    status: Literal["ok", "not_enough_data"]
    facts: list[Fact] = Field(description='Facts of kind "forecast" with low, high and level; empty without data')
    insights: list[str] = Field(description="Sentences: what is expected, how it was computed, how well that did")
    narrative: str
    method: str | None = Field(description="The method that missed least in the backtest")
    level: float | None = Field(description="Confidence level of the intervals, 0-1")
    backtest_error: float | None = Field(description="Mean absolute miss one month ahead, as a share, 0-1")
    backtest_tests: int = Field(description="How many past months were forecast to measure it")
    errors: dict[str, float] = Field(description="The same miss for every method tried")


@tool(SERVER, category="finance", seconds=0.2)
async def read_metrics(
    as_of: AsOf,
    period: Period | None = None,
    metrics: Names = None,
    given: Given = None,
    asked: Names = None,
    compare_with: BaseKind | None = None,
) -> MetricsOut:
    """Read the company's figures for a period, each with the value it is compared with and its source."""
    async with db.reading() as session:
        found = await business_state(
            session,
            as_of=as_of,
            period=period,
            given=given,
            wanted=metrics or (),
            asked=asked or (),
            compare_with=compare_with,
        )
    return MetricsOut(
        facts=found.facts,
        period=found.period,
        missing=found.missing,
        conflicts=found.conflicts,
        notes=found.notes,
        source=found.source,
    )


@tool(SERVER, category="finance", seconds=0.2)
async def compare_periods(
    as_of: AsOf,
    period: Period | None = None,
    compare_with: BaseKind | None = None,
    compare_period: Period | None = None,
    metrics: Names = None,
    given: Given = None,
) -> ComparisonOut:
    """Compare a period's figures with an earlier period or a target; unequal periods are compared per day."""
    async with db.reading() as session:
        found = await business_state(
            session, as_of=as_of, period=period, given=given, wanted=metrics or (), compare_with=compare_with
        )
        stored = await load(session, as_of=as_of)
    facts, missing = found.facts, list(found.missing)
    if compare_period is not None and found.source == "stored" and found.period is not None:
        facts, lacking = comparison.against_period(stored, facts, found.period, compare_period, as_of.date())
        missing += lacking
    return _compared(found, facts, missing)


def _compared(found: State, facts: list[Fact], missing: list[str]) -> ComparisonOut:
    rows = sorted(comparison.rows(facts), key=lambda row: -abs(row.change if row.change is not None else 0.0))
    alone = [fact.noun for fact in facts if fact.base is None and not fact.not_compared]
    if alone:
        missing = [*missing, f"Nothing to compare with for {', '.join(alone)}."]
    told = [row.sentence for row in rows]
    return ComparisonOut(
        rows=rows,
        facts=facts,
        period=found.period,
        insights=told,
        narrative=" ".join([*found.notes, *told[:6]]),
        missing=missing,
        conflicts=found.conflicts,
        notes=found.notes,
    )


class StoryOut(BaseModel):
    facts: list[Fact] = Field(description="The facts given, most salient first; those that mislead are left out")
    insights: list[str] = Field(description="Sentences, most salient first; every figure is given or derived from two")
    details: list[Insight] = Field(description="The same sentences with kind, facts and salience")
    narrative: str = Field(description="The story in a few sentences, without causes")
    metrics_summary: dict[str, Any] = Field(description="Metric -> value, unit, period, base, change")
    left_out: list[str] = Field(description="What was left out and why")


@tool(SERVER, category="finance", seconds=0.05, dependencies=("financial.read_metrics",))
async def find_story(facts: list[Fact], period: Period | None = None) -> StoryOut:
    """Find what stands out in facts: largest changes, records, reversals, targets, milestones and ratios."""
    found: Story = tell(facts, period)
    return StoryOut(**found.model_dump())


class PeriodValue(BaseModel):
    """One period of a metric's history. `change` is relative to the period before it, in points for a rate."""

    period: str
    start: date
    end: date
    value: float
    shown: str = Field(description="The value as a sentence writes it")
    change: float | None
    days_missing: int = Field(default=0, description="Days of the period without a figure: above 0 it is partial")


class HistoryOut(BaseModel):
    metric: str
    noun: str
    unit: Unit
    grain: Literal["month", "quarter", "year"]
    items: list[PeriodValue] = Field(description="Finished periods, oldest first, gaps left out")
    highest: PeriodValue | None
    lowest: PeriodValue | None
    provisional: PeriodValue | None = Field(description="The period that is not over yet, as far as it is stored")
    source: str | None
    narrative: str
    notes: list[str] = Field(description="What the reader should know, such as periods without a figure")


@tool(SERVER, category="finance", seconds=0.2)
async def history(
    metric: Annotated[str, Field(min_length=1, max_length=100, description="Metric name such as revenue")],
    as_of: AsOf,
    period: Annotated[Period | None, Field(description="The span of days to look at; none means all")] = None,
    grain: Annotated[Literal["month", "quarter", "year"], Field(description="What one value covers")] = "month",
) -> HistoryOut:
    """A metric by month, quarter or year: how it developed, when it was highest and lowest."""
    async with db.reading() as session:
        stored = await load(session, as_of=as_of)
    return HistoryOut(**past.history(stored, metric, period, grain, as_of.date()))


@tool(SERVER, category="finance", seconds=2.0)
async def forecast(
    metric: Annotated[str, Field(min_length=1, description="Metric name such as revenue")],
    as_of: AsOf,
    horizon: Annotated[int, Field(ge=1, le=24, description="Months ahead")] = 3,
) -> ForecastOut:
    """Forecast a monthly metric with an 80 % interval, by the method that missed least on past months."""
    async with db.reading() as session:
        stored = await load(session, as_of=as_of)
    known = metric_named(metric)
    month = _newest(stored, known.name, as_of)
    values: list[float] = []
    in_one = ""
    if month is not None:
        last = timeline.read_whole(stored, known.name, month)
        assert last is not None
        values = [*timeline.series(stored, known.name, month, month, 60), last.value]
        before = periods.like(month, month, len(values))
        if timeline.in_others(stored, known.name, before, last.currency, before.label):
            in_one = f" in {last.currency}"
    made = await asyncio.to_thread(forecasts.forecast, values, horizon, unit=known.unit)
    if made is None or month is None:
        return _no_forecast(known.noun, values, in_one)
    return _forecast_out(known.name, month, made, stored)


def _newest(stored: timeline.Timeline, name: str, as_of: AsOf) -> Period | None:
    """The newest finished month for which the metric is stored or can be computed."""
    month = periods.previous(periods.month(as_of.date()))
    for _ in range(36):
        if timeline.read_whole(stored, name, month) is not None:
            return month
        month = periods.previous(month)
    return None


def _no_forecast(noun: str, values: list[float], in_one: str) -> ForecastOut:
    why = f"{len(values)} unbroken {'month is' if len(values) == 1 else 'months are'} stored{in_one}"
    if values and min(values) <= 0:
        why = "the stored values are not all above zero"
    told = f"Not enough data to forecast {noun}: {why}, and {forecasts.FEWEST} months above zero are needed."
    return ForecastOut(
        status="not_enough_data",
        facts=[],
        insights=[told],
        narrative=told,
        method=None,
        level=None,
        backtest_error=None,
        backtest_tests=0,
        errors={},
    )


def _forecast_out(name: str, month: Period, made: forecasts.Forecast, stored: timeline.Timeline) -> ForecastOut:
    known = metric_named(name)
    last = timeline.read_whole(stored, name, month)
    assert last is not None
    facts, told = [], []
    for at, step in enumerate(made.steps, start=1):
        over = periods.shifted(month, at)
        facts.append(
            Fact(
                id=f"{name}_forecast_{at}",
                metric=name,
                noun=known.noun,
                value=step.value,
                unit=known.unit,
                currency=last.currency,
                period=over,
                source=f"forecast by {made.method} from {last.source}",
                kind="forecast",
                low=step.low,
                high=step.high,
                level=made.level,
                asked=True,
            )
        )
        shown = [wording.amount(value, known.unit, last.currency) for value in (step.value, step.low, step.high)]
        told.append(
            f"{wording.capital(known.noun)} in {over.label}: {shown[0]} expected, "
            f"with an {made.level:.0%} interval from {shown[1]} to {shown[2]}."
        )
    return ForecastOut(
        status="ok",
        facts=facts,
        insights=[*told, *_method_told(made)],
        narrative=" ".join([told[0], *_method_told(made)]),
        method=made.method,
        level=made.level,
        backtest_error=round(made.error, 6),
        backtest_tests=made.tests,
        errors={each: round(error, 6) for each, error in made.errors.items()},
    )


def _method_told(made: forecasts.Forecast) -> list[str]:
    others = [
        f"{name} by {wording.trimmed(error * 100, 1)}%"
        for name, error in sorted(made.errors.items(), key=lambda pair: pair[1])
        if name != made.method
    ]
    told = (
        f"Method: {made.method}; in {made.tests} tests on past months it missed by "
        f"{wording.trimmed(made.error * 100, 1)}% on average"
    )
    return [f"{told} ({'; '.join(others)})." if others else f"{told}."]
