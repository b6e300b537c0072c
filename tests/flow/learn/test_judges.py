"""A judge that drifts is seen, one that does not is left alone, and what is told has its n and interval."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.flow.learn.judges import service
from cofounder.flow.learn.judges.agreement import ENOUGH, Case, change, ranks
from cofounder.kit.clock import frozen
from cofounder.kit.ids import new_id
from cofounder.ops import queries as alerts

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
MODEL = "openai:gpt-5-mini"


def cases(n: int, right: float, draw: random.Random, days: float = 10) -> list[Case]:
    """Decisions of which a judge foresees so many."""
    found = []
    for _ in range(n):
        approved = draw.random() < 0.7
        predicted = approved if draw.random() < right else not approved
        overall = round(min(max(draw.gauss(0.8 if predicted else 0.5, 0.1), 0), 1), 3)
        found.append(Case(NOW - timedelta(days=draw.random() * days), approved, predicted, overall, True, 0.9))
    return found


def test_a_planted_change_is_found_and_chance_rarely_is() -> None:
    draw = random.Random(5)
    found = [change(cases(60, 0.6, draw), cases(120, 0.92, draw)) for _ in range(100)]
    assert sum(one is not None and one.high < 0 for one in found) >= 90
    none = [change(cases(60, 0.85, draw), cases(120, 0.85, draw)) for _ in range(400)]
    assert sum(one is not None and one.clear for one in none) <= 12  # 4 are expected at 99 %


def test_few_decisions_say_nothing_of_a_change() -> None:
    draw = random.Random(1)
    assert change(cases(ENOUGH - 1, 0.0, draw), cases(500, 1.0, draw)) is None
    assert change(cases(500, 0.0, draw), cases(ENOUGH - 1, 1.0, draw)) is None


def test_the_interval_of_the_ranks_holds_the_truth_about_as_often_as_it_says_and_is_no_point_at_the_end() -> None:
    draw, held = random.Random(3), 0
    for _ in range(200):  # approved 0..1.25 against 0..1: the chance to be above is 0.6
        mixed = [Case(NOW, True, True, draw.random() * 1.25, True, 0) for _ in range(40)]
        mixed += [Case(NOW, False, True, draw.random(), True, 0) for _ in range(25)]
        found = ranks(mixed, lambda one: one.overall)
        assert found is not None
        held += found.low <= 0.6 <= found.high
    assert held >= 180  # 190 expected
    sure = [Case(NOW, good, good, float(good), True, 0) for good in (True, False) for _ in range(5)]
    found = ranks(sure, lambda one: one.overall)
    assert found is not None
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low < 0.8
    assert ranks(sure[:9], lambda one: one.overall) is None


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4)), min_size=10, max_size=40))
def test_the_ranks_are_the_share_of_pairs_in_the_right_order(drawn: list[tuple[bool, int]]) -> None:
    mine = [Case(NOW, good, True, score / 4, True, 0) for good, score in drawn]
    good = [one.overall for one in mine if one.approved]
    bad = [one.overall for one in mine if not one.approved]
    found = ranks(mine, lambda one: one.overall)
    if min(len(good), len(bad)) < 5:
        assert found is None
        return
    assert found is not None
    pairs = [1.0 if a > b else 0.5 if a == b else 0.0 for a in good for b in bad]
    assert found.value == pytest.approx(sum(pairs) / len(pairs))
    assert 0 <= found.low <= found.value <= found.high <= 1


RENDERED = {"channel": "linkedin", "text": "Bread.", "plain": "Bread.", "length": 6}


async def decided(
    session: AsyncSession,
    at: datetime,
    verdict: str,
    predicted: str,
    *,
    model: str = MODEL,
    overall: float = 0.8,
    by: str = "ann",
    shown: dict[str, Any] | None = None,
    channels: tuple[str, ...] = ("linkedin",),
    **task: Any,
) -> None:
    """A task whose texts a model judged, and what a person made of it."""
    made = await records.add_task(session, request="Write about bread", created_at=at, **task)
    judge = {"model": model, "overall": overall, "decision": predicted, "without": 0.9}
    content = dict.fromkeys(channels, RENDERED)
    for channel in channels:
        await session.execute(
            text(
                "INSERT INTO variants (id, task_id, channel, version, origin, draft, brief, rendered, is_best, made_by) VALUES"
                " (:id, :task, :channel, 1, 'draft', '{}', '{}', CAST(:rendered AS jsonb), true, 'test')"
            ),
            {"id": new_id(), "task": made.id, "channel": channel, "rendered": json.dumps(RENDERED)},
        )
        await session.execute(
            text(
                "INSERT INTO assessments (id, task_id, channel, version, round, overall, passed, dimensions, issues, verdict,"
                " evaluator) VALUES (:id, :task, :channel, 1, 0, 0.88, true, '{}', '[]', CAST(:verdict AS jsonb), 'both')"
            ),
            {
                "id": new_id(),
                "task": made.id,
                "channel": channel,
                "verdict": json.dumps({"judge": judge, "threshold": 0.85}),
            },
        )
    await session.execute(
        text(
            "INSERT INTO approvals (id, task_id, round, kind, fingerprint, pending_fingerprint, content, pending_content,"
            " opened_at) VALUES (:id, :task, 1, 'content', 'f', 'f', CAST(:content AS jsonb), CAST(:shown AS jsonb), :at)"
        ),
        {
            "id": new_id(),
            "task": made.id,
            "content": json.dumps(content),
            "shown": json.dumps(shown or content),
            "at": at,
        },
    )
    await session.execute(
        text(
            "INSERT INTO decisions (id, task_id, round, kind, verdict, by, fingerprint, channels, decided_at)"
            " VALUES (:id, :task, 1, 'content', :verdict, :by, 'f', '{linkedin}', :at)"
        ),
        {"id": new_id(), "task": made.id, "verdict": verdict, "by": by, "at": at},
    )


async def history(session: AsyncSession, n: int, right: float, days: tuple[int, int], seed: int, **more: Any) -> None:
    """Decisions spread over days back from now, of which the judge foresees so many."""
    draw = random.Random(seed)
    for number in range(n):
        approved = draw.random() < 0.7
        foreseen = draw.random() < right
        said = "approve" if approved == foreseen else "changes"
        back = days[0] + (days[1] - days[0]) * (number + 0.5) / n
        overall = 0.9 if said == "approve" else 0.4
        await decided(
            session, NOW - timedelta(days=back), "approve" if approved else "reject", said, overall=overall, **more
        )


async def test_a_judge_that_drifted_is_flagged_in_words_and_an_alert_is_open_until_it_is_as_before(
    session: AsyncSession,
) -> None:
    await history(session, 60, 0.95, (31, 150), seed=1)
    await history(session, 40, 0.45, (0, 29), seed=2)
    with frozen(NOW):
        assert await service.watch(session) == [MODEL]
        await service.watch(session)  # looked at again: one alert
    (alert,) = await alerts.alerts(session, service.KIND)
    assert alert.subject == MODEL
    assert "has drifted" in alert.detail
    assert "(40) against before (60)" in alert.detail
    found = await service.judges(session, as_of=NOW)
    (judge,) = found.judges
    assert judge.drifted
    assert judge.change is not None
    assert judge.change.high < 0
    assert (judge.change.n, judge.change.n_before, judge.n) == (40, 60, 100)
    assert sum(month.n for month in judge.months) == 100
    assert found.sentence == f"{MODEL} judged otherwise than before."
    with frozen(NOW + timedelta(days=400)):
        assert await service.watch(session) == []
    assert await alerts.alerts(session, service.KIND) == []


async def test_a_judge_that_did_not_drift_raises_nothing(session: AsyncSession) -> None:
    await history(session, 60, 0.85, (31, 150), seed=3)
    await history(session, 40, 0.85, (0, 29), seed=4)
    with frozen(NOW):
        assert await service.watch(session) == []
    (judge,) = (await service.judges(session, as_of=NOW)).judges
    assert not judge.drifted
    assert "No clear change" in judge.sentence
    assert judge.agreement is not None
    assert judge.agreement.low < 0.85 < judge.agreement.high
    assert judge.rules_agreement is not None
    assert judge.rules_agreement.value == judge.approved / judge.n  # the rules passed every text
    assert judge.ranks is not None
    assert judge.rules_ranks is not None
    assert judge.ranks.value > 0.7 > judge.rules_ranks.value == 0.5


async def test_two_judges_are_told_apart_and_the_weakest_channel_speaks_for_a_decision(session: AsyncSession) -> None:
    await decided(session, NOW - timedelta(days=2), "approve", "approve", channels=("linkedin", "x"))
    await decided(
        session, NOW - timedelta(days=3), "changes", "reject", model="tuned:judge@1", channels=("linkedin", "x")
    )
    found = {one.model: one for one in (await service.judges(session, as_of=NOW)).judges}
    assert {model: one.n for model, one in found.items()} == {MODEL: 1, "tuned:judge@1": 1}
    assert all(one.agreement is not None and one.agreement.value == 1 for one in found.values())
    assert all(one.ranks is None for one in found.values())


async def test_only_peoples_decisions_on_the_text_that_was_judged_count(session: AsyncSession) -> None:
    at = NOW - timedelta(days=2)
    await decided(session, at, "approve", "approve", by="automatic")
    await decided(session, at, "approve", "approve", automatic=True)
    await decided(session, at, "approve", "approve", tags=["test"])
    await decided(session, at, "approve", "approve", shown={"linkedin": {**RENDERED, "plain": "Before the edit."}})
    await decided(session, NOW + timedelta(days=1), "approve", "approve")
    found = await service.judges(session, as_of=NOW)
    assert found.judges == []
    assert found.sentence == "No person has decided on a text that a model judged."
    assert found.status == "not enough data"
