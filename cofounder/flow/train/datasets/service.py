"""Datasets: make, list, look into, compare, roll back, delete to a tombstone; who holds a run, and its withdrawal."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.quality.prose import counted
from cofounder.flow.train.data.errors import ExampleErased
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.leaving import may_let_out
from cofounder.flow.train.datasets import building, forgetting, naming, queries
from cofounder.flow.train.datasets.errors import (
    DatasetDeleted,
    DatasetMissing,
    DatasetNameTaken,
    DatasetNotReady,
    ExampleNotKnown,
    NoSuchPart,
    NotFromExamples,
    NothingLeftToTrain,
)
from cofounder.flow.train.datasets.schemas import (
    DatasetChange,
    DatasetIn,
    DatasetList,
    DatasetOut,
    HeldOut,
    Holder,
    LeftOutList,
    LeftOutOut,
    LineageOut,
    Progress,
)
from cofounder.flow.train.datasets.steps import WORKFLOW
from cofounder.flow.train.datasets.tables import SPLITS, Dataset, Member
from cofounder.flow.train.datasets.workshop import remove_unused
from cofounder.flow.train.roles import redaction
from cofounder.kit import cursors, durable, live, store
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.errors import InputInvalid
from cofounder.kit.ids import new_id
from cofounder.people import Caller, audit

AT_ONCE = 2_000  # examples of which a version is made while its asker waits
TOPIC = building.TOPIC
Version = Dataset  # for those who read one


class PlaceUnclear(InputInvalid):
    """This is no place in the list."""

    hint = "Use next_cursor of the page before, as it is."


def new_row(asked: DatasetIn, by: str) -> Dataset:
    """The row of a version that is to be made. Raises NothingLeftToTrain."""
    if asked.split.by != "none" and asked.split.validation + asked.split.test >= 1:
        raise NothingLeftToTrain(field="split.test")
    return Dataset(
        id=new_id(),
        name=asked.name.strip(),
        role=asked.role,
        description=asked.description,
        state="building",
        source="examples",
        filters=asked.filters.canonical(),
        recipe=building.recipe(asked),
        example_count=0,
        file_size=0,
        files=[],
        statistics={},
        leakage={},
        progress={"phase": "waiting", "done": 0, "total": None, **building.asked_besides(asked)},
        is_current=False,
        used_for_fine_tuning=False,
        created_by=by,
        created_at=now(),
    )


async def create(asked: DatasetIn, by: Caller, *, wait: bool = False, tell: Any = None) -> DatasetOut:
    """Make a version: at once where it is small or `wait` is said, else a durable job makes it and this says "building".

    Raises PersonalDataStays, DatasetNameTaken, DatasetRoleDiffers, DatasetEmpty, NothingLeftToTrain, StoreFull,
    StoreOutOfReach.
    """
    if not asked.redact:
        may_let_out(by)
    async with transaction() as session:
        await queries.take_turn(session, asked.name.strip())
        name = await queries.spelling(session, asked.name.strip())
        if not asked.new_version and await queries.is_taken(session, name):
            raise DatasetNameTaken(f"There is already a dataset named {name!r}.", field="name")
        asked = await naming.with_role(session, asked)
        row = new_row(asked, by.who)
        row.name = name
        many = await queries.count(session, asked.filters, asked.role)
        if many > AT_ONCE and not wait:
            await queries.add(session, row)
            await note(session, row, by, "dataset.asked")
            await durable.enqueue(session, WORKFLOW, f"{WORKFLOW}:{row.id}", str(row.id))
            live.changed(session, TOPIC, row.id)
            return out(row)
    await building.make(row, asked, **({} if tell is None else {"tell": tell}))
    async with transaction() as session:
        await note(session, row, by, "dataset.created")
        return out(await queries.made(session, row.id))


def keeps_personal_data(row: Dataset) -> bool:
    """Whether the lines of a version hold the personal data of their examples, as an admin wanted it."""
    return bool(row.recipe.get("redaction") == redaction.NONE)


def hides_from(row: Dataset, by: Caller) -> bool:
    """Whether somebody sees placeholders where a version keeps personal data."""
    return keeps_personal_data(row) and not by.may("admin")


def may_have(row: Dataset, by: Caller) -> None:
    """Who takes lines of such a version away, to a file or to a model. Raises PersonalDataStays."""
    may_let_out(
        by,
        f"{row.name} version {row.version} keeps personal data.",
        field="dataset_id",
        hint="Ask an admin, or make a version of the same filter without it. Whoever lets it out is named in the audit log.",
    )


async def note(session: AsyncSession, row: Dataset, by: Caller, action: str, **details: Any) -> None:
    """Write what was done with a version into the audit log."""
    said = {"name": row.name, "version": row.version, **details}
    if keeps_personal_data(row):
        said["personal_data"] = "kept"
    await audit(session, by.who, action, "dataset", str(row.id), said)


async def get(session: AsyncSession, id: UUID) -> DatasetOut:
    """A version, tombstones too. Raises DatasetMissing."""
    return out(await found(session, id))


async def found(session: AsyncSession, id: UUID, *, lock: bool = False) -> Dataset:
    """The row of a version. Raises DatasetMissing."""
    row = await queries.one(session, id, lock=lock)
    if row is None:
        raise DatasetMissing(f"There is no dataset with the id {id}.", field="dataset_id")
    return row


async def named(session: AsyncSession, words: str) -> Dataset:
    """A version by its id, the start of it, its name (the version it stands for) or name@version. Raises DatasetMissing."""
    try:
        return await found(session, UUID(words))
    except ValueError:
        pass
    name, _, version = words.rpartition("@")
    row = await queries.named(session, name, _version(version)) if name else None
    row = row or await queries.named(session, words)
    if row is None and len(words) >= 6:
        alike = await queries.beginning_with(session, words.lower())
        row = alike[0] if len(alike) == 1 else None
    if row is None:
        raise DatasetMissing(f"{words!r} names no dataset.", field="dataset")
    return row


def _version(words: str) -> int:
    """The number of a version; 0, which none has, for what is no number."""
    try:
        return cursors.whole_number(words)
    except ValueError:
        return 0


def recipe_of(row: Dataset) -> DatasetIn:
    """What a version was asked to be, to make the next one like it. Raises NotFromExamples, DatasetDeleted."""
    if row.source != "examples":
        raise NotFromExamples(f"{row.name} was uploaded.", field="dataset")
    if "filter" not in row.recipe:
        raise DatasetDeleted(f"{row.name} version {row.version} was deleted, and its filter with its erased examples.")
    return building.asked_of(row)


async def ready(session: AsyncSession, id: UUID) -> Dataset:
    """The row of a version that can be read. Raises DatasetMissing, DatasetDeleted, DatasetNotReady."""
    row = await found(session, id)
    if row.state == "deleted":
        raise DatasetDeleted(f"{row.name} version {row.version} was deleted.")
    if row.state != "ready":
        raise DatasetNotReady(f"{row.name} is {row.state}.")
    return row


async def listed(
    session: AsyncSession,
    *,
    cursor: str | None = None,
    limit: int = 50,
    name: str | None = None,
    role: str | None = None,
    state: str | None = None,
    archived: bool = False,
) -> DatasetList:
    """Versions, newest first; deleted ones only where `state` asks for them. Raises PlaceUnclear."""
    rows, total = await queries.page(
        session, name=name, role=role, state=state, archived=archived, after=place(cursor), limit=limit + 1
    )
    shown = rows[:limit]
    more = cursors.coded(shown[-1].created_at, shown[-1].id) if len(rows) > limit else None
    return DatasetList(items=[out(row) for row in shown], next_cursor=more, total=total)


def place(cursor: str | None) -> tuple[datetime, UUID] | None:
    """Where a page begins, as the page before says. Raises PlaceUnclear."""
    return cursors.decoded(cursor, PlaceUnclear)


async def change(session: AsyncSession, id: UUID, changes: DatasetChange, by: Caller) -> DatasetOut:
    """Describe a version anew, archive it or bring it back. Raises DatasetMissing."""
    row = await found(session, id, lock=True)
    if changes.description is not None:
        row.description = changes.description
    if changes.archived is not None and changes.archived != (row.archived_at is not None):
        row.archived_at = now() if changes.archived else None
        await note(session, row, by, "dataset.archived" if changes.archived else "dataset.restored")
    await session.flush()
    live.changed(session, TOPIC, id)
    return out(row)


async def roll_back(session: AsyncSession, id: UUID, by: Caller) -> DatasetOut:
    """Let a name stand for this version of it. Raises DatasetMissing, DatasetDeleted, DatasetNotReady."""
    row = await ready(session, id)
    await queries.take_turn(session, row.name)
    before = await queries.named(session, row.name)
    await queries.stand_for(session, row.name, id)
    await note(session, row, by, "dataset.rolled_back", before=before.version if before else None)
    live.changed(session, TOPIC, id)
    return await get(session, id)


async def delete(session: AsyncSession, id: UUID, why: str, by: Caller) -> tuple[DatasetOut, list[str]]:
    """Make a tombstone of a version: its row and the list of its runs stay, its files go.

    Gives the keys of files that nobody else has; remove them when this is committed. Raises DatasetMissing.
    """
    row = await found(session, id, lock=True)
    if row.state == "deleted":
        return out(row), []
    await queries.take_turn(session, row.name)
    was_current = row.is_current
    keys = [str(one["key"]) for one in row.files]
    used = await queries.keys_in_use(session, keys, but=id)
    row.state, row.deleted_at, row.deleted_by, row.deleted_why = "deleted", now(), by.who, why
    row.is_current, row.progress = False, {}
    await session.flush()
    if was_current:
        left = [one for one in await queries.versions(session, row.name) if one.state == "ready"]
        await queries.stand_for(session, row.name, left[0].id if left else None)
    await note(session, row, by, "dataset.deleted", why=why)
    await forgetting.of_version(session, id)
    await session.refresh(row)
    live.changed(session, TOPIC, id)
    return out(row), [key for key in keys if key not in used]


async def remove(id: UUID, why: str, by: Caller) -> DatasetOut:
    """`delete`, committed, and then its files. Raises DatasetMissing, StoreOutOfReach."""
    async with transaction() as session:
        told, keys = await delete(session, id, why, by)
    if keys:
        await remove_unused(keys)  # a version like it may have become ready since
    return told


def part_number(split: str) -> int | None:
    """The number of a part, None for all of them. Raises NoSuchPart."""
    if split == "all":
        return None
    if split not in SPLITS:
        raise NoSuchPart(f"{split!r} is no part.", field="split")
    return SPLITS.index(split)


def lines_of(row: Dataset, members: Sequence[Member]) -> list[bytes]:
    """The bytes of lines of a version. Blocks. Raises ArtifactLost, StoreOutOfReach."""
    keys = {one["split"]: one["key"] for one in row.files if one["kind"] == "lines"}
    found: dict[int, bytes] = {}
    for number, split in enumerate(SPLITS):
        mine = [one for one in members if one.split == number]
        if mine:
            with store.opened(keys[split]) as file:
                for one in mine:
                    file.seek(one.at)
                    found[one.position] = file.read(one.size)
    return [found[one.position] for one in members]


async def left_out(session: AsyncSession, id: UUID, *, cursor: str | None = None, limit: int = 50) -> LeftOutList:
    """What a version left out, and who stands for it. Raises DatasetMissing, PlaceUnclear."""
    await found(session, id)
    after = cursors.number(cursor, PlaceUnclear)
    rows = await queries.left_out(session, id, after=-1 if after is None else after, limit=limit + 1)
    items = [
        LeftOutOut(
            execution_id=row.execution_id,
            part=row.part,
            reason=row.reason,
            similarity=row.similarity,
            stands=row.stands,
            stands_for=leader,
        )
        for row, leader in rows[:limit]
    ]
    more = str(rows[limit - 1][0].position) if len(rows) > limit else None
    return LeftOutList(items=items, next_cursor=more, total=await queries.count_left_out(session, id))


Made = Callable[[AsyncSession, Sequence[UUID]], Awaitable[tuple[list[dict[str, Any]], list[dict[str, Any]]]]]
_made: list[Made] = []


def ask_what_was_made(ask: Made) -> None:
    """Name who knows which (jobs, models) were made with some versions: they come after datasets."""
    _made[:] = [ask]


async def lineage(session: AsyncSession, id: UUID) -> LineageOut:
    """Where a version stands among those of its name, and what was made with it. Raises DatasetMissing."""
    row = await found(session, id)
    others = [out(one) for one in await queries.versions(session, row.name)]
    jobs, models = await _made[0](session, [id]) if _made else ([], [])
    return LineageOut(dataset=out(row), versions=others, jobs=jobs, models=models)


async def made_with(session: AsyncSession, id: UUID) -> str:
    """Which jobs and models were made with a version, in a sentence; nothing where none were."""
    jobs, models = await _made[0](session, [id]) if _made else ([], [])
    parts = [f"{one['target']} {one['base_model'].rsplit('/', 1)[-1]} ({one['status']})" for one in jobs]
    told = [f"{len(jobs)} job{'s' if len(jobs) > 1 else ''}: {', '.join(parts)}"] if jobs else []
    if models:
        names = ", ".join(f"{one['model']} ({one['state']})" for one in models)
        told.append(f"{len(models)} model{'s' if len(models) > 1 else ''}: {names}")
    return f"Made with it, and staying: {'; '.join(told)}." if told else ""


async def count(session: AsyncSession, filters: Filter, role: str) -> int:
    """How many examples a version of this filter would be made of now."""
    return await queries.count(session, filters, role)


async def used(session: AsyncSession, id: UUID) -> None:
    """Note that a model is trained on a version. Raises DatasetMissing."""
    row = await found(session, id, lock=True)
    row.used_for_fine_tuning = True
    live.changed(session, TOPIC, id)


async def held_by(session: AsyncSession, execution_id: UUID) -> HeldOut:
    """Which versions hold a run, and whether it is withdrawn. Raises ExampleNotKnown."""
    if not await queries.is_known(session, execution_id):
        raise ExampleNotKnown(field="execution_id")
    gone = await queries.withdrawal(session, execution_id)
    held = await queries.holders(session, execution_id)
    _, models = await _made[0](session, [row.id for row, _ in held]) if _made and held else ([], [])
    return HeldOut(
        execution_id=execution_id,
        withdrawn=gone is not None,
        withdrawn_by=gone.by if gone else None,
        withdrawn_at=gone.at if gone else None,
        reason=gone.why if gone else None,
        datasets=[
            Holder(
                dataset_id=row.id,
                name=row.name,
                version=row.version,
                state=row.state,
                archived=row.archived_at is not None,
                is_current=row.is_current,
                used_for_fine_tuning=row.used_for_fine_tuning,
                lines=lines,
            )
            for row, lines in held
        ],
        models=models,
    )


async def withdraw(session: AsyncSession, execution_id: UUID, why: str, by: Caller) -> HeldOut:
    """Leave a run out of every version made from now on; those that hold it are told.

    Raises ExampleNotKnown, ExampleErased.
    """
    if await queries.erased_at(session, execution_id) is not None:
        raise ExampleErased(f"No version to come can hold {execution_id}.", field="execution_id")
    held = await held_by(session, execution_id)
    if not held.withdrawn and await queries.withdraw(session, execution_id, by=by.who, why=why, at=now()):
        await audit(session, by.who, "example.withdrawn", "example", str(execution_id), {"why": why})
        live.changed(session, "examples", execution_id)
    return await held_by(session, execution_id)


async def readmit(session: AsyncSession, execution_id: UUID, by: Caller) -> HeldOut:
    """Let a withdrawn run into versions again. Raises ExampleNotKnown."""
    held = await held_by(session, execution_id)
    if held.withdrawn:
        await queries.readmit(session, execution_id)
        await audit(session, by.who, "example.readmitted", "example", str(execution_id))
        live.changed(session, "examples", execution_id)
    return await held_by(session, execution_id)


def _warnings(row: Dataset) -> list[str]:
    """The parts that were asked for and hold nothing: what is trained on this version cannot be judged by them."""
    asked, held = row.recipe.get("split") or {}, row.statistics.get("by_split") or {}
    if row.state != "ready" or asked.get("by", "none") == "none":
        return []
    return [
        f"No line is held out for {part}: {asked[part]:.0%} of {counted(row.example_count, 'line')} came to none."
        for part in ("validation", "test")
        if asked.get(part) and not held.get(part)
    ]


def out(row: Dataset) -> DatasetOut:
    """A version as it is told."""
    training = [one for one in row.files if (one["kind"], one["split"]) == ("lines", "train")]
    told = row.progress if row.state == "building" and row.progress else None
    return DatasetOut(
        id=row.id,
        name=row.name,
        version=row.version,
        role=row.role,
        description=row.description,
        state=row.state,
        source=row.source,
        filters=row.filters,
        recipe=row.recipe,
        content_hash=row.content_hash,
        example_count=row.example_count,
        avg_quality=None if row.avg_quality is None else float(row.avg_quality),
        file_path=training[0]["key"] if training else None,
        file_size=row.file_size,
        files=row.files,
        splits=row.statistics.get("by_split", {}),
        warnings=_warnings(row),
        statistics=row.statistics,
        leakage=row.leakage,
        progress=Progress.model_validate(told) if told else None,
        problem=row.problem,
        is_current=row.is_current,
        used_for_fine_tuning=row.used_for_fine_tuning,
        archived=row.archived_at is not None,
        created_by=row.created_by,
        created_at=row.created_at,
        finished_at=row.finished_at,
        deleted_at=row.deleted_at,
        deleted_by=row.deleted_by,
        deleted_why=row.deleted_why,
    )
