"""A publication by a connected account: sent as it; access that was taken back is found out, told and mended."""

from cofounder.flow.publish import settling
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, until
from tests.channels.accounts.test_renewing import open_alerts, state
from tests.channels.accounts.test_signing_in import signed_in
from tests.channels.accounts.world import World
from tests.flow.publish.standing import approved, of, settled
from tests.flow.waiting import APPROVER


async def test_a_text_goes_out_as_the_account_that_was_approved(world: World, engine_running: Database) -> None:
    world.organisations = world.organisations[:1]
    await signed_in(world, "linkedin")
    await signed_in(world, "linkedin", kind="organisation", name="Our page")
    said = await approved("linkedin", accounts={"linkedin": "Our page"})
    await until(settled(said.task_id))
    (one,) = await of(said.task_id)
    assert (one.state, one.delivered_by, one.account) == ("published", "linkedin", "Our page")
    assert [post["author"] for post in world.posts] == ["urn:li:organization:111"]


async def test_access_taken_back_is_found_out_by_a_publication_and_a_new_sign_in_lets_it_go_out(
    world: World, engine_running: Database
) -> None:
    row = await signed_in(world, "linkedin")
    world.access.clear()
    said = await approved("linkedin")
    await until(settled(said.task_id))
    (one,) = await of(said.task_id)
    assert (one.state, one.delivered_by) == ("refused", "linkedin")
    assert (await state(row.id))[0] == "needs_sign_in"
    assert "Connect it again" in (await open_alerts())[0]
    await signed_in(world, "linkedin")
    async with transaction() as session:
        await settling.retry(session, one.publication_id, by=APPROVER)
    await until(settled(said.task_id, ("published",)))
    assert len(world.posts) == 1
    assert await open_alerts() == []
