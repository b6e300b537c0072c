"""What a run of `bench.chaos` must hold at its end, read from the database, the outbox and the mail server."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import Envelope
from sqlalchemy import text

# Watches the rows themselves, so that no code of the product can hide a second time.
WATCH = """
CREATE TABLE chaos_log (at timestamptz DEFAULT clock_timestamp(), what text, id text);
CREATE FUNCTION chaos_step() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO chaos_log (what, id) VALUES ('finished step began again', NEW.task_id || ' ' || NEW.node); RETURN NEW;
END $$;
CREATE TRIGGER chaos_step AFTER UPDATE ON steps FOR EACH ROW
  WHEN (OLD.state = 'done' AND (NEW.state <> 'done' OR NEW.attempt <> OLD.attempt OR NEW.fence IS DISTINCT FROM OLD.fence))
  EXECUTE FUNCTION chaos_step();
CREATE FUNCTION chaos_call() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  -- Begun before the first answer came: one of the two was taken for dead while it lived.
  INSERT INTO chaos_log (what, id)
    SELECT CASE WHEN NEW.started_at > m.finished_at THEN 'answered call was made again' ELSE 'call was asked by two at once' END,
      concat_ws(' ', NEW.task_id, NEW.scope, NEW.model, 'begun', NEW.started_at::time, 'answered', m.finished_at::time)
    FROM model_calls AS m WHERE m.task_id = NEW.task_id AND m.scope = NEW.scope AND m.number = NEW.number
      AND m.id <> NEW.id AND m.state = 'answered' AND TG_OP = 'INSERT';
  IF TG_OP = 'UPDATE' AND OLD.state = 'answered' THEN
    INSERT INTO chaos_log (what, id) VALUES (
      CASE WHEN NEW.started_at > OLD.finished_at THEN 'answered call was made again' ELSE 'call was asked by two at once' END,
      concat_ws(' ', NEW.task_id, NEW.scope, NEW.model, 'begun', NEW.started_at::time, 'answered', OLD.finished_at::time));
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER chaos_call AFTER INSERT OR UPDATE ON model_calls FOR EACH ROW
  WHEN (NEW.state IN ('intended', 'answered')) EXECUTE FUNCTION chaos_call();
CREATE FUNCTION chaos_task() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO chaos_log (what, id) VALUES ('ended task began again: ' || OLD.status || ' to ' || NEW.status, NEW.id::text);
  RETURN NEW;
END $$;
CREATE TRIGGER chaos_task AFTER UPDATE ON tasks FOR EACH ROW
  WHEN (OLD.status IN ('rejected', 'failed', 'cancelled', 'expired') AND NEW.status <> OLD.status)
  EXECUTE FUNCTION chaos_task();
CREATE FUNCTION chaos_publication() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO chaos_log (what, id) VALUES ('publication went back from published to ' || NEW.state, NEW.id::text);
  RETURN NEW;
END $$;
CREATE TRIGGER chaos_publication AFTER UPDATE ON publications FOR EACH ROW
  WHEN (OLD.state = 'published' AND NEW.state <> 'published' AND NOT (NEW.state = 'scheduled' AND OLD.unsent > 0))
  EXECUTE FUNCTION chaos_publication();
