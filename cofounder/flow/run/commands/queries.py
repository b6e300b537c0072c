"""The SQL of commands, their agents and what is shown of them.

Times are the database's own, so that machines need not agree on the time.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic_core import from_json, to_json
from sqlalchemy import ColumnElement, Text, and_, case, cast, delete, func, or_, select, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.run.commands.schemas import ActionIn
from cofounder.flow.run.commands.tables import Command, CommandAction, CommandAgent

LATELY_SECONDS = 120  # an agent seen so lately is connected
CANCELLED = ("cancelled", "task_over")  # codes of errors by which no agent failed
LOSSES = 10  # leases that may run out before a command is set aside: it probably kills its agents
EVENTS = 200  # of a history, more of which are not noted unless they change something
HISTORY_BYTES = 64_000  # likewise
MOST_BYTES = 8_000_000  # of payloads and results in one answer; a command that alone is larger comes alone
UPSTREAM = 10_000  # commands looked at for what holds up those of one page
FEW = 8  # commands that are never more than that together
_EVENT = "jsonb_build_object('at', clock_timestamp(), 'what', {what}, 'by', {by})"
_LIVE_TASK = """(c.task_id IS NULL OR EXISTS (
    SELECT FROM tasks t WHERE t.id = c.task_id AND t.status = 'running' AND NOT t.is_paused))"""
# What was deleted holds nothing back: only what is completed can be, while something depends on it.
_FREE = """(cardinality(c.depends_on) = 0 OR NOT EXISTS (
    SELECT FROM commands d WHERE d.id = ANY (c.depends_on) AND d.status <> 'completed'))"""

_ADD = text(
    f"""
    INSERT INTO commands (id, agent_type, action, payload, priority, depends_on, status, idempotency_key, requested_by,
                          task_id, step_id, created_at, history)
    SELECT v.id, v.agent_type, v.action, v.payload, v.priority, v.depends_on, 'pending', v.idempotency_key, :by,
           v.task_id, v.step_id, clock_timestamp(),
           jsonb_build_array({_EVENT.format(what="'created'", by="CAST(:by AS text)")})
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS v(id uuid, agent_type text, action text,
         payload jsonb, priority int, depends_on uuid[], idempotency_key text, task_id uuid, step_id uuid, place bigint)
    ORDER BY v.place
    ON CONFLICT (idempotency_key) DO NOTHING
    RETURNING id
    """
)

_TAKEN = "taken AS (SELECT due.id, gen_random_uuid() AS token FROM due)"
_CLAIM = f"""
    WITH due AS (
      SELECT c.id FROM commands c
      WHERE c.status = 'pending' AND c.agent_type = :agent_type AND (c.not_before IS NULL OR c.not_before <= now())
        AND {_FREE} AND {_LIVE_TASK}
      ORDER BY c.priority DESC, c.number LIMIT :max
      FOR UPDATE OF c SKIP LOCKED
    ), {_TAKEN}
    UPDATE commands c SET status = 'processing', lease_owner = :agent, claimed_by = :by, fencing_token = taken.token,
      not_before = NULL, lease_until = clock_timestamp() + make_interval(secs => :seconds), attempts = c.attempts + 1,
      started_at = coalesce(c.started_at, clock_timestamp()),
      history = c.history || ({_EVENT.format(what="'claimed'", by="CAST(:agent AS text)")}
                              || jsonb_build_object('token', taken.token))
    FROM taken WHERE c.id = taken.id
    RETURNING c.id AS command_id, c.number, c.fencing_token, c.lease_until, c.agent_type, c.action, c.payload,
      c.priority, c.attempts AS attempt, c.task_id, c.created_at
    """

# Fewer than were asked for where they are large: an answer is held whole in memory. Small ones are not measured.
_WEIGHT = "CASE WHEN pg_column_size({0}) < 500 THEN 500 ELSE octet_length({0}::text) END"
_LIGHT = f"""heavy AS (
      SELECT c.id, sum({_WEIGHT.format("c.payload")}) OVER (ORDER BY c.priority DESC, c.number
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM due JOIN commands c ON c.id = due.id
    ), taken AS (SELECT id, gen_random_uuid() AS token FROM heavy WHERE coalesce(before, 0) < :bytes)"""
_CLAIM_FEW = text(_CLAIM).columns(payload=JSONB)
_CLAIM_MANY = text(_CLAIM.replace(_TAKEN, _LIGHT)).columns(payload=JSONB)

_NEXT = text(
    f"""
    SELECT extract(epoch FROM min(moment) - clock_timestamp())::float FROM (
      SELECT min(c.not_before) AS moment FROM commands c
      WHERE c.status = 'pending' AND c.agent_type = :agent_type AND c.not_before IS NOT NULL AND {_FREE} AND {_LIVE_TASK}
      UNION ALL
      SELECT min(lease_until) FROM commands WHERE status = 'processing' AND agent_type = :agent_type
    ) AS moments
    """
)

_LOCK = text(
    """
    SELECT id, agent_type, action, status, fencing_token, lease_owner, claimed_by, attempts, failures, task_id, step_id,
           depends_on,
           coalesce(lease_until > clock_timestamp(), false) AS held,
           jsonb_path_query_array(history, '$[*].token') AS tokens,
           jsonb_path_query_array(history, '$[*] ? (@.what == "error" || @.what == "failed").token') AS erred,
           CASE WHEN status = 'completed' THEN result END AS answered,
           (SELECT output_schema FROM command_actions AS a
            WHERE a.agent_type = commands.agent_type AND a.action = commands.action) AS output_schema,
           error ->> 'code' AS ended,
           jsonb_array_length(history) AS events,
           octet_length(history::text) AS bytes
    FROM commands WHERE id = ANY (:ids) ORDER BY id FOR UPDATE
    """
).columns(tokens=JSONB, erred=JSONB, answered=JSONB, output_schema=JSONB)

_WRITE = text(
    """
    UPDATE commands c SET status = v.status, result = v.result, error = v.error, failures = v.failures,
      lease_owner = v.owner, lease_until = NULL, attempts = v.attempts, fencing_token = v.token,
      started_at = coalesce(c.started_at, clock_timestamp()),
      finished_at = CASE WHEN v.status = 'pending' THEN NULL ELSE clock_timestamp() END,
      not_before = CASE WHEN v.pause IS NULL THEN NULL ELSE clock_timestamp() + make_interval(secs => v.pause) END,
      history = c.history || (v.event || jsonb_build_object('at', clock_timestamp()))
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS v(id uuid, status text, result jsonb, error jsonb, failures int,
         owner text, attempts int, token uuid, pause float, event jsonb)
    WHERE c.id = v.id
    """
)

_NOTE = text(
    """
    UPDATE commands SET history = history || (CAST(:event AS jsonb) || jsonb_build_object('at', clock_timestamp()))
    WHERE id = :id
    """
)

_BEAT = text(
    """
    UPDATE commands c SET lease_until = clock_timestamp() + make_interval(secs => :seconds)
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS v(id uuid, token uuid)
    WHERE c.id = v.id AND c.status = 'processing' AND c.fencing_token = v.token AND c.lease_until > clock_timestamp()
      AND (CAST(:anyones AS boolean) OR c.claimed_by = :by)
    RETURNING c.id, c.lease_until
    """
)

_EXPIRE = text(
    f"""
    UPDATE commands c SET losses = c.losses + 1, fencing_token = NULL, lease_until = NULL,
      status = CASE WHEN c.losses + 1 >= {LOSSES} THEN 'failed' ELSE 'pending' END,
      finished_at = CASE WHEN c.losses + 1 >= {LOSSES} THEN clock_timestamp() END,
      error = CASE WHEN c.losses + 1 >= {LOSSES} THEN jsonb_build_object('code', 'agents_lost',
        'detail', 'The agents that took it fell silent {LOSSES} times.') ELSE c.error END,
      history = c.history || {_EVENT.format(what="'lost'", by="c.lease_owner")}
    WHERE c.id IN (
      SELECT id FROM commands WHERE status = 'processing' AND lease_until <= clock_timestamp()
        AND (CAST(:agent_type AS text) IS NULL OR agent_type = :agent_type)
      ORDER BY id FOR UPDATE SKIP LOCKED)
    RETURNING c.id, c.agent_type, c.lease_owner, c.status, c.task_id, c.attempts
    """
)


_KNOWN = text(
    """
    SELECT agent_type, action, input_schema FROM (
      SELECT agent_type FROM command_agents WHERE agent_type = ANY (:names)
      UNION SELECT agent_type FROM command_actions WHERE agent_type = ANY (:names)) AS seen
    LEFT JOIN command_actions USING (agent_type)
    """
).columns(input_schema=JSONB)

# A chain of millions ends the look upstream, not the page: LIMIT stops the recursion, the nearest first.
_UPSTREAM = text(
    """
    WITH RECURSIVE up AS (
      SELECT id, number, status, depends_on FROM commands WHERE id = ANY (:ids) AND status <> 'completed'
      UNION
      SELECT d.id, d.number, d.status, d.depends_on FROM up JOIN commands d ON d.id = ANY (up.depends_on)
      WHERE up.status = 'pending' AND d.status <> 'completed'
    )
    SELECT id, number, status, depends_on FROM up LIMIT :most
    """
)


async def add(session: AsyncSession, rows: list[dict[str, Any]], *, by: str) -> set[UUID]:
    """Insert commands in this order; gives the ids of those whose idempotency key was new."""
    found = await session.execute(_ADD, {"rows": _json(rows), "by": by})
    return set(found.scalars())


async def claim(
    session: AsyncSession, agent_type: str, *, agent: str, by: str, limit: int, seconds: float
) -> list[dict[str, Any]]:
    """Hand out what is due, the most urgent and then the oldest first; what another claim looks at is passed over."""
    given = {"agent_type": agent_type, "agent": agent, "by": by, "max": limit, "seconds": seconds}
    many = limit > FEW
    statement, given = (_CLAIM_MANY, {**given, "bytes": MOST_BYTES}) if many else (_CLAIM_FEW, given)
    found = [dict(row) for row in (await session.execute(statement, given)).mappings()]
    found.sort(key=lambda row: (-row["priority"], row["number"]))
    return found


async def next_due(session: AsyncSession, agent_type: str) -> float | None:
    """Seconds until a pause or a lease of this type ends; None: none does."""
    found: float | None = (await session.execute(_NEXT, {"agent_type": agent_type})).scalar()
    return found


async def lock(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """What decides about these commands, locked until the transaction ends, always in the same order."""
    rows = (await session.execute(_LOCK, {"ids": sorted(set(ids))})).mappings()
    return {row["id"]: dict(row) for row in rows}


async def write(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    """Write outcomes: (id, status, result, error, failures, owner, attempts, token, pause, event)."""
    if rows:
        await session.execute(_WRITE, {"rows": _json(rows)})


async def note(session: AsyncSession, id: UUID, event: dict[str, Any]) -> None:
    """Put something into a command's history that changes nothing else."""
    await session.execute(_NOTE, {"id": id, "event": _json(event)})


async def beat(
    session: AsyncSession, leases: Mapping[UUID, UUID], *, by: str, anyones: bool, seconds: float
) -> dict[UUID, Any]:
    """Command -> its new end, of those leases that still hold and that `by` claimed, or anybody."""
    rows = [{"id": id, "token": token} for id, token in leases.items()]
    found = await session.execute(_BEAT, {"rows": _json(rows), "seconds": seconds, "by": by, "anyones": anyones})
    return {row.id: row.lease_until for row in found}


async def expire(session: AsyncSession, agent_type: str | None = None) -> list[Mapping[str, Any]]:
    """Take back commands whose lease is over."""
    return [dict(row) for row in (await session.execute(_EXPIRE, {"agent_type": agent_type})).mappings()]


async def unfinished(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    """Those of these commands that are not completed."""
    return set(await session.scalars(select(Command.id).where(Command.id.in_(ids), Command.status != "completed")))


async def held_up(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Of these commands, what is not completed -> the failed ones it waits for, through others too; itself if it failed."""
    found: dict[UUID, list[UUID]] = {}
    rows = (await session.execute(_UPSTREAM, {"ids": list(ids), "most": UPSTREAM})).all()
    for row in sorted(rows, key=lambda row: row.number):  # what a command depends on was there before it
        through = (failed for id in row.depends_on for failed in found.get(id, ()))
        found[row.id] = [row.id] if row.status == "failed" else list(dict.fromkeys(through))
    return found


async def existing(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    """Those of these ids that are commands, kept from being deleted until the transaction ends."""
    found = select(Command.id).where(Command.id.in_(ids)).with_for_update(read=True, key_share=True)
    return set(await session.scalars(found))


async def by_keys(session: AsyncSession, keys: Sequence[str]) -> dict[str, Command]:
    found = await session.scalars(select(Command).where(Command.idempotency_key.in_(keys)))
    return {str(row.idempotency_key): row for row in found}


async def by_ids(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Command]:
    query = select(Command).where(Command.id.in_(ids)).execution_options(populate_existing=True)
    return {row.id: row for row in await session.scalars(query)}


async def ids_like(session: AsyncSession, part: str) -> Sequence[UUID]:
    """The ids that begin or end so; two at most, which tell that it is not one."""
    id = cast(Command.id, Text)
    fits = or_(id.startswith(part, autoescape=True), id.endswith(part, autoescape=True))
    return (await session.scalars(select(Command.id).where(fits).limit(2))).all()


async def history(session: AsyncSession, id: UUID) -> list[dict[str, Any]]:
    """All that happened to a command, the oldest first; the rows of lists come without it."""
    return list((await session.execute(select(Command.history).where(Command.id == id))).scalar() or [])


async def freed_types(session: AsyncSession, done: Sequence[UUID]) -> list[str]:
    """The agent types of pending commands that wait for one of these."""
    found = text(
        "SELECT DISTINCT agent_type FROM commands"
        " WHERE status = 'pending' AND cardinality(depends_on) > 0 AND depends_on && :done"
    )
    return list((await session.execute(found, {"done": list(done)})).scalars())


async def waiting_for(session: AsyncSession, id: UUID, *, retried: bool) -> int:
    """How many pending commands wait for this one; with `retried` also those that would once they are retried."""
    states = ("pending", "failed") if retried else ("pending",)
    held = func.cardinality(Command.depends_on) > 0
    query = select(func.count()).where(Command.status.in_(states), held, Command.depends_on.contains([id]))
    return int((await session.execute(query)).scalar_one())


async def of_steps(session: AsyncSession, step_ids: Sequence[UUID]) -> dict[UUID, Command]:
    """Step -> its newest command."""
    rows = await session.scalars(
        select(Command)
        .where(Command.step_id.in_(step_ids))
        .order_by(Command.number)
        .execution_options(populate_existing=True)
    )
    return {row.step_id: row for row in rows if row.step_id is not None}


async def task_is_over(session: AsyncSession, task_id: UUID) -> bool:
    found = text(
        "SELECT status IN ('completed', 'rejected', 'failed', 'cancelled', 'expired') FROM tasks WHERE id = :id"
    )
    return (await session.execute(found, {"id": task_id})).scalar() is not False


async def archive(session: AsyncSession, *, days: float, limit: int = 5_000) -> int:
    """Mark finished commands that are older; gives how many."""
    query = text(
        """
        UPDATE commands SET archived_at = now() WHERE id IN (
          SELECT id FROM commands WHERE archived_at IS NULL AND finished_at < now() - make_interval(secs => :seconds)
          LIMIT :limit FOR UPDATE SKIP LOCKED)
        """
    )
    found: Any = await session.execute(query, {"seconds": days * 86_400, "limit": limit})
    return int(found.rowcount)


async def settle_orphans(session: AsyncSession, task_id: UUID | None = None) -> list[UUID]:
    """End commands whose task is over, or those of one: nobody waits for them. What is being answered is passed over."""
    query = text(
        f"""
        UPDATE commands c SET status = 'failed', finished_at = clock_timestamp(), fencing_token = NULL, lease_until = NULL,
          error = jsonb_build_object('code', 'task_over', 'detail', 'The task that wanted it is over.'),
          history = c.history || {_EVENT.format(what="'cancelled'", by="'the task that is over'")}
        WHERE c.id IN (
          SELECT o.id FROM commands o JOIN tasks t ON t.id = o.task_id
          WHERE o.status IN ('pending', 'processing') AND (CAST(:task_id AS uuid) IS NULL OR o.task_id = :task_id)
            AND t.status IN ('completed', 'rejected', 'failed', 'cancelled', 'expired')
          FOR UPDATE OF o SKIP LOCKED)
        RETURNING c.id
        """
    )
    return list((await session.execute(query, {"task_id": task_id})).scalars())


async def touch(session: AsyncSession, agent_type: str, name: str) -> bool:
    """Note that it was seen now; true when it never was before."""
    statement = insert(CommandAgent).values(
        agent_type=agent_type, name=name, first_seen_at=func.now(), last_seen_at=func.now()
    )
    found = await session.execute(
        statement.on_conflict_do_update(
            index_elements=["agent_type", "name"], set_={"last_seen_at": func.now()}
        ).returning(text("(xmax = 0)"))
    )
    return bool(found.scalar_one())


async def add_numbers(
    session: AsyncSession, agent_type: str, name: str, *, completed: int = 0, failed: int = 0, lost: int = 0
) -> None:
    """Add to an agent's numbers. What it lost says nothing about when it was seen."""
    here = {} if lost else {"last_seen_at": func.now()}
    statement = insert(CommandAgent).values(
        agent_type=agent_type,
        name=name,
        first_seen_at=func.now(),
        last_seen_at=func.now(),
        completed=completed,
        failed=failed,
        lost=lost,
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["agent_type", "name"],
            set_={
                "completed": CommandAgent.completed + completed,
                "failed": CommandAgent.failed + failed,
                "lost": CommandAgent.lost + lost,
                **here,
            },
        )
    )


async def numbers(session: AsyncSession) -> dict[str, tuple[int, int]]:
    """Type -> (agents ever seen, agents seen lately)."""
    lately = CommandAgent.last_seen_at > func.now() - func.make_interval(0, 0, 0, 0, 0, 0, LATELY_SECONDS)
    query = select(CommandAgent.agent_type, func.count(), func.count().filter(lately)).group_by(CommandAgent.agent_type)
    return {name: (all_, near) for name, all_, near in (await session.execute(query)).all()}


async def known(session: AsyncSession, names: Sequence[str]) -> dict[str, dict[str, dict[str, Any]]]:
    """Type -> action -> its input schema, of those types that were seen or declared something."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for name, action, schema in await session.execute(_KNOWN, {"names": list(names)}):
        actions = found.setdefault(name, {})
        if action is not None:
            actions[action] = schema
    return found


async def actions(session: AsyncSession) -> Sequence[CommandAction]:
    return (await session.scalars(select(CommandAction).order_by(CommandAction.agent_type, CommandAction.action))).all()


async def replace_actions(session: AsyncSession, agent_type: str, given: Sequence[ActionIn], *, by: str) -> None:
    turn = select(func.pg_advisory_xact_lock(func.hashtextextended(f"actions of {agent_type}", 0)))
    await session.execute(turn)  # two who declare at once: the second one's list stands
    await session.execute(delete(CommandAction).where(CommandAction.agent_type == agent_type))
    unique = {one.action: one for one in given}
    session.add_all(CommandAction(agent_type=agent_type, declared_by=by, **one.model_dump()) for one in unique.values())
    await session.flush()


async def all_agents(session: AsyncSession) -> list[dict[str, Any]]:
    """Every agent with what it holds and how much it completed of late."""
    query = text(
        """
        SELECT a.agent_type, a.name AS agent, a.first_seen_at, a.last_seen_at, a.completed, a.failed, a.lost,
          a.last_seen_at > now() - make_interval(secs => :lately) AS connected,
          coalesce((SELECT array_agg(c.id ORDER BY c.number) FROM commands c WHERE c.status = 'processing'
            AND c.agent_type = a.agent_type AND c.lease_owner = a.name), '{}') AS holds,
          (SELECT count(*) FROM commands c WHERE c.archived_at IS NULL AND c.status = 'completed'
            AND c.finished_at > now() - interval '5 minutes'
            AND c.agent_type = a.agent_type AND c.lease_owner = a.name) / 5.0 AS per_minute
        FROM command_agents a ORDER BY a.last_seen_at DESC LIMIT 500
        """
    )
    rows = (await session.execute(query, {"lately": LATELY_SECONDS})).mappings()
    return [{**row, "per_minute": round(float(row["per_minute"]), 2)} for row in rows]


async def forget(session: AsyncSession, *, days: float) -> None:
    """Agents that were not seen for so long leave the list."""
    old = CommandAgent.last_seen_at < func.now() - func.make_interval(0, 0, 0, 0, 0, 0, days * 86_400)
    await session.execute(delete(CommandAgent).where(old))


def _cancelled() -> ColumnElement[bool]:
    """Ended by a person or with its task. What an agent fails that claimed it, whatever it calls that, keeps its token."""
    ended = Command.error["code"].astext.in_(CANCELLED)
    return and_(Command.status == "failed", Command.fencing_token.is_(None), ended)


STATUS = case((_cancelled(), "cancelled"), else_=Command.status)  # as it is shown


def shown_status(status: str, token: UUID | None, code: object) -> str:
    """`STATUS` of a row in hand, by its fencing token and its error's code."""
    return "cancelled" if status == "failed" and token is None and code in CANCELLED else status


def wanted(
    *, statuses: Sequence[str], agent_type: str | None, search: str | None, task_id: UUID | None, archived: bool
) -> list[ColumnElement[bool]]:
    """The filters of a list."""
    found: list[ColumnElement[bool]] = [Command.archived_at.is_not(None) if archived else Command.archived_at.is_(None)]
    if statuses:
        found.append(STATUS.in_(statuses))
    if agent_type:
        found.append(Command.agent_type == agent_type)
    if task_id:
        found.append(Command.task_id == task_id)
    if search:
        found.append(
            or_(
                Command.action.icontains(search, autoescape=True),
                Command.lease_owner.icontains(search, autoescape=True),
                Command.idempotency_key.icontains(search, autoescape=True),
            )
        )
    return found


async def page(
    session: AsyncSession,
    filters: Sequence[ColumnElement[bool]],
    *,
    sort: str,
    after: tuple[int, int] | None,
    limit: int,
) -> tuple[Sequence[Command], bool]:
    """The commands behind `after` (priority, number) in this order, fewer where they are large, and whether more follow."""
    weight = text_size(Command.payload) + text_size(Command.result) + text_size(Command.error)
    query = select(Command.id, weight).where(*filters)
    priority, number = after or (0, 0)
    if sort == "priority":
        query = query.order_by(Command.priority.desc(), Command.number)
        if after is not None:
            same = and_(Command.priority == priority, Command.number > number)
            query = query.where(or_(Command.priority < priority, same))
    elif sort == "oldest":
        query = query.order_by(Command.number)
        if after is not None:
            query = query.where(Command.number > number)
    else:
        query = query.order_by(Command.number.desc())
        if after is not None:
            query = query.where(Command.number < number)
    found = (await session.execute(query.limit(limit + 1))).all()
    ids: list[UUID] = []
    before = 0
    for id, size in found[:limit]:
        if ids and before + size > MOST_BYTES:
            break
        ids.append(id)
        before += size
    rows = await by_ids(session, ids)
    return [rows[id] for id in ids if id in rows], len(found) > len(ids)


def text_size(column: Any) -> ColumnElement[int]:
    """The length of a JSON value as text; a small one is not measured."""
    stored = func.coalesce(func.pg_column_size(column), 0)
    return case((stored < 500, stored), else_=func.octet_length(cast(column, Text)))


async def total(session: AsyncSession, filters: Sequence[ColumnElement[bool]]) -> int:
    return int((await session.execute(select(func.count()).select_from(Command).where(*filters))).scalar_one())


async def counts(session: AsyncSession) -> list[tuple[str, str, int]]:
    """(agent type, status, how many) of what is not archived."""
    query = select(Command.agent_type, STATUS.label("shown"), func.count()).where(Command.archived_at.is_(None))
    rows = await session.execute(query.group_by(Command.agent_type, text("shown")).order_by(Command.agent_type))
    return [(name, status, number) for name, status, number in rows]


async def dead_letters(session: AsyncSession) -> int:
    """How many failed commands wait for a person; a task that wanted one goes on, or fails, by itself."""
    failed = wanted(statuses=("failed",), agent_type=None, search=None, task_id=None, archived=False)
    return await total(session, [*failed, Command.task_id.is_(None)])


async def measured(session: AsyncSession) -> dict[str, Any]:
    """The other numbers of the statistics."""
    query = text(
        """
        SELECT
          (SELECT count(*) FROM commands WHERE archived_at IS NOT NULL) AS archived,
          (SELECT count(*) FROM commands c WHERE status = 'pending' AND (not_before > now() OR (
            cardinality(depends_on) > 0 AND EXISTS (
              SELECT FROM commands d WHERE d.id = ANY (c.depends_on) AND d.status <> 'completed')))) AS waiting,
          (SELECT extract(epoch FROM clock_timestamp() - min(created_at))::float
           FROM commands WHERE status = 'pending') AS oldest_pending_seconds,
          (SELECT count(*) / 5.0 FROM commands WHERE archived_at IS NULL AND status = 'completed'
             AND finished_at > now() - interval '5 minutes')::float AS completed_per_minute,
          p.wait AS wait_seconds_p50, p.run AS run_seconds_p50
        FROM (
          SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM started_at - created_at)) AS wait,
                 percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at)) AS run
          FROM commands
          WHERE archived_at IS NULL AND status = 'completed' AND finished_at > now() - interval '1 hour') AS p
        """
    )
    return dict((await session.execute(query)).mappings().one())


def as_stored(value: object) -> object:
    """A value as it reads once it was written."""
    return from_json(to_json(value))


def _json(value: object) -> str:
    return to_json(value).decode()
