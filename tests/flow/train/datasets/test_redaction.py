"""Nothing leaves that the detector finds; what is left means what it meant."""

import csv
import gzip
import json
import re
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.flow.train.data import service as examples
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.datasets import building, exporting, previewing, service
from cofounder.flow.train.datasets.schemas import DatasetExportIn, DatasetIn, DatasetOut
from cofounder.flow.train.roles import redaction
from cofounder.flow.train.roles.redaction import Redactor
from cofounder.flow.train.roles.shaper import Raw, Shaper
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER

from .making import example, request, store_examples

DATA = Path(__file__).parents[5] / "shared" / "data" / "pii_sentences.csv.gz"


def sentences(limit: int) -> list[str]:
    if not DATA.exists():
        pytest.skip("The sentences with personal data are not on this machine.")
    with gzip.open(DATA, "rt", encoding="utf-8") as file:
        return [row["text"] for row, _ in zip(csv.DictReader(file), range(limit), strict=False)]


def test_the_same_piece_gets_the_same_placeholder_within_an_example() -> None:
    clean = Redactor()
    told = clean.text("Write to ann.lee@corner.io or bob@corner.io, but first to Ann.Lee@corner.io.")
    assert told == "Write to [EMAIL_1] or [EMAIL_2], but first to [EMAIL_1]."
    assert clean.value({"of": ["ann.lee@corner.io", 3, None]}) == {"of": ["[EMAIL_1]", 3, None]}
    assert dict(clean.counts) == {"EMAIL": 4}
    assert Redactor().text("bob@corner.io") == "[EMAIL_1]"  # another example counts for itself


@pytest.mark.parametrize(
    "hidden",
    [
        "ann.lee@cor\u200bner.io",
        "ann.lee\u2060@\ufeffcorner.io",
        "an\u00adn.lee@corner.io",
        "ann.lee(at)corner.io",
        "ann.lee [at] corner.io",
        "Ann.Lee (AT) corner [dot] io",
        "ann.lee\uff20corner.io",
    ],
)
def test_an_address_that_hides_is_taken_out_as_the_one_that_it_is(hidden: str) -> None:
    clean = Redactor()
    assert clean.text(f"Write to {hidden}, that is ann.lee@corner.io.") == "Write to [EMAIL_1], that is [EMAIL_1]."
    assert redaction.left_in([{"content": f"Write to {hidden}."}]) == [("email_address", hidden)]


def test_numbers_hide_behind_no_sign_either_and_brackets_alone_are_no_address() -> None:
    assert Redactor().text("Card 4111\u200b 1111 1111\u200d 1111.") == "Card [CARD_1]."
    for harmless in ("We met (at) noon.", "Look [at] this. io", "Emoji \U0001f469\u200d\U0001f4bb stay."):
        assert Redactor().text(harmless) == harmless


def test_addresses_made_for_examples_stay_and_shared_mailboxes_go() -> None:
    assert Redactor().text("ann@example.com, ann(at)example.org, info@corner.io") == (
        "ann@example.com, ann(at)example.org, [EMAIL_1]"
    )


MOMENT = "2026-02-01T10:11:12.345678+00:00"
LIKE_A_CARD = "2ed145f4-7998-1798-8302-0cf694b19e9f"


@pytest.mark.parametrize(
    "own", [*(f"2026-02-01T10:11:{number:02}.{number * 7919:06}+00:00" for number in range(60)), LIKE_A_CARD]
)
def test_times_and_ids_of_a_structure_are_no_numbers_of_anybody(own: str) -> None:
    given = {"measured_at": own, "inner": json.dumps({"task_id": own, "to": ["ann.lee@corner.io"]})}
    clean = Redactor()
    told = clean.value(given)
    assert told["measured_at"] == own
    assert json.loads(told["inner"]) == {"task_id": own, "to": ["[EMAIL_1]"]}
    assert dict(clean.counts) == {"EMAIL": 1}
    assert Redactor().text(own) == own
    assert redaction.left_in([{"content": json.dumps({"measured_at": own})}]) == []


@pytest.mark.parametrize(
    ("name", "number", "told"),
    [
        ("phone", 5551234567, "[PHONE_1]"),
        ("contactPhone", 4930123456, "[PHONE_1]"),
        ("customer-mobile-number", 15551234567, "[PHONE_1]"),
        ("phones", [5551234567, 12], ["[PHONE_1]", 12]),
        ("fax_no", 5551234, "[PHONE_1]"),
        ("phone", 5551234567.0, "[PHONE_1]"),
        ("ssn", 536221234, "[NATIONAL_ID_1]"),
        ("card", 4111111111111111, "[CARD_1]"),
        ("note", {"of": [4111111111111111]}, {"of": ["[CARD_1]"]}),
    ],
)
def test_a_number_that_is_somebodys_goes_as_its_digits_would(name: str, number: Any, told: Any) -> None:
    given = {name: number, "revenue": 150_000}
    clean = Redactor()
    assert json.loads(clean.document(json.dumps(given))) == {name: told, "revenue": 150_000}
    assert redaction.left_in([{"content": json.dumps(given)}]) != []
    assert redaction.left_in([{"content": json.dumps({name: told})}]) == []