"""
FINAL = ("completed", "rejected", "failed", "cancelled", "expired")


@dataclass
class Report:
    """Faults by claim, each with where it was seen; counts that are no faults."""

    faults: dict[str, list[str]] = field(default_factory=dict)
    counts: dict[str, Any] = field(default_factory=dict)

    def claim(self, words: str, faults: list[str]) -> None:
        """`words` hold unless there is a fault."""
        self.faults[words] = faults

    @property
    def clean(self) -> bool:
        return not any(self.faults.values())


async def rows(statement: str, **values: Any) -> list[Any]:
    """What a query finds."""
    from cofounder.kit.db import transaction

    async with transaction() as session:
        return list((await session.execute(text(statement), values)).all())


async def watch() -> None:
    """Put the triggers in place."""
    from cofounder.kit.db import transaction

    async with transaction() as session:
        connection = await session.connection()
        raw = await connection.get_raw_connection()
        await raw.driver_connection.execute(WATCH)  # type: ignore[union-attr]


async def audit(born: set[str], outbox: Path, mails: list[Envelope]) -> Report:
    """Hold every claim against what is there. `born`: ids of all tasks that were answered with one."""
    report = Report()
    await _tasks(report, born)
    await _watched(report)
    await _publications(report, outbox, mails)
    await _examples(report)
    await _orphans(report)
    return report


async def _tasks(report: Report, born: set[str]) -> None:
    found = {str(row.id): row for row in await rows("SELECT id, status, phase, error FROM tasks")}
    lost = [f"{id}: never stored" for id in sorted(born - set(found))]
    lost += [f"{id}: {row.status} in {row.phase}" for id, row in found.items() if row.status not in FINAL]
    report.claim("every task came to its end", lost)
    report.claim("no task was born twice", [f"{id}: nobody asked for it" for id in sorted(set(found) - born)])
    failed = [f"{id}: {(row.error or {}).get('detail')}" for id, row in found.items() if row.status == "failed"]
    report.claim("no task failed", failed)
    report.counts["tasks"] = len(found)
    report.counts["tasks by status"] = dict(Counter(row.status for row in found.values()))


async def _watched(report: Report) -> None:
    seen = await rows("SELECT what, id FROM chaos_log")
    for words, what in (
        ("no finished step ran again", "finished step"),
        ("no answered model call was made again", "answered call"),
        ("no task that had ended began again", "ended task"),
        ("nothing published was unpublished", "publication went back"),
    ):
        report.claim(words, [f"{row.what}: {row.id}" for row in seen if row.what.startswith(what)])
    nodes = await rows("SELECT count(*) AS n, sum(attempt) AS attempts FROM steps WHERE state = 'done'")
    report.counts["steps done"] = nodes[0].n
    report.counts["steps begun again, unfinished before"] = int(nodes[0].attempts or 0) - nodes[0].n
    calls = await rows("SELECT state, count(*) AS n FROM model_calls GROUP BY state ORDER BY state")
    report.counts["model calls"] = {row.state: row.n for row in calls}
    at_once = sum(1 for row in seen if row.what == "call was asked by two at once")
    report.counts["model calls that two asked at once, one taken for dead while it lived"] = at_once
    left = await rows(
        "SELECT a.task_id, a.scope, a.number, a.request AS one, b.request AS other FROM model_calls AS a LEFT JOIN model_calls AS b"
        " ON (b.task_id, b.scope, b.number) = (a.task_id, a.scope, a.number) AND b.id <> a.id WHERE a.state = 'intended'"
    )
    said = [f"{row.task_id} {row.scope} {row.number}: {'; '.join(_differences(row.one, row.other))}" for row in left]
    report.claim("no intended call was left for one in other words", said)


def _differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Where two documents say different things."""
    if isinstance(one, dict) and isinstance(other, dict):
        return [
            said
            for key in sorted(one.keys() | other.keys())
            for said in _differences(one.get(key), other.get(key), f"{path}.{key}")
        ]
    return [] if one == other else [f"{path}: {str(one)[:300]} | {str(other)[:300]}"]


async def _publications(report: Report, outbox: Path, mails: list[Envelope]) -> None:
    listed = await rows(
        "SELECT p.id, p.task_id, p.channel, p.delivered_by, p.state, p.recipients, p.content ->> 'text' AS text, p.url,"
        " d.channels FROM publications AS p JOIN decisions AS d ON d.id = p.decision_id"
    )
    wanted = await rows(
        "SELECT task_id, unnest(channels) AS channel FROM decisions WHERE verdict = 'approve' AND kind = 'content'"
    )
    made = Counter((row.task_id, row.channel) for row in listed)
    asked = Counter((row.task_id, row.channel) for row in wanted)
    differ = [f"{key}: asked {asked[key]}, made {made[key]}" for key in asked | made if asked[key] != made[key]]
    report.claim("each approved text is exactly one publication", differ)
    ended = ("published", "refused", "cancelled")
    report.claim("every publication is settled", [f"{p.id}: {p.state}" for p in listed if p.state not in ended])
    effects = {row.key: row for row in await rows("SELECT key, state, attempts FROM effects")}
    _files(report, [p for p in listed if p.delivered_by == "outbox"], outbox)
    _letters(report, [p for p in listed if p.delivered_by == "email"], mails, effects)
    known = {str(p.id) for p in listed}
    stray = [key for key in effects if key.partition(":")[2].partition("|")[0] not in known]
    report.claim("the ledger names only publications that are there", stray)
    report.counts["publications"] = dict(Counter(f"{p.delivered_by} {p.state}" for p in listed))
    report.counts["deliveries begun again after a look"] = sum(max(row.attempts - 1, 0) for row in effects.values())


