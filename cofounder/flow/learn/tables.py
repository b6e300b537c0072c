"""Training examples: one a run, updated as the world answers."""

from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import (
    Document,
    Listing,
    Moment,
    OptionalDocument,
    OptionalMoment,
    OptionalScore,
    OptionalWords,
    Tags,
    Usd,
    Words,
)
from cofounder.kit.db import Row


class Example(Row):
    __tablename__ = "orchestrator_training_data"
    execution_id: Mapped[UUID] = mapped_column(PgUUID(as_uuid=True), primary_key=True)
    user_request: Mapped[Words]
    intent: Mapped[Words]
    timestamp: Mapped[Moment]  # of the request
    business_state: Mapped[Document]
    metrics_delta: Mapped[OptionalDocument]
    similar_historical_content: Mapped[Listing]
    platform_baseline: Mapped[Document]
    execution_plan: Mapped[OptionalDocument]
    plan: Mapped[OptionalDocument]  # the whole plan, for planner lines
    execution_result: Mapped[Document]
    quality_score: Mapped[OptionalScore]
    quality_dimensions: Mapped[Document]
    user_approval: Mapped[bool | None]
    decision: Mapped[OptionalDocument]  # verdict, by, at, feedback, edit
    final_text: Mapped[OptionalDocument]  # channel -> text as approved
    cost: Mapped[Usd]
    seconds: Mapped[float] = mapped_column(server_default="0")
    post_publication_metrics: Mapped[OptionalDocument]
    business_impact: Mapped[OptionalDocument]
    roi_on_cost: Mapped[float | None]
    patterns_discovered: Mapped[Listing]
    business_correlations: Mapped[Document]
    success: Mapped[bool]
    is_legacy: Mapped[bool] = mapped_column(server_default=text("false"))
    is_sample: Mapped[bool] = mapped_column(server_default=text("false"))
    is_high_quality: Mapped[bool] = mapped_column(server_default=text("false"))
    training_ready: Mapped[bool] = mapped_column(server_default=text("false"))
    tags: Mapped[Tags]
    persona: Mapped[OptionalWords]
    platforms: Mapped[Tags]
    models: Mapped[Tags]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]
    decided_at: Mapped[OptionalMoment]
    archived_at: Mapped[OptionalMoment]
    erased_at: Mapped[OptionalMoment]  # what it held is gone; the row stays as a tombstone
    erased_by: Mapped[OptionalWords]
    erased_reason: Mapped[OptionalWords]
    __table_args__ = (Index("ix_orchestrator_training_data_timestamp", "timestamp"),)
