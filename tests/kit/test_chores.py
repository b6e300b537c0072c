"""Chores: begun at a beat, never waited for, never twice at once."""

import asyncio

from cofounder.kit.chores import Chore


class Work:
    """Counts how often it was begun and ended; waits until it is let go, and breaks where it is told to."""

    def __init__(self) -> None:
        self.begun = self.ended = 0
        self.go = asyncio.Event()
        self.breaks = False

    async def __call__(self) -> None:
        self.begun += 1
        await self.go.wait()
        if self.breaks:
            raise RuntimeError("the database is away")
        self.ended += 1


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_look_begins_it_and_does_not_wait() -> None:
    work = Work()
    chore = Chore("a test", work, every=0)
    await chore.look()
    await chore.look()
    await turn()
    assert (work.begun, work.ended) == (1, 0)
    work.go.set()
    await turn()
    assert work.ended == 1
    await chore.look()
    await turn()
    assert work.ended == 2
    await chore.stop()


async def test_it_is_not_due_again_before_its_time() -> None:
    work = Work()
    work.go.set()
    chore = Chore("a test", work, every=3_600)
    for _ in range(3):
        await chore.look()
        await turn()
    assert work.ended == 1


async def test_a_worker_that_has_just_begun_may_do_other_things_first() -> None:
    work = Work()
    work.go.set()
    chore = Chore("a test", work, every=3_600, at_once=False)
    await chore.look()
    await turn()
    assert work.begun == 0


async def test_what_is_not_wanted_is_not_begun() -> None:
    work = Work()
    chore = Chore("a test", work, every=0, wanted=lambda: False)
    await chore.look()
    await turn()
    assert work.begun == 0


async def test_work_that_breaks_is_tried_again_at_the_next_look() -> None:
    work = Work()
    work.go.set()
    work.breaks = True
    chore = Chore("a test", work, every=0)
    await chore.look()
    await turn()
    work.breaks = False
    await chore.look()
    await turn()
    assert (work.begun, work.ended) == (2, 1)


async def test_stopping_ends_what_is_at_it_and_a_repeat_is_harmless() -> None:
    work = Work()
    chore = Chore("a test", work, every=0)
    await chore.look()
    await turn()
    await chore.stop()
    await chore.stop()
    work.go.set()
    await turn()
    assert (work.begun, work.ended) == (1, 0)
    await chore.look()
    await turn()
    assert work.ended == 1
