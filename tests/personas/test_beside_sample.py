"""What people do while only the sample company's posts are there, and what becomes of it beside the company's own."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import clock
from cofounder.kit.ids import new_id
from cofounder.people.roles import Caller
from cofounder.personas import history, learning, queries, sample
from cofounder.personas.experiments import service as experiments
from cofounder.personas.experiments.schemas import ExperimentIn
from cofounder.personas.followers import crediting
from cofounder.personas.followers import service as followers
from cofounder.personas.followers.schemas import CorrectionIn, CountIn
from cofounder.personas.optimising import optimise
from cofounder.personas.schemas import PersonaIn
from cofounder.personas.service import drawn_with
from tests.personas.posts import post, weeks_of

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
MARA = Caller(name="Mara", role="approver", kind="person")
GAINS = {"dataNerd": 9.0, "coach": 1.0, "explorer": 0.0}


@pytest.fixture(autouse=True)
async def _only_sample(session: AsyncSession) -> None:
    """Posts, readings and books of the sample company, and none of the company's own."""
    await weeks_of(session, NOW, GAINS)
    for table in ("posts", "social_post_analytics"):
        await session.execute(text(f"UPDATE {table} SET is_sample = true"))
    await crediting.credit(session, NOW)


async def own_posts(session: AsyncSession) -> None:
    await post(session, NOW - timedelta(hours=1), "coach", platform="linkedin")


async def test_followers_typed_in_the_sample_are_not_the_companys_own(session: AsyncSession) -> None:
    with clock.frozen(NOW):
        await followers.count(session, CountIn(platform="x", count=10_250), by=MARA)
        assert (await followers.counts(session, channel="x", cursor=None, limit=1)).items[0].count == 10_250
        assert await followers.counted_by(session, "x") == MARA.who
        await own_posts(session)
        assert (await followers.counts(session, channel="x", cursor=None, limit=9)).items == []
        assert await followers.counted_by(session, "x") is None
        await followers.count(session, CountIn(platform="x", count=10_250), by=MARA)  # now it is
        assert (await followers.counts(session, channel="x", cursor=None, limit=9)).total == 1


async def test_followers_typed_in_the_sample_go_with_it(session: AsyncSession) -> None:
    with clock.frozen(NOW):
        typed = await followers.count(session, CountIn(platform="facebook", count=10), by=MARA)
        (row,) = (await followers.counts(session, channel="facebook", cursor=None, limit=9)).items
        assert row.id is not None
        await followers.correct(session, row.id, CorrectionIn(count=12), by=MARA)
        assert (await sample.remove(session))["follower_counts"] == 2
        assert (await followers.counts(session, channel=None, cursor=None, limit=9)).items == []
        assert typed.doubt is None


async def test_the_samples_books_are_not_shown_beside_own_posts_before_the_next_look(session: AsyncSession) -> None:
    with clock.frozen(NOW):
        assert [one.platform for one in await followers.balances(session)] == ["x"]
        await own_posts(session)
        assert await followers.balances(session) == []


async def test_a_voice_set_in_the_sample_is_told_as_it_is_drawn_beside_own_posts(session: AsyncSession) -> None:
    with clock.frozen(NOW):
        await optimise(session, as_of=NOW, by="test", mode="autonomous", policy="log_thompson")
        await learning.change(session, "coach", PersonaIn(override=0.3, reason="spring"), by=MARA)
        await own_posts(session)
    with clock.frozen(NOW + timedelta(days=2)):
        first, last = await history.weights(session, days=30)
        assert (first.because, last.because, last.persona, last.changed_by) == ("initial", "person", "coach", MARA.who)
        assert last.at == NOW
        assert last.probabilities == await drawn_with(session)
        (only,) = await history.weights(session, days=1)
        assert (only.because, only.at) == ("person", NOW + timedelta(days=1))


async def test_a_sample_that_is_removed_beside_own_posts_changes_no_weight_and_is_no_point(
    session: AsyncSession,
) -> None:
    with clock.frozen(NOW):
        await own_posts(session)
        await learning.change(session, "coach", PersonaIn(override=0.3, reason="spring"), by=MARA)
        before = await history.weights(session, days=7)
        await sample.remove(session)
        assert await history.weights(session, days=7) == before


async def test_what_the_sample_did_in_the_past_dates_nobodys_changes_back(session: AsyncSession) -> None:
    with clock.frozen(NOW):
        await learning.change(session, "coach", PersonaIn(override=0.3, reason="spring"), by=MARA)
    with clock.frozen(NOW + timedelta(hours=1)):
        await learning.change(session, "coach", PersonaIn(override=0.4, reason="spring"), by=MARA)
    for days in (4, 2):
        row = {"id": new_id(), "at": NOW - timedelta(days=days), "because": "look", "changed_by": "sample"}
        shares = history.initial()
        await queries.put_drawing(session, {**row, "is_sample": True, "probabilities": shares})
    with clock.frozen(NOW + timedelta(hours=2)):
        points = await history.weights(session, days=30)
        assert [one.because for one in points] == ["initial", "look", "look", "person", "person"]
        assert [one.at - NOW for one in points[1:]] == [
            timedelta(days=-4),
            timedelta(days=-2),
            timedelta(0),
            timedelta(hours=1),
        ]
        (only,) = await history.weights(session, days=0)
        assert only.probabilities["coach"] == pytest.approx(0.4)


async def test_a_proposal_of_the_sample_is_not_applied_beside_own_posts(session: AsyncSession) -> None:
    with clock.frozen(NOW):
        run = await optimise(session, as_of=NOW, by="test", mode="propose", policy="log_thompson")
        await own_posts(session)
        with pytest.raises(learning.Superseded, match="sample company"):
            await learning.decide(session, run.id, True, by=MARA)
    assert await drawn_with(session) == history.initial()


async def test_an_experiment_begun_in_the_sample_goes_with_it(session: AsyncSession) -> None:
    arms = {"control": {"share": 0.5}, "variant_a": {"share": 0.5, "draws": "flattened"}}
    words = {"name": "Flat", "hypothesis": "Flatter draws do as well.", "end_at": NOW + timedelta(days=9)}
    with clock.frozen(NOW):
        await experiments.begin(session, ExperimentIn.model_validate({**words, "arms": arms}), by=MARA)
        assert (await sample.remove(session))["experiments"] == 1
        assert await experiments.listed(session) == []
