"""The SQL of merging. Names of tables and columns come from the code here and from the kinds, never from a caller."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import contradicting
from cofounder.business.records.contradicting import Contradiction
from cofounder.business.records.flagging import flags_of

_BREAK = "chr(31)"
_NOW, _ORIGIN, _IMPORT = "CAST(:now AS timestamptz)", "CAST(:origin AS text)", "CAST(:import_id AS uuid)"
_LONG = 200  # characters of an id that an index holds without ado
# Never among the values that are compared: who, when and whence.
_ASIDE = frozenset(("id", "line", "untimed", "measured_at", "flags", "natural_key"))


@dataclass(frozen=True)
class Merged:
    """Rows of one batch."""

    added: int
    corrected: int
    unchanged: int
    repeated: int  # said again, word for word
    contradicted: int = 0  # said otherwise by another row of the same import
    contradictions: list[Contradiction] = field(default_factory=list)
    flags: dict[str, int] = field(default_factory=dict)  # of corrected rows: how many more have it than as read
    flagged: int = 0  # of corrected rows: how many more have any


@dataclass(frozen=True)
class Link:
    """A column that joins a row to another, and the words whose correction takes the link off."""

    column: str
    by: tuple[str, ...]
    kind: str  # of matches, and what is their subject, as SQL over `t`
    subject: str


@dataclass(frozen=True)
class Target:
    """How rows of a kind find the one that is there. `key`: SQL over `i`, where the table does not compute it itself."""

    table: str
    key: str | None = None
    timed: bool = True  # one row a key and time of measurement
    versioned: bool = False  # a value measured anew takes the place of the one before
    ids: tuple[str, ...] = ()  # names of things in the source, shortened where an index could not hold them
    fixed: tuple[tuple[str, str], ...] = ()  # column -> SQL over `m`, of every new row
    default: tuple[tuple[str, str], ...] = ()  # the same, where the column was not given
    own: str = ""  # SQL over `t`: rows of our own, of which only what is empty is filled
    link: Link | None = None
    dry: bool = False  # into a table of this transaction alone, beside the real one

    @property
    def into(self) -> str:
        """The table that is written."""
        return f"dry_{self.table}" if self.dry else self.table

    @property
    def earlier(self) -> str:
        """The table that keeps what a corrected row said."""
        return "dry_earlier_contents" if self.dry else "earlier_contents"


def _digest(*parts: str) -> str:
    return "md5(" + f" || {_BREAK} || ".join(parts) + ")::uuid"


def _short(name: str) -> str:
    return f"CASE WHEN length(i.{name}) > {_LONG} THEN md5(i.{name}) ELSE i.{name} END"


_TASK_KEY = "md5('i' || chr(31) || {})::uuid"
_WORDS_OF_POST = "'t'", "coalesce(i.title, '')", "i.content", "coalesce(extract(epoch FROM i.published_at)::text, '')"
_TARGETS = {
    "tasks": Target(
        "tasks",
        key=(
            f"CASE WHEN i.external_id IS NOT NULL THEN {_TASK_KEY.format(_short('external_id'))}"
            f" ELSE {_digest(chr(39) + 't' + chr(39), 'i.request', 'extract(epoch FROM i.created_at)::text')} END"
        ),
        timed=False,
        ids=("external_id",),
        fixed=(
            ("source", "'legacy'"),
            ("is_legacy", "true"),
            ("as_of", "m.created_at"),
            ("preferences", "'{}'::jsonb"),
            ("answers", "'{}'::jsonb"),
            ("questions", "'[]'::jsonb"),
        ),
        default=(("tags", "'{}'::text[]"),),
        own="NOT t.is_legacy",
    ),
    "posts": Target(
        "posts",
        key=(
            f"CASE WHEN i.external_id IS NOT NULL THEN {_digest('i.platform', chr(39) + 'i' + chr(39), _short('external_id'))}"
            f" WHEN i.url IS NOT NULL THEN {_digest('i.platform', chr(39) + 'u' + chr(39), 'i.url')}"
            f" ELSE {_digest('i.platform', *_WORDS_OF_POST)} END"
        ),
        timed=False,
        ids=("external_id", "task_external_id"),
        fixed=(("is_legacy", "true"),),
        default=(("hashtags", "'{}'::text[]"),),
        own="t.publication_id IS NOT NULL",
        link=Link("task_id", ("task_external_id", "title", "content", "url"), "post_task", "t.id"),
    ),
    "social_analytics": Target(
        "social_post_analytics",
        ids=("post_external_id",),
        fixed=(("source", "CAST(:origin AS text)"),),
        link=Link("post_id", ("post_url", "post_title"), "reading_post", "t.natural_key"),
    ),
    "web_analytics": Target("web_analytics", versioned=True),
    "financial_metrics": Target("financial_metrics", versioned=True, fixed=(("source", "CAST(:origin AS text)"),)),
    "quality_evaluations": Target(
        "quality_evaluations",
        key=_digest(
            "coalesce('t' || i.task_external_id, '')", "coalesce('p' || i.post_external_id, '')", "i.evaluator"
        ),
        ids=("task_external_id", "post_external_id"),
    ),
}


async def take_turn(session: AsyncSession, kind: str) -> None:
    """Wait until no other transaction merges rows of this kind: two that add the same key at once would collide."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"merge {_TARGETS[kind].table}"}
    )


