"""Totals and splits of our own runs, and the same as a file."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.flow.learn.performance import queries
from cofounder.flow.learn.performance.schemas import By, FileFormat, Line, Performance, Step
from cofounder.flow.learn.schemas import OUT_UNLESS_ASKED, SummaryOut
from cofounder.kit.clock import now
from cofounder.kit.spans import in_order

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_LINES = 50  # in an answer; a file has all
_MOST_ROWS = 100_000
_MOST_POINTS = 400
MEDIA_TYPE: dict[FileFormat, str] = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


async def performance(
    session: AsyncSession, whole: SummaryOut, *, since: datetime | None, until: datetime | None, step: Step
) -> Performance:
    """The summary with its splits; with a span, its totals are of the span too. Raises SpanBackwards."""
    span = _span(since, until)
    every = await queries.totals(session, **span, sample=whole.is_sample, out=OUT_UNLESS_ASKED)
    if since is not None or until is not None:
        whole = _of_span(whole, every)
    names: tuple[By, ...] = ("agent", "tool", "model", "channel", "intent", "plan", "persona")
    split = {f"by_{by}": await lines(session, by, since=since, until=until) for by in names}
    return Performance(
        **whole.model_dump(),
        since=since,
        until=span["until"],
        refinements=int(every["refinements"]),
        avg_refinements=_rounded(every["avg_refinements"], 3),
        step=step,
        over_time=(await lines(session, step, since=since, until=until, limit=_MOST_POINTS)),
        **split,
    )


async def totals(session: AsyncSession, whole: SummaryOut, *, since: datetime, until: datetime) -> SummaryOut:
    """The summary of the runs that were asked for within a span, without splits. Raises SpanBackwards."""
    span = _span(since, until)
    return _of_span(whole, await queries.totals(session, **span, sample=whole.is_sample, out=OUT_UNLESS_ASKED))


def _span(since: datetime | None, until: datetime | None) -> dict[str, datetime]:
    begin, end = since or _BEGINNING, until or now()
    in_order(begin, end)
    return {"since": begin, "until": end}


def _of_span(whole: SummaryOut, sums: Mapping[str, Any]) -> SummaryOut:
    total = int(sums["runs"])
    return whole.model_copy(
        update={
            "total_executions": total,
            "successful": sums["succeeded"],
            "called_off": sums["called_off"],
            "success_rate": _share(sums["succeeded"], total - sums["called_off"]),
            "approved": sums["approved"],
            "rejected": sums["rejected"],
            "approval_rate": _share(sums["approved"], sums["decided"]),
            "avg_quality_score": _rounded(sums["avg_quality"], 4),
            "judged": sums["judged"],
            "high_quality": sums["high_quality"],
            "training_ready": sums["training_ready"],
            "avg_seconds": _rounded(sums["avg_seconds"], 3),
            "total_seconds": round(sums["seconds"] or 0.0, 3),
            "total_cost": float(sums["cost"]),
            "avg_cost": _rounded(sums["avg_cost"], 6),
            "earliest": sums["earliest"],
            "latest": sums["latest"],
        }
    )


async def lines(
    session: AsyncSession,
    by: By,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = _MOST_LINES,
) -> list[Line]:
    """One line a name, most runs first; stretches of time in their order. Raises SpanBackwards."""
    span = _span(since, until)
    sample = await records.only_sample(session)
    rows = await queries.lines(session, by, **span, sample=sample, out=OUT_UNLESS_ASKED, limit=limit)
    return [_line(row) for row in rows]


def _line(row: Mapping[str, Any]) -> Line:
    calls = row.get("calls")
    return Line(
        name=row["name"],
        runs=row["runs"],
        succeeded=row["succeeded"],
        called_off=row["called_off"],
        success_rate=_share(row["succeeded"], row["runs"] - row["called_off"]),
        approved=row["approved"],
        rejected=row["rejected"],
        approval_rate=_share(row["approved"], row["approved"] + row["rejected"]),
        judged=row["judged"],
        avg_quality=_rounded(row["avg_quality"], 4),
        refinements=row["refinements"],
        avg_refinements=_rounded(row["avg_refinements"], 3),
        cost=round(row["cost"], 6),
        avg_cost=_rounded(row["avg_cost"] if calls is None else row["cost"] / calls, 6),
        seconds=round(row["seconds"] or 0.0, 3),
        avg_seconds=_rounded(row["avg_seconds"], 3),
        calls=calls,
        calls_failed=row.get("calls_failed"),
        call_success_rate=None if calls is None else _share(row["calls_succeeded"], calls),
        tokens_in=row.get("tokens_in"),
        tokens_out=row.get("tokens_out"),
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _rounded(value: float | None, places: int) -> float | None:
    return None if value is None else round(float(value), places)


async def file(
    session: AsyncSession, by: By, format: FileFormat, *, since: datetime | None = None, until: datetime | None = None
) -> bytes:
    """Every line of one split as a file. Raises SpanBackwards."""
    found = await lines(session, by, since=since, until=until, limit=_MOST_ROWS)
    return as_csv(found) if format == "csv" else as_parquet(found)


def as_csv(found: Sequence[Line]) -> bytes:
    """RFC 4180 in UTF-8; no name is taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(Line.model_fields)
    for one in found:
        values = one.model_dump()
        name = str(values["name"])
        values["name"] = f"'{name}" if name.startswith(_STARTS_A_FORMULA) else name
        writer.writerow(["" if value is None else value for value in values.values()])
    return out.getvalue().encode()


def as_parquet(found: Sequence[Line]) -> bytes:
    """The same columns, typed also where nothing is known."""
    import polars as pl

    kinds: dict[str, Any] = {"name": pl.String}
    whole = (
        "runs",
        "succeeded",
        "called_off",
        "approved",
        "rejected",
        "judged",
        "refinements",
        "calls",
        "calls_failed",
    )
    for name in Line.model_fields:
        if name != "name":
            kinds[name] = pl.Int64 if name in (*whole, "tokens_in", "tokens_out") else pl.Float64
    out = io.BytesIO()
    pl.DataFrame([one.model_dump() for one in found], schema=kinds).write_parquet(out)
    return out.getvalue()
