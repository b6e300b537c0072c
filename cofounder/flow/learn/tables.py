"""Training examples: one a run, updated as the world answers."""

from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, text
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import (
    Document,
    Listing,
    Moment,
    OptionalDocument,
    OptionalMoment,
    OptionalScore,
    OptionalUsd,
    OptionalWords,
    Tags,
    Words,
)
from cofounder.kit.db import Row

RUNS_TOLD = "jsonb_path_query_array(similar_historical_content, '$[*].task_id')"
"""SQL: the runs that an example's history speaks of, as it is indexed."""


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
    cost: Mapped[OptionalUsd]  # as with seconds, none is not known: earlier work seldom says
    seconds: Mapped[float | None]
    post_publication_metrics: Mapped[OptionalDocument]
    labels: Mapped[Listing] = mapped_column(server_default=text("'[]'"))  # each with its own time: flow.learn.labels
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
    __table_args__ = (
        Index("ix_orchestrator_training_data_timestamp", "timestamp"),
        Index("ix_orchestrator_training_data_history", text(f"{RUNS_TOLD} jsonb_path_ops"), postgresql_using="gin"),
    )


class StaleExample(Row):
    """An example whose world has changed. Only ever added to, so that writers never wait for each other."""

    __tablename__ = "stale_examples"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    execution_id: Mapped[UUID] = mapped_column(PgUUID(as_uuid=True), index=True)
    since: Mapped[Moment]


_MARK = """INSERT INTO stale_examples (execution_id) SELECT DISTINCT p.task_id FROM posts p
  WHERE p.task_id IS NOT NULL AND p.id IN (SELECT {key} FROM {rows} WHERE {key} IS NOT NULL);"""


def _marking(name: str, key: str) -> tuple[str, ...]:
    """Functions that mark the examples of the posts that a statement's rows belong to: new rows, and old and new ones."""
    body = "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$\nBEGIN\n  {do}\n  RETURN NULL;\nEND $$"
    new, old = _MARK.format(key=key, rows="written"), _MARK.format(key=key, rows="gone")
    return (
        body.format(name=f"{name}_new", do=new),
        body.format(name=f"{name}_both", do=f"{old}\n  {new}"),
        body.format(name=f"{name}_old", do=old),
    )


def _watching(table: str, name: str) -> tuple[str, ...]:
    on = f"ON {table}"
    each = "FOR EACH STATEMENT EXECUTE FUNCTION"
    return (
        f"CREATE TRIGGER {table}_mark_new AFTER INSERT {on} REFERENCING NEW TABLE AS written {each} {name}_new()",
        f"CREATE TRIGGER {table}_mark_both AFTER UPDATE {on} "
        f"REFERENCING OLD TABLE AS gone NEW TABLE AS written {each} {name}_both()",
        f"CREATE TRIGGER {table}_mark_old AFTER DELETE {on} REFERENCING OLD TABLE AS gone {each} {name}_old()",
    )


# Whoever writes a reading, a day of the site or a post marks the examples it is about: by hand, by import, by matching.
TRIGGERS = (
    *_marking("mark_by_post_id", "post_id"),
    *_watching("social_post_analytics", "mark_by_post_id"),
    *_watching("web_analytics", "mark_by_post_id"),
    """CREATE FUNCTION mark_by_task_id() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO stale_examples (execution_id)
  SELECT task_id FROM gone WHERE task_id IS NOT NULL UNION SELECT task_id FROM written WHERE task_id IS NOT NULL;
  RETURN NULL;
END $$""",
    """CREATE TRIGGER posts_mark_both AFTER UPDATE ON posts
REFERENCING OLD TABLE AS gone NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION mark_by_task_id()""",
)
UNDO = (
    *(
        f"DROP TRIGGER {table}_mark_{kind} ON {table}"
        for table in ("social_post_analytics", "web_analytics")
        for kind in ("new", "both", "old")
    ),
    "DROP TRIGGER posts_mark_both ON posts",
    "DROP FUNCTION mark_by_task_id()",
    *(f"DROP FUNCTION mark_by_post_id_{kind}()" for kind in ("new", "both", "old")),
)
