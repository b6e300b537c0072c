"""The SQL of voices: how they stand, how they were drawn, what their posts came to, what was learnt."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Table, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.derive.queries import OURS
from cofounder.business.records import service as _records  # noqa: F401  # posts, which credits point to
from cofounder.kit.clock import now
from cofounder.kit.memory import uncollected
from cofounder.kit.planning import plan_by_values
from cofounder.kit.straight import kept
from cofounder.personas.drawing import ARMS, Arm, Rule
from cofounder.personas.roster import NAMES, Persona, persona
from cofounder.personas.tables import (
    OptimisationRun,
    PersonaChoice,
    PersonaDrawing,
    PersonaStanding,
    PersonaWeight,
)

_CHOICE = kept(
    text("""
SELECT id, chosen, published_persona FROM persona_choices WHERE task_id = :task AND deliverable = :deliverable""")
)
# The table and not its class: what is told of the row is read by nobody as an object, and that would cost as much again.
_CHOICES = cast(Table, PersonaChoice.__table__)
_PUT = (
    insert(_CHOICES)
    .on_conflict_do_nothing(index_elements=["task_id", "deliverable"])
    .returning(*(_CHOICES.c[name] for name in ("id", "chosen", "published_persona")))
)


class Drawn(NamedTuple):
    """What was drawn for a deliverable."""

    id: UUID
    chosen: str
    published_persona: str | None  # a person's wish

    @property
    def used(self) -> str:
        return self.published_persona or self.chosen


async def choice(session: AsyncSession, task_id: UUID, deliverable: str) -> Drawn | None:
    row = (await session.execute(_CHOICE, {"task": task_id, "deliverable": deliverable})).first()
    return Drawn(*row) if row is not None else None


async def put(session: AsyncSession, values: dict[str, Any]) -> Drawn:
    """Write a choice, unless this deliverable has one; the one that counts."""
    row = (await session.execute(_PUT, values)).first()
    found = Drawn(*row) if row is not None else await choice(session, values["task_id"], values["deliverable"])
    assert found is not None
    return found


async def publish_as(session: AsyncSession, choice_id: UUID, persona: str) -> None:
    await session.execute(
        update(PersonaChoice)
        .where(PersonaChoice.id == choice_id)
        .values(published_persona=persona)
        .execution_options(synchronize_session=False)
    )


async def of_task(session: AsyncSession, task_id: UUID) -> Sequence[PersonaChoice]:
    wanted = select(PersonaChoice).where(PersonaChoice.task_id == task_id).order_by(PersonaChoice.deliverable)
    return (await session.scalars(wanted.execution_options(populate_existing=True))).all()


# What was learnt of the sample company counts until there is a published post of the company's own, as its posts do.
_OURS = """(NOT {0}.is_sample
  OR NOT EXISTS (SELECT 1 FROM posts o WHERE NOT o.is_sample AND o.published_at IS NOT NULL))"""
_OUR_RUNS = text(_OURS.format("optimisation_runs"))
_OUR_DRAWINGS = text(_OURS.format("persona_drawings"))

# Which of two runs (or experiments) is the later one is said by their numbers, not by clocks: one that ran ahead for a
# while would otherwise rule until all others have caught up with it.

# One row where a voice is drawn, lists as JSON: what people said of the voices, and the weights in use. With two hundred
# voices rows of their own cost more than all else. An adopted arm that drew as without its experiment goes by what was
# adopted before it, as its tasks did.
_STANDS = f"""
SELECT (SELECT json_object_agg(id, json_build_array(status, override)) FROM personas WHERE {{said}}) AS said,
  (SELECT json_object_agg(persona, weight) FROM persona_weights WHERE run_id = run.id) AS weights,
  run.id AS run_id, run.policy, run.cells,
  (SELECT json_agg(json_build_array(id, name, weight)) FROM own_personas WHERE {{made}}) AS own,
  trial.id AS trial_id, trial.arms, trial.found, adopted.id AS adopted_by, adopted.rule AS adopted
