"""What answers questions about a million examples at once: one narrow row an example, and counts that are always right.

`orchestrator_training_data` is wide. Beside it the database itself keeps `training_facts` (what filters look at), with
everything that has few values moved into `training_kinds` and `training_makers`; and `training_counts`, lines that add
up to how many examples of a kind there are, also by score and by month. Triggers write them, whoever changes an example and however.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, SmallInteger, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.flow.train.data.words import BLANKS, LONGEST, PLAIN, UNSEEN
from cofounder.kit.columns import Document, Id, Moment, OptionalMoment, OptionalWords, Ref, Tags, Words
from cofounder.kit.db import Row


class Kind(Row):
    """What an example counts as. `id` is the hash of the rest; two rows may say the same, so ask for distinct ones."""

    __tablename__ = "training_kinds"
    row: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    id: Mapped[int] = mapped_column(BigInteger, index=True)
    intent: Mapped[Words]
    tags: Mapped[Tags]  # with training_ready where it is
    platforms: Mapped[Tags]
    success: Mapped[bool]
    decision: Mapped[Words]  # approved, rejected, changes, automatic, none
    is_legacy: Mapped[bool]
    is_sample: Mapped[bool]
    archived: Mapped[bool]
    has_outcome: Mapped[bool]


class Maker(Row):
    """Who made it: voice, language models, agents. As with kinds, `id` is the hash of the rest."""

    __tablename__ = "training_makers"
    row: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    id: Mapped[int] = mapped_column(BigInteger, index=True)
    persona: Mapped[OptionalWords]
    models: Mapped[Tags]
    agents: Mapped[Tags]


class Fact(Row):
    """One example in 70 bytes."""

    __tablename__ = "training_facts"
    execution_id: Mapped[UUID] = mapped_column(PgUUID(as_uuid=True), primary_key=True)
    requested_at: Mapped[Moment]
    kind: Mapped[int] = mapped_column(BigInteger)
    maker: Mapped[int] = mapped_column(BigInteger)
    cost: Mapped[int | None] = mapped_column(BigInteger)  # millionths of a US dollar
    quality: Mapped[int | None] = mapped_column(SmallInteger)  # ten-thousandths
    __table_args__ = (
        Index("ix_training_facts_place", "requested_at", "execution_id"),
        Index("ix_training_facts_quality", "quality"),
    )


class Count(Row):
    """So many more (or fewer) examples of a kind; the sum of all lines is the truth."""

    __tablename__ = "training_counts"
    row: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    kind: Mapped[int] = mapped_column(BigInteger)
    bucket: Mapped[int | None] = mapped_column(SmallInteger)  # fifth of the scale that the score lies in, 0-4
    n: Mapped[int] = mapped_column(Integer)
    quality: Mapped[int] = mapped_column(BigInteger)  # sum of scores, ten-thousandths


class ScoreCount(Row):
    """The same by score in hundredths, rounded down."""

    __tablename__ = "training_counts_by_score"
    row: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    kind: Mapped[int] = mapped_column(BigInteger)
    centile: Mapped[int | None] = mapped_column(SmallInteger)
    n: Mapped[int] = mapped_column(Integer)
    quality: Mapped[int] = mapped_column(BigInteger)


class MonthCount(Row):
    """The same by the month (UTC) of the request."""

    __tablename__ = "training_counts_by_month"
    row: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    month: Mapped[date]
    kind: Mapped[int] = mapped_column(BigInteger)
    bucket: Mapped[int | None] = mapped_column(SmallInteger)
    n: Mapped[int] = mapped_column(Integer)
    quality: Mapped[int] = mapped_column(BigInteger)


class Said(Row):
    """The words of a request, for search; in which order they stand the request itself says."""

    __tablename__ = "training_words"
    execution_id: Mapped[UUID] = mapped_column(PgUUID(as_uuid=True), primary_key=True)
    words: Mapped[Any] = mapped_column(TSVECTOR)
    __table_args__ = (Index("ix_training_words_words", "words", postgresql_using="gin"),)


class Change(Row):
    """One tagging, archiving or restoring: `id` is the token that takes it back."""

    __tablename__ = "training_changes"
    id: Mapped[Id]
    at: Mapped[Moment]
    who: Mapped[Words]
    action: Mapped[Words]  # tag, untag, archive, restore, undo, by_hand (a person's own SQL)
    tags: Mapped[Tags]
    selection: Mapped[Document]  # the filter or the number of ids that were named
    count: Mapped[int | None] = mapped_column(BigInteger)  # none: not counted yet
    undoes: Mapped[UUID | None] = mapped_column(PgUUID(as_uuid=True))
    undone_by: Mapped[UUID | None] = mapped_column(PgUUID(as_uuid=True))
    __table_args__ = (Index("ix_training_changes_at", "at", "id"),)


class Changed(Row):
    """What a change really added and took away, and where."""

    __tablename__ = "training_changed"
    id: Mapped[Id] = mapped_column(server_default=text("gen_random_uuid()"))
    change_id: Mapped[Ref] = mapped_column(ForeignKey("training_changes.id", ondelete="CASCADE"))
    added: Mapped[Tags]
    removed: Mapped[Tags]
    archived: Mapped[bool | None]  # true: archived by it, false: restored by it
    execution_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PgUUID(as_uuid=True)))


FILTER_KEY = "replace(lower(name), 'ς', 'σ')"
"""SQL: names of saved filters that are the same in capitals are the same."""


class SavedFilter(Row):
    """A filter under a name, for everybody of the house."""

    __tablename__ = "training_filters"
    id: Mapped[Id]
    name: Mapped[Words]
    description: Mapped[Words] = mapped_column(server_default="")
    filter: Mapped[Document]
    made_by: Mapped[Words]
    made_at: Mapped[Moment]
    changed_by: Mapped[OptionalWords]
    changed_at: Mapped[OptionalMoment]
    __table_args__ = (Index("uq_training_filters_name", text(FILTER_KEY), unique=True),)


# What the columns of an example (alias e) amount to. The triggers and the rebuilding both read these, so they agree.
_READY = "CASE WHEN e.training_ready THEN ARRAY['training_ready'] ELSE '{}'::text[] END"
_DECISION = (
    "CASE WHEN e.decision->>'verdict' IS NULL THEN 'none' WHEN e.decision->>'automatic' = 'true' THEN 'automatic'"
    " WHEN e.decision->>'verdict' = 'approve' THEN 'approved' WHEN e.decision->>'verdict' = 'reject' THEN 'rejected'"
    " ELSE 'changes' END"
)
_AGENTS = (
    "CASE WHEN jsonb_typeof(e.execution_plan->'agents') = 'array'"
    " THEN ARRAY(SELECT jsonb_array_elements_text(e.execution_plan->'agents')) ELSE '{}'::text[] END"
)
KIND = {
    "intent": "e.intent",
    "tags": f"training_tags(array_remove(e.tags, 'training_ready') || {_READY})",
    "platforms": "e.platforms",
    "success": "e.success",
    "decision": _DECISION,
    "is_legacy": "e.is_legacy",
    "is_sample": "e.is_sample",
    "archived": "e.archived_at IS NOT NULL",
    "has_outcome": "coalesce(e.post_publication_metrics, '{}') <> '{}'",
}
MAKER = {"persona": "e.persona", "models": "e.models", "agents": _AGENTS}
QUALITY = "(e.quality_score * 10000)::smallint"
COST = "(e.cost * 1000000)::bigint"
WORDS = f"strip(to_tsvector('simple', training_words_of(left(e.user_request, {LONGEST}))))"


def hashed(names: Iterable[str], of: str) -> str:
    """The id of a kind or a maker, from columns of that name."""
    return f"hash_record_extended(ROW({', '.join(f'{of}.{name}' for name in names)}), 0)"


def _set(into: str, values: dict[str, str]) -> str:
    lines = [f"  {into}.{name} := {value};" for name, value in values.items()]
    return "\n".join([*lines, f"  {into}.id := {hashed(values, into)};"])


def _ensure(table: str, of: str, names: Iterable[str]) -> str:
    columns = ["id", *names]
    return f"""  IF NOT EXISTS (SELECT 1 FROM {table} WHERE id = {of}.id) THEN
    INSERT INTO {table} ({", ".join(columns)}) VALUES ({", ".join(f"{of}.{name}" for name in columns)});
  END IF;"""


def month(moment: str) -> str:
    """The first day of the month (UTC) of a moment."""
    return f"date_trunc('month', {moment} AT TIME ZONE 'UTC')::date"


def bucket(quality: str) -> str:
    """The fifth of the scale that a score in ten-thousandths lies in; none for none."""
    return f"(CASE WHEN {quality} IS NOT NULL THEN least({quality} / 2000, 4) END)::smallint"


def _count(row: str, n: str, quality: str) -> str:
    return f"""    INSERT INTO training_counts (kind, bucket, n, quality)
    VALUES ({row}.kind, {bucket(f"{row}.quality")}, {n}, {quality});
    INSERT INTO training_counts_by_score (kind, centile, n, quality)
    VALUES ({row}.kind, {row}.quality / 100, {n}, {quality});
    INSERT INTO training_counts_by_month (month, kind, bucket, n, quality)
    VALUES ({month(f"{row}.requested_at")}, {row}.kind, {bucket(f"{row}.quality")}, {n}, {quality});"""


# A set operation of ours says `bulk` for its transaction and does itself, in one statement, what the triggers would do
# row by row. What the product itself writes says `product`; what says nothing is a person's own SQL, and is noted.
_BY_ROW = "current_setting('cofounder.training', true) IS DISTINCT FROM 'bulk'"

# To tag half of the rows writes half of them anew. Long fields lie apart (they are not written again), and each page has
# room for the other half of its rows: so an index is not touched, and it is a quarter of the writing.
TRIGGERS = (
    "ALTER TABLE orchestrator_training_data SET (toast_tuple_target = 640, fillfactor = 50)",
    "ALTER TABLE training_facts SET (fillfactor = 50)",
    f"""CREATE FUNCTION training_tags(given text[]) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
