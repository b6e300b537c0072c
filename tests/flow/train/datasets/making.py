"""Examples for tests of datasets."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import insert

from cofounder.flow.learn.service import Example
from cofounder.kit.db import transaction

HOUSE = UUID("00000000-0000-7000-8000-000000000001")
START = datetime(2026, 1, 1, 9, tzinfo=UTC)
_WORDS = [
    "growth",
    "revenue",
    "bakery",
    "visitors",
    "launch",
    "spring",
    "customers",
    "report",
    "offer",
    "recipe",
    "bread",
    "summer",
    "margin",
    "story",
    "oven",
    "team",
    "market",
    "price",
    "question",
    "channel",
    "audience",
    "season",
    "harvest",
    "delivery",
    "morning",
    "review",
    "signal",
    "figure",
    "chart",
    "promise",
]


def request(number: int, *, words: int = 12) -> str:
    """A request of its own: two of them share next to nothing."""
    drawn = random.Random(number)
    return f"Write about {' '.join(f'{drawn.choice(_WORDS)}{drawn.randrange(1000)}' for _ in range(words))}"


def example(number: int, **changes: Any) -> dict[str, Any]:
    """The row of an example that is fit for a planner."""
    at = START + timedelta(hours=number)
    return {
        "execution_id": uuid5(HOUSE, f"{number}"),
        "user_request": request(number),
        "intent": ("create_social_content", "create_email", "analyze")[number % 3],
        "timestamp": at,
        "business_state": {"revenue_monthly": 1000 + number},
        "similar_historical_content": [],
        "platform_baseline": {},
        "execution_plan": {"steps": 2, "agents": ["content"]},
        "plan": {"steps": [{"id": "write", "tool": "content.write", "inputs": {"words": number}}]},
        "execution_result": {},
        "quality_score": Decimal(70 + number % 30) / 100,
        "quality_dimensions": {"accuracy": 0.9},
        "user_approval": True,
        "decision": {"verdict": "approve", "automatic": False},
        "final_text": {"linkedin": f"A text on {request(number)}"},
        "cost": Decimal("0.10"),
        "seconds": 3.0,
        "success": True,
        "tags": ["production"],
        "platforms": ["linkedin"],
        "models": [],
        "patterns_discovered": [],
        "business_correlations": {},
        "created_at": at,
        "updated_at": at,
        "decided_at": at,
        **changes,
    }


async def store_examples(rows: Sequence[dict[str, Any]]) -> list[UUID]:
    async with transaction() as session:
        await session.execute(insert(Example), list(rows))
    return [row["execution_id"] for row in rows]
