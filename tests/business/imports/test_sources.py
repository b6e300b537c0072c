"""Whatever a file is, it is read as rows or refused in words; nothing in it can exhaust the machine or run."""

import gzip
import json
import zipfile
from pathlib import Path

import polars as pl
import pytest
from openpyxl import Workbook

from cofounder.business.imports.errors import FileEmpty, FileNotKnown, FileSuspicious, FileUnreadable
from cofounder.business.imports.schemas import Fault, Form
from cofounder.business.imports.sources import batches, excel, files, open_file, parquet, text
from tests.business.imports.carried import write


def rows(path: Path, form: Form | None = None, size: int = 20_000) -> tuple[list[str], list[tuple], list[Fault]]:
    reader = open_file(path, form)
    found, faults = [], []
    for batch in reader.batches(size):
        found += batch.frame.rows()
        faults += batch.faults
        assert batch.read == batch.frame.height + len(batch.faults)
    return reader.columns, found, faults


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_encoding_and_delimiter_is_found_out(tmp_path: Path, encoding: str, delimiter: str) -> None:
    lines = ["title,city,count".replace(",", delimiter), "Größe für Café,Zürich,3".replace(",", delimiter)] * 40
    path = write(tmp_path / "file.csv", "\r\n".join(lines[:1] + lines[1::2]), encoding)
    columns, found, faults = rows(path)
    assert columns == ["title", "city", "count"]
    assert found[0] == (2, "Größe für Café", "Zürich", "3")
    assert faults == []


def test_one_bad_byte_makes_no_other_encoding_of_a_file_of_utf_8(tmp_path: Path) -> None:
    good = "".join(f"Größe für Café {n} – “neu” 日本,{n}\n" for n in range(2_000)).encode()
    (tmp_path / "a.csv").write_bytes(b"title,clicks\n" + good + "Münster,7\n".encode("latin-1"))
    reader = open_file(tmp_path / "a.csv")
    assert (reader.form.encoding, reader.form.guessed, reader.notes) == ("utf-8", False, [])
    _, found, _ = rows(tmp_path / "a.csv")
    assert found[0][1] == "Größe für Café 0 – “neu” 日本"
    assert found[-1][1] == "M\ufffdnster"  # and refused as such when it is converted


def test_an_old_encoding_is_a_guess_and_is_said_to_be_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "a,b\n" + "plain,1\n" * 50_000 + "Größe für Café,2\n" * 20, "cp1252")
    reader = open_file(path)
    assert (reader.form.encoding, reader.form.guessed) == ("cp1252", True)
    assert any("Windows-1252, which was guessed" in note for note in reader.notes)
    assert any("guessed" in note for note in open_file(path, reader.form).notes)  # as it is opened to be carried out
    said = open_file(path, Form(encoding="cp1252"))
    assert (said.form.guessed, said.notes) == (False, [])


def test_lines_are_those_of_the_file_even_when_a_cell_has_several(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'a,b\n"two\nlines",1\n\nx,2\n')
    _, found, _ = rows(path)
    assert [row[0] for row in found] == [2, 5]


def test_batches_of_any_size_give_the_same_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "a,b\n" + "".join(f"{n},x\n" for n in range(101)))
    assert rows(path, size=7) == rows(path, size=1_000)


def test_a_row_of_another_length_is_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "a,b\n1,2\n1,2,3\n4\n5,6,\n7,8\n")
    _, found, faults = rows(path)
    assert [row[0] for row in found] == [2, 5, 6]
    assert [(fault.line, fault.code) for fault in faults] == [(3, "line_broken"), (4, "line_broken")]


def test_columns_of_one_name_and_of_none_get_names_of_their_own(tmp_path: Path) -> None:
    reader = open_file(write(tmp_path / "a.csv", "a,a,,a\n1,2,3,4\n"))
    assert reader.columns == ["a", "a (2)", "column_3", "a (3)"]
    assert any("more than once" in note for note in reader.notes)


def test_two_hundred_columns_are_read_and_a_thousand_are_refused(tmp_path: Path) -> None:
    for many, fits in ((200, True), (1_000, False)):
        text = ",".join(f"c{n}" for n in range(many)) + "\n" + ",".join("1" * many) + "\n"
        path = write(tmp_path / f"{many}.csv", text)
        if fits:
            assert len(rows(path)[1][0]) == 201
        else:
            with pytest.raises(FileUnreadable, match="500"):
                open_file(path)


