"""Assessments: scores by dimension with their evidence, one row a judged version of a variant."""

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from cofounder.kit.columns import Document, Id, Listing, Moment, Score, Words
from cofounder.kit.db import Row


class AssessmentRow(Row):
    __tablename__ = "assessments"
    id: Mapped[Id]
    task_id: Mapped[UUID]
    channel: Mapped[Words]
    version: Mapped[int]  # of the variant
    round: Mapped[int]  # 0 = first judgement, then refinements
    overall: Mapped[Score]
    passed: Mapped[bool]
    dimensions: Mapped[Document]  # dimension -> {score, weight, evidence: [...], issues: [...]}
    issues: Mapped[Listing]
    verdict: Mapped[Document]  # the rest of it: threshold, findings, risk_level, capped_by, profile, judge
    evaluator: Mapped[Words]  # name and version
    judged_at: Mapped[Moment]
    __table_args__ = (UniqueConstraint("task_id", "channel", "version"),)
