"""Examples that did not come from a run of ours: given whole, in the shape in which examples are exported."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StrictBool, StrictFloat, StrictInt
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.flow.learn.example import EXCLUDE, HIGH_QUALITY, system_tags
from cofounder.flow.train.data import queries
from cofounder.flow.train.data.changing import refuse_unseen
from cofounder.flow.train.data.errors import ExampleErased
from cofounder.flow.train.data.filters import Cost, Share, tag_of
from cofounder.flow.train.data.schemas import Tag
from cofounder.flow.train.data.showing import shown
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.kit.errors import Conflict
from cofounder.kit.http import Body, ShortText, Time
from cofounder.kit.ids import new_id

_Text = Annotated[str, Field(min_length=1, max_length=100_000)]
_Number = StrictInt | StrictFloat


class ExampleOfARun(Conflict):
    """This id is that of a run of ours, whose example follows from the run."""

    hint = "Leave execution_id out for a new example, or save the run itself by its id."


class Given(Body):
    """An example from elsewhere. Only the request and its intent must be there; what is left out is not known."""

    execution_id: UUID | None = None
    user_request: _Text
    intent: ShortText
    timestamp: Time | None = Field(default=None, description="Of the request; now when nothing is said")
    is_legacy: StrictBool = True
    business_state: dict[str, Any] = Field(default_factory=dict)
    similar_historical_content: list[dict[str, Any]] = Field(default_factory=list)
    platform_baseline: dict[str, Any] = Field(default_factory=dict)
    execution_plan: dict[str, Any] | None = None
    plan: dict[str, Any] | None = None
    execution_result: dict[str, Any] = Field(default_factory=dict)
    quality_score: Share | None = None
    quality_dimensions: dict[str, Share] = Field(default_factory=dict)
    user_approval: StrictBool | None = None
    final_text: dict[str, str] | None = None
    metrics_delta: dict[str, Any] | None = None
    post_publication_metrics: dict[str, Any] | None = None
    patterns_discovered: list[Any] = Field(default_factory=list)
    business_correlations: dict[str, Any] = Field(default_factory=dict)
    success: StrictBool = True
    cost: Cost | None = None
    seconds: Annotated[_Number, Field(ge=0, le=1e9)] | None = None
    tags: list[Tag] = Field(default_factory=list, max_length=100)
    platforms: list[ShortText] = Field(default_factory=list, max_length=20)
    persona: ShortText | None = None
    models: list[ShortText] = Field(default_factory=list, max_length=20)


async def add(session: AsyncSession, given: Given, *, by: str) -> dict[str, Any]:
    """Store it, or bring the one with its execution_id up to date; gives it as stored.

    Raises ExampleOfARun, ExampleErased, TagUnseen.
    """
    refuse_unseen(given.tags)
    id = given.execution_id or new_id()
    if given.execution_id is not None and await records.find_by_id(session, id) is not None:
        raise ExampleOfARun(f"{id} is a task.", field="execution_id")
    before = await queries.one(session, id, lock=True)
    if before is not None and before.erased_at is not None:
        raise ExampleErased(f"{before.erased_by} erased it on {before.erased_at:%Y-%m-%d}.", field="execution_id")
    score = None if given.quality_score is None else Decimal(str(round(given.quality_score, 4)))
    decision = None
    if given.user_approval is not None:
        verdict = "approve" if given.user_approval else "reject"
        decision = {"verdict": verdict, "by": by, "automatic": False, "at": now().isoformat()}
    own = system_tags(quality_score=score, decision=decision, automatic_run=False)
    tags = sorted({*map(tag_of, given.tags), *own})
    complete = given.plan is not None and score is not None and bool(given.final_text)
    values = given.model_dump(exclude={"execution_id", "timestamp", "quality_score", "tags", "cost"}) | {
        "execution_id": id,
        "timestamp": given.timestamp or now(),
        "quality_score": score,
        "cost": None if given.cost is None else Decimal(str(given.cost)),
        "decision": decision,
        "decided_at": now() if decision else None,
        "is_high_quality": score is not None and score >= HIGH_QUALITY,
        "training_ready": decision is not None and complete and EXCLUDE not in tags,
        "tags": tags,
        "created_at": now(),
        "updated_at": now(),
    }
    await queries.put(session, values)
    live.changed(session, "examples", id)
    stored = await queries.one(session, id)
    assert stored is not None
    return shown(stored)