async def merge(
    session: AsyncSession,
    kind: str,
    rows: bytes,
    columns: Sequence[str],
    *,
    import_id: UUID,
    origin: str,
    now: datetime,
    dry: bool = False,
) -> Merged:
    """Merge rows, given as CSV without a header, \\N for null. Of rows with one key the last line counts; those that
    said something else are told with what they said.

    `dry`: into tables that only this transaction sees, and that hold what the real ones say of the same keys. What
    is counted is what would be; no lock is taken, and no turn needed.
    """
    target = replace(_TARGETS[kind], dry=dry)
    incoming = f"incoming_{target.into}"
    await session.execute(text(_STAGE.format(incoming=incoming, table=target.table)))
    await session.execute(text(f"TRUNCATE {incoming}"))
    await session.execute(text(_BY_INDEX))
    connection = await (await session.connection()).get_raw_connection()
    driver = connection.driver_connection
    assert driver is not None
    await driver.copy_to_table(incoming, source=io.BytesIO(rows), columns=list(columns), format="csv", null="\\N")
    if dry:
        await session.execute(text(_beside(target, columns)))
    for statement in _making_way(target, columns):
        await session.execute(text(statement))
    given = {"import_id": import_id, "origin": origin, "now": now, "table": target.table}
    found = (await session.execute(text(_merging(kind, target, columns)), given)).one()
    if target.versioned and found.versions:
        await session.execute(text(_SUPERSEDE.format(table=target.into, incoming=incoming)))
    unchanged = found.distinct_rows - found.added - found.corrected
    odd = {"flags": found.flags, "flagged": found.flagged}
    if not found.repeated and not found.again:
        return Merged(found.added, found.corrected, unchanged, 0, **odd)
    await session.execute(text(_BY_HASH))
    how: dict[str, Any] = {
        "keyed": _keyed(target, columns),
        "order": _order(target),
        "values": _values(target, columns),
    }
    number, apart = await contradicting.inside(session, **how) if found.repeated else (0, [])
    if found.again:
        apart += await contradicting.with_earlier(
            session, **how, into=target.into, earlier=target.earlier, table=target.table, import_id=import_id, now=now
        )
    return Merged(
        found.added,
        found.corrected - found.again,
        unchanged,
        found.repeated - number,
        number + found.again,
        sorted(apart, key=lambda one: one.line),
        **odd,
    )


# Without the table's constraints: what is missing here the merge adds. A key that the table computes, it computes too.
_STAGE = """
DO $$ BEGIN
  IF to_regclass('pg_temp.{incoming}') IS NULL THEN
    CREATE TEMP TABLE {incoming}
      (LIKE {table} INCLUDING DEFAULTS INCLUDING GENERATED, line bigint, untimed boolean) ON COMMIT DELETE ROWS;
    EXECUTE (SELECT 'ALTER TABLE {incoming} ' || string_agg(format('ALTER COLUMN %I DROP NOT NULL', attname), ', ')
      FROM pg_attribute WHERE attrelid = 'pg_temp.{incoming}'::regclass AND attnotnull AND attnum > 0);
  END IF;
END $$
"""

# What the real table says of the keys of a batch, in a table of the transaction's own.
_BESIDE = """
DO $$ DECLARE listed text; BEGIN
  IF to_regclass('pg_temp.{into}') IS NULL THEN
    CREATE TEMP TABLE {into} (LIKE {table} INCLUDING ALL) ON COMMIT DROP;
    CREATE TEMP TABLE {earlier} (LIKE earlier_contents) ON COMMIT DROP;
  END IF;
  listed := (SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
    WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '');
  EXECUTE format('INSERT INTO {into} (%1$s) SELECT %1$s FROM {table} WHERE id IN ({found}) ON CONFLICT DO NOTHING', listed);
END $$
"""


