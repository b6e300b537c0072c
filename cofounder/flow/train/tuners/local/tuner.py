"""The local target: one folder a job, in which a process of its own trains. The folder's path is the job's name here."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from cofounder.flow.train.tuners.interface import (
    Address,
    Artifacts,
    Asked,
    Availability,
    Estimate,
    Event,
    JobSettingInvalid,
    Method,
    Progress,
    Remains,
    Tuner,
    TunerNotReady,
    TunerRefused,
)
from cofounder.flow.train.tuners.local import asking, bases, job, python, serving
from cofounder.settings import Settings

PRIVACY = "The lines stay on this machine."


class LocalTuner:
    """Tuning on this machine."""

    target = "local"
    formats: dict[Method, str] = {"sft": "openai", "dpo": "dpo"}  # noqa: RUF012  # as the protocol has it

    def __init__(self, chosen: Settings) -> None:
        self.chosen = chosen

    async def availability(self, now: datetime) -> Availability:
        try:
            found = await python.found(self.chosen)
        except TunerNotReady as error:
            return Availability("not_set_up", f"{error.detail} {error.advice}", privacy=PRIVACY, checked=True)
        models = await asyncio.to_thread(bases.listed, self.chosen)
        reason = f"Trains on this machine with {found.said()}."
        if not models:
            reason += " No base model is here yet: name a folder, or a name on the hub, with the job."
        return Availability("open", reason, models=models, privacy=PRIVACY, checked=True)

    async def try_key(self) -> None:
        """None is wanted."""

    async def validate(self, asked: Asked) -> None:
        """Look at the settings, the base model and every line, as the training itself will. Takes some seconds."""
        _check(asked)
        found = await python.found(self.chosen)
        await asking.checked(found, asked)

    async def estimate(self, asked: Asked) -> Estimate:
        """Seconds by the last jobs with this base model here, else by a few steps that are tried now."""
        _check(asked)
        found = await python.found(self.chosen)
        seconds, basis = await asking.seconds(found, asked)
        note = "The time is that of this machine when nothing else runs on it." if seconds is not None else ""
        return Estimate(Decimal(0), Decimal(0), seconds, basis, note)

    async def create(self, asked: Asked) -> str:
        _check(asked)
        found = await python.found(self.chosen)
        try:
            await asyncio.to_thread(job.prepare, asked.folder, asked.files, job.described(asked))
        except OSError as error:
            raise TunerRefused(f"The lines cannot be laid into {asked.folder}: {error.strerror}.") from error
        await job.begin(asked.folder, found.python)
        return str(asked.folder.resolve())

    async def progress(self, remote_id: str) -> Progress:
        """How far it is. A process that was killed is started again, from its last checkpoint."""
        place = job.folder(remote_id)
        found = None if job.goes_by_itself(place) else (await python.found(self.chosen)).python
        return await job.progress(place, found)

    async def events(self, remote_id: str, after: str | None) -> Sequence[Event]:
        return await asyncio.to_thread(job.events, job.folder(remote_id), after)

    async def cancel(self, remote_id: str) -> None:
        """The process saves a checkpoint and ends; one that does not within a minute is killed."""
        await asyncio.to_thread(job.cancel, job.folder(remote_id))

    async def artifacts(self, remote_id: str) -> Artifacts:
        return await asyncio.to_thread(job.artifacts, job.folder(remote_id))

    async def serve(self, artifacts: Artifacts, model_name: str) -> Address:
        """With Ollama where it runs and takes the model, else with `transformers serve`. A repeat finds what runs."""
        found = await python.found(self.chosen)
        return await serving.serve(self.chosen, found.python, artifacts, model_name)

    async def serve_base(self, remote_id: str, base_model: str) -> Address:
        """Make the model reachable that a job began with; `end_base` lets it go. Raises what `serve` raises."""
        found = await python.found(self.chosen)
        return await serving.serve_base(found.python, job.folder(remote_id), base_model)

    async def end_base(self, remote_id: str) -> None:
        await serving.end_base(Path(remote_id))

    async def find(self, key: str) -> str | None:
        """A job here is its folder, which is known before it begins."""
        return None

    async def rest(self, left: Remains) -> bool:
        """End the server that holds the model in memory. Ollama lets a model go by itself."""
        place = _place(left)
        return place is not None and await serving.let_rest(place)

    async def delete(self, left: Remains) -> str:
        place = _place(left)
        if place is None:
            return ""
        stays = await serving.end(self.chosen, place)
        await job.remove(place)
        return stays


def _place(left: Remains) -> Path | None:
    """The job's folder, where there is one."""
    place = Path(left.remote_id) if left.remote_id else left.folder
    return place if place is not None and job.is_ours(place) else None


def _check(asked: Asked) -> None:
    """Raises JobSettingInvalid."""
    if not asked.base_model.strip():
        raise JobSettingInvalid(
            "A base model is needed: a folder on this machine, or a name on the hub.", field="base_model"
        )
    if asked.base_model.startswith((".", "~")):
        raise JobSettingInvalid(
            f"{asked.base_model[:200]} may be another folder for a worker: give its whole path.", field="base_model"
        )
    ranges = {
        "epochs": (1, 50),
        "learning_rate": (1e-8, 1.0),
        "batch_size": (1, 1024),
        "lora_rank": (0, 512),
        "max_length": (16, 1_000_000),
        "seed": (0, 2**32 - 1),
    }
    given = asdict(asked.hyper)
    for name, (least, most) in ranges.items():
        value = given[name]
        if value is not None and not least <= value <= most:
            raise JobSettingInvalid(f"{name} is {value}; from {least} to {most} is possible here.", field=name)
    if given["early_stopping"] and not asked.files.validation_lines:
        raise JobSettingInvalid(
            "Early stopping needs lines that are held back, and this version has none.", field="early_stopping"
        )


def build(chosen: Settings) -> Tuner:
    """The local target with these settings."""
    return LocalTuner(chosen)
