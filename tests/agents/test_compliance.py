"""The compliance agent: what it finds, in the words of a person."""

from typing import Any

import pytest
from fastmcp import Client
from fastmcp.exceptions import ToolError

from cofounder.agents import compliance


async def call(**arguments: Any) -> dict[str, Any]:
    async with Client(compliance.SERVER) as client:
        answer: dict[str, Any] = (await client.call_tool("check", arguments)).structured_content
        return answer


async def test_a_promise_of_return_is_found_and_weighs() -> None:
    made = await call(text="Invest now: we guarantee a 12% return every year, without any risk.", domain="finance")
    assert made["findings"]
    assert made["risk_level"] in ("high", "blocking")
    assert "guarantee" in str(made["findings"]).lower()
    assert made["narrative"].startswith(f"{len(made['findings'])} finding")


async def test_personal_data_is_found_and_not_repeated() -> None:
    made = await call(text="Ask Jane, jane.doe@brightmail.io, for the invoice.")
    assert any(finding["detector"] == "personal_data" for finding in made["findings"])
    assert "jane.doe@brightmail.io" not in made["narrative"]


async def test_a_plain_text_is_low_risk_and_says_so() -> None:
    made = await call(text="Our office moves to Main Street in May.")
    assert (made["findings"], made["risk_level"], made["may_publish"]) == ([], "low", True)
    assert "Nothing was found" in made["narrative"]


async def test_a_figure_that_the_facts_do_not_carry_is_found() -> None:
    facts = [{"id": "r", "metric": "revenue", "noun": "revenue", "value": 150_000, "unit": "usd"}]
    (finding,) = (await call(text="Revenue was $190,000.", facts=facts))["findings"]
    assert (finding["code"], finding["excerpt"]) == ("figure_without_support", "$190,000")
    assert (await call(text="Revenue was $150,000.", facts=facts))["findings"] == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [({"text": " "}, "nothing_to_check"), ({"text": "a", "channel": "myspace"}, "unknown_channel")],
)
async def test_what_cannot_be_checked_says_why(arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(ToolError, match=code):
        await call(**arguments)
