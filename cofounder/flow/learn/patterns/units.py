"""What is learned from: posts with their score at one age, runs with their quality and what a person decided."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.outcomes import service as outcomes
from cofounder.business.records import service as records
from cofounder.flow.learn.patterns import queries, vocabulary
from cofounder.flow.learn.patterns.mining import Unit
from cofounder.flow.learn.schemas import OUT_UNLESS_ASKED

METRICS = ("engagement", "quality", "approval")
OUT = OUT_UNLESS_ASKED
CODE_VERSION = "1"  # of vocabulary and arithmetic: another one makes every run look anew


@dataclass(frozen=True)
class Input:
    """Everything that one run reads, and a name for exactly this."""

    units: Mapping[str, list[Unit]]  # metric -> units
    waiting: int
    is_sample: bool
    hash: str

    @property
    def n(self) -> dict[str, int]:
        return {metric: len(self.units[metric]) for metric in METRICS}


async def read(session: AsyncSession, *, as_of: datetime) -> Input:
    """The newest posts and runs as known at a time. Sample data only as long as there is none of the company's own."""
    posts, waiting = await outcomes.scored(session, as_of=as_of)
    sample = bool(posts) and all(post["is_sample"] for post in posts)
    if not posts:
        sample = await records.only_sample(session)
    left_out = await queries.excluded(session, OUT)
    posts = [post for post in posts if post["task_id"] not in left_out and post["engaged"] is not None]
    states = await outcomes.states(session, [post["published_at"] for post in posts])
    judged = await queries.judged(session, as_of=as_of, sample=sample, out=OUT, limit=outcomes.MOST)
    units = {
        "engagement": [of_post(post, states) for post in posts],
        "quality": [of_run(row, row["quality"]) for row in judged if row["quality"] is not None],
        "approval": [
            of_run(row, float(row["approved"]))
            for row in judged
            if row["approved"] is not None and row["decided_at"] is not None and row["decided_at"] <= as_of
        ],
    }
    return Input(units, waiting, sample, digest(units))


def of_post(post: Mapping[str, Any], states: Mapping[date, Mapping[str, Any]]) -> Unit:
    """A scored post as a unit: engagement is clicks, shares and comments of its reading."""
    at = post["published_at"]
    month = outcomes.month_of(at)
    given = {
        "channel": post["platform"],
        "topic": _lower(post["topic"] or post["category"]),
        "topic_cluster": vocabulary.name_of(post["subject"]),
        "tone": _lower(post["tone"]),
        "persona": vocabulary.name_of(post["persona"]),
        **(vocabulary.of_moment(at) if post["published_at_known"] else {}),
        **(
            vocabulary.of_text("\n".join(filter(None, [post["title"], post["content"]])))
            if post["content_known"]
            else {}
        ),
        **vocabulary.of_state(states.get(month, {}), states.get(outcomes.previous(month))),
    }
    return _unit(str(post["id"]), at, post["platform"], given, post["engaged"])


def of_run(row: Mapping[str, Any], metric: float) -> Unit:
    """A judged or decided run as a unit; its channel is all that it was written for."""
    channel = "+".join(sorted(row["platforms"])) or "none"
    text = "\n".join(str(one) for one in (row["final_text"] or {}).values()) or row["written"]
    given = {
        "channel": channel,
        "topic": _lower(row["topic"] or row["category"]),
        "tone": _lower(row["tone"]),
        "persona": vocabulary.name_of(row["persona"]),
        **(vocabulary.of_text(text) if text else {}),
        **vocabulary.of_state(row["business_state"] or {}),
    }
    return _unit(str(row["id"]), row["timestamp"], channel, given, metric)


def _unit(id: str, at: datetime, channel: str, given: Mapping[str, str | None], metric: float) -> Unit:
    return Unit(id, at, channel, {name: value for name, value in given.items() if value}, max(float(metric), 0.0))


def _lower(value: Any) -> str | None:
    name = vocabulary.name_of(value)
    return name.lower() if name else None


def digest(units: Mapping[str, Sequence[Unit]]) -> str:
    """SHA-256 of all that a run reads, the same on any machine; whatever changes it changes the name."""
    made = hashlib.sha256(CODE_VERSION.encode())
    for metric in METRICS:
        for one in sorted(units[metric], key=lambda unit: unit.id):
            line = [metric, one.id, one.at.isoformat(), one.channel, dict(one.features), round(one.metric, 6)]
            made.update(json.dumps(line, sort_keys=True).encode())
    return made.hexdigest()
