"""Before a version is made it is told how many of the chosen examples its role can learn from."""

import httpx
import pytest

from cofounder.kit.testing import Database
from tests.flow.server import signed_in
from tests.flow.train.datasets.making import example, store_examples

AT = "/api/orchestrator/training/datasets"


@pytest.mark.parametrize(
    ("role", "used", "missing"),
    [
        ("planner", 3, "4 have no plan"),
        ("writer", 3, "4 have no text that a person approved"),
        ("judge", 3, "4 have no text with a score that a person decided on"),
    ],
)
async def test_a_role_takes_what_it_can_learn_from_and_the_version_holds_as_many(
    database: Database, role: str, used: int, missing: str
) -> None:
    bare = {"plan": None, "final_text": None, "user_approval": None, "decision": None}
    await store_examples([example(number, **(bare if number > 2 else {})) for number in range(7)])
    async with signed_in("viewer", "operator") as (viewer, operator):
        told = await _told(viewer, {"role": role, "filters": {}})
        assert told == {"role": role, "fit": 7, "used": used, "missing": missing}
        asked = {"name": f"of {role}", "role": role, "split": {"by": "none"}, "duplicates": "keep"}
        made = (await operator.post(AT, json=asked)).json()["data"]
        assert made["example_count"] == used
        few = await _told(viewer, {"role": role, "filters": {"limit": 4}})
        assert (few["fit"], few["used"]) == (4, 0)


async def test_where_nothing_lacks_nothing_is_said(database: Database) -> None:
    await store_examples([example(number) for number in range(2)])
    async with signed_in("viewer") as (viewer,):
        assert await _told(viewer, {}) == {"role": "planner", "fit": 2, "used": 2, "missing": ""}
        assert (await viewer.post(f"{AT}/usable", json={"role": "poet"})).status_code == 422


async def _told(viewer: httpx.AsyncClient, asked: dict[str, object]) -> dict[str, object]:
    answer = await viewer.post(f"{AT}/usable", json=asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["data"])