@pytest.mark.parametrize(
    "figures",
    [
        {"revenue_monthly": 4111111111111111, "impressions": 5555555555554444, "websiteTraffic": 4111111111111111},
        {"phone_calls": 5551234567, "mobile_visits": 5551234567, "telephone_revenue": 2125551234},
        {"phone": 55512345, "mobile": 8551234},
        {"at": 1763885000, "at_ms": 1763885000000, "share": 0.1234567890123, "phone": 12, "won": True},
        {"small": 999_999, "phone": None, "mean": 5551234567.5},
    ],
)
def test_figures_and_times_stay_numbers(figures: dict[str, Any]) -> None:
    raw = json.dumps(figures)
    assert Redactor().document(raw) is raw
    assert redaction.left_in([{"content": raw}]) == []


def test_a_number_that_only_begins_like_one_of_them_goes() -> None:
    assert Redactor().text(f"{LIKE_A_CARD} is my card, or 4111 1111 1111 1111.").endswith("or [CARD_2].")
    assert Redactor().value({"at": f"{MOMENT} call 555-123-4567"})["at"].endswith("call [PHONE_1]")


def test_a_placeholder_that_a_text_brings_is_nobody_else() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    raw = Raw(None, at, "Write to ann.lee@corner.io.", "create", None, True, [], [], None, None, None, "[]", None, None,
              "{}", '{"note": "As [EMAIL_1] said"}', "{}", "[]")  # fmt: skip
    made = Shaper("planner", redact=True).planner(raw)
    assert b"Write to [EMAIL_2]." in made.line
    assert b"As [EMAIL_1] said" in made.line
    assert made.redacted == {"EMAIL": 1}
    clean = Redactor()
    assert clean.text("[EMAIL_4] is not ann.lee@corner.io") == "[EMAIL_4] is not [EMAIL_5]"


def test_a_document_without_personal_data_is_the_very_same() -> None:
    raw = '{"revenue": 150000.10, "text": "growth of 20 %"}'
    assert Redactor().document(raw) is raw


@given(
    st.lists(
        st.sampled_from(["call 555-123-4567", "ann@corner.io", " ", "10.0.0.1", "a", "9", "-", "@", ".", "+49 30"]),
        max_size=12,
    )
)
def test_nothing_is_left_that_the_detector_finds(pieces: list[str]) -> None:
    told = Redactor().text("".join(pieces))
    assert redaction.left_in([{"content": told}]) == []


async def downloaded(chunks: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in b"".join([chunk async for chunk in chunks]).splitlines()]


async def test_no_export_holds_what_the_detector_finds(database: Database) -> None:
    texts = sentences(300)
    await store_examples(
        [
            example(
                number,
                user_request=text,
                plan={"steps": [{"id": "a", "inputs": {"note": text}}]},
                similar_historical_content=[{"title": text}],
                final_text={"linkedin": text},
            )
            for number, text in enumerate(texts)
        ]
    )
    for role in ("planner", "writer"):
        made = await service.create(DatasetIn.model_validate({"name": role, "role": role}), LOCAL_OWNER)
        assert made.statistics["redacted"]
        assert made.recipe["redaction"] == redaction.policy()
        _, _, chunks = await exporting.of_version(made.id, "jsonl")
        _, _, live = await exporting.begin(DatasetExportIn.model_validate({"role": role}), LOCAL_OWNER)
        lines = [*await downloaded(chunks), *await downloaded(live)]
        assert len(lines) > 300
        assert [found for line in lines for found in redaction.left_in(line["messages"])] == []
    plain = await exporting.begin(DatasetExportIn(role="writer", redact=False), LOCAL_OWNER)
    assert [found for line in await downloaded(plain[2]) for found in redaction.left_in(line["messages"])]


ANN = "ann.lee@corner.io"


