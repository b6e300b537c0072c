"""Which kind of file it is, by what it holds and not by its name, and whether it may be opened at all."""

import gzip
import io
import zipfile
from pathlib import Path
from typing import IO, cast

from cofounder.business.imports.errors import FileEmpty, FileNotKnown, FileSuspicious, FileUnreadable
from cofounder.business.imports.schemas import Form
from cofounder.business.imports.sources.batches import Reader

HEAD = 1_000_000
_MOST_RATIO, _ENOUGH = 200, 500_000_000  # unpacked to packed, and from how many bytes on that counts
_SHEET_BYTES, _BESIDE_BYTES = 4_000_000_000, 100_000_000


def open_file(path: Path, form: Form | None = None, *, name: str | None = None) -> Reader:
    """A reader of the file, its form found out where it is open. `name`: what people call it, else its own.

    Raises FileUnreadable, FileEmpty, FileNotKnown, FileSuspicious.
    """
    form, name = form or Form(), name or path.name
    try:
        if not path.is_file():
            raise FileUnreadable(f"{name} is not there, or is no file.", field="file")
        size = path.stat().st_size
        with path.open("rb") as file:
            first = file.read(8)
    except OSError as error:
        raise FileUnreadable(f"{name}: {error.strerror}.", field="file") from error
    if size == 0:
        raise FileEmpty(f"{name} is empty.", field="file")
    format = form.format or _format(path, first, name)
    packing = form.packing or ("gzip" if first[:2] == b"\x1f\x8b" else "none")
    form = form.model_copy(update={"format": format, "packing": packing})
    if format == "parquet":
        from cofounder.business.imports.sources.parquet import ParquetReader

        return ParquetReader(path, form, name)
    if format == "excel":
        from cofounder.business.imports.sources.excel import ExcelReader

        _look_into(path, name)
        return ExcelReader(path, form, name)
    if format == "jsonl":
        from cofounder.business.imports.sources.jsonl import JsonlReader

        return JsonlReader(path, form, name)
    from cofounder.business.imports.sources.text import TextReader

    return TextReader(path, form, name)


def _format(path: Path, first: bytes, name: str) -> str:
    if first[:4] == b"PAR1":
        return "parquet"
    if first[:4] == b"PK\x03\x04":
        return "excel"
    if first[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise FileNotKnown(
            f"{name} is in the old Excel format.", field="file", hint="Save it as .xlsx or CSV and import that."
        )
    head = head_of(path)
    text_of_it = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text_of_it[:1] == b"{" and b'"' in text_of_it[:400]:
        return "jsonl"
    if text_of_it[:2] in (b"[{", b"[\n", b"[ ", b"[\r"):
        raise FileNotKnown(
            f"{name} is one JSON list.", field="file", hint="Write one object a line (JSONL): jq -c '.[]' FILE."
        )
    return "csv"


def head_of(path: Path, size: int = HEAD) -> bytes:
    """The first bytes of what the file says, unpacked."""
    with unpacked(path) as file:
        return file.read(size)


def unpacked(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked where it is gzip. Raises FileSuspicious while it is read, FileUnreadable."""
    raw = path.open("rb")
    if raw.read(2) == b"\x1f\x8b":
        raw.seek(0)
        return cast(IO[bytes], io.BufferedReader(_Measured(raw), buffer_size=256_000))
    raw.seek(0)
    return raw


def share_of(file: IO[bytes], size: int) -> float:
    """How much of a file on disk, of so many bytes, has been read through what `unpacked` gave, 0-1."""
    inner = getattr(file, "raw", None)
    at = inner.packed() if isinstance(inner, _Measured) else file.tell()
    return min(at / size, 1.0) if size else 1.0


def go_to(file: IO[bytes], at: int) -> None:
    """Go on at a byte of what the file says; of packed ones what comes before is unpacked, and let go of."""
    if file.seekable():
        file.seek(at)
        return
    while at > 0 and (passed := file.read(min(at, HEAD))):
        at -= len(passed)


class _Measured(io.RawIOBase):
    """Gzip that gives up when far more comes out than went in."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._gzip = gzip.GzipFile(fileobj=raw)
        self._out = 0

    def readable(self) -> bool:
        return True

    def packed(self) -> int:
        return self._raw.tell()

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        try:
            found = self._gzip.read(len(buffer))
        except (OSError, EOFError, ValueError) as error:  # zlib.error is one of them in gzip's hands
            raise FileUnreadable(f"Its gzip packing is broken: {error}.", field="file") from error
        self._out += len(found)
        if self._out > _ENOUGH and self._out > _MOST_RATIO * max(self._raw.tell(), 1):
            raise FileSuspicious(field="file")
        buffer[: len(found)] = found
        return len(found)

    def close(self) -> None:
        if not self.closed:
            self._gzip.close()
            self._raw.close()
        super().close()


def _look_into(path: Path, name: str) -> None:
    """Refuse a workbook whose parts unpack to more than a workbook can need, before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise FileUnreadable(f"{name} is no whole Excel file.", field="file") from error
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise FileNotKnown(f"{name} is a ZIP file and no workbook.", field="file")
    whole = sum(part.file_size for part in parts)
    # what is read whole: texts, styles, names; the sheets come a row at a time
    beside = sum(
        part.file_size for part in parts if "/worksheets/" not in part.filename and "/media/" not in part.filename
    )
    ratio = whole / max(sum(part.compress_size for part in parts), 1)
    if whole > _SHEET_BYTES or beside > _BESIDE_BYTES or (ratio > _MOST_RATIO and whole > _ENOUGH // 10):
        raise FileSuspicious(f"{name} unpacks to {whole:,} bytes.", field="file")
