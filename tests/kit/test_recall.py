"""Inside a run a question is asked once, by all that it sets going; outside, and in another run, anew."""

import asyncio

import pytest

from cofounder.kit.recall import once, recalling


class Asked:
    def __init__(self) -> None:
        self.times = 0

    async def __call__(self) -> int:
        self.times += 1
        await asyncio.sleep(0)
        return self.times


async def test_a_run_remembers_and_another_begins_anew() -> None:
    ask = Asked()
    assert [await once("it", ask), await once("it", ask)] == [1, 2]
    with recalling():
        assert [await once("it", ask), await once("it", ask), await once("other", ask)] == [3, 3, 4]
        assert await asyncio.create_task(once("it", ask)) == 3
    with recalling():
        assert await once("it", ask) == 5
    assert await once("it", ask) == 6


async def test_two_runs_at_once_know_nothing_of_each_other() -> None:
    async def run() -> tuple[int, int]:
        ask = Asked()
        with recalling():
            return (await once("it", ask), await once("it", ask))

    assert list(await asyncio.gather(run(), run())) == [(1, 1), (1, 1)]


async def test_what_failed_is_asked_again() -> None:
    async def fails() -> int:
        raise ValueError

    with recalling():
        with pytest.raises(ValueError):
            await once("it", fails)
        assert await once("it", Asked()) == 1