FROM (VALUES (1)) one
LEFT JOIN (SELECT id, policy, CASE WHEN CAST(:cell AS text) IS NULL THEN cells
      WHEN cells ? :cell THEN jsonb_build_object(CAST(:cell AS text), cells->:cell) END AS cells
    FROM optimisation_runs r WHERE {{applied}} AND {_OURS.format("r")}
    ORDER BY number DESC LIMIT 1) run ON true
LEFT JOIN (SELECT id, arms, found FROM experiments WHERE {{begun}} AND start_at <= :moment AND end_at > :moment
    ORDER BY number DESC LIMIT 1) trial ON true
LEFT JOIN (SELECT x.id, x.arms->x.adopted || jsonb_build_object('found', x.found->x.adopted) AS rule
    FROM experiments x WHERE x.adopted IS NOT NULL AND {{adopted}}
      AND NOT (x.arms->x.adopted->>'draws' = 'learnt' AND jsonb_array_length(x.arms->x.adopted->'personas') = 0)
    ORDER BY x.number DESC LIMIT 1) adopted ON true"""
_STANDING = text(
    _STANDS.format(
        said="true",
        made="true",
        applied="applied_at IS NOT NULL AND withdrawn_at IS NULL",
        begun="ended_at IS NULL",
        adopted="x.withdrawn_at IS NULL",
    )
)
kept(_STANDING)
# Only what had come about by the moment: the sample company's past must not go by what people set since.
_STOOD = text(
    _STANDS.format(
        said="changed_at <= :moment",
        made="made_at <= :moment",
        applied="applied_at <= :moment AND (withdrawn_at IS NULL OR withdrawn_at > :moment)",
        begun="made_at <= :moment AND (ended_at IS NULL OR ended_at > :moment)",
        adopted="x.ended_at <= :moment AND (x.withdrawn_at IS NULL OR x.withdrawn_at > :moment)",
    )
)


class Trial(NamedTuple):
    """The experiment that runs."""

    id: UUID
    parts: dict[Arm, float]
    rules: dict[Arm, Rule]


class Standing(NamedTuple):
    """What draws go by now."""

    said: dict[str, tuple[str, float | None]]  # id -> (status, override), of those a person spoke of
    weights: dict[str, float]  # of the run in use
    run_id: UUID | None
    policy: str | None
    cells: dict[str, dict[str, float]] | None
    own: tuple[Persona, ...] = ()  # made by people
    trial: Trial | None = None
    adopted: Rule | None = None  # by which all are drawn since an experiment ended so
    adopted_by: UUID | None = None  # that experiment


async def standing(session: AsyncSession, cell: str | None = None, *, then: bool = False) -> Standing:
    """With `cell`, of the weights that are told apart by place those of that one alone: there may be hundreds.

    `then`: the clock stands in the past, and so it stood; of a voice that was set twice the later word alone is known.
    """
    row = (await session.execute(_STOOD if then else _STANDING, {"moment": now(), "cell": cell})).one()
    own = [Persona(id, name, float(weight)) for id, name, weight in row.own or ()]
    own.sort(key=lambda one: one.id)
    return Standing(
        said={id: (status, override) for id, (status, override) in (row.said or {}).items()},
        weights={id: float(weight) for id, weight in (row.weights or {}).items()},
        run_id=row.run_id,
        policy=row.policy,
        cells=row.cells,
        own=tuple(own),
        trial=trial(row.trial_id, row.arms, row.found) if row.trial_id else None,
        adopted=rule(row.adopted) if row.adopted_by else None,
        adopted_by=row.adopted_by,
    )


def trial(id: UUID, arms: Mapping[str, Any], found: Mapping[str, Any]) -> Trial:
    names = [arm for arm in ARMS if arm in arms]
    return Trial(
        id,
        {arm: float(arms[arm]["share"]) for arm in names},
        {arm: rule({**arms[arm], "found": found.get(arm)}) for arm in names},
    )


def rule(document: Mapping[str, Any]) -> Rule:
    return Rule(document["draws"], tuple(document["personas"]), document.get("found"))


async def lock(session: AsyncSession) -> None:
    """Let changes of voices and looks at them pass one after the other, until their transactions end."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("personas", 0))))


