"""Examples to choose from, and what a filter means in plain words: one example after the other."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.schemas import OUT_UNLESS_ASKED
from cofounder.flow.train.data.filters import Filter
from tests.flow.train.data.test_export import put, row

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = ("coffee", "bakery", "growth", "hiring", "spring", "launch")
VERDICTS: dict[str, dict[str, Any] | None] = {
    "approved": {"verdict": "approve", "by": "key:ann", "automatic": False},
    "rejected": {"verdict": "reject", "by": "key:ann", "automatic": False},
    "changes": {"verdict": "changes", "by": "key:ann", "automatic": False},
    "automatic": {"verdict": "approve", "by": "automatic", "automatic": True},
    "none": None,
}


def made(seed: int, n: int) -> list[dict[str, Any]]:
    """Rows in which everything that a filter looks at differs."""
    draw = random.Random(seed)
    found = []
    for place in range(n):
        words = draw.choice(list(VERDICTS))
        found.append(
            row(
                user_request=f"Write about {draw.choice(WORDS)} and {draw.choice(WORDS)} number {place}",
                intent=draw.choice(("create_social_content", "write_email", "analyse")),
                timestamp=FIRST + timedelta(hours=draw.randrange(24 * 60), seconds=draw.randrange(60)),
                quality_score=None if draw.random() < 0.1 else Decimal(draw.randrange(4_000, 10_001)) / 10_000,
                success=draw.random() < 0.8,
                tags=draw.sample(("production", "development", "test", "exclude", "gold"), draw.choice((0, 0, 1, 2))),
                platforms=draw.sample(("linkedin", "x", "email"), draw.choice((1, 2))),
                persona=draw.choice((None, "coach", "storyteller")),
                models=draw.sample(("offline", "claude-opus", "gpt-5"), 1),
                execution_plan={"steps": 2, "agents": draw.sample(("content", "financial", "compliance"), 2)},
                decision=VERDICTS[words],
                cost=Decimal(draw.randrange(0, 300_000)) / 1_000_000,
                post_publication_metrics={"linkedin": {"views": 10}} if draw.random() < 0.4 else None,
                is_legacy=draw.random() < 0.2,
                is_sample=draw.random() < 0.1,
                archived_at=FIRST if draw.random() < 0.1 else None,
            )
        )
    return found


async def put_all(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    for one in rows:
        await put(session, **one)


def lets_through(filter: Filter, one: dict[str, Any]) -> bool:
    """What the filter says, read one field after the other: the straightforward way that SQL is compared with."""
    score, decided, tags = one["quality_score"], one["decision"] or {}, set(one["tags"])
    word = next(name for name, said in VERDICTS.items() if said == one["decision"])
    assert decided == (VERDICTS[word] or {})
    hidden = tags & set(OUT_UNLESS_ASKED)
    said = [
        filter.quality_min is None or (score is not None and score >= Decimal(str(filter.quality_min))),
        filter.quality_max is None or (score is not None and score <= Decimal(str(filter.quality_max))),
        not filter.intent_filter or one["intent"] in filter.intent_filter,
        not filter.success_only or one["success"],
        not filter.failed_only or not one["success"],
        not tags & set(filter.exclude_tags),
        filter.include_hidden or not hidden or bool(hidden & set(filter.include_tags)),
        filter.include_hidden or "exclude" not in tags or "exclude" in filter.include_tags,
        set(filter.include_tags) <= tags,
        filter.date_after is None or one["timestamp"] >= filter.date_after,
        filter.date_before is None or one["timestamp"] <= filter.date_before,
        filter.platform is None or filter.platform in one["platforms"],
        filter.persona is None or filter.persona == one["persona"],
        filter.model is None or filter.model in one["models"],
        filter.agent is None or filter.agent in one["execution_plan"]["agents"],
        filter.decision is None or filter.decision == word,
        filter.cost_min is None or one["cost"] >= Decimal(str(filter.cost_min)),
        filter.cost_max is None or one["cost"] <= Decimal(str(filter.cost_max)),
        filter.has_outcome is None or filter.has_outcome == (one["post_publication_metrics"] is not None),
        filter.is_legacy is None or filter.is_legacy == one["is_legacy"],
        filter.text is None or set(filter.text.lower().split()) <= set(one["user_request"].lower().split()),
        filter.archived is None or filter.archived == (one["archived_at"] is not None),
        filter.include_sample or not one["is_sample"],
    ]
    return all(said)


def asked(seed: int) -> Filter:
    """A filter of a few fields."""
    draw = random.Random(seed)
    low, high = sorted(round(draw.uniform(0.4, 1), draw.choice((1, 2, 4))) for _ in range(2))
    early, late = sorted(FIRST + timedelta(hours=draw.randrange(24 * 60)) for _ in range(2))
    fields: dict[str, Any] = {
        "quality_min": low,
        "quality_max": high,
        "intent_filter": draw.sample(("create_social_content", "write_email", "analyse"), 2),
        draw.choice(("success_only", "failed_only")): True,
        "exclude_tags": ["gold"],
        "include_tags": draw.choice((["production"], ["development"], ["exclude", "production"])),
        "date_after": early,
        "date_before": late,
        "platform": draw.choice(("linkedin", "twitter")),
        "persona": "coach",
        "model": "offline",
        "agent": "financial",
        "decision": draw.choice(list(VERDICTS)),
        "cost_min": 0.05,
        "cost_max": 0.2,
        "has_outcome": draw.random() < 0.5,
        "is_legacy": draw.random() < 0.5,
        "text": draw.choice(WORDS),
        "archived": draw.choice((True, None)),
        "include_sample": True,
        "include_hidden": True,
    }
    return Filter.model_validate({name: fields[name] for name in draw.sample(list(fields), draw.choice((1, 1, 2, 3)))})
