"""A metric's finished periods one after the other: how it developed, when it was highest and lowest. Pure."""

from datetime import date
from itertools import pairwise
from typing import Any, Literal

from cofounder.business import periods, timeline, wording
from cofounder.business.catalogue import Metric, metric
from cofounder.business.timeline import Reading, Timeline
from cofounder.models.brief import Period

_MOST = 120  # periods
_TOLD = 6  # of them in a note


def history(
    stored: Timeline, name: str, span: Period | None, grain: Literal["month", "quarter", "year"], today: date
) -> dict[str, Any]:
    """The periods of `span`, oldest first, as `agents.financial.HistoryOut` has them."""
    known = metric(name)
    readings, missing, begun, open_one = _readings(stored, known, span, grain, today)
    rows = [_row(known, period, found) for period, found in readings]
    for (before, row), ((_, earlier), (_, found)) in zip(pairwise(rows), pairwise(readings), strict=True):
        if earlier.currency == found.currency:
            row["change"] = _change(known, before, row)
    alike = [row for row, (_, found) in zip(rows, readings, strict=True) if found.currency == readings[-1][1].currency]
    high = max(alike, key=lambda row: (row["value"], row["start"]), default=None)
    low = min(alike, key=lambda row: (row["value"], row["start"]), default=None)
    notes = [f"No figure for {known.noun} in {', '.join(missing[:_TOLD])} is stored."] if missing and rows else []
    if begun and rows:
        notes.append(
            f"{' and '.join(begun[-_TOLD:])} {'is' if len(begun) == 1 else 'are'} incomplete and left out: "
            f"not every {'day' if grain == 'month' else 'month'} of {known.noun} is stored."
        )
    notes += [wording.lacks(known.noun, period, found.lacking) for period, found in readings if found.lacking][-_TOLD:]
    apart = _apart(known, len(alike), grain, readings[-1][1].currency) if len(alike) < len(rows) else None
    notes += [apart] if apart else []
    return {
        "metric": known.name,
        "noun": known.noun,
        "unit": known.unit,
        "grain": grain,
        "items": rows,
        "highest": high,
        "lowest": low,
        "provisional": None if open_one is None else _row(known, *open_one),
        "source": " and ".join(sorted({found.source for _, found in readings})) or None,
        "narrative": " ".join(filter(None, [_told(known, alike, high, low, span, grain), apart])),
        "notes": notes,
    }


def _readings(
    stored: Timeline, known: Metric, span: Period | None, grain: str, today: date
) -> tuple[list[tuple[Period, Reading]], list[str], list[str], tuple[Period, Reading] | None]:
    """Finished periods with values, the labels of those without any and of those in part, and the one not over."""
    made = {"month": periods.month, "quarter": periods.quarter, "year": periods.year}[grain]
    points = [point for each in (known.name, known.top, known.below) if each for point in stored.get(each, ())]
    if not points:
        return [], [], [], None
    first = made(max(span.start, min(p.start for p in points)) if span else min(p.start for p in points))
    end = min(span.end, today) if span else today
    found: list[tuple[Period, Reading]] = []
    missing: list[Period] = []
    begun: list[Period] = []
    open_one = None
    at = first
    for _ in range(_MOST):
        if at.start > end:
            break
        inside = span is None or (span.start <= at.start and at.end <= span.end)
        if at.end >= today:
            part = timeline.read(stored, known.name, at)
            open_one = None if part is None else (part.covered, part)
        elif inside:
            whole = timeline.read_whole(stored, known.name, at)
            if whole is not None:
                found.append((at, whole))
            else:
                (missing if timeline.read(stored, known.name, at) is None else begun).append(at)
        at = periods.shifted(at, 1)
    last = found[-1][0].start if found else first.start  # behind the last: not known yet
    return found, [p.label for p in missing if p.start < last], [p.label for p in begun], open_one


def _row(known: Metric, period: Period, found: Reading) -> dict[str, Any]:
    return {
        "period": period.label,
        "start": period.start,
        "end": period.end,
        "value": found.value,
        "shown": wording.amount(found.value, known.unit, found.currency),
        "change": None,
        "days_missing": found.lacking,
    }


def _apart(known: Metric, alike: int, grain: str, currency: str) -> str:
    return (
        f"Values of {known.noun} in other currencies are not compared with these: highest, lowest and changes are of "
        f"the {alike} {grain}{'' if alike == 1 else 's'} in {currency}."
    )


def _change(known: Metric, before: dict[str, Any], row: dict[str, Any]) -> float | None:
    value, earlier = float(row["value"]), float(before["value"])
    if known.unit == "rate":
        return round((value - earlier) * 100, 4)
    return round(value / earlier - 1, 6) if wording.comparable(value, earlier) else None


def _told(
    known: Metric,
    rows: list[dict[str, Any]],
    high: dict[str, Any] | None,
    low: dict[str, Any] | None,
    span: Period | None,
    grain: str,
) -> str:
    if high is None or low is None:
        over = f" {wording.within(span)}" if span else ""
        return f"No finished {grain} of {known.noun}{over} is stored."
    were = wording.was(known.noun)
    if len(rows) == 1:
        return f"{wording.capital(known.noun)} {were} {high['shown']} in {_named(high)}."
    return (
        f"{wording.capital(known.noun)} {were} highest in {_named(high)} at {high['shown']} and lowest in "
        f"{_named(low)} at {low['shown']}, of {len(rows)} finished {grain}s."
    )


def _named(row: dict[str, Any]) -> str:
    return f"{row['period']} (partial)" if row["days_missing"] else str(row["period"])
