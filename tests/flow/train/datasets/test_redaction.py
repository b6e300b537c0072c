"""Nothing leaves that the detector finds; what is left means what it meant."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.flow.train.datasets import exporting, service
from cofounder.flow.train.datasets.schemas import DatasetExportIn, DatasetIn
from cofounder.flow.train.roles import redaction
from cofounder.flow.train.roles.redaction import Redactor
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER

from .making import example, store_examples

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
