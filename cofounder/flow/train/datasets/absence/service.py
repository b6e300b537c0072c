"""The reasons, one after the other: what is certain first, what the filter asks next, and then that nobody knows."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.data.counting import queries as counting
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.datasets import queries as datasets
from cofounder.flow.train.datasets.absence import queries
from cofounder.flow.train.datasets.queries import Dataset, LeftOut, Member
from cofounder.people import audit_entries

UNKNOWN = "Why is not known: that version's filter lets it through now, and nothing tells what was different then."
_BY_FILTER = "The filter of that version does not let it through"
_READY = "training_ready"
# What else a filter asks -> what of the example answers it. Of what may change, only how it is now is known.
_ASKED = {
    "intent_filter": "its intent",
    "date_after": "the time of its request",
    "date_before": "the time of its request",
    "platform": "its channels",
    "persona": "its persona",
    "model": "its models",
    "agent": "its agents",
    "is_legacy": "whether it is from before this product",
    "text": "the words of its request",
    "include_sample": "it is of the sample company",
    "quality_min": "its score",
    "quality_max": "its score",
    "success_only": "whether it succeeded",
    "failed_only": "whether it succeeded",
    "decision": "what was decided",
    "cost_min": "its cost",
    "cost_max": "its cost",
    "has_outcome": "whether it was measured",
}
_CHANGES = (
    "quality_min",
    "quality_max",
    "success_only",
    "failed_only",
    "decision",
    "cost_min",
    "cost_max",
    "has_outcome",
)


async def reasons(session: AsyncSession, absent: Dataset, members: Sequence[Member]) -> list[str]:
    """Why `absent` does not hold each of these lines of another version, in words."""
    ids = [one.execution_id for one in members if one.execution_id is not None]
    if absent.source == "upload" or not ids:
        return ["It was not among the lines that were brought."] * len(members)
    made_at = absent.finished_at or absent.created_at
    left = await queries.left_out(session, absent.id, ids)
    known = await queries.states(session, ids, made_at)
    gone = await queries.withdrawn(session, ids, made_at)
    filter = Filter.model_validate(absent.filters)
    failing = await _failing(session, filter, absent.role, ids)
    edge = await _edge(session, filter, absent)
    found = []
    for one in members:
        id = one.execution_id
        if id is None:
            found.append("It was not among the lines that were brought.")
            continue
        why = _left_out(left.get((id, one.part))) or _certain(known.get(id), absent, withdrawn=id in gone)
        if why is None and await _was_withdrawn(session, id, absent):
            why = "The run was withdrawn when that version was made; it was readmitted since."
        found.append(why or _by_filter(known[id], filter, failing.get(id, []), edge))
    return found


async def _edge(session: AsyncSession, filter: Filter, absent: Dataset) -> queries.Place | None:
    """The oldest request of a version whose limit was reached; none where it was not. What has nothing for a line counts
    in the limit too.
    """
    if filter.limit is None:
        return None
    runs, oldest = await queries.runs_of(session, absent.id)
    if runs >= filter.limit:
        return oldest
    fit = await counting.counted(session, filter.model_copy(update={"limit": None}))
    return oldest if fit["n"] >= filter.limit else None


def _left_out(reason: LeftOut | None) -> str | None:
    if reason is None:
        return None
    words = {
        "exact": "It is the same as a line that stands for it.",
        "near": f"It is nearly the same ({reason.similarity or 0:.0%}) as a line that stands for it.",
        "straddles": "Its group lies on both sides of the time that divides the parts.",
    }
    return words[reason.reason]


def _certain(now: queries.Known | None, absent: Dataset, *, withdrawn: bool) -> str | None:
    """What keeps a line out of any version, whatever its filter."""
    made_at = absent.finished_at or absent.created_at
    if now is not None and now.erased_at is not None and now.erased_at <= made_at:
        return "The example was erased."  # of its tags and figures nothing is left to reason from
    if withdrawn:
        return "The run was withdrawn."
    if now is None:
        return "The example is not there any more."
    if now.made_at > absent.created_at:
        return "The example is newer than that version."
    if now.erased_at is not None:
        return "The example was erased since, and with it what would say why."
    return None


async def _was_withdrawn(session: AsyncSession, id: UUID, absent: Dataset) -> bool:
    """Whether a run that is not withdrawn any more was when a version was made: the log says it, newest first."""
    made_at = absent.finished_at or absent.created_at
    said = [
        one.action
        for one in await audit_entries(session, object_type="example", object_id=str(id))
        if one.action in ("example.withdrawn", "example.readmitted") and one.at <= made_at
    ]
    return said[:1] == ["example.withdrawn"]


def _by_filter(then: queries.Known, filter: Filter, failing: list[str], edge: queries.Place | None) -> str:
    """What the filter asks and the example did not answer; tags and whether it was archived as of when the version was made.

    `edge`: of a version whose limit was reached, the oldest request that it took in.
    """
    if filter.archived is False and then.archived:
        return "The example was archived before that version was made."
    if filter.archived is True and not then.archived:
        return "The example was not archived, and that version takes only what is."
    tagged = sorted(then.tags & set(filter.out()))
    if tagged:
        return f"It was tagged {', '.join(tagged)} when that version was made, which its filter leaves out."
    lacking = sorted(set(filter.include_tags) - then.tags - {_READY})
    if lacking:
        return f"It was not tagged {', '.join(lacking)} when that version was made, as its filter asks."
    if failing:
        return _told(failing, then.score)
    if edge is not None and then.place < edge:
        return f"That version takes the newest {filter.limit:,} of what its filter lets through."
    return UNKNOWN


def _told(failing: list[str], score: float | None) -> str:
    names = [name for name in failing if name in _ASKED]
    parts = list(dict.fromkeys(_ASKED[name] for name in names))
    if not parts:
        return "It has nothing now that the role of that version can learn from."
    if parts == ["its score"]:
        return f"{_BY_FILTER}. Its score is {f'{score:.4g} now' if score is not None else 'not known'}."
    now = " as it is now" if set(names) & set(_CHANGES) else ""
    return f"{_BY_FILTER}. What it asks and the example{now} does not answer: {', '.join(parts)}."


async def _failing(session: AsyncSession, filter: Filter, role: str, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Which fields of a filter do not let each run through now; `role` where it has nothing for a line."""
    everything: dict[str, Any] = {"archived": None, "include_hidden": True, "include_sample": True}
    asked = {name: {**everything, name: value} for name, value in filter.canonical().items() if name in _ASKED}
    asked["include_sample"] = {**everything, "include_sample": filter.include_sample}
    if _READY in filter.include_tags:
        asked["role"] = {**everything, "include_tags": [_READY]}
    fit = await datasets.fits(session, Filter.model_validate(everything), role, ids)
    found: dict[UUID, list[str]] = {id: ["role"] for id in ids if id not in fit}
    for name, said in asked.items():
        through = await datasets.fits(session, Filter.model_validate(said), role, ids)
        for id in fit - through:
            found.setdefault(id, []).append(name)
    return found
