"""The content agent: every tool through MCP, as plans call it."""

from datetime import datetime
from typing import Any

import pytest
from fastmcp import Client
from fastmcp.exceptions import ToolError

from cofounder.agents import content
from cofounder.kit import db
from cofounder.kit.ids import new_id
from cofounder.models import service as models
from cofounder.models.brief import Brief, Draft
from cofounder.models.figures import trace

PERIOD = {"start": "2025-10-01", "end": "2025-12-31", "grain": "quarter", "label": "Q4 2025"}
FACTS: list[dict[str, Any]] = [
    {
        "id": "revenue",
        "metric": "revenue",
        "noun": "revenue",
        "value": 150_000,
        "unit": "usd",
        "base": {"value": 125_000, "label": "the month before"},
        "asked": True,
    },
    {"id": "traffic", "metric": "traffic", "noun": "website visits", "value": 250_000, "unit": "count"},
    {"id": "conversion_rate", "metric": "conversion_rate", "noun": "conversion rate", "value": 0.045, "unit": "rate"},
    {"id": "customers", "metric": "customers", "noun": "customers", "value": 320, "unit": "count"},
]
ASKED = {
    "request": "Create a LinkedIn post about our Q4 growth metrics",
    "topic": "Q4 growth",
    "facts": FACTS,
    "period": PERIOD,
    "persona": "newsReporter",
    "seed": "test",
}
LONG = (
    "We are really very pleased to say that revenue reached $150,000 in December, which is, in our view, quite a good "
    "figure. It should perhaps be noted that the figure was $125,000 in November. Our 320 customers did not leave. "
    "We would also like to mention, as it were, that the office has new plants. They are green and tall."
)


async def call(tool: str, **arguments: Any) -> dict[str, Any]:
    async with Client(content.SERVER) as client:
        answer: dict[str, Any] = (await client.call_tool(tool, arguments)).structured_content
        return answer


def figures_from_nowhere(made: dict[str, Any]) -> list[str]:
    draft, brief = Draft.model_validate(made["draft"]), Brief.model_validate(made["brief"])
    words = "\n".join(filter(None, [draft.title, draft.subject, draft.body]))
    return [seen.text for seen in trace(words, brief.facts, period=brief.period) if seen.kind == "unmatched"]


async def test_every_tool_states_its_schemas_cost_and_seconds() -> None:
    async with Client(content.SERVER) as client:
        tools = {tool.name: tool for tool in await client.list_tools()}
    assert set(tools) == {"draft", "refine", "edit", "format", "headlines", "evaluate", "calendar", "report"}
    for tool in tools.values():
        assert tool.description
        assert tool.output_schema is not None
        assert tool.meta["cofounder/seconds"] > 0
    assert {"task_id", "scope", "seed", "attempt"} <= set(tools["draft"].input_schema["properties"])


@pytest.mark.parametrize("channel", ["linkedin", "twitter", "facebook", "email", "blog"])
async def test_a_draft_keeps_to_its_channel_and_to_its_facts(database: Any, channel: str) -> None:
    made = await call("draft", **ASKED, channel=channel)
    assert made["text"].strip()
    assert figures_from_nowhere(made) == []
    assert made["notes"] == made["draft"]["notes"]
    assert made["limit"] is None or made["length"] <= made["limit"]
    assert bool(made["draft"]["subject"]) is (channel == "email")
    assert bool(made["draft"]["title"]) is (channel == "blog")


async def test_a_thread_has_posts_that_each_fit(database: Any) -> None:
    made = await call("draft", **ASKED, channel="x", thread=True)
    assert made["brief"]["kind"] == "thread"
    assert len(made["draft"]["parts"]) >= 3
    assert made["length"] <= 280


async def test_constraints_narrow_the_form_and_the_call_is_the_tasks(database: Any) -> None:
    task = new_id()
    wanted = {"max_words": 60, "no_hashtags": True, "persona": "data nerd"}
    made = await call("draft", **ASKED, channel="linkedin", constraints=wanted, task_id=str(task), scope="step:draft:0")
    assert made["brief"]["form"]["words"] == [60, 60]
    assert made["brief"]["form"]["hashtags"] == [0, 0]
    assert made["draft"]["hashtags"] == []
    assert made["persona"] == "dataNerd"
    async with db.transaction() as session:
        (row,) = await models.task_calls(session, task)
    assert (row["scope"], row["role"], row["model"]) == ("step:draft:0", "writer", "offline")


