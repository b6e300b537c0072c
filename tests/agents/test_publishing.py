"""The publishing agent shows and checks, and has no way to send."""

from typing import Any

import pytest
from fastmcp import Client
from fastmcp.exceptions import ToolError

from cofounder.agents import publishing
from cofounder.kit.ids import new_id


async def call(tool: str, **arguments: Any) -> dict[str, Any]:
    async with Client(publishing.SERVER) as client:
        answer: dict[str, Any] = (await client.call_tool(tool, arguments)).structured_content
        return answer


async def test_its_tools_prepare_preview_check_and_report_and_none_sends() -> None:
    async with Client(publishing.SERVER) as client:
        tools = {tool.name: tool for tool in await client.list_tools()}
    assert set(tools) == {"prepare", "preview", "check", "report"}
    for tool in tools.values():
        assert tool.annotations.read_only_hint is True
        assert tool.output_schema is not None
        assert tool.meta["cofounder/category"] == "publishing"


async def test_a_prepared_text_is_the_exact_text_with_its_count_and_its_way() -> None:
    draft = {"body": "Revenue reached $150,000.\n\nThat is 20% more.", "hashtags": ["#Growth"]}
    made = await call("prepare", draft=draft, channel="LinkedIn")
    assert made["channel"] == "linkedin"
    assert made["rendered"]["text"].startswith("Revenue reached $150,000.")
    assert made["rendered"]["text"].endswith("#Growth")
    assert (made["fits"], made["problems"], made["limit"]) == (True, [], 3000)
    assert (made["delivered_by"], made["connected"]) == ("outbox", False)
    assert "No LinkedIn account is connected" in made["note"]
    assert made["text"] == draft["body"]
    assert "Revenue reached" in made["preview"]


async def test_a_text_too_long_for_x_by_its_own_count_does_not_fit() -> None:
    fits = await call("check", text="a" * 280, channel="twitter")
    over = await call("check", text="a" * 281, channel="twitter")
    assert (fits["fits"], fits["length"]) == (True, 280)
    assert over["fits"] is False
    assert "281 of 280" in over["problems"][0]


async def test_a_long_post_of_a_thread_is_named() -> None:
    draft = {"body": "one\n\ntwo", "parts": ["short", "b" * 300, "end"]}
    made = await call("prepare", draft=draft, channel="x")
    assert made["problems"] == ["Post 2 has 300 of 280 characters."]


async def test_an_article_without_a_title_does_not_fit_and_an_email_takes_its_first_line_as_subject() -> None:
    assert (await call("check", text="Hello.", channel="blog"))["problems"] == ["There is no title."]
    shown = await call("preview", text="Hello.\n\nHere is the rest.", channel="email")
    assert shown["rendered"]["subject"] == "Hello."
    assert (await call("check", text="Hello.\n\nHere is the rest.", channel="email"))["fits"] is True


@pytest.mark.parametrize(
    ("tool", "arguments", "code"),
    [
        ("prepare", {"draft": {"body": " "}, "channel": "x"}, "nothing_to_prepare"),
        ("preview", {"channel": "x"}, "nothing_to_prepare"),
        ("check", {"text": "words", "channel": "myspace"}, "unknown_channel"),
    ],
)
async def test_what_cannot_be_prepared_says_why(tool: str, arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(ToolError, match=code):
        await call(tool, **arguments)


async def test_a_task_without_publications_says_so(database: Any) -> None:
    answer = await call("report", task_id=str(new_id()))
    assert answer["publications"] == []
    assert "Nothing" in answer["text"]