async def standings(session: AsyncSession) -> dict[str, PersonaStanding]:
    wanted = select(PersonaStanding).execution_options(populate_existing=True)
    return {row.id: row for row in (await session.scalars(wanted)).all()}


async def put_standing(session: AsyncSession, values: dict[str, Any]) -> None:
    statement = insert(PersonaStanding).values(values)
    changed = {name: statement.excluded[name] for name in values if name != "id"}
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed))


# ── outcomes ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def came_to(posts: str) -> str:
    """CTEs for a statement: `came` has the posts that `posts` selects (columns of posts) and what each came to.

    A post is scored once: by its first reading of an age (`read`), and when followers were counted after that age.
    Followers that were not counted before it, too (or within its first hour: else it is `early`), are not known: they are
    no nought. Nor are those that the books have not divided yet (`gained`), or have no rows of (`uncounted`); a post that
    nobody saw gains nobody. In sets and not post by post: of a hundred thousand that takes a third of the time. `ends` is
    searched by halves.
    """
    return f"""
WITH books AS (SELECT platform, min(start_at) AS since,
    array_agg(end_at ORDER BY end_at) FILTER (WHERE end_at <= :as_of) AS ends FROM follower_intervals GROUP BY 1),
post AS MATERIALIZED (SELECT p.id, p.task_id, p.linked_at, p.persona, p.platform, p.category, p.topic, p.published_at,
    p.published_at + make_interval(hours => :hours) AS aged_at,
    CASE WHEN b.since <= p.published_at + interval '1 hour' THEN
      b.ends[width_bucket(p.published_at + make_interval(hours => :hours) - interval '1 microsecond', b.ends) + 1]
      END AS counted_at, coalesce(b.since > p.published_at + interval '1 hour', false) AS early,
    b.platform IS NULL AS uncounted
  FROM ({posts}) p LEFT JOIN books b ON b.platform = p.platform),
read AS (SELECT DISTINCT ON (p.id) p.id, coalesce(a.impressions, a.views)::bigint AS impressions, a.likes, a.measured_at
  FROM post p JOIN social_post_analytics a ON a.post_id = p.id AND a.measured_at >= p.aged_at
  WHERE a.measured_at <= :as_of AND (a.linked_at IS NULL OR a.linked_at <= :as_of)
    AND coalesce(a.impressions, a.views) IS NOT NULL
    AND (CAST(:known_by AS timestamptz) IS NULL OR a.known_at <= :known_by)
  ORDER BY p.id, a.measured_at, a.id),
gained AS (SELECT p.id, sum(c.credit) AS followers FROM post p JOIN follower_credits c ON c.post_id = p.id
  JOIN follower_intervals i ON i.id = c.interval_id AND i.end_at <= p.counted_at GROUP BY 1),
came AS (SELECT p.*, read.impressions, read.likes, gained.followers,
    CASE WHEN p.counted_at IS NOT NULL
      AND (gained.followers IS NOT NULL AND read.impressions IS NOT NULL OR read.impressions = 0)
      THEN greatest(read.measured_at, p.counted_at) END AS seen_at
  FROM post p LEFT JOIN read ON read.id = p.id LEFT JOIN gained ON gained.id = p.id)"""


_POSTS = f"""SELECT * FROM posts p
  WHERE persona IS NOT NULL AND {OURS} AND published_at <= :as_of AND published_at >= :since
    AND (CAST(:known_by AS timestamptz) IS NULL OR known_at <= :known_by)"""
_OUTCOMES = text(f"""{came_to(_POSTS)}
SELECT p.id, p.persona, p.platform, coalesce(p.category, p.topic, '') AS topic, p.published_at,
  p.impressions, p.likes, coalesce(p.followers, 0) AS followers, p.seen_at,
  CASE WHEN coalesce(c.published_persona, c.chosen) = c.chosen AND c.chosen = p.persona
    THEN (c.probabilities->>c.chosen)::float8 END AS propensity, coalesce(c.arm, '') AS arm, p.early,
  p.uncounted
FROM came p
LEFT JOIN persona_choices c ON c.task_id = p.task_id AND c.deliverable = 'main'
  AND (p.linked_at IS NULL OR p.linked_at <= :as_of)
ORDER BY p.published_at, p.id""")


