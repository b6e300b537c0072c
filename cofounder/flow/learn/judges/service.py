"""What judges said beside what people decided, and the alert for one that changed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.derive.intervals import NOT_ENOUGH, Interval
from cofounder.business.records import service as records
from cofounder.flow.learn.judges import queries
from cofounder.flow.learn.judges.agreement import ENOUGH, SURE, Case, Change, agreement, change, ranks
from cofounder.flow.learn.judges.schemas import JudgeChange, JudgedDecisions, JudgeMonth, JudgeOut, JudgesOut
from cofounder.flow.learn.schemas import OUT_UNLESS_ASKED
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.kit.log import logger
from cofounder.ops import queries as alerts
from cofounder.ops import runtime

KIND = "judge_drifted"  # of the alert; its subject is the model
RECENT_DAYS = 30
BEFORE_DAYS = 180
_YEAR = timedelta(days=366)
_MOST = 20_000  # newest decisions
log = logger(__name__)


async def judges(session: AsyncSession, *, as_of: datetime, recent_days: int = RECENT_DAYS) -> JudgesOut:
    """Every judge of the last year: agreement, ranks, months, and whether it changed."""
    rows = await queries.decided(
        session,
        since=as_of - _YEAR,
        as_of=as_of,
        sample=await records.only_sample(session),
        out=OUT_UNLESS_ASKED,
        limit=_MOST,
    )
    cases: dict[str, list[Case]] = defaultdict(list)
    for row in rows:
        cases[row["model"]].append(_case(row))
    found = [_judge(model, mine, as_of, recent_days) for model, mine in cases.items()]
    mode = await runtime.value(session, "judge_model")
    return JudgesOut(
        as_of=as_of,
        mode=mode,
        recent_days=recent_days,
        before_days=BEFORE_DAYS,
        needed=ENOUGH,
        status="ok" if any(one.n >= ENOUGH for one in found) else "not enough data",
        judges=found,
        sentence=_told(found, mode),
    )


async def watch(session: AsyncSession) -> list[str]:
    """Raise an alert for each judge that changed, and close those of judges that are as before; the models that changed."""
    found = await judges(session, as_of=now())
    drifted = {one.model: one.sentence for one in found.judges if one.drifted}
    open_ = {alert.subject for alert in await alerts.alerts(session, KIND)}
    for model in drifted.keys() - open_:
        await alerts.raise_alert(session, KIND, model, drifted[model], at=now())
        live.changed(session, "alerts", model)
        log.warning("a judge changed", model=model, detail=drifted[model])
    for model in open_ - drifted.keys():
        await alerts.clear(session, KIND, model, at=now())
        live.changed(session, "alerts", model)
    return sorted(drifted)


def _case(row: dict[str, Any]) -> Case:
    return Case(row["at"], row["approved"], row["predicted"], row["overall"], row["passed"], row["rules"])


def _judge(model: str, cases: Sequence[Case], as_of: datetime, recent_days: int) -> JudgeOut:
    begin = as_of - timedelta(days=recent_days)
    recent = [one for one in cases if one.at > begin]
    before = [one for one in cases if begin - timedelta(days=BEFORE_DAYS) < one.at <= begin]
    changed = change(recent, before)
    whole = _decisions(cases)
    return JudgeOut(
        **whole,
        model=model,
        months=_months(cases),
        change=None if changed is None else JudgeChange(**vars(changed)),
        drifted=changed is not None and changed.clear,
        sentence=_sentence(model, JudgedDecisions(**whole), changed, len(recent), recent_days),
    )


def _decisions(cases: Sequence[Case]) -> dict[str, Any]:
    return {
        "n": len(cases),
        "approved": sum(one.approved for one in cases),
        "agreement": agreement(cases, lambda one: one.predicted),
        "rules_agreement": agreement(cases, lambda one: one.passed),
        "ranks": ranks(cases, lambda one: one.overall),
        "rules_ranks": ranks(cases, lambda one: one.rules),
    }


def _months(cases: Sequence[Case]) -> list[JudgeMonth]:
    by_month: dict[date, list[Case]] = defaultdict(list)
    for one in cases:
        by_month[one.at.astimezone(UTC).date().replace(day=1)].append(one)
    return [JudgeMonth(month=month, **_decisions(by_month[month])) for month in sorted(by_month)]


def _sentence(model: str, whole: JudgedDecisions, changed: Change | None, recent: int, days: int) -> str:
    """What is known of one judge, in words."""
    found = f"{model} foresaw {_share(whole.agreement)} of {whole.n} decisions; the rules alone {_share(whole.rules_agreement)}."
    if changed is None:
        return f"{found} Whether it changed is not known: the last {days} days have {recent} decisions, {ENOUGH} are needed there and before."
    value, low, high = (f"{100 * one:+.0f}" for one in (changed.value, changed.low, changed.high))
    gap = f"{value} points ({low} to {high}, {SURE:.0%} interval)"
    counted = f"in the last {days} days ({changed.n}) against before ({changed.n_before})"
    if not changed.clear:
        return f"{found} No clear change {counted}: {gap}."
    way = "less" if changed.value < 0 else "more"
    return f"{found} It has drifted: it agrees with people {way} {counted}, {gap}."


def _share(one: Interval | None) -> str:
    return NOT_ENOUGH if one is None else f"{one.value:.0%} ({one.low:.0%} to {one.high:.0%})"


def _told(found: Sequence[JudgeOut], mode: str) -> str:
    drifted = [one.model for one in found if one.drifted]
    if drifted:
        return f"{' and '.join(drifted)} judged otherwise than before."
    if not found and mode == "off":
        return "No model judges: the setting judge_model is off."
    if not found:
        return "No person has decided on a text that a model judged."
    if all(one.change is None for one in found):
        return f"Too few decisions to see a change: {ENOUGH} are needed in the newest days and before."
    return "No judge changed as far as can be seen."


__all__ = ["KIND", "judges", "watch"]
