"""Everything about a job before it exists: its dataset on this machine, what its target says, what it would take."""

import asyncio
import hashlib
import json
import shutil
import time
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.quality.prose import counted
from cofounder.flow.train.datasets import exporting
from cofounder.flow.train.datasets import service as datasets
from cofounder.flow.train.datasets.errors import DatasetMissing
from cofounder.flow.train.datasets.service import Version
from cofounder.flow.train.formats import TARGETS, loaded
from cofounder.flow.train.jobs import queries
from cofounder.flow.train.jobs.errors import BaseModelEnds, BaseModelUnknown, DatasetTooSmall, RoleDiffers
from cofounder.flow.train.jobs.schemas import EstimateOut, JobIn
from cofounder.flow.train.tuners import known
from cofounder.flow.train.tuners.interface import (
    Asked,
    Availability,
    BaseModel,
    Estimate,
    Files,
    Hyper,
    TargetClosed,
    Tuner,
    TunerNotReady,
)
from cofounder.kit import postgres, store
from cofounder.kit.clock import now
from cofounder.kit.db import reading
from cofounder.kit.ids import new_id
from cofounder.models import service as models
from cofounder.models.prices import tokens_in
from cofounder.ops import connections, runtime

_NAME_IT = "Give its id, its name or NAME@VERSION, as GET /api/orchestrator/training/datasets lists them."
ENDS_SOON = timedelta(days=30)
_KEPT_SECONDS = 86_400.0
_LIMITS = {"bedrock": "claude"}  # where the list of limits has another name for the target


@dataclass(frozen=True)
class Prepared:
    """A job that could start now."""

    key: str
    row: Version
    tuner: Tuner
    availability: Availability
    asked: Asked
    estimate: Estimate
    repeats: UUID | None
    system_prompt: str | None


def lines_of(key: str) -> Path:
    """The folder of this machine where the lines of a job lie; the same for the same dataset and settings."""
    return postgres.default_home() / "tuning" / "lines" / key


def sweep() -> None:
    """Remove lines that lie here for a day: whoever still needs them writes them again. Blocks."""
    for folder in lines_of("-").parent.glob("*"):
        with suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime > _KEPT_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def folder_of(id: UUID) -> Path:
    """A job's own folder on this machine."""
    return postgres.default_home() / "tuning" / "jobs" / id.hex


def key_of(target: str, content_hash: str, base_model: str, role: str, method: str, hyper: Hyper) -> str:
    """The same for the same dataset and settings, everywhere: 40 characters of a hash."""
    said = [target, content_hash, base_model, role, method, hyper.__dict__]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:40]


def hyper_of(asked: JobIn) -> Hyper:
    return Hyper(
        epochs=asked.epochs,
        learning_rate=None if asked.learning_rate is None else float(asked.learning_rate),
        batch_size=asked.batch_size,
        lora_rank=asked.lora_rank,
        max_length=asked.max_length,
        early_stopping=asked.early_stopping,
        seed=asked.seed,
    )


async def _dataset(session: AsyncSession, words: UUID | str) -> UUID:
    """The version that is meant. Raises DatasetMissing."""
    if isinstance(words, UUID):
        return words
    try:
        return (await datasets.named(session, words)).id
    except DatasetMissing as missing:
        raise DatasetMissing(missing.detail, field="dataset_id", hint=_NAME_IT) from missing


