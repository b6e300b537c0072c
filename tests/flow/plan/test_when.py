"""A plan that writes says when posts did better on its channels, or that history says too little; one that does not write says nothing."""

from types import SimpleNamespace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.derive.times import SuggestedTime
from cofounder.flow.approve import views
from cofounder.flow.plan import planner, steps
from cofounder.kit.clock import now
from cofounder.models.intent import Action, Intent

WRITES = Intent(
    intent="create_post",
    topic="coffee",
    domain="marketing",
    channels=["linkedin", "x"],
    actions=[Action(kind="create_post", topic="coffee", channels=["linkedin", "x"])],
)
THIN = "When to publish. LinkedIn: not enough data, 0 posts that were read at 72 hours or later of the 30 that a statement needs."


def asked() -> Any:
    return SimpleNamespace(as_of=now(), preferences={})


async def test_a_plan_names_each_channel_with_its_n(session: AsyncSession) -> None:
    times = await steps._times(session, asked(), WRITES)
    notes = planner.sketch(WRITES, has_metrics=False, times=times).notes
    assert THIN in notes
    assert sum(note.startswith("When to publish.") for note in notes) == 2


async def test_a_plan_that_publishes_nothing_says_nothing_of_times(session: AsyncSession) -> None:
    looks = Intent(intent="analyse_metrics", topic="", domain="finance", actions=[Action(kind="analyse_metrics")])
    assert await steps._times(session, asked(), looks) == []
    assert not any(
        note.startswith("When") for note in planner.sketch(looks, has_metrics=False, times=["LinkedIn: Monday."]).notes
    )


async def test_the_approver_is_told_what_the_plan_read_and_else_what_is_known(session: AsyncSession) -> None:
    read = {"channel": "x", "status": "ok", "at": "2020-01-06T14:00:00Z", "time_zone": "UTC", "n": 41, "sentence": "x"}
    outputs = {"business.baseline": {"suggested_times": {"x": read}}}
    found = await views._times(session, asked(), outputs, ["x", "linkedin"], None)
    assert found["linkedin"].status == "not enough data"
    assert found["x"].n == 41
    assert found["x"].at is not None
    assert found["x"].at > now(), "a time that has passed is no help"
    decided: Any = object()
    then = await views._times(session, asked(), outputs, ["x"], decided)
    assert then["x"] == SuggestedTime.model_validate(read), "after the decision it stays as it was"
