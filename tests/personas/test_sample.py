"""The sample company's voices: notes, books and looks that the product made itself, apart from real rows, gone in one step."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewTask, TaskFilter
from cofounder.kit import clock
from cofounder.kit.db import Row
from cofounder.people.roles import Caller
from cofounder.personas import history, learning, optimising, queries, sample
from cofounder.personas.experiments import service as experiments
from cofounder.personas.experiments.schemas import ExperimentIn
from cofounder.personas.followers import service as followers
from cofounder.personas.own import service as own
from cofounder.personas.own.schemas import VoiceMadeIn
from cofounder.personas.replaying import replay
from cofounder.personas.roster import NAMES, ROSTER
from cofounder.personas.sample import loading, notes
from cofounder.personas.schemas import PersonaIn
from cofounder.personas.what_if import what_if
from tests.personas.posts import weeks_of

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
MARA = Caller(name="Mara", role="approver", kind="person")
BEST, WORST = ("storyteller", "dataNerd", "mythBuster"), ("thoughtLeader", "newsReporter", "provocateur", "contrarian")


async def weights(session: AsyncSession) -> list[tuple[Any, ...]]:
    """Everything that looks came to, without ids."""
    rows = await session.execute(
        text("""SELECT r.ran_at, r.mode, r.input_hash, w.persona, w.weight, w.posts, w.followers
          FROM optimisation_runs r JOIN persona_weights w ON w.run_id = r.id ORDER BY r.ran_at, w.persona""")
    )
    return [tuple(row) for row in rows.all()]


async def full(session: AsyncSession) -> dict[str, int]:
    """Table name -> rows, of every table with rows."""
    import cofounder.migrations.tables  # noqa: F401  # all of them

    found = {}
    for name in Row.metadata.tables:
        found[name] = int((await session.execute(text(f"SELECT count(*) FROM {name}"))).scalar_one())
    del found["stale_examples"]  # marks for a chore, which takes them away
    return {name: count for name, count in found.items() if count}


def test_every_voice_has_a_rate_and_an_opening_line() -> None:
    assert set(notes.FOLLOWERS) == set(NAMES)
    assert set(notes._openers()) == set(NAMES)
    assert all("{line}" in line for lines in notes._openers().values() for line in lines)


def test_notes_are_short_unlike_and_over_before_today() -> None:
    made = [one for day in notes.days(TODAY) for one in notes.planned(day, 7)]
    assert len(made) == 2 * 7 * notes.WEEKS
    assert len({one.line for one in made}) == len(made)
    assert max(one.at for one in made).date() == TODAY - timedelta(days=1)
    longest = max(len(opener) for lines in notes._openers().values() for opener in lines)
    assert max(len(one.line) for one in made) + longest <= 280  # as X wants it


async def test_the_page_has_something_to_show_on_the_day_of_loading(session: AsyncSession) -> None:
    await sample.load(session, today=TODAY)
    with clock.frozen(NOW):
        told = await learning.listed(session)
        looks = (await learning.runs(session, cursor=None, limit=50)).items
        points = await history.weights(session, days=30)
    assert told.is_sample
    assert told.run_id == looks[0].run_id
    assert sum(one.posts for one in told.items) >= 25
    assert any(one.low is not None for one in told.items)
    assert [look.status for look in looks] == ["success"] * len(loading.LOOKS)
    assert all(look.posts_analyzed >= 25 for look in looks)
    assert {look.started_by for look in looks} == {"sample"}
    assert {look.standing for look in looks} == {"told", "was in use", "in use"}
    assert len(points) > 3

    books = await followers.balances(session)  # every follower is somebody's or nobody's
    assert {one.platform for one in books} == set(notes.CHANNELS)
    assert all(one.counted == one.credited + one.background for one in books)
    assert all(one.counted > 200 for one in books)

    assert (await records.list_tasks(session, TaskFilter())).total == 60  # notes bury no other task
    assert (await records.list_tasks(session, TaskFilter(archived=True))).total == 2 * 7 * notes.WEEKS


async def test_looks_find_the_voices_that_bring_followers(session: AsyncSession) -> None:
    await sample.load(session, today=date(2027, 1, 3))
    learnt = optimising.chances(await queries.standing(session))
    initial = {one.id: one.weight for one in ROSTER}
    assert sum(learnt[name] for name in BEST) > 1.5 * sum(initial[name] for name in BEST)
    assert sum(learnt[name] for name in WORST) < sum(initial[name] for name in WORST)


async def test_a_look_is_made_again_the_same_and_another_policy_is_estimated(session: AsyncSession) -> None:
    await sample.load(session, today=TODAY)
    newest = (await learning.runs(session, cursor=None, limit=1)).items[0]
    assert newest.run_id is not None
    again = await replay(session, newest.run_id)
    assert (again.same_input, again.same_weights) == (True, True)
    found = await what_if(session, "default", as_of=NOW)
    assert found.enough
    assert found.gain is not None
    assert found.gain > 0


async def test_loading_again_changes_nothing_and_another_home_has_the_same(session: AsyncSession) -> None:
    counts = await sample.load(session, today=TODAY)
    first, there = await weights(session), await full(session)
    assert await sample.load(session, today=TODAY) == counts
    assert (await weights(session), await full(session)) == (first, there)
    await sample.remove(session)
    await sample.load(session, today=TODAY)
    assert await weights(session) == first


async def test_on_a_later_day_notes_end_with_yesterday_and_what_a_person_ran_stays(session: AsyncSession) -> None:
    before = await sample.load(session, today=TODAY)
    mine = await records.add_task(session, NewTask(request="Mine", is_sample=True))
    for later in (TODAY + timedelta(days=3), TODAY + timedelta(days=30)):
        again = await sample.load(session, today=later)
        assert again["tasks"] == before["tasks"] + 1
        assert again["persona_choices"] == before["persona_choices"]
        assert again["optimisation_runs"] == before["optimisation_runs"]
        rows = await session.execute(text("SELECT max(published_at) FROM posts WHERE external_id LIKE 'sample-note-%'"))
        assert rows.scalar_one().date() == later - timedelta(days=1)
    assert (await records.get_task(session, mine.id)).request == "Mine"


async def test_removing_leaves_nothing_in_any_table(session: AsyncSession) -> None:
    before = await full(session)
    loaded = await sample.load(session, today=TODAY)
    assert await full(session) != before
    assert await sample.remove(session) == loaded
    assert await full(session) == before
    assert optimising.chances(await queries.standing(session)) == history.initial()


async def test_what_a_person_set_of_a_voice_outlives_the_sample(session: AsyncSession) -> None:
    await sample.load(session, today=TODAY)
    await learning.change(session, "coach", PersonaIn(override=0.4, reason="the campaign wants it"), by=MARA)
    await sample.remove(session)
    (point,) = (await session.execute(text("SELECT because, is_sample FROM persona_drawings"))).all()
    assert tuple(point) == ("sample removed", False)
    told = (await history.weights(session, days=7))[-1]
    assert (told.because, told.persona) == ("sample removed", None)
    assert told.probabilities["coach"] == pytest.approx(0.4)
    assert told.probabilities == optimising.chances(await queries.standing(session))


async def test_a_look_of_a_companys_own_posts_beside_a_leftover_sample_is_as_without_it(session: AsyncSession) -> None:
    await weeks_of(session, NOW, {"dataNerd": 9.0, "coach": 1.0, "explorer": 0.0})
    alone = await optimising.optimise(session, as_of=NOW, by="test", mode="autonomous", policy="default")
    books = await followers.balances(session)
    assert not alone.is_sample
    await session.execute(text("DELETE FROM optimisation_runs"))
    await session.execute(text("DELETE FROM posts"))
    await sample.load(session, today=TODAY)
    assert (await learning.listed(session, as_of=NOW)).is_sample

    await weeks_of(session, NOW, {"dataNerd": 9.0, "coach": 1.0, "explorer": 0.0})
    assert (await queries.standing(session)).weights == {}  # what was learnt of the sample counts no more
    assert await queries.in_use(session) is None
    assert (await learning.runs(session, cursor=None, limit=50)).items == []
    mixed = await optimising.optimise(session, as_of=NOW, by="test", mode="autonomous", policy="default")
    assert (mixed.is_sample, mixed.posts_known) == (False, alone.posts_known)
    assert await followers.balances(session) == books
    assert (await learning.listed(session, as_of=NOW)).run_id == mixed.id


async def test_a_voice_that_somebody_made_may_be_drawn_for_notes_from_then_on(session: AsyncSession) -> None:
    with clock.frozen(NOW):
        await sample.load(session, today=TODAY)
        await own.add(session, VoiceMadeIn(name="Ours", like="coach", weight=0.9, status="active"), by=MARA)
    with clock.frozen(NOW + timedelta(days=8)):
        await sample.load(session, today=TODAY + timedelta(days=8))
    drawn = (await session.execute(text("SELECT min(published_at) FROM posts WHERE persona = 'ours'"))).scalar_one()
    assert drawn > NOW


async def spoken(session: AsyncSession, until: datetime) -> dict[str, int]:
    """Voice -> notes of the sample published by then."""
    rows = await session.execute(
        text("""SELECT persona, count(*) FROM posts WHERE external_id LIKE 'sample-note-%' AND published_at < :until
          AND published_at >= CAST(:until AS timestamptz) - interval '50 days' GROUP BY 1"""),
        {"until": until},
    )
    return {row[0]: row[1] for row in rows.all()}


async def test_what_a_person_sets_today_changes_nothing_of_the_past_and_stays_in_the_history(
    session: AsyncSession,
) -> None:
    with clock.frozen(NOW):
        await sample.load(session, today=TODAY)
        watched = NOW - timedelta(days=10)  # until then notes were drawn with the first weights on either day
        before = await spoken(session, watched)
        await learning.change(session, "coach", PersonaIn(override=0.3, reason="the campaign wants it"), by=MARA)
        await learning.change(session, "explorer", PersonaIn(status="disabled"), by=MARA)
        mine = await learning.optimise(session, by=MARA.who)
        trial = await experiments.begin(session, _trial(NOW + timedelta(days=14)), by=MARA)
    assert mine.run_id is not None
    with clock.frozen(NOW + timedelta(days=1)):
        await sample.load(session, today=TODAY + timedelta(days=1))
        assert await spoken(session, watched) == before
        points = await history.weights(session, days=90)
        assert (await learning.get_run(session, mine.run_id)).started_by == MARA.who
        assert await in_trials(session, trial.start_at) == 0
        assert points[-1].probabilities == optimising.chances(await queries.standing(session))
    assert {one.because for one in points} == {"initial", "look", "person"}
    assert [one.persona for one in points if one.because == "person"] == ["coach", "explorer"]
    set_at = next(one.at for one in points if one.persona == "coach")
    assert [one.at for one in points] == sorted(one.at for one in points)
    assert all(one.probabilities["coach"] < 0.2 for one in points if one.at < set_at)
    assert all(one.probabilities["coach"] == pytest.approx(0.3) for one in points if one.at >= set_at)


async def in_trials(session: AsyncSession, until: datetime) -> int:
    """Tasks that fell to an arm of an experiment by then."""
    rows = await session.execute(
        text("SELECT count(*) FROM persona_choices WHERE experiment_id IS NOT NULL AND chosen_at < :until"),
        {"until": until},
    )
    return int(rows.scalar_one())


def _trial(end_at: datetime) -> ExperimentIn:
    arms = {"control": {"share": 0.5}, "variant_a": {"share": 0.5, "draws": "flattened"}}
    return ExperimentIn.model_validate(
        {"name": "Flat", "hypothesis": "Flatter draws do as well.", "arms": arms, "end_at": end_at}
    )


async def test_voices_set_before_the_sample_is_loaded_keep_their_time_and_the_last_point_is_what_is_drawn(
    session: AsyncSession,
) -> None:
    with clock.frozen(NOW):
        await learning.change(session, "coach", PersonaIn(override=0.3, reason="the campaign wants it"), by=MARA)
    with clock.frozen(NOW + timedelta(hours=1)):
        await sample.load(session, today=TODAY)
        points = await history.weights(session, days=30)
        assert [one.at for one in points if one.persona == "coach"] == [NOW]
        assert points[-1].probabilities == optimising.chances(await queries.standing(session))