_ANY = text(f"""
SELECT EXISTS (SELECT 1 FROM posts p WHERE persona IS NOT NULL AND {OURS} AND published_at <= :as_of)""")
# Our own posts are looked for first: there are many of them, and then there is nothing more to look for.
_OF_SAMPLE = text("""
SELECT CASE WHEN EXISTS (SELECT 1 FROM posts WHERE NOT is_sample AND published_at <= :as_of) THEN false
  ELSE EXISTS (SELECT 1 FROM posts WHERE is_sample AND persona IS NOT NULL AND published_at <= :as_of) END""")


async def any_post(session: AsyncSession, as_of: datetime) -> bool:
    """Whether there is a published post with a voice."""
    return bool((await session.execute(_ANY, {"as_of": as_of})).scalar_one())


async def of_sample(session: AsyncSession, as_of: datetime) -> bool:
    """Whether the posts that a look reads are the sample company's."""
    return bool((await session.execute(_OF_SAMPLE, {"as_of": as_of})).scalar_one())


_LATE = timedelta(hours=1)  # a count within it is as one before the post
_FIRST = text(f"""
SELECT platform, min(at) FROM (
  SELECT platform, counted_at AS at FROM follower_counts p WHERE withdrawn_at IS NULL AND {OURS}
  UNION ALL SELECT platform, measured_at FROM social_post_analytics p WHERE followers IS NOT NULL AND {OURS}) counted
WHERE platform = ANY(:platforms) AND at <= :as_of GROUP BY 1""")


class Scored(NamedTuple):
    """A post and what it came to; `seen_at` is None while that is not known yet."""

    id: UUID
    persona: str
    platform: str
    topic: str
    published_at: datetime
    impressions: int | None
    likes: int | None
    followers: Decimal
    seen_at: datetime | None
    propensity: float | None  # with which its voice was drawn; None where a person chose it
    arm: str
    early: bool = False  # before the first count of its channel: it will never be scored
    uncounted: bool = False  # nobody ever counted who follows its channel


async def outcomes(
    session: AsyncSession, *, since: datetime, as_of: datetime, hours: int, known_by: datetime | None = None
) -> list[Scored]:
    """Posts with a voice, oldest first; with `known_by` only by rows that were stored by then."""
    given = {"since": since, "as_of": as_of, "hours": hours, "known_by": known_by}
    await plan_by_values(session)
    with uncollected():
        found = [Scored(*row) for row in await session.execute(_OUTCOMES, given)]  # by position: there may be very many
    found = await _beside_books(session, found, as_of)
    other = {one.persona for one in found} - set(NAMES)
    if not other:
        return found
    own = (await standing(session)).own  # files that were imported write "Data nerd" where the voice is dataNerd
    meant = {name: voice.id for name in other if (voice := persona(name, own)) is not None}
    return [one._replace(persona=meant.get(one.persona, one.persona)) for one in found]


async def _beside_books(session: AsyncSession, posts: list[Scored], as_of: datetime) -> list[Scored]:
    """Of channels without books, which take two counts: the posts that a second one cannot score either."""
    platforms = {one.platform for one in posts if one.uncounted}
    if not platforms:
        return posts
    first = {row[0]: row[1] for row in await session.execute(_FIRST, {"platforms": [*platforms], "as_of": as_of})}

    def told(one: Scored) -> Scored:
        since = first.get(one.platform)
        return one._replace(early=(since or as_of) > one.published_at + _LATE, uncounted=since is None)

    return [told(one) if one.uncounted else one for one in posts]


# ── runs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def put_run(session: AsyncSession, values: dict[str, Any], weights: Iterable[dict[str, Any]]) -> OptimisationRun:
    row = OptimisationRun(**values)
    session.add(row)
    await session.flush()
    rows = [{"run_id": row.id, **one} for one in weights]
    if rows:
        await session.execute(insert(PersonaWeight), rows)
    return row


