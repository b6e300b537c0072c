"""Weights that move to the voices that gain, on the product's own rows; what a person sets; looks that can be repeated."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from cofounder.people.roles import Caller
from cofounder.personas import NAMES, ROSTER, choose, history, learning, queries
from cofounder.personas.followers import crediting
from cofounder.personas.followers import service as followers
from cofounder.personas.followers.schemas import CountIn
from cofounder.personas.narrowing import TopicUnknown
from cofounder.personas.optimising import optimise
from cofounder.personas.policies_known import PolicyUnknown
from cofounder.personas.schemas import PersonaIn
from tests.personas.posts import drawn_weeks_of, post, reading, weeks_of

MARA = Caller(name="Mara", role="approver", kind="person")
GAINS = {"dataNerd": 9.0, "coach": 1.0, "explorer": 0.0}


@pytest.fixture
async def moment(session: AsyncSession) -> datetime:
    return now()


async def test_the_books_balance_and_credit_the_post_that_was_seen(session: AsyncSession, moment: datetime) -> None:
    begun = moment - timedelta(days=5)
    await followers.count(session, CountIn(platform="x", count=100, counted_at=begun), by=MARA)
    first, second = await post(session, begun, "coach"), await post(session, begun, "dataNerd")
    await reading(session, first, begun + timedelta(days=1), 1_000)
    await reading(session, second, begun + timedelta(days=1), 3_000)
    await followers.count(
        session, CountIn(platform="twitter", count=140, counted_at=begun + timedelta(days=1)), by=MARA
    )
    at = begun + timedelta(days=4)
    (books,) = (await followers.count(session, CountIn(platform="x", count=130, counted_at=at), by=MARA)).items
    assert (books.counted, books.credited, books.background) == (30, Decimal(40), Decimal(-10))
    scored = {one.persona: one for one in await queries.outcomes(session, since=begun, as_of=moment, hours=72)}
    assert scored["coach"].seen_at is None  # no reading at 72 hours yet: it waits, it is no nought
    for id in (first, second):
        await reading(session, id, begun + timedelta(days=3, hours=1), 4_000)
    await crediting.credit(session, moment)
    scored = {one.persona: one for one in await queries.outcomes(session, since=begun, as_of=moment, hours=72)}
    assert {name: one.followers for name, one in scored.items()} == {"coach": 10, "dataNerd": 30}


async def test_a_post_waits_until_followers_were_counted_after_it(session: AsyncSession, moment: datetime) -> None:
    begun = moment - timedelta(days=6)
    made = await post(session, begun, "coach")
    await followers.count(session, CountIn(platform="x", count=50, counted_at=begun), by=MARA)
    await reading(session, made, begun + timedelta(days=4), 1_000)
    (one,) = await queries.outcomes(session, since=begun, as_of=moment, hours=72)
    assert (one.impressions, one.seen_at) == (1_000, None)
    (coach,) = [one for one in (await learning.listed(session)).items if one.waiting]
    assert (coach.id, coach.posts, coach.band) == ("coach", 0, "unknown")


async def test_a_count_that_is_corrected_is_divided_anew(session: AsyncSession, moment: datetime) -> None:
    begun = moment - timedelta(days=2)
    made = await post(session, begun, "coach")
    await reading(session, made, begun + timedelta(hours=3), 500)
    await followers.count(session, CountIn(platform="x", count=50, counted_at=begun), by=MARA)
    for count, credited in ((80, 30), (60, 10), (60, 10)):
        at = begun + timedelta(days=1)
        (books,) = (await followers.count(session, CountIn(platform="x", count=count, counted_at=at), by=MARA)).items
        assert (books.counted, books.credited) == (credited, Decimal(credited))


async def test_a_count_of_long_ago_leaves_no_hole_in_the_books(session: AsyncSession, moment: datetime) -> None:
    async def counted(days: int, count: int) -> tuple[int, datetime]:
        at = moment - timedelta(days=days)
        found = (await followers.count(session, CountIn(platform="x", count=count, counted_at=at), by=MARA)).items
        return (found[0].counted, found[0].since) if found else (0, at)

    await counted(60, 100)
    assert await counted(20, 500) == (400, moment - timedelta(days=60))
    for days, count in ((40, 300), (45, 250), (40, 320), (50, 400)):  # between the two, corrected, gone down
        assert await counted(days, count) == (400, moment - timedelta(days=60))
    assert await counted(90, 50) == (450, moment - timedelta(days=90))  # older than the books were
    assert await counted(60, 120) == (450, moment - timedelta(days=90))
    rows = await session.execute(text("SELECT start_at, end_at FROM follower_intervals ORDER BY start_at"))
    spans = [tuple(row) for row in rows.all()]
    assert [end for _, end in spans[:-1]] == [start for start, _ in spans[1:]]


async def test_a_typed_count_and_a_reading_of_the_same_time_are_one_count(
    session: AsyncSession, moment: datetime
) -> None:
    begun = moment - timedelta(days=5)
    made = await post(session, begun, "coach")
    for days, number in ((1, 100), (2, 130), (3, 150)):
        await reading(session, made, begun + timedelta(days=days), 1_000 * days, followers=number)
    at = begun + timedelta(days=2)
    (books,) = (await followers.count(session, CountIn(platform="x", count=140, counted_at=at), by=MARA)).items
    assert books.counted == 50
    gains = await session.execute(text("SELECT gain FROM follower_intervals ORDER BY start_at"))
    assert list(gains.scalars()) == [40, 10]  # what a person typed counts


async def test_weights_move_to_the_voice_that_gains(session: AsyncSession, moment: datetime) -> None:
    await weeks_of(session, moment, GAINS)
    row = await optimise(session, as_of=moment, by="schedule", mode="autonomous", policy="default")
    assert (row.status, row.top_performer, row.bottom_performer) == ("success", "dataNerd", "explorer")
    found = {one.id: one for one in (await learning.listed(session)).items}
    assert found["dataNerd"].probability > 0.4
    assert found["explorer"].probability == pytest.approx(0.02, abs=1e-6)
    assert sum(one.probability for one in found.values()) == pytest.approx(1)
    assert found["dataNerd"].per_1k == pytest.approx(9, rel=0.01)
    assert found["dataNerd"].band == "viral"
    drawn = [await choose(session, new_id(), "main", {"topic": "growth", "channels": ["x"]}) for _ in range(40)]
    assert drawn.count("dataNerd") > 8
    row_of_choice = (await session.execute(text("SELECT policy, run_id FROM persona_choices LIMIT 1"))).one()
    assert tuple(row_of_choice) == ("default", row.id)


async def test_a_look_can_be_repeated_to_the_last_digit(session: AsyncSession, moment: datetime) -> None:
    await weeks_of(session, moment, GAINS)
    looks = [await optimise(session, as_of=moment, by="test", mode="watch", policy="log_thompson") for _ in range(2)]
    first, second = [{one.persona: one.weight for one in await queries.weights_of(session, look.id)} for look in looks]
    assert first == second
    assert (looks[0].seed, looks[0].input_hash, looks[0].found) == (looks[1].seed, looks[1].input_hash, looks[1].found)
    assert (await learning.listed(session)).run_id is None  # watching changes nothing


async def test_posts_count_when_they_are_scored_under_any_spelling_of_a_voice(
    session: AsyncSession, moment: datetime
) -> None:
    begun = moment - timedelta(days=40)
    for name in ("Data nerd", "dataNerd", "The intern"):
        for number in range(10):
            made = await post(session, begun + timedelta(hours=number), name)
            await reading(session, made, moment - timedelta(days=2), 1_000)  # read once, long after
    for days, count in ((41, 100), (1, 400)):
        at = moment - timedelta(days=days)
        await followers.count(session, CountIn(platform="x", count=count, counted_at=at), by=MARA)
    row = await optimise(session, as_of=moment, by="test", mode="watch", policy="default")
    assert (row.status, row.posts_analyzed, row.top_performer) == ("success", 20, "dataNerd")
    (nerd,) = [one for one in (await learning.listed(session)).items if one.posts]
    assert (nerd.id, nerd.posts, nerd.impressions) == ("dataNerd", 20, 20_000)


async def test_too_few_posts_change_nothing_and_say_so(session: AsyncSession, moment: datetime) -> None:
    await weeks_of(session, moment, GAINS, days=4)
    told = await learning.optimise(session, by="Mara")
    assert (told.status, told.reason, told.standing) == ("skipped", "insufficient data", "none")
    assert told.posts_waiting > 0


async def test_a_dry_run_keeps_nothing(session: AsyncSession, moment: datetime) -> None:
    await weeks_of(session, moment, GAINS)
    told = await learning.optimise(session, by="Mara", dry=True)
    assert (told.standing, told.run_id, told.status) == ("dry run", None, "success")
    assert {one.generator for one in told.changes} >= {"dataNerd"}
    assert (await learning.runs(session, cursor=None, limit=5)).total == 0


async def test_a_proposal_waits_is_decided_once_and_can_be_rolled_back(session: AsyncSession, moment: datetime) -> None:
    await weeks_of(session, moment, GAINS)
    row = await optimise(session, as_of=moment, by="schedule", mode="propose", policy="default")
    assert (await learning.listed(session)).proposal == row.id
    assert (await learning.decide(session, row.id, True, by=MARA)).standing == "in use"
    with pytest.raises(learning.NotProposed):
        await learning.decide(session, row.id, False, by=MARA)
    assert (await learning.roll_back(session, row.id, by=MARA)).standing == "rolled back"
    with pytest.raises(learning.NotInUse):
        await learning.roll_back(session, row.id, by=MARA)
    found = {one.id: one.probability for one in (await learning.listed(session)).items}
    assert found == pytest.approx({one.id: one.weight for one in ROSTER})


async def test_an_old_proposal_does_not_come_back_after_the_newest_was_decided(
    session: AsyncSession, moment: datetime
) -> None:
    await weeks_of(session, moment, GAINS)
    for hours, approved in ((12, False), (6, None), (0, True)):
        at = moment - timedelta(hours=hours)
        row = await optimise(session, as_of=at, by="schedule", mode="propose", policy="log_thompson")
        assert (await learning.waiting(session)).proposal == row.id
        if approved is not None:
            await learning.decide(session, row.id, approved, by=MARA)
            assert (await learning.waiting(session)).proposal is None
    at = moment + timedelta(seconds=1)
    again = await optimise(session, as_of=at, by="schedule", mode="propose", policy="fixed")
    assert (await learning.waiting(session)).proposal == again.id
    await optimise(session, as_of=at + timedelta(seconds=1), by="schedule", mode="autonomous", policy="fixed")
    assert (await learning.waiting(session)).proposal is None  # other weights are in use since


async def test_a_proposal_that_a_later_one_took_the_place_of_is_not_applied(
    session: AsyncSession, moment: datetime
) -> None:
    await weeks_of(session, moment, GAINS)
    first, second, third = [
        await optimise(session, as_of=moment, by="schedule", mode="propose", policy="default") for _ in range(3)
    ]
    with pytest.raises(learning.Superseded, match=f"{third.id}, proposed"):
        await learning.decide(session, second.id, True, by=MARA)
    await learning.decide(session, third.id, True, by=MARA)
    with pytest.raises(learning.Superseded, match=f"{third.id}, in use"):
        await learning.decide(session, first.id, True, by=MARA)
    assert (await learning.decide(session, second.id, False, by=MARA)).standing == "declined"
    assert (await learning.listed(session)).run_id == third.id


async def test_a_clock_that_ran_ahead_does_not_rule_what_comes_after_it(
    session: AsyncSession, moment: datetime
) -> None:
    await weeks_of(session, moment, GAINS)
    before = moment - timedelta(seconds=1)
    first = await optimise(session, as_of=before, by="test", mode="autonomous", policy="fixed")
    ahead = await optimise(
        session, as_of=moment + timedelta(days=2), by="test", mode="autonomous", policy="log_thompson"
    )
    assert (await learning.listed(session)).run_id == ahead.id
    last = await optimise(session, as_of=moment, by="test", mode="autonomous", policy="blueprint")
    assert (await learning.listed(session)).run_id == (await queries.standing(session)).run_id == last.id
    assert (await session.execute(text("SELECT DISTINCT run_id FROM generator_weights"))).scalar_one() == last.id
    runs = (await learning.runs(session, cursor=None, limit=1)).items
    assert [(one.run_id, one.standing) for one in runs] == [(last.id, "in use")]
    more = (await learning.runs(session, cursor=str(last.id), limit=5)).items
    assert [one.run_id for one in more] == [ahead.id, first.id]
    assert [one.run_id for one in await history.weights(session, days=30)] == [None, first.id, ahead.id, last.id]
    assert (await learning.roll_back(session, last.id, by=MARA)).standing == "rolled back"
    assert (await learning.listed(session)).run_id == ahead.id  # which was in use before it


async def test_the_weights_over_time_go_back_with_a_roll_back(session: AsyncSession, moment: datetime) -> None:
    await weeks_of(session, moment, GAINS)
    first = await optimise(session, as_of=moment, by="test", mode="autonomous", policy="log_thompson")
    second = await optimise(
        session, as_of=moment + timedelta(seconds=1), by="test", mode="autonomous", policy="blueprint"
    )
    initial, one, other = await history.weights(session, days=1)
    assert (initial.because, one.run_id, other.run_id) == ("initial", first.id, second.id)
    await learning.roll_back(session, second.id, by=MARA)
    back = (await history.weights(session, days=1))[-1]
    assert (back.because, back.changed_by, back.run_id) == ("rolled back", MARA.who, first.id)
    assert back.probabilities == pytest.approx(one.probabilities)
    await learning.roll_back(session, first.id, by=MARA)
    last = (await history.weights(session, days=1))[-1]
    assert last.run_id is None
    assert last.probabilities == pytest.approx({voice.id: voice.weight for voice in ROSTER})


async def test_a_proposal_tells_what_it_would_have_gained(session: AsyncSession, moment: datetime) -> None:
    await drawn_weeks_of(session, moment, GAINS)
    row = await optimise(session, as_of=moment, by="schedule", mode="propose", policy="log_thompson")
    proof = (await learning.get_run(session, row.id)).proof
    assert proof is not None
    assert proof.gain is not None
    assert proof.draws > 100
    assert proof.low is not None
    assert 0 < proof.low < proof.gain < GAINS["dataNerd"]
    assert proof.replay is not None
    assert proof.present is not None
    assert proof.replay > proof.present
    assert proof.told.startswith("Likely a gain")
    again = await optimise(session, as_of=moment, by="schedule", mode="propose", policy="log_thompson")
    assert again.proof == row.proof


async def test_a_proposal_without_draws_says_that_there_is_not_enough(session: AsyncSession, moment: datetime) -> None:
    await weeks_of(session, moment, GAINS)
    row = await optimise(session, as_of=moment, by="schedule", mode="propose", policy="log_thompson")
    assert row.proof is not None
    assert (row.proof["gain"], row.proof["draws"]) == (None, 0)
    assert row.proof["told"].startswith("Not enough")


async def test_what_a_person_sets_outlives_a_look(session: AsyncSession, moment: datetime) -> None:
    await learning.change(session, "coach", PersonaIn(override=0.3, reason="The campaign wants it."), by=MARA)
    await learning.change(session, "data nerd", PersonaIn(status="testing"), by=MARA)
    await learning.change(session, "explorer", PersonaIn(status="disabled"), by=MARA)
    await weeks_of(session, moment, GAINS)
    await optimise(session, as_of=moment, by="schedule", mode="autonomous", policy="default")
    found = {one.id: one for one in (await learning.listed(session)).items}
    assert found["coach"].probability == 0.3
    assert found["dataNerd"].probability == 0.02
    assert found["explorer"].probability == 0
    assert "explorer" not in [await choose(session, new_id(), "main", {}) for _ in range(60)]


async def test_a_voice_in_testing_says_that_it_is_why_it_is_not_drawn_as_set(session: AsyncSession) -> None:
    await learning.change(session, "coach", PersonaIn(override=0.3, reason="The campaign wants it."), by=MARA)
    found = await learning.change(session, "coach", PersonaIn(status="testing"), by=MARA)
    assert found.probability == 0.02
    assert found.note is not None
    assert found.note.startswith("Set to 30.0%, drawn with 2.0%: it is in testing")


async def test_the_last_voice_stays(session: AsyncSession) -> None:
    for name in NAMES[1:]:
        await learning.change(session, name, PersonaIn(status="disabled"), by=MARA)
    with pytest.raises(learning.NobodyLeft):
        await learning.change(session, NAMES[0], PersonaIn(status="disabled"), by=MARA)


async def test_an_override_says_why(session: AsyncSession) -> None:
    with pytest.raises(learning.ProbabilityNeedsReason):
        await learning.change(session, "coach", PersonaIn(override=0.5), by=MARA)
    with pytest.raises(learning.PersonaMissing):
        await learning.change(session, "nobody", PersonaIn(status="active"), by=MARA)


async def test_a_probability_keeps_its_reason_and_takes_it_along(session: AsyncSession) -> None:
    async def why(**given: Any) -> str | None:
        return (await learning.change(session, "coach", PersonaIn(**given), by=MARA)).reason

    assert await why(override=0.3, reason="The campaign.") == "The campaign."
    assert await why(status="testing", reason=None) == "The campaign."  # as the page sends an empty field
    assert await why(override=None) is None
    assert await why(status="disabled", reason="Too loud.") == "Too loud."
    assert await why(override=None) == "Too loud."
    assert await why(status="active", reason=None) is None


async def test_a_count_of_tomorrow_and_a_channel_of_nowhere_are_refused(
    session: AsyncSession, moment: datetime
) -> None:
    with pytest.raises(followers.CountInFuture):
        await followers.count(session, CountIn(platform="x", count=1, counted_at=moment + timedelta(days=1)), by=MARA)
    with pytest.raises(followers.ChannelNotCounted):
        await followers.count(session, CountIn(platform="carrier pigeon", count=1), by=MARA)


async def test_a_policy_of_no_name_is_refused(session: AsyncSession, moment: datetime) -> None:
    await weeks_of(session, moment, GAINS)
    with pytest.raises(PolicyUnknown):
        await optimise(session, as_of=moment, by="test", mode="watch", policy="guessing")


async def test_flags_name_a_voice_that_fails_and_one_that_is_viral(session: AsyncSession, moment: datetime) -> None:
    await weeks_of(session, moment, {"dataNerd": 9.0, "explorer": 0.0})
    await crediting.credit(session, moment)
    found = {one.kind: one for one in await learning.flagged(session)}
    assert found["viral"].personas == ["dataNerd"]
    assert found["failing"].personas == ["explorer"]


async def test_performance_is_told_by_channel_and_topic(session: AsyncSession, moment: datetime) -> None:
    begun = moment - timedelta(days=9)
    for number, (name, topic, platform) in enumerate(
        [("coach", "Hiring", "x"), ("coach", "growth", "x"), ("dataNerd", "hiring", "linkedin")]
    ):
        at = begun + timedelta(hours=number)
        made = await post(session, at, name, platform=platform, topic=topic)
        await reading(session, made, at + timedelta(days=4), 1_000, platform=platform)
    for platform in ("x", "linkedin"):
        for days, count in ((10, 100), (1, 160)):
            at = moment - timedelta(days=days)
            await followers.count(session, CountIn(platform=platform, count=count, counted_at=at), by=MARA)
    await crediting.credit(session, moment)

    async def posts(**narrowed: Any) -> dict[str, int]:
        found = await learning.listed(session, **narrowed)
        assert set(found.topics) == {"Hiring", "growth", "hiring"}
        return {one.id: one.posts for one in found.items if one.posts}

    assert await posts() == {"coach": 2, "dataNerd": 1}
    assert await posts(topic="hiring") == {"coach": 1, "dataNerd": 1}
    assert await posts(topic="hiring", channel="Twitter") == {"coach": 1}
    with pytest.raises(TopicUnknown, match="'weather'") as told:
        await learning.listed(session, topic="weather")
    assert "growth" in told.value.advice
    with pytest.raises(followers.ChannelNotCounted):
        await learning.listed(session, channel="carrier pigeon")


async def test_what_two_voices_were_set_to_is_told_as_it_came_out(session: AsyncSession, moment: datetime) -> None:
    little = PersonaIn(override=0.3, reason="The campaign speaks with two voices.")
    given = little.model_copy(update={"override": 0.9})
    assert (await learning.change(session, "coach", little, by=MARA)).note is None
    alone = await learning.change(session, "coach", given, by=MARA)
    assert alone.note is not None
    assert "adds up to 90%" in alone.note
    told = await learning.change(session, "explorer", given, by=MARA)
    assert told.note == (
        f"Set to 90.0%, drawn with {told.probability:.1%}: what was set adds up to 180%, and every voice keeps its floor."
    )
