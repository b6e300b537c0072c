"""What is asked of the sample company belongs to it, and counts with nothing of the company's own."""

from sqlalchemy import text

from cofounder.business import sample
from cofounder.business.records.schemas import NewPost
from cofounder.business.records.service import add_post
from cofounder.flow.request import service
from cofounder.flow.request.schemas import ProcessIn
from cofounder.kit.clock import today
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database


async def asked() -> bool:
    async with transaction() as session:
        task = await service.submit(session, ProcessIn(request="Write a LinkedIn post about our growth"), by="test")
        return bool(task.is_sample)


async def test_a_task_is_of_the_sample_where_there_is_nothing_else(database: Database) -> None:
    assert not await asked()  # an empty home is nobody's sample
    async with transaction() as session:
        await sample.load(session, today=today())
    assert await asked()
    async with transaction() as session:
        await add_post(session, NewPost(platform="linkedin", content="Our own first words."))
    assert not await asked()
    async with transaction() as session:
        await session.execute(text("DELETE FROM posts WHERE NOT is_sample"))
    assert await asked()
