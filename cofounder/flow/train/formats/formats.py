"""The list of formats: name, version, media type, how it is written and read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from cofounder.flow.train.formats import bedrock, chat, chatml, gemini, gemini_preference, openai, preference, table
from cofounder.kit.errors import InputInvalid

JSONL = "application/x-ndjson"


class FormatUnknown(InputInvalid):
    """There is no such format, or what is asked for has no lines in it."""

    hint = "Formats: jsonl, openai, gemini, bedrock, chatml, csv, parquet; of pairs: dpo, gemini-dpo."


@dataclass(frozen=True)
class Format:
    """One format. `version` grows when its bytes change; `kind` says whether it holds lines or pairs."""

    name: str
    version: int
    media: str
    suffix: str
    kind: Literal["lines", "pairs"]
    write: Callable[[Any], bytes]
    read: Callable[[bytes], Any]
    header: bytes = b""


FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        Format("jsonl", 1, JSONL, "jsonl", "lines", chat.write, chat.read),
        Format("openai", 1, JSONL, "jsonl", "lines", openai.write, openai.read),
        Format("gemini", 1, JSONL, "jsonl", "lines", gemini.write, gemini.read),
        Format("bedrock", 1, JSONL, "jsonl", "lines", bedrock.write, bedrock.read),
        Format("chatml", 1, JSONL, "jsonl", "lines", chatml.write, chatml.read),
        Format("csv", 1, "text/csv; charset=utf-8", "csv", "lines", table.write, table.read, table.header()),
        Format("parquet", 1, "application/vnd.apache.parquet", "parquet", "lines", table.write, table.read),
        Format("dpo", 1, JSONL, "jsonl", "pairs", preference.write, preference.read),
        Format("gemini-dpo", 1, JSONL, "jsonl", "pairs", gemini_preference.write, gemini_preference.read),
    )
}


def of_name(name: str) -> Format:
    """Raises FormatUnknown."""
    if name not in FORMATS:
        raise FormatUnknown(f"{name[:40]!r} is not a format.", field="format")
    return FORMATS[name]