async def test_the_same_seed_gives_the_same_text_and_another_attempt_another(database: Any) -> None:
    first = await call("draft", **ASKED, channel="linkedin")
    assert (await call("draft", **ASKED, channel="linkedin"))["text"] == first["text"]
    assert (await call("draft", **ASKED, channel="linkedin", attempt=1))["text"] != first["text"]


async def test_a_voice_or_a_channel_that_is_none_is_named(database: Any) -> None:
    with pytest.raises(ToolError, match="persona_unknown"):
        await call("draft", **(ASKED | {"persona": "pirate"}), channel="linkedin")
    with pytest.raises(ToolError, match="unknown_channel"):
        await call("draft", **ASKED, channel="myspace")


async def test_refining_writes_anew_from_the_same_facts(database: Any) -> None:
    first = await call("draft", **ASKED, channel="linkedin")
    issue = {"dimension": "length", "code": "too_long", "message": "It is too long.", "severity": "major"}
    made = await call("refine", draft=first["draft"], brief=first["brief"], issues=[issue], feedback="Make it shorter")
    assert made["brief"]["attempt"] == 1
    assert made["brief"]["previous"]["body"] == first["draft"]["body"]
    assert figures_from_nowhere(made) == []


async def test_a_shortened_text_is_shorter_and_keeps_its_figures(database: Any) -> None:
    made = await call("edit", text=LONG, kind="shorten", max_words=30)
    assert made["words_after"] <= 30 < made["words_before"]
    assert "$150,000" in made["text"]
    assert made["diff"]


async def test_an_empty_text_is_refused() -> None:
    with pytest.raises(ToolError, match="nothing_to_write_from"):
        await call("edit", text="  ", kind="shorten")
    with pytest.raises(ToolError, match="nothing_to_write_from"):
        await call("evaluate", text="")
    with pytest.raises(ToolError, match="nothing_to_report"):
        await call("report", facts=[], insights=[None, " "])


async def test_headlines_come_in_the_number_asked_and_differ(database: Any) -> None:
    asked = {key: value for key, value in ASKED.items() if key != "request"}
    made = await call("headlines", **asked, count=4)
    assert len(made["headlines"]) == 4
    assert len(set(made["headlines"])) == 4
    assert made["notes"] == made["draft"]["notes"]


async def test_a_wrong_figure_scores_lower_than_a_right_one(database: Any) -> None:
    made = await call("draft", **ASKED, channel="linkedin")
    right = await call("evaluate", draft=made["draft"], brief=made["brief"])
    wrong_draft = made["draft"] | {"body": made["draft"]["body"].replace("150,000", "190,000")}
    wrong = await call("evaluate", draft=wrong_draft, brief=made["brief"])
    assert len(right["dimensions"]) >= 7
    assert right["overall"] > wrong["overall"]
    assert wrong["dimensions"]["accuracy"]["score"] < right["dimensions"]["accuracy"]["score"]


async def test_a_report_tells_the_figures_and_nothing_else(database: Any) -> None:
    made = await call("report", facts=FACTS, insights=["Revenue rose 20% on the month before."], period=PERIOD)
    assert "150,000" in made["text"]
    assert [seen for seen in made["notes"] if "not in the facts" in seen] == []


async def test_findings_without_figures_are_told_in_their_own_words() -> None:
    made = await call("report", insights=["Pricing is read more each month.", None, {"text": "No rival is named."}])
    assert made["text"] == "Pricing is read more each month.\n\nNo rival is named."


async def test_a_calendar_is_planned_from_the_companys_posts(database: Any) -> None:
    from cofounder.business.records import service as records
    from cofounder.business.records.schemas import NewPost

    async with db.transaction() as session:
        for day in (1, 8, 15):
            when = datetime.fromisoformat(f"2026-10-{day:02d}T09:00:00+00:00")
            await records.add_post(
                session,
                NewPost(platform="linkedin", content=f"Pricing, part {day}", topic="pricing", published_at=when),
            )
    made = await call("calendar", as_of="2026-11-20T00:00:00+00:00", count=2, channels=["linkedin"])
    assert [entry["topic"] for entry in made["entries"]] == ["pricing", "pricing"]
    assert made["entries"][0]["source"].startswith("Pricing, part")
    earlier = await call("calendar", as_of="2026-09-01T00:00:00+00:00", count=1, channels=["linkedin"])
    assert earlier["entries"][0]["source"] == "needs input"
