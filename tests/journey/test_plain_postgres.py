"""The product on a plain PostgreSQL of another version, named by DATABASE_URL, without the vector extension."""

from sqlalchemy import text

from cofounder import app
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import Decision
from cofounder.flow.learn import service as learning
from cofounder.flow.publish import showing
from cofounder.kit import migrate
from cofounder.kit.db import transaction
from cofounder.kit.testing import SCHEMA, Database, running
from cofounder.people import LOCAL_OWNER

from .conftest import MAIN_METRICS, MAIN_PREFERENCES, MAIN_REQUEST, ask, rest

FACTS = "SELECT current_setting('server_version_num')::int, rolsuper FROM pg_roles WHERE rolname = current_user"


async def test_a_plain_server_is_migrated_and_carries_a_whole_journey(plain_database: Database):
    await app.open_database()
    await app.open_database()  # a second start finds nothing to do
    async with transaction() as session:
        version, boss = (await session.execute(text(FACTS))).one()
        vector = await session.scalar(text("SELECT count(*) FROM pg_extension WHERE extname = 'vector'"))
    assert version >= migrate.OLDEST
    assert not boss, "the product must not need a superuser"
    assert vector == 0
    with running("cofounder.cli", "worker", environment=plain_database.environment) as worker:
        worker.wait_for("The worker is ready.", 60)
        await main_job()


async def main_job():
    """From the request to the publications and the example, by a worker that is a process of its own."""
    task_id = await ask(MAIN_REQUEST, business_metrics=MAIN_METRICS, preferences=MAIN_PREFERENCES)
    found = await rest(task_id, within=60)
    assert found.status == "pending_approval", found
    async with transaction() as session:
        seen = await approvals.view(session, task_id)
        body = Decision(task_id=task_id, approved=True, fingerprint=seen.fingerprint)
        await approvals.decide(session, body, by=LOCAL_OWNER)
    assert (await rest(task_id, "completed", "failed", within=60)).status == "completed"
    async with transaction() as session:
        published = await showing.publications(session, task_id)
        example = await learning.get(session, task_id)
    assert {one.state for one in published} == {"published"}
    assert len(published) == 3
    assert example is not None
    assert example.training_ready


async def test_our_tables_stay_in_our_schema_there(plain_database: Database):
    await app.open_database()
    async with transaction() as session:
        elsewhere = await session.scalars(
            text(
                "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname NOT IN"
                f" ('{SCHEMA}', 'dbos', 'pg_catalog', 'information_schema')"
            )
        )
        assert elsewhere.all() == []
