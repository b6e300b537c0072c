"""A reader goes on where an earlier one stopped, and does not read what comes before again; it knows how far it is."""

import gzip
import json
from pathlib import Path

import polars as pl
import pytest
from openpyxl import Workbook

from cofounder.business.imports.sources import Batch, files, open_file

ROWS = 60
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "shift_jis")


def excel(path: Path) -> None:
    book = Workbook()
    sheet = book.create_sheet("rows", 0)
    for n in range(ROWS + 1):
        sheet.append(["n", "text"] if n == 0 else [n, f"text {n}"])
    book.save(path)


def made(folder: Path, kind: str) -> Path:
    path = folder / f"file.{kind}"
    text = "n,text\r\n" + "".join(
        f'{n},"two\r\nlines {n}"\r\n' if n % 9 == 0 else f"{n},plain\r\n" for n in range(ROWS)
    )
    lines = "".join(
        json.dumps({"n": n, "text": f"é {n}"}, ensure_ascii=False) + "\n" * (1 + n % 3) for n in range(ROWS)
    )
    if kind in ENCODINGS:
        path.write_bytes(text.encode(kind))
    elif kind == "jsonl":
        path.write_bytes(lines.encode())
    elif kind.endswith("gz"):
        path.write_bytes(gzip.compress((text if kind == "csv.gz" else lines).encode()))
    elif kind == "parquet":
        pl.DataFrame({"n": range(ROWS), "text": [f"text {n}" for n in range(ROWS)]}).write_parquet(path)
    else:
        excel(path)
    return path


def test_blank_rows_above_the_names_of_a_workbook_are_no_rows(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    given: dict[int, tuple[str | int, str]] = {3: ("n", "text"), 5: (1, "one"), 6: (2, "two")}
    for place, cells in given.items():
        for column, value in enumerate(cells, 1):
            sheet.cell(place, column, value)
    book.save(tmp_path / "a.xlsx")
    reader = open_file(tmp_path / "a.xlsx")
    assert reader.columns == ["n", "text"]
    assert rows(list(reader.batches())) == [(5, "1", "one"), (6, "2", "two")]


def rows(batches: list[Batch]) -> list[tuple[object, ...]]:
    return [row for batch in batches for row in batch.frame.rows()]


@pytest.mark.parametrize("kind", [*ENCODINGS, "jsonl", "csv.gz", "jsonl.gz", "parquet", "xlsx"])
def test_from_the_place_of_any_batch_the_rest_follows_on_the_same_lines(tmp_path: Path, kind: str) -> None:
    path = made(tmp_path, kind)
    whole = list(open_file(path).batches(7))
    assert len(rows(whole)) == ROWS
    for number, batch in enumerate(whole):
        assert batch.place is not None
        rest = list(open_file(path).batches(7, batch.place))
        assert rows(rest) == rows(whole[number + 1 :])


@pytest.mark.parametrize("kind", ["utf-8", "jsonl"])
def test_what_comes_before_the_place_is_not_read_again(tmp_path: Path, kind: str) -> None:
    path = made(tmp_path, kind)
    first, *rest = list(open_file(path).batches(20))
    reader = open_file(path)
    data = path.read_bytes()
    middle = data.index(b"lines 9") if kind == "utf-8" else data.index(b'"n": 9')
    path.write_bytes(data[:middle] + b'"' + data[middle + 1 :])  # a quote that would swallow all that follows
    assert rows(list(reader.batches(20, first.place))) == rows(rest)


@pytest.mark.parametrize("kind", ["utf-8", "utf-16", "jsonl", "csv.gz", "jsonl.gz", "xlsx"])
def test_the_share_that_is_read_grows_to_the_whole(tmp_path: Path, kind: str) -> None:
    shares = [batch.share or 0.0 for batch in open_file(made(tmp_path, kind)).batches(7)]
    assert all(0 < share <= 1 for share in shares)
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_file_of_nothing_but_broken_lines_is_told_in_batches(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + "1,2,3\n" * 50)
    found = list(open_file(path).batches(10))
    assert [len(batch.faults) for batch in found] == [10] * 5


def test_a_packed_file_is_passed_over_to_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(bytes(range(256)) * 8_000))
    with files.unpacked(path) as file:
        files.go_to(file, 1_500_003)
        assert file.read(2) == bytes([1_500_003 % 256, 1_500_004 % 256])
