"""Rows as PostgreSQL copies them: CSV without a header, \\N for null. Pure but for the ids."""

import os
import time
from typing import TYPE_CHECKING

from cofounder.business.imports.schemas import LINE
from cofounder.business.imports.sources.batches import LIST_BREAK

if TYPE_CHECKING:
    import polars as pl

_LISTS = ("hashtags", "tags")


def as_copy(rows: "pl.DataFrame") -> tuple[bytes, list[str]]:
    """(the bytes, the columns in their order) of rows as the converter gives them."""
    import polars as pl

    made = [
        pl.Series("id", new_ids(rows.height), dtype=pl.String),
        *(_list(rows[name]) for name in _LISTS if name in rows.columns),
        rows.select(pl.format("{}{}{}", pl.lit("{"), pl.col("flags"), pl.lit("}")).alias("flags")).to_series(),
    ]
    if "completed_at" in rows.columns and "status" in rows.columns:  # a task that ended without saying when
        ended = pl.when(pl.col("status") == "completed").then(pl.col("created_at")).otherwise(None)
        made.append(rows.select(pl.coalesce(pl.col("completed_at"), ended).alias("completed_at")).to_series())
    rows = rows.with_columns(made).rename({LINE: "line"})
    written = rows.write_csv(
        None,
        include_header=False,
        null_value="\\N",
        quote_style="non_numeric",
        datetime_format="%Y-%m-%dT%H:%M:%S%.6f%z",
    )
    return written.encode(), rows.columns


def new_ids(number: int) -> list[str]:
    """UUIDv7 of this moment, as text: `kit.ids.new_id` for many."""
    head = f"{time.time_ns() // 1_000_000:012x}"
    first, raw = f"{head[:8]}-{head[8:]}-7", os.urandom(10 * number).hex()
    variant = "89ab"
    return [
        f"{first}{raw[at : at + 3]}-{variant[int(raw[at + 3], 16) & 3]}{raw[at + 4 : at + 7]}-{raw[at + 7 : at + 19]}"
        for at in range(0, 20 * number, 20)
    ]


def _list(cells: "pl.Series") -> "pl.Series":
    """A list as PostgreSQL writes an array of text."""
    import polars as pl

    name = cells.name
    c = pl.col(name)
    inner = c.str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    joined = pl.format("{}{}{}", pl.lit('{"'), inner.str.replace_all(LIST_BREAK, '","', literal=True), pl.lit('"}'))
    full = pl.when(c.is_null() | (c == "")).then(pl.lit("{}")).otherwise(joined)
    return cells.to_frame().select(full.alias(name)).to_series()
