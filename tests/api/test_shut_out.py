"""A key that ends while its request is under way gets nothing more: no work, and no words of an answer."""

import asyncio

from cofounder.kit import db
from cofounder.kit.testing import until
from cofounder.people import LOCAL_OWNER, revoke_key
from tests.flow.request.talker import Talker

from .conftest import House, problem
from .test_chat import company, slowly, talker

__all__ = ["company", "talker"]  # fixtures

BODY = {"agent_type": "financial", "wait_seconds": 50}


async def revoke(name: str) -> None:
    async with db.transaction() as session:
        await revoke_key(session, name, LOCAL_OWNER)


async def test_a_key_that_is_revoked_while_it_waits_gets_no_work(house: House) -> None:
    waiting = asyncio.create_task(house.operator.post("/api/commands/claim", json=BODY, timeout=90))

    async def seen() -> bool:
        return bool((await house.viewer.get("/api/commands/agents")).json()["items"])

    await until(seen, within=60)
    await revoke("operator key")
    work = {"agent_type": "financial", "action": "read_metrics", "payload": {}}
    made = await house.admin.post("/api/commands", json=work)
    assert made.status_code == 201, made.text
    problem(await waiting, 401, "not_signed_in")
    (left,) = (await house.viewer.get("/api/commands")).json()["items"]
    assert left["status"] == "pending"


async def test_a_key_that_is_revoked_while_it_reads_an_answer_hears_no_more_of_it(
    company: House, talker: Talker
) -> None:
    id = (await slowly(company, talker))["answer"]["id"]
    heard: list[str] = []
    async with company.viewer.stream("GET", f"/api/chat/answers/{id}/events", timeout=60) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("event: ") and not heard:
                await revoke("viewer key")
            if line.startswith("event: "):
                heard.append(line)
    assert heard  # the stream ended by itself,
    assert "event: end" not in heard  # and not because the answer had
    assert (await company.viewer.get(f"/api/chat/answers/{id}/events")).status_code == 401
