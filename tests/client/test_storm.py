"""Two agents, many commands, random kills and lost leases: each completed once, in order, none lost.

COFOUNDER_TEST_LONG=1 takes ten thousand commands instead of one thousand.
"""

import asyncio
import os
import random
from typing import Any

from sqlalchemy import text

from cofounder.client import AsyncClient, Command, Refused
from cofounder.kit.db import transaction
from tests.api.conftest import House

NUMBER = 10_000 if os.environ.get("COFOUNDER_TEST_LONG") else 1_000
TYPE = "storm"


class Agent:
    """Takes commands in batches; now and then it dies with all it holds, or answers after its lease."""

    def __init__(self, house: House, name: str, seed: int) -> None:
        self.house, self.name, self.chance = house, name, random.Random(seed)
        self.claims: list[tuple[float, float, list[Command]]] = []  # asked at, had at, what
        self.answered: list[str] = []
        self.late: list[str] = []
        self.kills = 0

    async def live(self, done: asyncio.Event) -> None:
        while not done.is_set():
            async with AsyncClient(self.house.url, self.house.keys["operator"], agent=self.name) as client:
                await self._until_killed(client, done)

    async def _until_killed(self, client: AsyncClient, done: asyncio.Event) -> None:
        clock = asyncio.get_running_loop().time
        while not done.is_set():
            begun = clock()
            taken = await client.claim(TYPE, max=25, wait_seconds=0.5, lease_seconds=1.5)
            if taken:
                self.claims.append((begun, clock(), taken))
            fate = self.chance.random()
            if fate < 0.06:
                self.kills += 1
                return  # killed: it knows nothing any more
            if fate < 0.12 and taken:
                await asyncio.sleep(1.7)  # longer than the lease
            elif self.chance.random() < 0.5 and taken:
                taken = taken[: self.chance.randint(1, len(taken))]  # killed half-way through
                self.kills += 1
            await self._answer(client, taken)

    async def _answer(self, client: AsyncClient, taken: list[Command]) -> None:
        if not taken:
            return
        one = self.chance.choice(taken)
        try:
            await client.complete(one, {"by": self.name, "n": one.payload["n"]})
            self.answered.append(one.id)
        except Refused as error:
            if error.code != "lease_lost":
                raise
            self.late.append(one.id)
        items = [
            {"command_id": each.id, "fencing_token": each.token, "result": {"by": self.name, "n": each.payload["n"]}}
            for each in taken
            if each is not one
        ]
        for said in await client.finish_many(items) if items else []:
            (self.answered if said["ok"] else self.late).append(said["command_id"])


async def test_each_command_is_completed_once_in_order_and_none_is_lost(house: House) -> None:
    chance = random.Random(7)
    async with AsyncClient(house.url, house.keys["operator"]) as client:
        await client.claim(TYPE)
        wanted: list[dict[str, Any]] = [
            {"agent_type": TYPE, "action": "work", "payload": {"n": n}, "priority": chance.randint(-3, 3)}
            for n in range(NUMBER)
        ]
        made = []
        for first in range(0, NUMBER, 250):
            made += await client.create_many(wanted[first : first + 250])
    agents = [Agent(house, f"agent {number}", number) for number in (1, 2)]
    done = asyncio.Event()
    living = [asyncio.create_task(agent.live(done)) for agent in agents]
    for _ in range(NUMBER):
        numbers = (await house.viewer.get("/api/commands/statistics")).json()["by_status"]
        if numbers["pending"] + numbers["processing"] == 0:
            break
        assert not any(job.done() for job in living), [job.exception() for job in living if job.done()]
        await asyncio.sleep(0.3)
    done.set()
    await asyncio.gather(*living)

    answered = [id for agent in agents for id in agent.answered]
    assert sorted(answered) == sorted(one.id for one in made), "each completed once, none lost"
    assert sum(agent.kills for agent in agents) > 3
    late = [id for agent in agents for id in agent.late]
    assert late, "no lease was lost: the storm was too weak"
    await _whole(made, len(late))
    _in_order(made, agents)


async def _whole(made: list[Command], late: int) -> None:
    """The rows say the same: one completion each, the payload's own result, every late answer on record."""
    query = text(
        "SELECT count(*) FILTER (WHERE status = 'completed' AND result ->> 'n' = payload ->> 'n'),"
        " count(*) FILTER (WHERE jsonb_array_length(jsonb_path_query_array(history, '$[*] ? (@.what == \"completed\")'))"
        " <> 1), sum(jsonb_array_length(jsonb_path_query_array(history, '$[*] ? (@.what == \"late\")'))) FROM commands"
    )
    async with transaction() as session:
        right, wrong, recorded = (await session.execute(query)).one()
    assert (right, wrong, recorded) == (len(made), 0, late)


def _in_order(made: list[Command], agents: list[Agent]) -> None:
    """No command is first claimed after another that should come later, unless both claims were under way at once."""
    place = {one.id: (-one.priority, number) for number, one in enumerate(made)}
    claims = sorted((claim for agent in agents for claim in agent.claims), key=lambda claim: claim[1])
    seen: set[str] = set()
    firsts: list[tuple[float, float, list[tuple[int, int]]]] = []
    for asked, had, taken in claims:
        new = [place[one.id] for one in taken if one.attempt == 1 and one.id not in seen]
        assert new == sorted(new), "within one claim"
        seen |= {one.id for one in taken}
        if new:
            firsts.append((asked, had, new))
    assert len(firsts) > 10
    for index, (_, had, earlier) in enumerate(firsts):
        for asked, _, later in firsts[index + 1 :]:
            assert asked <= had or earlier[-1] < later[0], "a later claim got what should have come first"
