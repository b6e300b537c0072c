"""What a kind's rows need beside what was given: defaults, one row a platform, one row a figure. Pure."""

import re
from datetime import datetime
from typing import TYPE_CHECKING

from cofounder import channels
from cofounder.business import catalogue
from cofounder.business.imports.schemas import LINE, Figure, Mapping, Units
from cofounder.business.imports.sources.batches import LIST_BREAK
from cofounder.business.records.schemas import WEB_PARTS

if TYPE_CHECKING:
    import polars as pl

ENDED = ("completed", "rejected", "failed", "cancelled", "expired")
_STATUS = {
    "complete": "completed",
    "done": "completed",
    "finished": "completed",
    "published": "completed",
    "success": "completed",
    "succeeded": "completed",
    "closed": "completed",
    "canceled": "cancelled",
    "aborted": "cancelled",
    "declined": "rejected",
    "error": "failed",
}
_MONEY_UNIT = "usd"  # what the catalogue calls money, in whatever currency


def platforms(said: str) -> str:
    """Our names of the platforms in a cell, in their order: "Twitter; LinkedIn" names two."""
    parts = [part.strip().lower() for part in re.split(rf"[,;|{LIST_BREAK}]+", said)]
    named = [channels.canonical(part) or part for part in parts if part]
    return LIST_BREAK.join(dict.fromkeys(named))


def status(said: str) -> str | None:
    """Our word for how a task ended."""
    plain = said.strip().lower().replace(" ", "_")
    return plain if plain in ENDED else _STATUS.get(plain)


def shape(kind: str, rows: "pl.DataFrame", mapping: Mapping, units: Units, now: datetime) -> "pl.DataFrame":
    """The rows with every column that the records want of them."""
    if kind == "posts":
        return _posts(rows, units)
    if kind == "tasks":
        return _tasks(rows)
    if kind == "social_analytics":
        return _social(rows, units, now)
    if kind == "web_analytics":
        return _web(rows, units)
    if kind == "financial_metrics":
        return _money(rows, mapping, units)
    return _evaluations(rows)


def _posts(rows: "pl.DataFrame", units: Units) -> "pl.DataFrame":
    import polars as pl

    rows = _one_a_platform(rows)
    title = pl.col("title") if "title" in rows.columns else pl.lit(None, dtype=pl.String)
    content = pl.col("content") if "content" in rows.columns else pl.lit(None, dtype=pl.String)
    made = [pl.coalesce(content, title).alias("content")]
    if "hashtags" in rows.columns:
        made.append(
            pl.col("hashtags").str.replace_all(rf"[,;#\s{LIST_BREAK}]+", LIST_BREAK).str.strip_chars(LIST_BREAK)
        )
    if "cost" in rows.columns:
        made.append(_currency(rows, units).alias("currency"))
    return _kept(rows.with_columns(made), "attributes")


