"""The service functions about training data that users' scripts import from `cofounder.api`."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from cofounder.flow.train.data import adding, changing, export, service
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.schemas import FilterIn, Selected, TagByDateIn, TagByQualityIn, UntagIn
from cofounder.kit.db import reading, transaction
from cofounder.kit.files import whole
from cofounder.people import LOCAL_OWNER

_BY = LOCAL_OWNER.who


async def get_all_training_data(limit: int = 50, offset: int = 0, *, cursor: str | None = None) -> list[dict[str, Any]]:
    """Training examples, newest request first; tests, excluded, archived and sample ones are left out."""
    async with reading() as session:
        page = await service.page(session, cursor=cursor, offset=offset or None, limit=limit)
    return [one.model_dump(mode="json") for one in page.items]


async def filter_training_data(**filter: Any) -> dict[str, Any]:
    """`items` and what all of it amounts to, for the fields of the filter: quality_min=0.85, include_tags=["gold"], …

    Raises ValidationError naming the field at fault.
    """
    async with reading() as session:
        return (await service.find(session, FilterIn.model_validate(filter))).model_dump(mode="json")


async def add_tags(execution_ids: Sequence[UUID | str], tags: Sequence[str]) -> dict[str, Any]:
    """How many examples changed, and the token that takes it back."""
    return await _tag(execution_ids, tags, remove=False)


async def remove_tags(execution_ids: Sequence[UUID | str], tags: Sequence[str]) -> dict[str, Any]:
    """How many examples changed, and the token that takes it back."""
    return await _tag(execution_ids, tags, remove=True)


async def _tag(execution_ids: Sequence[UUID | str], tags: Sequence[str], *, remove: bool) -> dict[str, Any]:
    asked = UntagIn.model_validate({"execution_ids": list(execution_ids), "tags": list(tags)})
    async with transaction() as session:
        selected = Selected(execution_ids=asked.execution_ids)
        done = await changing.tag(session, selected, asked.tags, by=_BY, remove=remove)
    return done.model_dump(mode="json")


async def tag_by_date_range(
    tags: Sequence[str], date_after: datetime | str | None = None, date_before: datetime | str | None = None
) -> dict[str, Any]:
    """Tag every example between two dates (inclusive), whatever its tags, archived ones too. Raises DatesMissing."""
    asked = TagByDateIn.model_validate({"date_after": date_after, "date_before": date_before, "tags": list(tags)})
    async with transaction() as session:
        return (await changing.tag_by_date(session, asked, by=_BY)).model_dump(mode="json")


async def tag_by_quality(quality_max: float, tags: Sequence[str]) -> dict[str, Any]:
    """Tag every example that scores strictly below `quality_max`, whatever its tags, archived ones too."""
    asked = TagByQualityIn.model_validate({"quality_max": quality_max, "tags": list(tags)})
    async with transaction() as session:
        return (await changing.tag_by_quality(session, asked, by=_BY)).model_dump(mode="json")


async def get_statistics(**filter: Any) -> dict[str, Any]:
    """Exact counts of what a filter lets through, in the shape of GET /training/stats."""
    async with reading() as session:
        return (await service.stats(session, Filter.model_validate(filter))).model_dump(mode="json")


async def export_as_jsonl(path: Path | str, **filter: Any) -> int:
    """Write the chat lines of what a filter lets through to a file, whole or not at all; how many lines.

    Personal data that the detector finds becomes placeholders.
    """
    asked, count = Filter.model_validate(filter), 0
    async with transaction() as session:
        with whole(Path(path)) as file:
            async for lines in export.export(session, asked, "jsonl"):
                file.write(b"".join(lines).decode())
                count += len(lines)
    return count


async def save_training_example(example: UUID | str | dict[str, Any]) -> dict[str, Any]:
    """Store a run's example by the run's id, or one from elsewhere given whole; gives it as stored.

    Raises TaskMissing, ExampleOfARun, ExampleErased, TagUnseen.
    """
    async with transaction() as session:
        if isinstance(example, dict):
            return await adding.add(session, adding.Given.model_validate(example), by=_BY)
        return await service.save(session, UUID(str(example)))
