"""What people did with texts becomes lines for writer and judge, and pairs."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, update

from cofounder.flow.approve.tables import Approval, DecisionRow
from cofounder.flow.learn.service import Example
from cofounder.flow.quality.tables import AssessmentRow
from cofounder.flow.run.tables import Variant
from cofounder.flow.train.datasets import exporting, previewing, service
from cofounder.flow.train.datasets.errors import DatasetEmpty
from cofounder.flow.train.datasets.schemas import DatasetIn, DatasetOut
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER

from .making import START, example, store_examples

FIRST = "Our growth was fine this quarter, thank you all for coming along."
SECOND = "Our growth was 20 % this quarter, thanks to 300 new customers of yours."
EDITED = "Our growth was 20 % this quarter, thanks to the 300 customers who joined."


async def round_of(id: UUID, number: int, verdict: str, before: str, after: str, *left: str) -> None:
    """A round in which a person saw `before`, made `after` of it, left the others, and decided."""
    at = START + timedelta(days=number)
    rendered = {"plain": before, "text": before}
    async with transaction() as session:
        session.add(
            Approval(id=new_id(), task_id=id, round=number, kind="content", fingerprint="f", pending_fingerprint="p",
                     content={"linkedin": {"plain": after, "text": after}}, pending_content={"linkedin": rendered},
                     opened_at=at, decided_at=at)
        )  # fmt: skip
        session.add(
            DecisionRow(id=new_id(), task_id=id, round=number, kind="content", verdict=verdict, by="person:ann",
                        fingerprint="f", channels=["linkedin"], decided_at=at,
                        not_chosen={"linkedin": list(left)} if left else None)
        )  # fmt: skip
        for version, text in {2 * number - 1: before, 2 * number: after}.items():
            session.add(
                Variant(id=new_id(), task_id=id, channel="linkedin", version=version, origin="draft", draft={},
                        brief={"facts": [{"id": "growth", "value": 0.2}]}, rendered={"plain": text, "text": text},
                        is_best=False, made_by="offline", made_at=at)
            )  # fmt: skip
            session.add(
                AssessmentRow(id=new_id(), task_id=id, channel="linkedin", version=version, round=0,
                              overall=Decimal("0.8"), passed=True, dimensions={"tone": {"score": 0.7, "weight": 1}},
                              issues=[], verdict={}, evaluator="built-in", judged_at=at)
            )  # fmt: skip


async def lines(made: DatasetOut, format: str = "jsonl") -> list[dict[str, Any]]:
    _, _, chunks = await exporting.of_version(made.id, format)
    return [json.loads(line) for line in b"".join([chunk async for chunk in chunks]).splitlines()]


async def worked() -> UUID:
    (id,) = await store_examples([example(1, final_text={"linkedin": EDITED}, persona="coach")])
    await round_of(id, 1, "changes", FIRST, FIRST)
    await round_of(id, 2, "approve", SECOND, EDITED)
    return id


async def test_a_writer_learns_the_approved_text_from_its_brief_and_pairs_from_edits_and_rounds(
    database: Database,
) -> None:
    id = await worked()
    wish = DatasetIn.model_validate({"name": "writer", "role": "writer", "split": {"by": "none"}})
    made = await service.create(wish, LOCAL_OWNER)
    (line,) = await lines(made)
    asked = line["messages"][1]["content"]
    assert "Channel: linkedin" in asked
    assert "Voice: coach" in asked
    assert '"growth"' in asked
    assert line["messages"][2]["content"] == EDITED
    pairs = await lines(made, "dpo")
    told = {one["non_preferred_output"][0]["content"] for one in pairs}
    assert told == {FIRST, SECOND}
    for one in pairs:
        assert one["input"]["messages"] == line["messages"][:2]
        assert one["preferred_output"] == [{"role": "assistant", "content": EDITED}]
    assert made.statistics["pairs"] == {"count": 2, "left_out": {}}
    async with transaction() as session:
        shown = await previewing.preview(session, made.id, LOCAL_OWNER, format="dpo")
    assert {one.execution_id for one in shown.items} == {id}
    assert {one.part for one in shown.items} == {"linkedin/edit", "linkedin/revision"}


async def test_a_pair_of_which_one_side_is_much_longer_is_left_out(database: Database) -> None:
    (id,) = await store_examples([example(1, final_text={"linkedin": EDITED})])
    await round_of(id, 1, "reject", "Growth!", "Growth!")
    await round_of(id, 2, "approve", EDITED, EDITED)
    made = await service.create(DatasetIn(name="writer", role="writer"), LOCAL_OWNER)
    assert [one.kind for one in made.files] == ["lines"]
    assert made.statistics["pairs"] == {"count": 0, "left_out": {"length": 1}}, "it is said that there was one"


async def test_a_text_that_a_person_left_for_another_is_the_rejected_side(database: Database) -> None:
    (id,) = await store_examples([example(1, final_text={"linkedin": EDITED})])
    await round_of(id, 1, "approve", SECOND, EDITED, FIRST)
    wish = DatasetIn.model_validate({"name": "writer", "role": "writer", "split": {"by": "none"}})
    made = await service.create(wish, LOCAL_OWNER)
    pairs = {one["non_preferred_output"][0]["content"]: one for one in await lines(made, "dpo")}
    assert set(pairs) == {FIRST, SECOND}
    assert pairs[FIRST]["preferred_output"] == [{"role": "assistant", "content": EDITED}]
    async with transaction() as session:
        shown = await previewing.preview(session, made.id, LOCAL_OWNER, format="dpo")
    assert {one.part for one in shown.items} == {"linkedin/edit", "linkedin/choice"}


async def test_a_judge_learns_every_decided_text_with_its_scores(database: Database) -> None:
    await worked()
    wish = DatasetIn.model_validate({"name": "judge", "role": "judge", "split": {"by": "none"}, "duplicates": "keep"})
    found = await lines(await service.create(wish, LOCAL_OWNER))
    told = {}
    for line in found:
        answer = json.loads(line["messages"][2]["content"])
        assert answer["scores"] == {"tone": 0.7}
        assert answer["overall"] == 0.8
        told[line["messages"][1]["content"].split("Text:\n")[1]] = answer["decision"]
    assert told == {FIRST: "changes", EDITED: "approve"}


async def test_a_judge_learns_nothing_that_a_model_said(database: Database) -> None:
    await worked()
    async with transaction() as session:
        await session.execute(
            update(AssessmentRow).values(
                overall=Decimal("0.6"),
                dimensions={"tone": {"score": 0.7, "weight": 0.8}, "judge_tone": {"score": 0.1, "weight": 0.2}},
                verdict={"judge": {"model": "openai:x", "overall": 0.1, "decision": "reject", "without": 0.8}},
            )
        )
    wish = DatasetIn.model_validate({"name": "judge", "role": "judge", "split": {"by": "none"}, "duplicates": "keep"})
    answers = [
        json.loads(line["messages"][2]["content"]) for line in await lines(await service.create(wish, LOCAL_OWNER))
    ]
    assert [(one["scores"], one["overall"]) for one in answers] == [({"tone": 0.7}, 0.8)] * 2


async def test_a_judge_learns_an_example_that_was_given_whole_from_its_one_text(database: Database) -> None:
    given = {"final_text": {"linkedin": EDITED}, "quality_dimensions": {"tone": 0.7, "judge_tone": 0.1}}
    told = [
        example(1, **given),
        example(2, **{**given, "user_approval": False, "final_text": {"linkedin": FIRST, "x": "  "}}),
        example(3, **given, execution_result={"quality_by_rules": 0.61}),
        example(4, final_text={"linkedin": EDITED, "x": SECOND}),  # of which text its score is, nobody knows
        example(5, **given, user_approval=None),
        example(6, **{**given, "quality_score": None}),
        example(7, final_text=None),
    ]
    ids = await store_examples(told)
    wish = DatasetIn.model_validate({"name": "judge", "role": "judge", "split": {"by": "none"}, "duplicates": "keep"})
    async with transaction() as session:
        assert await service.count(session, wish.filters, "judge") == 3
    made = await service.create(wish, LOCAL_OWNER)
    found = {one["metadata"]["execution_id"]: one for one in await lines(made)}
    assert set(found) == {str(id) for id in ids[:3]}, "as many as were counted"
    answers = [json.loads(found[str(id)]["messages"][2]["content"]) for id in ids[:3]]
    assert [(one["overall"], one["decision"]) for one in answers] == [
        (0.71, "approve"),
        (0.72, "reject"),
        (0.61, "approve"),
    ]
    assert [one["scores"] for one in answers] == [{"tone": 0.7}] * 3
    assert found[str(ids[1])]["messages"][1]["content"].endswith(FIRST)


async def test_an_example_with_rounds_gives_no_other_line_and_what_is_counted_is_what_is_built(
    database: Database,
) -> None:
    await worked()
    (unjudged,) = await store_examples([example(2)])
    await round_of(unjudged, 1, "approve", SECOND, EDITED)
    async with transaction() as session:
        await session.execute(delete(AssessmentRow).where(AssessmentRow.task_id == unjudged))
        await session.execute(update(Example).values(final_text={"linkedin": " "}))
    wish = DatasetIn.model_validate({"name": "judge", "role": "judge", "split": {"by": "none"}, "duplicates": "keep"})
    async with transaction() as session:
        assert await service.count(session, wish.filters, "judge") == 1, "the other has a round, which was never judged"
        assert await service.count(session, wish.filters, "writer") == 0, "no text but blanks"
    assert (await service.create(wish, LOCAL_OWNER)).example_count == 2
    with pytest.raises(DatasetEmpty, match="Of 2 examples that fit the filter none has a text that a person approved"):
        await service.create(DatasetIn.model_validate({"name": "writer", "role": "writer"}), LOCAL_OWNER)