def _tasks(rows: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    texts = [pl.col(name) for name in ("request", "title", "topic") if name in rows.columns]
    made = [pl.coalesce(texts).alias("request")]
    state = pl.col("status") if "status" in rows.columns else pl.lit(None, dtype=pl.String)
    made.append(state.fill_null("completed").alias("status"))
    if "tags" in rows.columns:
        made.append(pl.col("tags").str.replace_all(rf"[,;#\s{LIST_BREAK}]+", LIST_BREAK).str.strip_chars(LIST_BREAK))
    if "cost" in rows.columns:
        made.append(pl.col("cost").fill_null(0.0))
    if "completed_at" not in rows.columns:
        made.append(pl.col("created_at").alias("completed_at"))
    return rows.with_columns(made)


def _social(rows: "pl.DataFrame", units: Units, now: datetime) -> "pl.DataFrame":
    import polars as pl

    rows = _one_a_platform(rows)
    at = pl.lit(now).cast(pl.Datetime("us", "UTC"))
    if "measured_at" in rows.columns:
        made = [pl.col("measured_at").is_null().alias("untimed"), pl.col("measured_at").fill_null(at)]
    else:
        made = [pl.lit(True).alias("untimed"), at.alias("measured_at")]
    if {"revenue", "cost"} & set(rows.columns):
        made.append(_currency(rows, units).alias("currency"))
    return _kept(rows.with_columns(made), "raw")


def _web(rows: "pl.DataFrame", units: Units) -> "pl.DataFrame":
    import polars as pl

    made = [(pl.col(part).fill_null("") if part in rows.columns else pl.lit("")).alias(part) for part in WEB_PARTS]
    made.append(_known_after(rows, "day", units).alias("measured_at"))
    if "revenue" in rows.columns:
        made.append(_currency(rows, units).alias("currency"))
    return rows.with_columns(made)


def _money(rows: "pl.DataFrame", mapping: Mapping, units: Units) -> "pl.DataFrame":
    import polars as pl

    rows = rows.with_columns(_period_end(rows, units).alias("period_end"))
    rows = rows.with_columns(_known_after(rows, "period_end", units).alias("measured_at"))
    for part in ("channel", "campaign"):
        value = pl.col(part).fill_null("") if part in rows.columns else pl.lit("")
        rows = rows.with_columns(value.alias(part))
    shared = [LINE, "period_start", "period_end", "measured_at"]
    parts = []
    if {"metric_type", "metric_value"} <= set(rows.columns):
        long = rows.filter(pl.col("metric_type").is_not_null() & pl.col("metric_value").is_not_null())
        names = long["metric_type"].unique().to_list()
        money = [catalogue.metric(name).unit for name in names]
        unit = pl.col("metric_type").replace_strict(names, money, return_dtype=pl.String) if names else pl.lit("")
        said = _currency(long, units)
        long = long.with_columns(unit.alias("unit")).with_columns(
            pl.when(pl.col("unit") == _MONEY_UNIT).then(said).otherwise(None).alias("currency")
        )
        parts.append(long.select([*shared, "metric_type", "metric_value", "unit", "currency", "channel", "campaign"]))
    for number, figure in enumerate(mapping.figures):
        column = f"figure {number}"
        some = rows.filter(pl.col(column).is_not_null())
        parts.append(some.select([*map(pl.col, shared), *_figure(rows, figure, column, units)]))
    return pl.concat(parts, how="vertical_relaxed")


def _figure(rows: "pl.DataFrame", figure: Figure, column: str, units: Units) -> "list[pl.Expr]":
    import polars as pl

    known = catalogue.metric(figure.metric_type)
    unit = figure.unit or known.unit
    currency = _currency(rows, units) if figure.currency is None else pl.lit(figure.currency)
    channel = channels.canonical(figure.channel) or figure.channel
    return [
        pl.lit(known.name).alias("metric_type"),
        pl.col(column).alias("metric_value"),
        pl.lit(unit).alias("unit"),
        (currency if unit == _MONEY_UNIT else pl.lit(None, dtype=pl.String)).alias("currency"),
        pl.lit(channel).alias("channel"),
        pl.lit(figure.campaign).alias("campaign"),
    ]


def _evaluations(rows: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    judge = pl.col("evaluator").fill_null("") if "evaluator" in rows.columns else pl.lit("")
    rows = rows.with_columns(judge.alias("evaluator"))
    named = [name for name in rows.columns if name.startswith("dimension ")]
    if not named:
        return rows.with_columns(pl.lit("{}").alias("dimensions"))
    parts = pl.struct([pl.col(name).alias(name.removeprefix("dimension ")) for name in named])
    return rows.with_columns(parts.struct.json_encode().alias("dimensions")).drop(named)


def _one_a_platform(rows: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    if not rows.height or not rows["platform"].str.contains(LIST_BREAK, literal=True).any():
        return rows
    return rows.with_columns(pl.col("platform").str.split(LIST_BREAK)).explode("platform")


def _kept(rows: "pl.DataFrame", into: str) -> "pl.DataFrame":
    """The columns that a person chose to keep, as one JSON object."""
    import polars as pl

    named = [name for name in rows.columns if name.startswith("kept ")]
    if not named:
        return rows
    parts = pl.struct([pl.col(name).alias(name.removeprefix("kept ")) for name in named])
    return rows.with_columns(parts.struct.json_encode().alias(into)).drop(named)


def _currency(rows: "pl.DataFrame", units: Units) -> "pl.Expr":
    import polars as pl

    return pl.col("currency").fill_null(units.currency) if "currency" in rows.columns else pl.lit(units.currency)


def _known_after(rows: "pl.DataFrame", day: str, units: Units) -> "pl.Expr":
    """When a value became known: as given, else the first moment after its last day, in the source's time zone."""
    import polars as pl

    next_day = (pl.col(day) + pl.duration(days=1)).cast(pl.Datetime("us"))
    local = next_day.dt.replace_time_zone(units.timezone, ambiguous="earliest", non_existent="null")
    midnight = pl.coalesce(
        local,
        (next_day + pl.duration(hours=1)).dt.replace_time_zone(
            units.timezone, ambiguous="earliest", non_existent="null"
        ),
    )
    after = midnight.dt.convert_time_zone("UTC")
    return pl.col("measured_at").fill_null(after) if "measured_at" in rows.columns else after


def _period_end(rows: "pl.DataFrame", units: Units) -> "pl.Expr":
    import polars as pl

    start = pl.col("period_start")
    ends = {
        "day": start,
        "week": start + pl.duration(days=6),
        "month": start.dt.month_end(),
        "quarter": start.dt.offset_by("3mo") - pl.duration(days=1),
        "year": start.dt.offset_by("1y") - pl.duration(days=1),
    }
    end = ends[units.period or "day"].cast(pl.Date)
    return pl.coalesce(pl.col("period_end"), end) if "period_end" in rows.columns else end