def _beside(target: Target, columns: Sequence[str]) -> str:
    """The statement that brings the real rows of a batch's keys."""
    key = target.key or "i.natural_key"
    found = f"SELECT t.id FROM {target.table} t JOIN incoming_{target.into} i ON t.natural_key = {key}"
    if target.table == "posts" and "external_id" in columns:
        theirs = f"t.platform = i.platform AND t.external_id = {_short('external_id')}"
        found += f" UNION SELECT t.id FROM {target.table} t JOIN incoming_{target.into} i ON {theirs}"
    found = found.replace("'", "''").replace("%", "%%")
    return _BESIDE.format(into=target.into, table=target.table, earlier=target.earlier, found=found)


def _making_way(target: Target, columns: Sequence[str]) -> list[str]:
    """What the sample company says of the keys of a batch goes whole: corrected, its invented figures were the user's."""
    there = f"DELETE FROM {target.into} t USING ({_keyed(target, columns)}) k WHERE t.is_sample"
    there += f" AND NOT ({target.own})" if target.own else ""
    found = [f"{there} AND t.natural_key = k.key"]
    if target.table == "posts" and "external_id" in columns:
        found.append(f"{there} AND t.platform = k.platform AND t.external_id = k.external_id")
    return found


# A table that is just being filled has no statistics: the planner would read all of it for every batch.
_BY_INDEX = """
SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
  set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)
"""

_BY_HASH = "SELECT set_config('enable_hashjoin', 'on', true)"

_SUPERSEDE = """
UPDATE {table} t SET superseded_at = n.next_at
FROM (
  SELECT id, lead(measured_at) OVER (PARTITION BY natural_key ORDER BY measured_at) AS next_at
  FROM {table} WHERE natural_key IN (SELECT natural_key FROM {incoming})
) n
WHERE t.id = n.id AND t.superseded_at IS DISTINCT FROM n.next_at
"""


def _merging(kind: str, target: Target, columns: Sequence[str]) -> str:
    """One statement: find the row of each key, keep what it said, correct it, add what is new, count."""
    given = [name for name in columns if name not in _ASIDE]
    values, order = _values(target, columns), _order(target)
    time = "AND t.measured_at = s.measured_at" if target.timed else ""
    hashed = ", ".join(f"s.{name}" for name in values)
    new = {name: _filled(target, name) for name in values}
    theirs = ", ".join(f"t.{name}" for name in values)
    ours = ", ".join(new.values()).replace("m.", "s.")
    sets = ", ".join(f"{name} = {value}" for name, value in {**new, **_unlinked(target, values)}.items())
    stamped = {
        "id": "m.id",
        "import_id": _IMPORT,
        "origin": _ORIGIN,
        "known_at": _NOW,
        "content_hash": "m.hash",
        "flags": "m.flags",
        **({"measured_at": "m.measured_at"} if target.timed else {}),
        **({"natural_key": "m.key"} if target.key else {}),
        **{name: f"m.{name}" for name in values},
        **dict(target.fixed),
        **{name: value for name, value in target.default if name not in values},
    }
    own = ", natural_key = coalesce(t.natural_key, m.key)" if target.own else ""
    return f"""
WITH s AS MATERIALIZED (
  SELECT DISTINCT ON ({order}) s.*, md5('{",".join(values)}' || ROW({hashed})::text)::uuid AS hash
  FROM ({_keyed(target, columns)}) s
  ORDER BY {order}, line DESC
), m AS MATERIALIZED (
  SELECT s.*, t.id AS old_id, t.import_id AS old_import, {_known(target)} AS known,
    t.id IS NOT NULL AND t.content_hash IS DISTINCT FROM s.hash
      AND ({theirs}) IS DISTINCT FROM ({ours}) AS differs
  FROM s LEFT JOIN {target.into} t ON {_found(target, given)} {time}
), kept AS (
  INSERT INTO {target.earlier} (id, table_name, row_id, content, known_at, replaced_at, import_id)
  SELECT gen_random_uuid(), CAST(:table AS text), t.id, to_jsonb(t), t.known_at, {_NOW}, {_IMPORT}
  FROM {target.into} t JOIN m ON m.old_id = t.id WHERE m.differs
), corrected AS (
  UPDATE {target.into} t
  SET {sets}, flags = {flags_of(kind, columns, new)}, content_hash = m.hash, known_at = {_NOW}, origin = {_ORIGIN}, import_id = {_IMPORT},
    is_sample = false{own}
  FROM m WHERE t.id = m.old_id AND m.differs RETURNING t.flags AS said, m.flags AS read
), added AS (
  INSERT INTO {target.into} ({", ".join(stamped)})
  SELECT {", ".join(stamped.values())} FROM m WHERE m.old_id IS NULL{_news(target, values)}
  ORDER BY m.line ON CONFLICT DO NOTHING RETURNING 1
)
SELECT (SELECT count(*) FROM s) AS distinct_rows, (SELECT count(*) FROM corrected) AS corrected,
  (SELECT count(*) FROM added) AS added,
  (SELECT count(*) FROM m WHERE differs AND old_import = {_IMPORT}) AS again,
  (SELECT count(*) FROM incoming_{target.into}) - (SELECT count(*) FROM s) AS repeated,
  {_versions(target)} AS versions,
  (SELECT coalesce(sum((said <> '{{}}')::int - (read <> '{{}}')::int), 0)::int FROM corrected) AS flagged,
  (SELECT coalesce(jsonb_object_agg(code, more), '{{}}') FROM (
    SELECT code, sum(more) AS more FROM (
      SELECT unnest(said) AS code, 1 AS more FROM corrected UNION ALL SELECT unnest(read), -1 FROM corrected
    ) every GROUP BY code HAVING sum(more) <> 0
  ) changed) AS flags
"""