def _files(report: Report, published: list[Any], outbox: Path) -> None:
    """Each publication in the outbox is one file with its exact bytes, and no file is anybody else's."""
    faults, seen = [], Counter[str]()
    for label in outbox.glob("*.json"):
        said = json.loads(label.read_text())
        seen[said["publication_id"]] += 1
    for one in published:
        if one.state == "published" and (
            seen[str(one.id)] != 1 or Path(one.url or "/").read_bytes() != one.text.encode()
        ):
            faults.append(f"{one.id}: {seen[str(one.id)]} files, or other words")
    there = {path.name for path in outbox.iterdir()} if outbox.exists() else set()
    named = {Path(one.url).name for one in published if one.url}
    known = named | {f"{Path(name).stem}.json" for name in named}
    faults += [f"{name}: nobody's file" for name in sorted(there - known)]
    report.claim("each publication in the outbox is one whole file", faults)


def _letters(report: Report, published: list[Any], mails: list[Envelope], effects: dict[str, Any]) -> None:
    """Nobody got a message twice; who is said to have got it did, and who is said not to have did not."""
    from cofounder.channels.senders.email import Email
    from cofounder.settings import settings

    got = Counter(message_id(mail) for mail in mails)
    sender, faults, known = Email.of(settings()), [], set()
    for one in published:
        for recipient in one.recipients:
            name = f"publication:{one.id}|{recipient}"
            id = sender.message_id(name)
            known.add(id)
            state = effects[name].state if name in effects else "never begun"
            if got[id] > 1 or got[id] != (state == "done"):
                faults.append(f"{one.id} to {recipient}: {state}, arrived {got[id]} times")
    faults += [f"{id}: nobody's message" for id in got if id not in known]
    report.claim("each message arrived once where it is said to have, and nowhere else", faults)
    report.counts["messages that arrived"] = sum(got.values())


def message_id(mail: Envelope) -> str:
    """What names the message that arrived."""
    from email import message_from_bytes

    assert isinstance(mail.content, bytes)
    return str(message_from_bytes(mail.content)["Message-ID"]).strip()


async def _examples(report: Report) -> None:
    found = await rows(
        "SELECT t.id, count(e.execution_id) AS n FROM tasks AS t"
        " LEFT JOIN orchestrator_training_data AS e ON e.execution_id = t.id GROUP BY t.id"
    )
    report.claim("each task left one example", [f"{row.id}: {row.n}" for row in found if row.n != 1])
    stale = await rows(
        "SELECT t.id, t.status, e.execution_result ->> 'status' AS told FROM tasks AS t"
        " JOIN orchestrator_training_data AS e ON e.execution_id = t.id"
        " WHERE e.success <> (t.status = 'completed')"
    )
    report.claim("each example says how its task ended", [f"{row.id}: {row.status}, told {row.told}" for row in stale])


async def _orphans(report: Report) -> None:
    """Rows that point at nothing, work that nobody carries, leases of the dead."""
    tables = await rows(
        "SELECT c.table_name, c.column_name FROM information_schema.columns AS c JOIN information_schema.tables AS t"
        " USING (table_schema, table_name) WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'"
        " AND c.column_name IN ('task_id', 'publication_id', 'decision_id')"
    )
    faults = []
    for table, column in tables:
        target = {"task_id": "tasks", "publication_id": "publications", "decision_id": "decisions"}[column]
        found = await rows(
            f"SELECT count(*) AS n FROM {table} AS r WHERE r.{column} IS NOT NULL"
            f" AND NOT EXISTS (SELECT 1 FROM {target} AS t WHERE t.id = r.{column})"
        )
        if found[0].n:
            faults.append(f"{table}.{column}: {found[0].n} rows point at nothing")
    report.claim("no row points at nothing", faults)
    left = await rows(
        "SELECT name, status, count(*) AS n FROM dbos.workflow_status WHERE status NOT IN ('SUCCESS') GROUP BY 1, 2"
    )
    report.claim("no workflow is left over or broke", [f"{row.n} {row.name}: {row.status}" for row in left])
    begun = await rows("SELECT task_id, name, state FROM phases WHERE state IN ('running', 'waiting')")
    over = {row.id for row in await rows("SELECT id FROM tasks WHERE status = 'completed'")}
    open_ = [f"{row.task_id} {row.name}: {row.state}" for row in begun if row.task_id in over]
    report.claim("no phase of a completed task is open", open_)
    held = await rows("SELECT state, count(*) AS n FROM effects WHERE state IN ('intended', 'unknown') GROUP BY state")
    report.claim("the ledger has no open effect", [f"{row.n} {row.state}" for row in held])
