"""What was decided is not left lying where the workflow that carried it broke off."""

from sqlalchemy import text

from cofounder import app
from cofounder.flow.publish import stranded
from cofounder.flow.publish.schemas import PublicationOut
from cofounder.kit import durable
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, until
from tests.flow.publish.standing import approved, effects, of, settled, status


async def told(query: str, **values: object) -> None:
    async with transaction() as session:
        await session.execute(text(query), values)


async def breaks() -> None:
    """No row of a publication can be made, for a reason that is no outage."""
    await told(
        "CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'broken' USING ERRCODE = '40P01'; END $$"
    )
    await told("CREATE TRIGGER breaks BEFORE INSERT ON publications FOR EACH ROW EXECUTE FUNCTION breaks()")


async def mend() -> None:
    await told("DROP TRIGGER breaks ON publications")


async def over(workflow_id: object) -> bool:
    state = await durable.status(workflow_id)
    return state is not None and state.status == "ERROR"


async def cut_off(one: PublicationOut) -> None:
    """As a workflow that broke while the publication was attempted."""
    await told("UPDATE publications SET state = 'attempting', finished_at = NULL WHERE id = :id", id=one.publication_id)
    await told("UPDATE dbos.workflow_status SET status = 'ERROR' WHERE name = 'publication'")


async def test_a_decision_whose_publication_could_not_even_be_made_is_carried_out_later(
    engine_running: Database,
) -> None:
    await breaks()
    said = await approved("linkedin")
    (planned,) = said.publications
    await until(lambda: over(planned.publication_id))
    assert await of(said.task_id) == []
    assert await stranded.take_up() == []  # still broken: nothing is given up
    await mend()
    assert await stranded.take_up() == [planned.publication_id]
    await until(settled(said.task_id))
    (one,) = await of(said.task_id)
    assert (one.publication_id, one.state) == (planned.publication_id, "published")
    assert await status(said.task_id) == "completed"
    assert await stranded.take_up() == []


async def test_what_is_taken_up_again_goes_out_once(engine_running: Database) -> None:
    said = await approved("linkedin")
    await until(settled(said.task_id))
    (one,) = await of(said.task_id)
    await cut_off(one)
    assert await stranded.take_up() == [one.publication_id]
    await until(settled(said.task_id))
    assert [found.state for found in await of(said.task_id)] == ["published"]
    assert await effects() == [("done", 1)]


async def test_what_breaks_off_again_and_again_ends_in_words(engine_running: Database) -> None:
    said = await approved("linkedin")
    await until(settled(said.task_id))
    (one,) = await of(said.task_id)
    for _ in range(stranded.TIMES):
        await cut_off(one)
        assert await stranded.take_up() == [one.publication_id]
        await until(settled(said.task_id))
    await told("UPDATE effects SET state = 'intended'")
    await cut_off(one)
    assert await stranded.take_up() == [one.publication_id]
    (one,) = await of(said.task_id)
    assert one.state == "unknown"  # it may have gone out: a person says
    assert "again and again" in (one.note or "")


async def test_whoever_is_carried_or_over_is_left_alone(engine_running: Database) -> None:
    waits = await approved("linkedin", schedule_at="2199-01-01T09:00:00Z")
    gone = await approved("x")
    await until(settled(gone.task_id))
    await until(settled(waits.task_id, ("scheduled",)))
    assert await stranded.take_up() == []


async def test_a_worker_looks_by_itself(database: Database) -> None:
    app.wire()
    await breaks()
    async with app.working():
        said = await approved("linkedin")
        await until(lambda: over(said.publications[0].publication_id))
        await mend()
        stranded._last.clear()
        await until(settled(said.task_id))
    assert [one.state for one in await of(said.task_id)] == ["published"]