def everywhere(number: int, **more: Any) -> dict[str, Any]:
    """An example with an address in each of its fields that hold words."""
    return example(
        number,
        user_request=f"Write to {ANN} or bob@corner.io about {request(number)}",
        intent=f"ask {ANN}",
        persona=f"coach {ANN}",
        platforms=["linkedin", ANN],
        tags=[ANN],
        plan={"steps": [{"id": "a", "tool": "content.write", "inputs": {ANN: ANN}}]},
        business_state={ANN: 1},
        platform_baseline={ANN: {}},
        similar_historical_content=[ANN],
        quality_dimensions={ANN: 0.5},
        patterns_discovered=[ANN],
        post_publication_metrics={ANN: {"likes": 1}},
        decision={"verdict": ANN, "automatic": False},
        final_text={ANN: f"Ask {ANN}. {request(number)}"},
        models=[ANN],
        **more,
    )


async def version(**asked: Any) -> DatasetOut:
    wish = {"name": "all", "split": {"by": "none"}, "system_prompt": f"Copy {ANN} in.", **asked}
    return await service.create(DatasetIn.model_validate(wish), LOCAL_OWNER)


async def whole(chunks: Any) -> str:
    return b"".join([chunk async for chunk in chunks]).decode()


@pytest.mark.parametrize(
    "asked", [{"role": "planner"}, {"role": "planner", "answer": "intent"}, {"role": "writer"}, {"role": "judge"}]
)
async def test_no_part_of_a_line_holds_it_nor_what_is_told_of_the_version(
    database: Database, asked: dict[str, Any]
) -> None:
    await store_examples([everywhere(number) for number in range(3)])
    made = await version(**asked)
    assert made.example_count == 3
    assert ANN not in made.model_dump_json()
    async with transaction() as session:
        shown = await previewing.preview(session, made.id, LOCAL_OWNER)
    assert ANN not in shown.model_dump_json()
    for format in ("jsonl", "openai", "csv"):
        _, _, chunks = await exporting.of_version(made.id, format)
        assert ANN not in await whole(chunks)
        live = DatasetExportIn.model_validate({"role": asked["role"], "format": format})
        assert ANN not in await whole((await exporting.begin(live, LOCAL_OWNER))[2])
    _, _, chunks = await exporting.of_version(made.id, "jsonl")
    for line in (await whole(chunks)).splitlines():
        assert json.loads(line)["messages"][0]["content"] == "Copy [EMAIL_1] in."
        assert "Write to [EMAIL_1] or [EMAIL_2] about" in line, "in one line the same piece has one placeholder"


async def test_neither_has_the_preview_of_a_filter(database: Database) -> None:
    await store_examples([everywhere(1)])
    async with transaction() as session:
        for format in ("jsonl", "csv"):
            shown = await examples.preview(session, Filter(), format, 5)
            assert len(shown.lines) == 1
            assert ANN not in shown.model_dump_json()


async def test_what_was_taken_out_is_counted_in_the_lines_that_are_in_the_version(database: Database) -> None:
    same = f"Write to {ANN} and to bob@corner.io, or call 555-123-4567"
    await store_examples([example(number, user_request=same, plan={"steps": []}) for number in range(5)])
    await store_examples([example(9, user_request=f"{request(9)} for {ANN}")])
    made = await service.create(DatasetIn(name="few"), LOCAL_OWNER)
    _, _, chunks = await exporting.of_version(made.id, "jsonl")
    lines = await whole(chunks)
    found = Counter(kind for kind, _ in re.findall(r"\[([A-Z_]+)_(\d+)\]", lines))
    assert made.statistics["redacted"] == dict(found) == {"EMAIL": 3, "PHONE": 1}


def test_a_line_without_personal_data_is_byte_for_byte_what_it_is_with_nothing_taken_out() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    raw = Raw(None, at, "Write.", "create", Decimal("0.5"), True, ["b", "a"], ["linkedin", "x"], "coach", "approve",
              '{"likes":  1}', "[ ]", None, None, '{"a":  1.10}', '{"steps": []}', "{}", "[]")  # fmt: skip
    for role in ("planner", "writer", "judge"):
        clean, plain = (Shaper(role, redact=redact) for redact in (True, False))
        if role == "planner":
            both = clean.planner(raw), plain.planner(raw)
        elif role == "writer":
            both = clean.writer(raw, "x", "Text.", None), plain.writer(raw, "x", "Text.", None)
        else:
            given = (raw, "x/1", "x", "Text.", "approve", '{"tone":  0.5}')
            both = clean.judge(*given), plain.judge(*given)
        assert both[0] == both[1]


async def test_a_version_that_a_worker_makes_is_the_one_that_is_made_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store_examples([everywhere(number) for number in range(3)])
    at_once = await version()
    monkeypatch.setattr(service, "AT_ONCE", 1)
    waits = await version(name="later")
    assert ANN not in waits.model_dump_json()
    await building.carry_out(waits.id)
    async with transaction() as session:
        row = await service.ready(session, waits.id)
        assert (row.content_hash, row.progress) == (at_once.content_hash, {})
