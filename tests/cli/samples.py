"""A task on its way and an approval, as the services answer them, for tests of how they look."""

from datetime import UTC, datetime
from uuid import UUID

from cofounder.flow.approve.schemas import ApprovalOut, DeliveryOut, DimensionOut, ExpectedOut, MainContent, VariantOut
from cofounder.flow.request.phases import PHASES
from cofounder.flow.request.schemas import PhaseOut
from cofounder.flow.run.schemas import Status, StepOut, TaskDetail

TASK = UUID("01a1fbf3-476a-7bcd-ad56-f8c6a1a93de3")


def step(id: str, state: str, *, attempt: int = 1, error: str | None = None) -> StepOut:
    return StepOut(
        id=id,
        tool=f"content.{id}",
        agent="content",
        state=state,
        attempt=attempt,
        seconds=0.0 if state in ("waiting", "running") else 1.25,
        cost=0.004 if state == "done" else 0.0,
        depends_on=[],
        error={"detail": error} if error else None,
    )


def status(
    phase: str = "execution", *, steps: list[StepOut] | None = None, word: str = "running", **changes: object
) -> Status:
    """A task in `phase`: the ones before are done, the ones after wait."""
    at = PHASES.index(phase)
    phases = [
        PhaseOut(
            name=name,
            state="done" if place < at else "running" if place == at else "waiting",
            note="8 steps" if name == "planning" and at else None,
            seconds=0.4 if place <= at else None,
            cost=0.0,
        )
        for place, name in enumerate(PHASES)
    ]
    return Status(
        task_id=TASK,
        status=word,
        phase=phase,
        progress=0.4,
        phases=phases,
        steps=steps or [],
        cost=0.012,
        seconds=3.2,
        estimated_cost=0.02,
        estimated_seconds=8,
        questions=[],
        error=None,
    ).model_copy(update=changes)


def variant(channel: str = "linkedin", **changes: object) -> VariantOut:
    content = "Revenue grew 20% in October, to $150,000.\n\nWhat changed: two new customers."
    return VariantOut(
        channel=channel,
        version=1,
        origin="draft",
        content=content,
        preview=f"LinkedIn: {len(content)} of 3,000 characters, 12 words\n\nRevenue grew 20% in October,\n    …see more\nto $150,000.",
        exact_text=content.replace("(", "\\("),
        format="text",
        length=len(content),
        limit=3000,
        body=content,
        persona="newsReporter",
        quality_score=0.906,
        quality_passed=True,
        delivery=DeliveryOut(delivered_by="outbox", account="outbox", note="No LinkedIn account is connected."),
    ).model_copy(update=changes)


def approval(**changes: object) -> ApprovalOut:
    return ApprovalOut(
        task_id=TASK,
        status="pending_approval",
        round=1,
        kind="content",
        request="Create a LinkedIn post about our Q4 growth metrics",
        quality_score=0.906,
        quality_passed=True,
        fingerprint="f" * 64,
        main_content=MainContent(title=None, content="Revenue grew 20%."),
        channel_variants={"linkedin": variant()},
        metadata={"agents_involved": ["financial", "content"]},
        supporting_materials={},
        hashtags=[],
        call_to_action="",
        estimated_reach=None,
        engagement_score=None,
        approval_url="/x",
        quality_dimensions={
            "accuracy": DimensionOut(score=1.0, weight=0.2, evidence=["2 of 2 figures are traced."]),
            "readability": DimensionOut(score=0.71, weight=0.1, evidence=["Grade 8.1."]),
        },
        issues=[
            {"severity": "minor", "message": "One sentence is long.", "channel": "linkedin"},
            {"severity": "blocking", "message": "A return is promised.", "channel": "linkedin"},
        ],
        refinements=0,
        facts=[
            {
                "id": "revenue_monthly",
                "noun": "revenue",
                "metric": "revenue",
                "value": 150000,
                "unit": "usd",
                "period": {"label": "October 2026"},
                "base": {"value": 125000, "label": "the month before"},
                "source": "request",
            }
        ],
        sources=[],
        similar_content=[],
        expected_engagement=ExpectedOut(reason="Not enough data."),
        opened_at=datetime(2026, 11, 21, 9, tzinfo=UTC),
    ).model_copy(update=changes)


def asked(**changes: object) -> TaskDetail:
    """A task with nothing but its request and how it stands."""
    return TaskDetail(
        task_id=TASK, request="Create a LinkedIn post about our growth", status="running", phase="execution", source="user_request",
        priority=0, intent=None, topic=None, channels=["linkedin"], quality_score=None, cost=0.0, seconds=None, publish_at=None,
        is_sample=False, created_at=datetime(2026, 11, 22, 9, tzinfo=UTC), completed_at=None, status_now=status(), intent_read=None,
        business_metrics=None, preferences={}, parent_task_id=None, rerun_from=None, plan=None, steps=[], deliverables=[],
        refinements=0, tags=[],
    ).model_copy(update=changes)  # fmt: skip
