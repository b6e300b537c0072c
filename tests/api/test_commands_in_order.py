"""What a command depends on: never run before it, never run without it, and told what holds it up."""

from tests.api.conftest import House, problem
from tests.api.test_commands import claim, error, make, read, result


async def _after(house: House, id: str) -> str:
    return str((await make(house, depends_on=[id]))["command_id"])


async def _delete(house: House, id: str, status: int = 200) -> None:
    answer = await house.operator.delete(f"/api/commands/{id}")
    if status != 200:
        problem(answer, status, "waited_for")
    assert answer.status_code == status, answer.text


async def _retry(house: House, id: str) -> None:
    assert (await house.operator.post(f"/api/commands/{id}/retry")).status_code == 200


async def test_what_a_cancelled_command_depends_on_is_not_deleted_under_it(house: House) -> None:
    first = (await make(house))["command_id"]
    second = await _after(house, first)
    await house.operator.post(f"/api/commands/{second}/cancel")
    await _delete(house, first, 409)
    await _retry(house, second)
    assert (await read(house, second))["waits_for"] == [first]
    assert [one["command_id"] for one in await claim(house, max=5)] == [first]


async def test_what_a_failed_command_depends_on_is_not_deleted_under_it(house: House) -> None:
    first = (await make(house))["command_id"]
    (held,) = await claim(house)
    await error(house, first, error="No.", retry=False, fencing_token=held["fencing_token"])
    second = await _after(house, first)
    await house.operator.post(f"/api/commands/{second}/cancel")
    await _delete(house, first, 409)
    await _delete(house, second)
    await _delete(house, first)


async def test_what_is_completed_may_go_and_who_failed_after_it_is_tried_again(house: House) -> None:
    first = (await make(house))["command_id"]
    second = await _after(house, first)
    await result(house, first, result=1)
    (held,) = await claim(house)
    await error(house, second, error="No.", retry=False, fencing_token=held["fencing_token"])
    await _delete(house, first)
    await _retry(house, second)
    assert [one["command_id"] for one in await claim(house)] == [second]


async def test_what_is_named_twice_is_waited_for_once(house: House) -> None:
    first = (await make(house))["command_id"]
    second = await make(house, depends_on=[first, first])
    assert (second["depends_on"], second["waits_for"]) == ([first], [first])


async def test_a_command_says_what_failed_however_far_upstream(house: House) -> None:
    first, other = [(await make(house))["command_id"] for _ in range(2)]
    second = await _after(house, first)
    third = (await make(house, depends_on=[second, other]))["command_id"]
    held = {one["command_id"]: one["fencing_token"] for one in await claim(house, max=5)}
    await error(house, first, error="No.", retry=False, fencing_token=held[first])
    seen = await read(house, third)
    assert (seen["waits_for"], seen["blocked_by"]) == ([second, other], [first])
    listed = (await house.viewer.get("/api/commands", params={"status": "pending"})).json()["items"]
    assert {one["command_id"]: one["blocked_by"] for one in listed} == {second: [first], third: [first]}
    await _retry(house, first)
    assert (await read(house, third))["blocked_by"] == []