@pytest.mark.parametrize("content", [b"", b"\n\n\n", b"   \n"])
def test_an_empty_file_is_said_to_be_empty(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(FileEmpty):
        open_file(tmp_path / "a.csv")


def test_binary_data_old_excel_and_a_json_list_are_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(bytes(range(256)) * 50)
    (tmp_path / "b.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500))
    (tmp_path / "c.json").write_text('[{"a": 1}]')
    for name in ("a.csv", "b.xls", "c.json"):
        with pytest.raises(FileNotKnown):
            open_file(tmp_path / name)
    with pytest.raises(FileUnreadable):
        open_file(tmp_path / "missing.csv")


def test_the_wrong_delimiter_leaves_one_column_and_a_note(tmp_path: Path) -> None:
    reader = open_file(write(tmp_path / "a.csv", "a;b\n1;2\n"), Form(delimiter=","))
    assert reader.columns == ["a;b"]
    assert any("delimiter" in note for note in reader.notes)


def test_a_quote_that_is_never_closed_costs_its_rows_and_not_the_memory(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'a,b\n1,2\n"open,' + "x" * 3_000_000 + "\n" + "3,4\n" * 10)
    _, found, faults = rows(path)
    assert found[0] == (2, "1", "2")
    assert faults


def test_gzip_that_unpacks_to_far_more_than_its_size_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_ENOUGH", 300_000)  # else half a gigabyte would have to be unpacked here
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 200_000))
    with pytest.raises(FileSuspicious):
        rows(path, size=200_000)


def test_a_cut_gzip_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 100_000)[:300])
    with pytest.raises(FileUnreadable):
        rows(path)


def test_jsonl_lines_become_columns_and_a_broken_line_is_refused(tmp_path: Path) -> None:
    said = [
        {"id": 1, "metrics": {"views": 10}, "tags": ["a", "b"], "live": True},
        {"id": 2, "metrics": {"views": None}},
    ]
    text = "\n".join([json.dumps(said[0]), "{broken", json.dumps(said[1]), "[1]"])
    columns, found, faults = rows(write(tmp_path / "a.jsonl", text))
    assert columns == ["id", "metrics.views", "tags", "live"]
    assert found == [(1, "1", "10", "a\x1fb", "true"), (3, "2", None, None, None)]
    assert [fault.line for fault in faults] == [2, 4]


def test_a_number_of_a_jsonl_line_that_is_too_large_stays_as_it_was_written(tmp_path: Path) -> None:
    """Whoever reads the column refuses it by what stands in the file, not as an infinity that nobody wrote."""
    text = '{"views": 1e400, "all": [1, -1e999], "x": 1.5}'
    _, found, faults = rows(write(tmp_path / "a.jsonl", text))
    assert (found, faults) == ([(1, "1e400", "1\x1f-1e999", "1.5")], [])


