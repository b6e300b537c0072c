"""Parquet, some rows at a time."""

from collections.abc import Iterator
from pathlib import Path

from cofounder.business.imports.errors import FileEmpty, FileUnreadable
from cofounder.business.imports.schemas import Form
from cofounder.business.imports.sources.batches import BATCH_ROWS, LINE_COLUMN, LIST_BREAK, Batch, names

MOST_ROWS = 2_000_000_000


class ParquetReader:
    """A Parquet file. Its rows are counted from 1: there is no line with names."""

    steady = True

    def __init__(self, path: Path, form: Form) -> None:
        import polars as pl

        self._path = path
        self.notes: list[str] = []
        self.form = form
        try:
            self._schema = pl.read_parquet_schema(path)
            self.total: int | None = int(pl.scan_parquet(path).select(pl.len()).collect().item())
        except (pl.exceptions.PolarsError, OSError, ValueError) as error:
            raise FileUnreadable(f"{path.name} is no whole Parquet file.", field="file") from error
        if not self._schema or not self.total:
            raise FileEmpty(f"{path.name} holds no rows.", field="file")
        self._stored = list(self._schema)
        self.columns = names(self._stored, self.notes)

    def batches(self, size: int = BATCH_ROWS) -> Iterator[Batch]:
        import polars as pl

        texts = [
            _text(name, kind).alias(shown)
            for (name, kind), shown in zip(self._schema.items(), self.columns, strict=True)
        ]
        for start in range(0, self.total or 0, size):
            try:
                part = pl.scan_parquet(self._path).slice(start, size).select(texts).collect()
            except (pl.exceptions.PolarsError, OSError) as error:
                raise FileUnreadable(f"It breaks off after row {start:,}.", field="file") from error
            lines = pl.int_range(start + 1, start + part.height + 1, dtype=pl.Int64, eager=True).alias(LINE_COLUMN)
            yield Batch(part.insert_column(0, lines), part.height)

    def close(self) -> None:
        """Nothing stays open."""


def _text(name: str, kind: "pl.DataType") -> "pl.Expr":  # type: ignore[name-defined]  # noqa: F821
    import polars as pl

    column = pl.col(name)
    if isinstance(kind, pl.Datetime):
        moment = column.dt.convert_time_zone("UTC") if kind.time_zone else column
        return moment.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f" + ("+00:00" if kind.time_zone else ""))
    if isinstance(kind, pl.List):
        return column.list.eval(pl.element().cast(pl.String)).list.join(LIST_BREAK)
    if isinstance(kind, pl.Struct):
        return column.struct.json_encode()
    if kind == pl.Binary:
        return pl.lit(None, dtype=pl.String)
    return column.cast(pl.String)