async def prepare(asked: JobIn) -> Prepared:
    """Check everything that can be checked before a job, and say what it would take.

    Raises DatasetMissing, DatasetDeleted, DatasetNotReady, RoleDiffers, TunerNotReady, TargetClosed, BaseModelUnknown,
    BaseModelEnds, DatasetTooSmall, DatasetUnfit, JobSettingInvalid, TunerRefused, TunerAway, StoreFull, StoreOutOfReach.
    """
    async with reading() as session:
        row = await datasets.ready(session, await _dataset(session, asked.dataset_id))
    if asked.role is not None and asked.role != row.role:
        raise RoleDiffers(f"{row.name} is for a {row.role}.", field="role")
    tuner = known.tuner(asked.target, await connections.latest())
    availability = await tuner.availability(now())
    base = chosen_base(asked, tuner, availability, now())
    hyper = hyper_of(asked)
    key = key_of(tuner.target, row.content_hash or "", base, row.role, asked.method, hyper)
    async with reading() as session:
        same = await queries.alive_with(session, key)
    folder = lines_of(key)
    files = await written(row, tuner.formats.get(asked.method), folder)
    _large_enough(tuner.target, files)
    name = asked.model_name or _name(row)
    handed = Asked(key, row.role, base, asked.method, hyper, name, files, folder)
    if same is None:
        await tuner.validate(handed)
    told = await tuner.estimate(handed)
    prompt = await said_first(row.id, asked.method)
    return Prepared(key, row, tuner, availability, handed, told, same.id if same else None, prompt)


async def said_first(dataset_id: UUID, method: str) -> str | None:
    """What the lines of a version say first, by which a model that learned from them is asked. None: they say nothing."""
    if method == "dpo":
        return None
    _, _, pieces = await exporting.of_version(dataset_id, "jsonl", "train")
    first = b""
    async with aclosing(pieces) as open_pieces:  # type: ignore[type-var]
        async for piece in open_pieces:
            first += piece
            if b"\n" in first:
                break
    messages = loaded(first.partition(b"\n")[0])["messages"]
    return str(messages[0]["content"]) if messages[0]["role"] == "system" else None


def chosen_base(asked: JobIn, tuner: Tuner, availability: Availability, moment: datetime) -> str:
    """The base model that is meant. Raises TunerNotReady, TargetClosed, BaseModelUnknown, BaseModelEnds."""
    if availability.standing == "not_set_up":
        raise TunerNotReady(availability.reason, field="target")
    if availability.standing == "closed":
        raise TargetClosed(availability.reason, field="target")
    fitting = [one for one in availability.models if asked.method in one.methods]
    if asked.base_model is None:
        lasting = [one for one in fitting if not ends_soon(one, moment)] or fitting
        if not lasting:
            raise BaseModelUnknown(f"Name the base model: {tuner.target} offers none by itself.", field="base_model")
        base = lasting[0]
    else:
        base = next((one for one in availability.models if one.name == asked.base_model), BaseModel(asked.base_model))
        if availability.checked and availability.models and base not in availability.models and tuner.target != "local":
            offered = ", ".join(one.name for one in fitting[:8]) or "none"
            raise BaseModelUnknown(
                f"{asked.base_model} is not offered; {asked.method} is for {offered}.", field="base_model"
            )
    if ends_soon(base, moment) and not asked.despite_end:
        raise BaseModelEnds(f"{base.name} ends on {base.ends}.", field="base_model")
    return base.name


def ends_soon(base: BaseModel, moment: datetime) -> bool:
    return base.ends is not None and base.ends <= (moment + ENDS_SOON).date()


def _name(row: Version) -> str:
    plain = "".join(one if one.isalnum() and one.isascii() else "-" for one in row.name.lower()).strip("-")
    return f"{row.role}-{plain}"[:40].rstrip("-")


def _large_enough(target: str, files: Files) -> None:
    limits = TARGETS.get(_LIMITS.get(target, target))
    fewest = limits.fewest if limits else 1
    if files.train_lines < fewest:
        raise DatasetTooSmall(
            f"{counted(files.train_lines, 'line')} to train on; {target} wants {fewest}.", field="dataset_id"
        )


async def written(row: Version, format: str | None, folder: Path) -> Files:
    """The parts of a version in a format, in a folder of this machine; those that lie there whole are taken as they are.

    Raises JobSettingInvalid, NoSuchPart, ArtifactLost, StoreFull, StoreOutOfReach.
    """
    from cofounder.flow.train.tuners.interface import JobSettingInvalid

    if format is None:
        raise JobSettingInvalid("This target does not learn from pairs.", field="method")
    kind = "pairs" if format in ("dpo", "gemini-dpo") else "lines"
    there = {one["split"] for one in row.files if one["kind"] == kind and one["lines"]}
    if "train" not in there:
        raise DatasetTooSmall(f"{row.name} holds no {kind} to train on.", field="dataset_id")
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    train = await _part(row, format, "train", folder)
    validation = await _part(row, format, "validation", folder) if "validation" in there else None
    lines, tokens, longest = await asyncio.to_thread(_measured, train)
    held = (await asyncio.to_thread(_measured, validation))[0] if validation else 0
    return Files(train, validation, lines, held, tokens, longest, row.content_hash or "")