SELECT ARRAY(SELECT DISTINCT tag FROM (SELECT replace(replace(lower(replace(normalize(btrim(regexp_replace(
  regexp_replace(one, '{UNSEEN}', '', 'g'), '{BLANKS}', ' ', 'g')), NFC), 'İ', 'i')), 'ς', 'σ'), U&'i\\0307', 'i')
  FROM unnest(given) AS one) AS spelt (tag) WHERE tag <> '' ORDER BY 1) $$""",
    """CREATE FUNCTION training_retagged(given text[], added text[], removed text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
SELECT ARRAY(SELECT DISTINCT tag FROM unnest(given || added) AS tag WHERE tag <> ALL(removed) ORDER BY 1) $$""",
    # What is kept and what is asked for go through this, so they are spelt alike.
    f"""CREATE FUNCTION training_words_of(given text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT {PLAIN} $$""",
    # Tags are a set in one spelling whoever writes them, and training_ready is said by the example; one that is excluded is not ready; an erased one stays as it is.
    """CREATE FUNCTION mend_training_example() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.erased_at IS NOT NULL THEN
    RETURN NULL;
  END IF;
  NEW.tags := array_remove(training_tags(NEW.tags), 'training_ready');
  IF 'exclude' = ANY(NEW.tags) THEN
    NEW.training_ready := false;
  ELSIF TG_OP = 'UPDATE' AND 'exclude' = ANY(OLD.tags) THEN
    NEW.training_ready := NEW.decided_at IS NOT NULL AND NEW.plan IS NOT NULL AND NEW.quality_score IS NOT NULL
      AND coalesce(NEW.final_text, '{}') <> '{}';
  END IF;
  RETURN NEW;
END $$""",
    f"""CREATE FUNCTION keep_training_facts() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  e orchestrator_training_data;
  kind training_kinds;
  maker training_makers;
BEGIN
  IF TG_OP = 'DELETE' THEN e := OLD; ELSE e := NEW; END IF;
  IF TG_OP = 'DELETE' OR e.erased_at IS NOT NULL THEN
    DELETE FROM training_facts WHERE execution_id = e.execution_id;
    DELETE FROM training_words WHERE execution_id = e.execution_id;
    RETURN NULL;
  END IF;
{_set("kind", KIND)}
{_set("maker", MAKER)}
{_ensure("training_kinds", "kind", KIND)}
{_ensure("training_makers", "maker", MAKER)}
  INSERT INTO training_facts AS f (execution_id, requested_at, kind, maker, cost, quality)
  VALUES (e.execution_id, e.timestamp, kind.id, maker.id, {COST}, {QUALITY})
  ON CONFLICT (execution_id) DO UPDATE SET requested_at = EXCLUDED.requested_at, kind = EXCLUDED.kind,
    maker = EXCLUDED.maker, cost = EXCLUDED.cost, quality = EXCLUDED.quality
  WHERE (f.requested_at, f.kind, f.maker, f.cost, f.quality) IS DISTINCT FROM
    (EXCLUDED.requested_at, EXCLUDED.kind, EXCLUDED.maker, EXCLUDED.cost, EXCLUDED.quality);
  IF TG_OP = 'INSERT' OR OLD.user_request IS DISTINCT FROM NEW.user_request THEN
    INSERT INTO training_words (execution_id, words) VALUES (e.execution_id, {WORDS})
    ON CONFLICT (execution_id) DO UPDATE SET words = EXCLUDED.words;
  END IF;
  RETURN NULL;
END $$""",
    """CREATE FUNCTION note_training_change() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE change uuid := nullif(current_setting('cofounder.training_change', true), '')::uuid;
BEGIN
  IF change IS NULL THEN
    change := gen_random_uuid();
    INSERT INTO training_changes (id, at, who, action, tags, selection)
    VALUES (change, now(), 'database:' || session_user, 'by_hand', '{}', '{}');
    PERFORM set_config('cofounder.training_change', change::text, true);
  END IF;
  INSERT INTO training_changed (change_id, added, removed, archived, execution_ids)
  VALUES (change, ARRAY(SELECT unnest(NEW.tags) EXCEPT SELECT unnest(OLD.tags) ORDER BY 1),
    ARRAY(SELECT unnest(OLD.tags) EXCEPT SELECT unnest(NEW.tags) ORDER BY 1),
    CASE WHEN (OLD.archived_at IS NULL) <> (NEW.archived_at IS NULL) THEN NEW.archived_at IS NOT NULL END,
    ARRAY[NEW.execution_id]);
  RETURN NULL;
END $$""",
    f"""CREATE FUNCTION count_training_facts() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (OLD.kind, OLD.quality, {month("OLD.requested_at")})
    IS NOT DISTINCT FROM (NEW.kind, NEW.quality, {month("NEW.requested_at")}) THEN
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
{_count("OLD", "-1", "-coalesce(OLD.quality, 0)")}
  END IF;
  IF TG_OP <> 'DELETE' THEN
{_count("NEW", "1", "coalesce(NEW.quality, 0)")}
  END IF;
  RETURN NULL;
END $$""",
    """CREATE FUNCTION empty_training_facts() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  TRUNCATE training_facts, training_words, training_counts, training_counts_by_score, training_counts_by_month;
  RETURN NULL;
END $$""",
    f"""CREATE TRIGGER training_example_mended BEFORE INSERT OR UPDATE ON orchestrator_training_data
FOR EACH ROW WHEN ({_BY_ROW}) EXECUTE FUNCTION mend_training_example()""",
    f"""CREATE TRIGGER training_example_kept AFTER INSERT OR UPDATE OR DELETE ON orchestrator_training_data
FOR EACH ROW WHEN ({_BY_ROW}) EXECUTE FUNCTION keep_training_facts()""",
    """CREATE TRIGGER training_example_noted AFTER UPDATE ON orchestrator_training_data
FOR EACH ROW WHEN (((OLD.tags <> NEW.tags) OR ((OLD.archived_at IS NULL) <> (NEW.archived_at IS NULL)))
AND coalesce(current_setting('cofounder.training', true), '') NOT IN ('bulk', 'product'))
EXECUTE FUNCTION note_training_change()""",
    f"""CREATE TRIGGER training_facts_counted AFTER INSERT OR UPDATE OR DELETE ON training_facts
FOR EACH ROW WHEN ({_BY_ROW}) EXECUTE FUNCTION count_training_facts()""",
    """CREATE TRIGGER training_examples_emptied AFTER TRUNCATE ON orchestrator_training_data
FOR EACH STATEMENT EXECUTE FUNCTION empty_training_facts()""",
)
UNDO = (
    "ALTER TABLE orchestrator_training_data RESET (toast_tuple_target, fillfactor)",
    "ALTER TABLE training_facts RESET (fillfactor)",
    *(
        f"DROP TRIGGER {name} ON orchestrator_training_data"
        for name in ("training_example_mended", "training_example_kept", "training_example_noted")
    ),
    "DROP TRIGGER training_examples_emptied ON orchestrator_training_data",
    "DROP TRIGGER training_facts_counted ON training_facts",
    *(
        f"DROP FUNCTION {name}()"
        for name in (
            "mend_training_example",
            "keep_training_facts",
            "note_training_change",
            "count_training_facts",
            "empty_training_facts",
        )
    ),
    "DROP FUNCTION training_tags(text[])",
    "DROP FUNCTION training_retagged(text[], text[], text[])",
    "DROP FUNCTION training_words_of(text)",
)