def _values(target: Target, columns: Sequence[str]) -> list[str]:
    return [name for name in columns if name not in _ASIDE and name not in dict(target.fixed)]


def _unlinked(target: Target, values: Sequence[str]) -> dict[str, str]:
    """A link goes with the words that it was made by, and is looked for anew; one that a person confirmed stays."""
    link = target.link
    by = [name for name in link.by if name in values] if link is not None else []
    if link is None or not by:
        return {}
    theirs, ours = ", ".join(f"t.{name}" for name in by), ", ".join(f"m.{name}" for name in by)
    loose = f"t.linked_at IS NULL AND ({theirs}) IS DISTINCT FROM ({ours})"
    loose += f" AND NOT ({target.own})" if target.own else ""
    confirmed = f"c.kind = '{link.kind}' AND c.state = 'confirmed' AND c.subject = ({link.subject})::text"
    loose += f" AND NOT EXISTS (SELECT 1 FROM matches c WHERE {confirmed})"
    return {link.column: f"CASE WHEN {loose} THEN NULL ELSE t.{link.column} END"}


def _order(target: Target) -> str:
    return "key, measured_at" if target.timed else "key"


def _keyed(target: Target, columns: Sequence[str]) -> str:
    """The rows of a batch with the key that each is found by."""
    given = [name for name in columns if name not in _ASIDE]
    shortened = "".join(f", {_short(name)} AS {name}" for name in target.ids if name in given)
    always = ("id", "line", "untimed", "flags", *(("measured_at",) if target.timed else ()))
    plain = ", ".join(
        f"i.{name}" for name in dict.fromkeys((*always, *given)) if name not in target.ids or name not in given
    )
    return f"SELECT {plain}{shortened}, {target.key or 'i.natural_key'} AS key FROM incoming_{target.into} i"


def _filled(target: Target, name: str) -> str:
    """What a row that is there says afterwards: of our own rows only what was empty is filled."""
    return f"CASE WHEN {target.own} THEN coalesce(t.{name}, m.{name}) ELSE m.{name} END" if target.own else f"m.{name}"


def _found(target: Target, given: Sequence[str]) -> str:
    if target.table != "posts" or "external_id" not in given:
        return "t.natural_key = s.key"
    # one that we published ourselves has the platform's id and no key of an import
    return (
        f"t.id = coalesce((SELECT p.id FROM {target.into} p WHERE p.natural_key = s.key),"
        f" (SELECT p.id FROM {target.into} p WHERE p.platform = s.platform AND p.external_id = s.external_id))"
    )


def _known(target: Target) -> str:
    """Whether there is any row of the key: where there is none, nothing more is looked up."""
    return f"EXISTS (SELECT 1 FROM {target.into} k WHERE k.natural_key = s.key)" if target.timed else "true"


def _news(target: Target, values: Sequence[str]) -> str:
    """Leave out what says the same as the newest that is there: for readings only where nobody said when it was taken."""
    if not target.versioned and target.table != "social_post_analytics":
        return ""
    theirs, ours = ", ".join(f"n.{name}" for name in values), ", ".join(f"m.{name}" for name in values)
    when = "true" if target.versioned else "m.untimed"
    return f"""
    AND NOT (m.known AND {when} AND EXISTS (
      SELECT 1 FROM {target.into} n
      WHERE n.natural_key = m.key AND n.measured_at = (
        SELECT max(l.measured_at) FROM {target.into} l WHERE l.natural_key = m.key AND l.measured_at < m.measured_at
      ) AND ({theirs}) IS NOT DISTINCT FROM ({ours})))"""


def _versions(target: Target) -> str:
    if not target.versioned:
        return "0"
    return f"""(SELECT count(*) - count(DISTINCT key) FROM m) + (SELECT count(*) FROM m WHERE m.known AND m.old_id IS NULL AND EXISTS (
      SELECT 1 FROM {target.into} n WHERE n.natural_key = m.key AND n.measured_at <> m.measured_at))"""