async def forget_run(session: AsyncSession, row: OptimisationRun) -> None:
    session.expunge(row)
    await session.execute(delete(OptimisationRun).where(OptimisationRun.id == row.id))


async def run(session: AsyncSession, id: UUID, *, locked: bool = False) -> OptimisationRun | None:
    wanted = select(OptimisationRun).where(OptimisationRun.id == id).execution_options(populate_existing=True)
    found: OptimisationRun | None = await session.scalar(wanted.with_for_update() if locked else wanted)
    return found


async def runs(session: AsyncSession, *, limit: int, before: int | None = None) -> Sequence[OptimisationRun]:
    """Newest first, from those of a lower number than `before` on."""
    wanted = select(OptimisationRun).where(_OUR_RUNS).order_by(OptimisationRun.number.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(OptimisationRun.number < before)
    return (await session.scalars(wanted)).all()


async def count_runs(session: AsyncSession) -> int:
    return int(await session.scalar(select(func.count()).select_from(OptimisationRun).where(_OUR_RUNS)) or 0)


async def in_use(session: AsyncSession) -> OptimisationRun | None:
    """The run whose weights are drawn with."""
    wanted = (
        select(OptimisationRun)
        .where(OptimisationRun.applied_at.is_not(None), OptimisationRun.withdrawn_at.is_(None), _OUR_RUNS)
        .order_by(OptimisationRun.number.desc())
        .limit(1)
    )
    found: OptimisationRun | None = await session.scalar(wanted)
    return found


async def used_before(session: AsyncSession, row: OptimisationRun) -> UUID | None:
    """The run whose weights were in use when this one was made."""
    one = OptimisationRun
    wanted = (
        select(one.id)
        .where(one.number < row.number, one.applied_at <= row.ran_at, one.is_sample.is_(row.is_sample))
        .where(one.withdrawn_at.is_(None) | (one.withdrawn_at > row.ran_at))
        .order_by(one.number.desc())
        .limit(1)
    )
    found: UUID | None = await session.scalar(wanted)
    return found


async def weights_of(session: AsyncSession, run_id: UUID) -> Sequence[PersonaWeight]:
    wanted = select(PersonaWeight).where(PersonaWeight.run_id == run_id).order_by(PersonaWeight.persona)
    return (await session.scalars(wanted)).all()


async def newest_run_at(session: AsyncSession, until: datetime) -> datetime | None:
    """None of after `until`: a clock that ran ahead for a while must not keep everybody from looking."""
    wanted = select(func.max(OptimisationRun.ran_at)).where(OptimisationRun.ran_at <= until)
    found: datetime | None = await session.scalar(wanted)
    return found


async def newer(session: AsyncSession, than: OptimisationRun) -> OptimisationRun | None:
    """The newest run of a higher number that proposed weights, put some to use, or found nothing to propose."""
    wanted = (
        select(OptimisationRun)
        .where(OptimisationRun.number > than.number, OptimisationRun.status == "success", _OUR_RUNS)
        .where((OptimisationRun.mode == "propose") | OptimisationRun.applied_at.is_not(None))
        .order_by(OptimisationRun.number.desc())
        .limit(1)
    )
    found: OptimisationRun | None = await session.scalar(wanted)
    return found


_WAITING = text(f"""
SELECT (SELECT id FROM (SELECT id, proposed, decided_at FROM optimisation_runs r
    WHERE status = 'success' AND (mode = 'propose' OR applied_at IS NOT NULL) AND {_OURS.format("r")} ORDER BY number DESC LIMIT 1) newest
    WHERE proposed AND decided_at IS NULL) AS proposal,
  (SELECT id FROM experiments WHERE ended_at IS NULL AND end_at <= :moment) AS experiment""")


async def waiting(session: AsyncSession) -> tuple[UUID | None, UUID | None]:
    """(the newest proposal, unless decided on or overtaken by a later look, the experiment whose time is up)."""
    row = (await session.execute(_WAITING, {"moment": now()})).one()
    return row.proposal, row.experiment


# What held when the time began, then every change in it. A clock that ran ahead put a change no later than the one that
# was written after it, and not into the future: it is drawn with already. What the sample company's looks did is written
# later than it was, and dates nobody else's change back.
_HISTORY = text(f"""
WITH told AS (SELECT number, because, changed_by, persona, run_id, probabilities,
    least(min(at) OVER (PARTITION BY is_sample AND changed_by = 'sample' ORDER BY number DESC),
      CAST(:until AS timestamptz)) AS at FROM persona_drawings d WHERE {_OURS.format("d")}),
held AS (SELECT at, number FROM told WHERE at <= :since ORDER BY at DESC, number DESC LIMIT 1)
SELECT at, because, changed_by, persona, run_id, probabilities FROM told
WHERE (at, number) >= (SELECT at, number FROM held) OR NOT EXISTS (SELECT 1 FROM held) ORDER BY at, number""")


async def history(session: AsyncSession, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Probabilities over time, oldest first; the first row is of before `since` where there is one."""
    return [dict(row) for row in (await session.execute(_HISTORY, {"since": since, "until": until})).mappings()]


_SET = text(f"""
SELECT * FROM (SELECT changed_at AS at, 'person' AS because, changed_by, id AS persona FROM personas
  UNION ALL SELECT changed_at, 'voice', changed_by, id FROM own_personas
  UNION ALL SELECT coalesce(withdrawn_at, ended_at), 'experiment', coalesce(withdrawn_by, decided_by), NULL
    FROM experiments WHERE adopted IS NOT NULL) said
WHERE at <= :until AND EXISTS (SELECT 1 FROM persona_drawings d WHERE NOT {_OURS.format("d")}) ORDER BY at DESC LIMIT 1""")


async def last_set(session: AsyncSession, until: datetime) -> dict[str, Any] | None:
    """What a person last did that draws go by, where changes were told in a sample company that counts no more."""
    row = (await session.execute(_SET, {"until": until})).mappings().first()
    return dict(row) if row is not None else None


async def newest_drawing(session: AsyncSession) -> dict[str, float] | None:
    """What was last written down of what voices are drawn with."""
    wanted = select(PersonaDrawing.probabilities).where(_OUR_DRAWINGS).order_by(PersonaDrawing.number.desc()).limit(1)
    found: dict[str, float] | None = await session.scalar(wanted)
    return found


async def put_drawing(session: AsyncSession, values: dict[str, Any]) -> None:
    await session.execute(insert(PersonaDrawing).values(values))


_REPLAY = text(f"""
SELECT chosen, probabilities FROM persona_choices c WHERE chosen_at >= :since AND chosen_at <= :as_of
  AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.id = c.task_id AND NOT {_OURS.format("t")})""")


async def drawn(session: AsyncSession, *, since: datetime, as_of: datetime) -> list[tuple[str, dict[str, float]]]:
    """(the voice that was drawn, what it was drawn from) of every deliverable."""
    return [(row[0], row[1]) for row in (await session.execute(_REPLAY, {"since": since, "as_of": as_of})).all()]


_DRAWABLE = text("""
SELECT p.id, ARRAY(SELECT jsonb_object_keys(c.probabilities)) FROM posts p
JOIN persona_choices c ON c.task_id = p.task_id AND c.deliverable = 'main'
WHERE p.persona IS NOT NULL AND p.published_at >= :since AND p.published_at <= :as_of""")


async def drawable(session: AsyncSession, *, since: datetime, as_of: datetime) -> dict[UUID, list[str]]:
    """The voices that each published post could have been drawn from."""
    return {row[0]: row[1] for row in (await session.execute(_DRAWABLE, {"since": since, "as_of": as_of})).all()}


_TASKS = text("""
SELECT id, task_id FROM posts WHERE task_id IS NOT NULL AND persona IS NOT NULL
  AND published_at >= :since AND published_at <= :as_of""")


async def tasks_of_posts(session: AsyncSession, *, since: datetime, as_of: datetime) -> dict[UUID, UUID]:
    """The task that each published post came of."""
    return {row[0]: row[1] for row in (await session.execute(_TASKS, {"since": since, "as_of": as_of})).all()}
