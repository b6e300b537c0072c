"""Parquet, some rows at a time."""

from collections.abc import Iterator
from pathlib import Path

from cofounder.business.imports.errors import FileEmpty, FileSuspicious, FileUnreadable
from cofounder.business.imports.schemas import Form
from cofounder.business.imports.sources.batches import (
    BATCH_ROWS,
    LINE_COLUMN,
    LIST_BREAK,
    MOST_CELLS,
    MOST_CHARACTERS,
    Batch,
    names,
)

_FIRST = 100  # rows that tell how heavy a row is
_MOST_RATIO, _ENOUGH = 200, 500_000_000  # unpacked to packed, and from how many characters on that counts
_ROWS_A_BYTE, _MANY_ROWS = 100, 20_000_000


class ParquetReader:
    """A Parquet file. Its rows are counted from 1: there is no line with names."""

    def __init__(self, path: Path, form: Form, name: str) -> None:
        import polars as pl

        self._path = path
        self.notes: list[str] = []
        self.form = form
        try:
            self._schema = pl.read_parquet_schema(path)
            self.total: int | None = int(pl.scan_parquet(path).select(pl.len()).collect().item())
        except (pl.exceptions.PolarsError, OSError, ValueError) as error:
            raise FileUnreadable(f"{name} is no whole Parquet file.", field="file") from error
        if not self._schema or not self.total:
            raise FileEmpty(f"{name} holds no rows.", field="file")
        self._bytes = path.stat().st_size
        if self.total > _MANY_ROWS and self.total > _ROWS_A_BYTE * self._bytes:
            raise FileSuspicious(f"{name} holds {self.total:,} rows in {self._bytes:,} bytes.", field="file")
        self._stored = list(self._schema)
        self.columns = names(self._stored, self.notes)

    def batches(self, size: int = BATCH_ROWS, place: str | None = None) -> Iterator[Batch]:
        import polars as pl

        texts = [
            _text(name, kind).alias(shown)
            for (name, kind), shown in zip(self._schema.items(), self.columns, strict=True)
        ]
        most = max(1, min(size, MOST_CELLS // len(texts)))
        start, step, out = int(place or 0), min(_FIRST, most), 0
        while start < (self.total or 0):
            try:
                part = pl.scan_parquet(self._path).slice(start, step).select(texts).collect()
            except (pl.exceptions.PolarsError, OSError) as error:
                raise FileUnreadable(f"It breaks off after row {start:,}.", field="file") from error
            if not part.height:
                raise FileUnreadable(f"It breaks off after row {start:,}.", field="file")
            weight = _characters(part)
            out += weight
            if out > _ENOUGH and out > _MOST_RATIO * self._bytes:
                raise FileSuspicious(field="file")
            room = max(1, min(most, MOST_CHARACTERS * part.height // max(weight, 1)))  # rows that weigh a batch
            lines = pl.int_range(start + 1, start + part.height + 1, dtype=pl.Int64, eager=True).alias(LINE_COLUMN)
            part.insert_column(0, lines)
            for at in range(0, part.height, room):
                piece = part.slice(at, room)
                yield Batch(piece, piece.height, place=str(start + at + piece.height))
            start, step = start + part.height, min(room, 20 * step)

    def close(self) -> None:
        """Nothing stays open."""


def _characters(part: "pl.DataFrame") -> int:  # type: ignore[name-defined]  # noqa: F821
    import polars as pl

    return int(part.select(pl.sum_horizontal(pl.all().str.len_bytes().sum())).item() or 0)


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