def test_parquet_keeps_its_types_as_text(tmp_path: Path) -> None:
    frame = pl.DataFrame({"n": [1, None], "t": ["2024-01-31 10:00", None], "x": [0.5, 1e20], "l": [["a"], []]})
    frame = frame.with_columns(pl.col("t").str.to_datetime("%Y-%m-%d %H:%M").dt.replace_time_zone("Europe/Berlin"))
    frame.write_parquet(tmp_path / "a.parquet")
    columns, found, _ = rows(tmp_path / "a.parquet", size=1)
    assert columns == ["n", "t", "x", "l"]
    assert found[0] == (1, "1", "2024-01-31T09:00:00.000000+00:00", "0.5", "a")
    assert found[1][:2] == (2, None)
    (tmp_path / "b.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:100])
    with pytest.raises(FileUnreadable):
        open_file(tmp_path / "b.parquet")


def test_of_an_excel_formula_the_saved_value_counts_and_none_is_carried_out(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["title", "views", "sum"])
    sheet.append(["=cmd|'/c calc'!A0", 10, "=B2*2"])
    sheet["A2"].data_type = "s"
    sheet.append(["plain", 20, "=B3*2"])
    book.save(tmp_path / "a.xlsx")
    reader = open_file(tmp_path / "a.xlsx")
    assert any("sum" in note for note in reader.notes)
    found = [row for batch in reader.batches() for row in batch.frame.rows()]
    assert found == [(2, "=cmd|'/c calc'!A0", "10", None), (3, "plain", "20", None)]  # never computed: no saved value
    with pytest.raises(FileUnreadable, match="Sheet"):
        open_file(tmp_path / "a.xlsx", Form(sheet="none"))


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(FileSuspicious):
        open_file(path)
    plain = tmp_path / "plain.zip"
    with zipfile.ZipFile(plain, "w") as packed:
        packed.writestr("a.csv", "a,b\n")
    with pytest.raises(FileNotKnown):
        open_file(plain)


def book(path: Path, sheet: str) -> Path:
    """A workbook with this XML as the rows of its one sheet."""
    made = Workbook()
    made.save(path)
    with zipfile.ZipFile(path) as packed:
        parts = {part: packed.read(part) for part in packed.namelist()}
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/worksheets/sheet1.xml"] = (
        f'<worksheet xmlns="{space}"><sheetData>{sheet}</sheetData></worksheet>'.encode()
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, said in parts.items():
            packed.writestr(name, said)
    return path


def cell(place: str, said: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{said}</t></is></c>'


HEAD = f'<row r="1">{cell("A1", "title")}{cell("B1", "views")}</row>'


def test_a_workbook_is_known_by_its_contents_whatever_its_name(tmp_path: Path) -> None:
    made = Workbook()
    assert made.active is not None
    for row in (["title", "views"], ["a", 3]):
        made.active.append(row)
    made.save(tmp_path / "a.xlsx")
    (tmp_path / "a.xlsx").rename(tmp_path / "0190aa")  # as an upload lies
    assert rows(tmp_path / "0190aa")[:2] == (["title", "views"], [(2, "a", "3")])


def test_what_is_refused_is_called_as_people_call_it(tmp_path: Path) -> None:
    with pytest.raises(FileEmpty, match=r"visits\.csv is empty"):
        open_file(write(tmp_path / "0190aa", ""), name="visits.csv")


def test_a_row_that_no_workbook_has_and_a_broken_one_are_refused_in_words(tmp_path: Path) -> None:
    far = book(tmp_path / "far.xlsx", f'{HEAD}<row r="900000000">{cell("A900000000", "x")}</row>')
    with pytest.raises(FileSuspicious):
        rows(far)
    broken = book(tmp_path / "broken.xlsx", f'{HEAD}<row r="2"><c r="B2"><v>oops</v></c></row>')
    with pytest.raises(FileUnreadable, match="breaks off"):
        rows(broken)


def test_a_row_of_a_workbook_that_would_fill_the_memory_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel, "_ROW_BYTES", 600_000)
    path = book(tmp_path / "a.xlsx", f'{HEAD}<row r="2">{cell("A2", "abcdefghij" * 200_000)}</row>')
    with pytest.raises(FileSuspicious):
        rows(path)
    many = book(
        tmp_path / "b.xlsx", HEAD + "".join(f'<row r="{n}">{cell(f"A{n}", "x" * 900)}</row>' for n in range(2, 2_002))
    )
    assert len(rows(many)[1]) == 2_000


def test_parquet_that_unpacks_to_far_more_than_its_size_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "_ENOUGH", 5_000_000)
    monkeypatch.setattr(parquet, "_MANY_ROWS", 500_000)
    pl.DataFrame({"t": ["y" * 100_000] * 100}).write_parquet(tmp_path / "text.parquet")
    with pytest.raises(FileSuspicious):
        rows(tmp_path / "text.parquet")
    pl.DataFrame({"n": pl.repeat(1, 1_000_000, eager=True)}).write_parquet(tmp_path / "rows.parquet")
    with pytest.raises(FileSuspicious, match="1,000,000 rows"):
        open_file(tmp_path / "rows.parquet")


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_batch_ends_before_it_weighs_too_much(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for where in (batches, parquet):
        monkeypatch.setattr(where, "MOST_CHARACTERS", 100_000)
    text = "word " * 2_000
    path = tmp_path / f"a.{kind}"
    if kind == "csv":
        write(path, "n,text\n" + f"1,{text}\n" * 60)
    elif kind == "jsonl":
        write(path, (json.dumps({"n": 1, "text": text}) + "\n") * 60)
    else:
        pl.DataFrame({"n": [1] * 60, "text": [f"{n} {text}" for n in range(60)]}).write_parquet(path)
    sizes = [batch.read for batch in open_file(path).batches()]
    assert sum(sizes) == 60
    assert max(sizes) <= 11


def test_a_batch_has_only_so_many_cells_as_may_be_refused_one_by_one(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv", ",".join(f"c{n}" for n in range(400)) + "\n" + (",".join("1" * 400) + "\n") * 1_500
    )
    assert [batch.read for batch in open_file(path).batches()] == [1_000, 500]


def test_a_file_without_line_ends_is_not_held_as_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "LINE_CHARACTERS", 100_000)
    path = write(tmp_path / "a.csv", "a,b\n1,2\n" + "x," * 500_000 + "\n3,4\n")
    _, found, faults = rows(path)
    assert [row[1:] for row in found] == [("1", "2"), ("3", "4")]
    assert len(faults) == 10  # pieces of it
    assert max(len(fault.value or "") for fault in faults) <= 500


def test_a_quote_that_runs_on_over_lines_says_where_to(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'a,b\n1,2\n"3,4\n5,6\n7,8"\n9,0\n')
    _, found, faults = rows(path)
    assert [row[0] for row in found] == [2, 6]
    assert [(fault.line, fault.reason) for fault in faults] == [
        (3, "It has 1 cells where the columns are 2; a quote in it runs on to line 5.")
    ]


def test_json_keys_are_read_however_their_columns_are_called(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl", '{" title": "x", "page  views": 1, "": 3}\n' + '{" title": "y"}\n' * 1_500 + '{"late": 7}'
    )
    columns, found, _ = rows(path)
    assert columns == ["title", "page views", "column_3", "late"]
    assert found[0] == (1, "x", "1", "3", None)
    assert found[-1][1:] == (None, None, None, "7")


def test_half_a_character_in_json_is_a_sign_of_another_encoding(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"a": "\\ud83d\\ude00", "b\\ud800": "\\ud800x"}\n')
    columns, found, _ = rows(path)
    assert columns == ["a", "b\ufffd"]
    assert found == [(1, "\U0001f600", "\ufffdx")]


@pytest.mark.parametrize("encoding", ["undefined", "idna", "punycode", "unicode_escape", "rot13", "none-such"])
def test_what_is_no_encoding_of_files_is_refused_in_words(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(FileUnreadable, match="no encoding"):
        open_file(write(tmp_path / "a.csv", "a,b\nä,2\n"), Form(encoding=encoding))
