"""What must hold of a task whatever was killed: read from the trace of its lives, its rows, and the world outside."""

from collections import Counter
from itertools import zip_longest
from typing import Any

from tests.journey.lives import Mark, World

# What stays the same from life to life: no ids that a life makes, no times, no seconds.
SUMMARY = {
    "task": "SELECT status, title, topic, category, intent::text, round, refinements, quality_score, error::text, tags"
    " FROM tasks",
    "phases": "SELECT name, state, note FROM phases ORDER BY position",
    "plan": "SELECT document::text, outcome, reason FROM plans",
    "nodes": "SELECT node, state, output::text, error::text FROM steps ORDER BY position",
    "variants": "SELECT channel, version, is_best, origin, draft::text, rendered::text FROM variants"
    " ORDER BY channel, version",
    "assessments": "SELECT channel, version, overall FROM assessments ORDER BY channel, version",
    "deliverables": "SELECT kind, position, title, content FROM deliverables ORDER BY kind, position",
    "persona": "SELECT chosen, policy FROM persona_choices",
    "rounds": "SELECT round, kind, fingerprint FROM approvals ORDER BY round",
    "decisions": "SELECT round, verdict FROM decisions ORDER BY round",
    "publications": "SELECT channel, state, jsonb_array_length(to_jsonb(recipients)) AS recipients FROM publications"
    " ORDER BY channel",
    "posts": "SELECT platform, content FROM posts ORDER BY platform",
    "examples": "SELECT count(*) AS n FROM orchestrator_training_data",
    "calls": "SELECT scope, number, state, tokens_in, tokens_out FROM model_calls ORDER BY scope, number",
    "effects": "SELECT kind, state FROM effects ORDER BY kind, state",
    "history": "SELECT w.name, o.function_id, o.function_name FROM dbos.workflow_status AS w"
    " JOIN dbos.operation_outputs AS o USING (workflow_uuid) WHERE w.name = 'journey' ORDER BY 1, 2",
    "flows": "SELECT name, CASE WHEN name = 'journey' THEN '' ELSE status END AS status, count(*) AS n"
    " FROM dbos.workflow_status GROUP BY 1, 2 ORDER BY 1, 2",
}


def summary(world: World) -> dict[str, list[dict[str, Any]]]:
    """Everything that a person could see of the task, and what the engine wrote down."""
    return {name: world.rows(statement) for name, statement in SUMMARY.items()}


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """What two summaries do not have in common: the first row of each part that differs."""
    found = []
    for name in one:
        for mine, theirs in zip_longest(one[name], other[name]):
            if mine != theirs:
                found.append(f"{name}: {_unlike(mine, theirs)}")
                break
    return found


def _unlike(mine: dict[str, Any] | None, theirs: dict[str, Any] | None) -> str:
    if mine is None or theirs is None:
        return f"{_cut(mine)} instead of {_cut(theirs)}"
    keys = [name for name in mine if mine[name] != theirs[name]]
    return f"{next(iter(mine.values()))}: " + ", ".join(
        f"{name} {_cut(mine[name])} instead of {_cut(theirs[name])}" for name in keys
    )


def _cut(value: object) -> str:
    return str(value)[:300]


def done_again(marks: list[Mark]) -> list[str]:
    """What began once more although it was on record already: steps, nodes, model calls, effects."""
    recorded: set[tuple[str, str]] = set()
    found = []
    for mark in marks:
        kind, _, name = mark.name.partition(" ")
        if (
            not mark.identity
            or kind not in ("step", "phase", "node", "model", "effect")
            or mark.name.split()[1] in ("delegation", "approval", "learning")
        ):
            continue
        if mark.name.endswith(" recorded"):
            recorded.add((kind, mark.identity))
        elif mark.name.endswith(" begins") and (kind, mark.identity) in recorded:
            found.append(f"{kind} {name} in process {mark.pid}")
    return found


def paid_twice(marks: list[Mark], bill: Counter[str]) -> list[str]:
    """Requests that came more often than calls were cut off before their answer was on record."""
    sent: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    for mark in marks:
        if mark.name.startswith("model ") and mark.name.endswith(" intended"):
            sent[mark.identity] += 1
        if mark.name.startswith("model ") and mark.name.endswith(" recorded"):
            answered[mark.identity] += 1
    cut_off = sum(sent.values()) - sum(answered.values())
    more = sum(bill.values()) - len(answered)
    return [f"{more} requests more than answers, {cut_off} calls cut off"] if more > cut_off else []


def unclear_mails(world: World, arrived: Counter[str]) -> list[str]:
    """Mails that came twice, came without saying so, or are called unknown without a reason."""
    found = [f"{name} came {count} times" for name, count in arrived.items() if count > 1]
    died = any(mark.died for mark in world.marks())
    for row in world.rows("SELECT key, state, answer, attempts FROM effects WHERE kind = 'email.send'"):
        came = arrived[str((row["answer"] or {}).get("external_id"))] if row["answer"] else None
        if row["state"] == "done" and came != 1:
            found.append(f"{row['key']} is done and came {came} times")
        if row["state"] not in ("done", "unknown"):
            found.append(f"{row['key']} is {row['state']}")
        if row["state"] == "unknown" and not died:
            found.append(f"{row['key']} is unknown without a reason")
    return found


def unclear_files(world: World) -> list[str]:
    """Texts in the outbox that are not there exactly once, or without what says whose they are."""
    outbox = world.home / "outbox"
    names = sorted(path.name for path in outbox.iterdir()) if outbox.exists() else []
    texts = [name for name in names if name.endswith(".txt")]
    labels = [name for name in names if name.endswith(".json")]
    found = [] if len(texts) == 2 and len(labels) == 2 else [f"the outbox holds {names}"]
    rest = set(names) - set(texts) - set(labels)
    return found + [f"{name} was left behind" for name in rest]