async def _part(row: Version, format: str, split: str, folder: Path) -> Path:
    path = folder / f"{split}.{format}.jsonl"
    if await asyncio.to_thread(path.exists):
        return path
    part = path.with_suffix(f".{new_id().hex}.part")  # of this asking alone
    _, _, pieces = await exporting.of_version(row.id, format, split)
    try:
        with store.full_in_words(), part.open("wb") as file:  # written to the page cache
            async for piece in pieces:
                await asyncio.to_thread(file.write, piece)
        await asyncio.to_thread(part.replace, path)
    finally:
        await asyncio.to_thread(part.unlink, missing_ok=True)
    return path


def _measured(path: Path) -> tuple[int, int, int]:
    """(lines, tokens in all, tokens of the longest), the tokens estimated on the safe side."""
    lines = total = longest = 0
    with path.open(encoding="utf-8") as file:
        for line in file:
            tokens = tokens_in(line)
            lines, total, longest = lines + 1, total + tokens, max(longest, tokens)
    return lines, total, longest


async def estimated(found: Prepared) -> EstimateOut:
    """What a job would take, whether it waits for an approval, and whether to tune at all."""
    async with reading() as session:
        why = await _why_approval(session, found.estimate)
        advice = await _advice(session, found)
    return EstimateOut(
        training_usd=found.estimate.training_usd,
        serving_usd_month=found.estimate.serving_usd_month,
        seconds=found.estimate.seconds,
        basis=found.estimate.basis,
        note=found.estimate.note,
        advice=advice,
        needs_approval=bool(why),
        why_approval=why,
        train_lines=found.asked.files.train_lines,
        validation_lines=found.asked.files.validation_lines,
        train_tokens=found.asked.files.train_tokens,
        leakage=found.row.leakage,
        warnings=_warnings(found.row),
        repeats=found.repeats,
    )


def _warnings(row: Version) -> list[str]:
    if (row.statistics.get("by_split") or {}).get("test"):
        return []
    return [
        f"{row.name} has no test part: a model that learns from it cannot be benchmarked on it and pass the gate. "
        "Make a version whose split has one, and train on that."
    ]


async def _why_approval(session: AsyncSession, estimate: Estimate) -> str:
    limit = Decimal(str(await runtime.value(session, "cost_limit_usd")))
    if estimate.training_usd is None:
        return "Its price is not known beforehand."
    known_cost = estimate.training_usd + (estimate.serving_usd_month or 0)
    if known_cost > limit:
        return f"Training and a month of serving come to {known_cost:,.2f} US dollars; the limit is {limit:,.2f}."
    return ""


async def _advice(session: AsyncSession, found: Prepared) -> str:
    """Whether tuning can pay, by what the role's calls cost in the last 30 days."""
    spent = await models.spent_by_role(session, found.asked.role, now() - timedelta(days=30))
    monthly = found.estimate.serving_usd_month
    cost = f"All calls as {found.asked.role} cost {spent:,.2f} US dollars in the last 30 days."
    if not monthly:
        return f"{cost} Keeping the tuned model costs nothing while it is not asked."
    if monthly >= spent:
        return f"{cost} Keeping the tuned model costs {monthly:,.2f} a month: by cost alone, do not tune; the base models are cheaper."
    return f"{cost} Keeping the tuned model costs {monthly:,.2f} a month."


def dataset_values(files: Files) -> dict[str, Any]:
    """What a job's row keeps of its files."""
    return {
        "train_lines": files.train_lines,
        "validation_lines": files.validation_lines,
        "train_tokens": files.train_tokens,
        "longest_tokens": files.longest_tokens,
    }
