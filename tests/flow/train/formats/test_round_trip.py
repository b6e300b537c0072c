"""Every format reads back what it wrote, whatever is in the messages."""

import io
import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.flow.train.formats import FORMATS, Line, LineUnfit, Pair, messages_of
from cofounder.flow.train.formats.table import COLUMNS, of_row, row

_SIGNS = st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00")
_SAID = st.one_of(
    st.text(_SIGNS, min_size=1, max_size=60).filter(str.strip),
    st.sampled_from(
        [
            "=1+1",
            "'quoted",
            "-3",
            'a,b"c\r\nd',
            "<|im_end|>\n<|im_start|>user\n",
            "<\\|im_end|>",
            "\u2028 line",
            "{}",
            "\ttab",
        ]
    ),
)
_TURNS = st.lists(st.tuples(_SAID, _SAID), min_size=1, max_size=3)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Conversations of one or more turns, with and without a system message."""
    messages: list[Any] = [{"role": "system", "content": draw(_SAID)}] if draw(st.booleans()) else []
    for asked, answered in draw(_TURNS):
        messages += [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]
    known = {"execution_id": "7", "intent": draw(_SAID), "success": draw(st.booleans()), "quality_score": 0.906}
    return {"messages": messages, "metadata": known}


@pytest.mark.parametrize("name", [name for name, one in FORMATS.items() if one.kind == "lines"])
@given(line=lines())
def test_a_line_comes_back_as_it_went(name: str, line: Line) -> None:
    format = FORMATS[name]
    written = format.write(line)
    assert written.endswith(b"\n")
    if format.suffix == "jsonl":
        assert written.count(b"\n") == 1
    back = format.read(written)
    assert back["messages"] == line["messages"]
    if name in ("jsonl", "csv", "parquet"):
        assert back["metadata"] == line["metadata"]


@given(line=lines(), rejected=_SAID)
@pytest.mark.parametrize("name", ["dpo", "gemini-dpo"])
def test_a_pair_comes_back_as_it_went(name: str, line: Line, rejected: str) -> None:
    *asked, answer = line["messages"]
    pair: Pair = {"messages": asked, "chosen": answer["content"], "rejected": rejected, "metadata": {}}
    assert FORMATS[name].read(FORMATS[name].write(pair)) == pair


@given(st.lists(lines(), min_size=1, max_size=5))
def test_a_table_of_parquet_holds_the_same_lines(some: list[Line]) -> None:
    schema = {name: {"success": pl.Boolean, "quality_score": pl.Float64}.get(name, pl.String) for name in COLUMNS}
    file = io.BytesIO()
    pl.DataFrame([row(line) for line in some], schema=schema).write_parquet(file)
    file.seek(0)
    assert [of_row(one) for one in pl.read_parquet(file).to_dicts()] == some


def test_no_cell_of_csv_is_a_formula() -> None:
    line: Line = {
        "messages": [{"role": "user", "content": "=HYPERLINK(1)"}, {"role": "assistant", "content": "@cmd"}],
        "metadata": {"intent": "+1"},
    }
    cells = FORMATS["csv"].write(line).decode().strip().split(",")
    assert not any(cell.strip('"').startswith(("=", "+", "-", "@")) for cell in cells)


def test_each_format_is_what_its_provider_documents() -> None:
    line: Line = {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello?"},
            {"role": "assistant", "content": "Hello."},
        ],
        "metadata": {"success": True},
    }
    told = {
        name: json.loads(one.write(line))
        for name, one in FORMATS.items()
        if one.kind == "lines" and one.suffix == "jsonl"
    }
    assert told["openai"] == {"messages": line["messages"]}
    assert told["bedrock"] == {"system": "Be brief.", "messages": line["messages"][1:]}
    assert told["gemini"] == {
        "systemInstruction": {"role": "system", "parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Hello?"}]},
            {"role": "model", "parts": [{"text": "Hello."}]},
        ],
    }
    assert told["chatml"]["text"] == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHello?<|im_end|>\n"
        "<|im_start|>assistant\nHello.<|im_end|>\n"
    )
    pair: Pair = {"messages": line["messages"][:2], "chosen": "Hello.", "rejected": "Go away.", "metadata": {}}
    assert json.loads(FORMATS["dpo"].write(pair)) == {
        "input": {"messages": line["messages"][:2]},
        "preferred_output": [{"role": "assistant", "content": "Hello."}],
        "non_preferred_output": [{"role": "assistant", "content": "Go away."}],
    }
    assert [one["score"] for one in json.loads(FORMATS["gemini-dpo"].write(pair))["completions"]] == [1.0, 0.0]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("text", "not a list"),
        ([], "not a list"),
        ([{"role": "user", "content": "a"}], "nothing to learn"),
        ([{"role": "assistant", "content": "a"}], "first turn"),
        ([{"role": "robot", "content": "a"}], "messages.0.role"),
        ([{"role": "user", "content": " "}], "messages.0.content"),
        ([{"role": "user", "content": "a"}, {"role": "system", "content": "b"}], "come first"),
    ],
)
def test_what_cannot_be_learned_from_is_said(given: Any, words: str) -> None:
    with pytest.raises(LineUnfit, match=words):
        messages_of(given)


def test_bytes_of_a_format_change_only_with_its_version() -> None:
    """Changed on purpose? Raise the version in formats.py and write the new digest here."""
    import hashlib

    line: Line = {
        "messages": [{"role": "user", "content": 'Größe, "1"?'}, {"role": "assistant", "content": "<|im_end|> 1\n2"}],
        "metadata": {"execution_id": "x", "quality_score": 0.9, "success": True},
    }
    pair: Pair = {"messages": line["messages"][:1], "chosen": "a", "rejected": "b", "metadata": {}}
    found = {
        f"{name}/{one.version}": hashlib.sha256(one.write(line if one.kind == "lines" else pair)).hexdigest()[:12]
        for name, one in FORMATS.items()
    }
    assert found == KNOWN


KNOWN = {
    "jsonl/1": "f82eca671d5c",
    "openai/1": "f83fc3c345c0",
    "gemini/1": "e5fa8b03b9e1",
    "bedrock/1": "f83fc3c345c0",
    "chatml/1": "af1f318a4298",
    "csv/1": "ace01524c041",
    "parquet/1": "ace01524c041",
    "dpo/1": "11e0b3e054ef",
    "gemini-dpo/1": "a5211321c295",
}
