"""Gemini, through Vertex: lines in a bucket, then a tuning job; what came out answers from an endpoint of its own."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from cofounder.flow.train.formats.limits import TARGETS
from cofounder.flow.train.tuners import checks, dates, figures, google_cloud, leaving, standing
from cofounder.flow.train.tuners.interface import (
    Address,
    Artifacts,
    Asked,
    Availability,
    BaseModel,
    CancelTooLate,
    Estimate,
    Event,
    JobSettingInvalid,
    Method,
    Progress,
    Remains,
    State,
    TargetClosed,
    TunerAway,
    TunerNotReady,
    TunerRefused,
)
from cofounder.flow.train.tuners.wire import Wire, status_of
from cofounder.kit import clock
from cofounder.settings import Settings

PRIVACY = "The lines go to your bucket and your project at Google Cloud and stay there until the job is deleted."
MARK = "cofounder_key"  # a label of a job
_EPOCHS = 3  # where none are set
_ADAPTERS = {1: "ONE", 2: "TWO", 4: "FOUR", 8: "EIGHT", 16: "SIXTEEN", 32: "THIRTY_TWO"}
_STATES: dict[str, State] = {
    "JOB_STATE_UNSPECIFIED": "queued",
    "JOB_STATE_QUEUED": "queued",
    "JOB_STATE_PENDING": "queued",
    "JOB_STATE_RUNNING": "running",
    "JOB_STATE_UPDATING": "running",
    "JOB_STATE_PAUSED": "running",
    "JOB_STATE_SUCCEEDED": "succeeded",
    "JOB_STATE_PARTIALLY_SUCCEEDED": "succeeded",
    "JOB_STATE_FAILED": "failed",
    "JOB_STATE_EXPIRED": "failed",
    "JOB_STATE_CANCELLING": "cancelling",
    "JOB_STATE_CANCELLED": "cancelled",
}
_BOTH: tuple[Method, ...] = ("sft", "dpo")
_MODELS = (
    BaseModel("gemini-2.5-flash", methods=_BOTH),
    BaseModel("gemini-2.5-flash-lite", methods=_BOTH),
    BaseModel("gemini-2.5-pro"),
)


class GeminiTuner:
    target = "gemini"

    def __init__(self, chosen: Settings) -> None:
        self.chosen = chosen
        self.formats: dict[Method, str] = {"sft": "gemini", "dpo": "gemini-dpo"}
        self._account = google_cloud.Account(chosen)

    @property
    def _place(self) -> str:
        return f"projects/{self.chosen.vertex_project}/locations/{self.chosen.vertex_location}"

    async def availability(self, now: datetime) -> Availability:
        meanwhile = Availability("open", "It was open when last announced.", None, _MODELS, PRIVACY)
        return await standing.told(lambda: self._standing(now), meanwhile)

    async def _standing(self, now: datetime) -> Availability:
        """Raises TunerNotReady, TunerRefused, TunerAway."""
        words = f"Vertex takes jobs in {self.chosen.vertex_location}."
        meant = Availability("open", words, privacy=PRIVACY, checked=True)
        return standing.by_date("gemini", now.date(), await self._models(), meant)

    async def _models(self) -> tuple[BaseModel, ...]:
        """The base models that are there now; that jobs may be listed is tried first.

        Raises TunerNotReady, TunerRefused, TunerAway.
        """
        wire = await self._vertex()
        await wire.call("GET", f"/v1beta1/{self._place}/tuningJobs", params={"pageSize": 1})
        found = await asyncio.gather(
            *(wire.call("GET", f"/v1beta1/publishers/google/models/{one.name}", gone_is_fine=True) for one in _MODELS)
        )
        return tuple(
            replace(one, ends=dates.ends(one.name)) for one, there in zip(_MODELS, found, strict=True) if there
        )

    async def _vertex(self) -> Wire:
        """Raises TunerNotReady, TunerAway."""
        missing = [name for name in ("vertex_project", "vertex_bucket") if not getattr(self.chosen, name)]
        if missing:
            raise TunerNotReady(
                f"Gemini is tuned through Vertex, for which there is no {' and no '.join(missing)}.",
                hint="Give them in Settings; an API key for Gemini is not enough.",
            )
        return await self._account.wire(f"https://{self.chosen.vertex_location}-aiplatform.googleapis.com")

    async def _storage(self) -> Wire:
        return await self._account.wire(google_cloud.STORAGE)

    async def try_key(self) -> None:
        await (await self._vertex()).call("GET", f"/v1beta1/{self._place}/tuningJobs", params={"pageSize": 1})

    async def validate(self, asked: Asked) -> None:
        try:
            told = await self._standing(clock.now())
            await (await self._storage()).call("GET", f"/storage/v1/b/{self.chosen.vertex_bucket}")
        except TunerRefused as error:
            if status_of(error) == 404:
                raise TunerNotReady(error.detail, hint="Make the bucket, or name another in Settings.") from error
            raise standing.closed(error) from error
        if told.standing == "closed":
            raise TargetClosed(told.reason)
        checks.base_model(asked, told.models)
        hyper = asked.hyper
        checks.not_settable("Vertex", hyper, "batch_size", "early_stopping")
        checks.in_range("epochs", hyper.epochs, 1, 50)
        checks.in_range("learning_rate", hyper.learning_rate, 0.001, 10)
        if hyper.lora_rank is not None and hyper.lora_rank not in _ADAPTERS:
            raise JobSettingInvalid(
                f"lora_rank is {hyper.lora_rank}; Vertex takes {', '.join(map(str, _ADAPTERS))}.", field="lora_rank"
            )
        await checks.lines(asked, TARGETS["gemini"])

    async def estimate(self, asked: Asked) -> Estimate:
        epochs = asked.hyper.epochs or _EPOCHS
        tokens = asked.files.train_tokens * epochs
        price = dates.TRAINING_USD.get(asked.base_model)
        note = "An endpoint costs nothing while nobody asks it; a token costs what it costs at the base model."
        return Estimate(
            training_usd=None if price is None else price * tokens / 1_000_000,
            serving_usd_month=Decimal(0),
            seconds=None,
            basis=f"{tokens:,} trained tokens, estimated high, in {epochs} epochs, at the price of {dates.AS_OF:%B %Y}.",
            note=f"{'' if price else 'No price is known for this model. '}{note} Vertex tells no duration.",
        )

    async def create(self, asked: Asked) -> str:
        there = await self.find(asked.key)
        if there is not None:
            return there
        storage, bucket = await self._storage(), self.chosen.vertex_bucket or ""
        spec: dict[str, Any] = {
            "trainingDatasetUri": await google_cloud.put(storage, bucket, _name(asked.key, "train"), asked.files.train),
            "hyperParameters": _hyper(asked),
        }
        if asked.files.validation is not None:
            name = _name(asked.key, "validation")
            spec["validationDatasetUri"] = await google_cloud.put(storage, bucket, name, asked.files.validation)
        body = {
            "baseModel": asked.base_model,
            "tunedModelDisplayName": asked.model_name,
            "labels": {MARK: asked.key, "role": asked.role},
            "supervisedTuningSpec" if asked.method == "sft" else "preferenceOptimizationSpec": spec,
        }
        try:
            made = await (await self._vertex()).call("POST", f"/v1beta1/{self._place}/tuningJobs", json=body)
        except TunerRefused as error:
            raise standing.closed(error) from error
        return str(made["name"])

    async def find(self, key: str) -> str | None:
        wire, params = await self._vertex(), {"pageSize": "100"}
        while True:
            page = await wire.call("GET", f"/v1beta1/{self._place}/tuningJobs", params=params)
            for one in page.get("tuningJobs", []):
                in_vain = _STATES.get(str(one.get("state"))) in ("failed", "cancelling", "cancelled")
                if (one.get("labels") or {}).get(MARK) == key and not in_vain:
                    return str(one["name"])
            if not page.get("nextPageToken"):
                return None
            params["pageToken"] = page["nextPageToken"]

    async def _job(self, remote_id: str) -> dict[str, Any]:
        return await (await self._vertex()).call("GET", f"/v1beta1/{remote_id}")

    async def progress(self, remote_id: str) -> Progress:
        job = await self._job(remote_id)
        raw = str(job.get("state"))
        state = _STATES.get(raw, "running")
        stats: dict[str, Any] = next(iter((job.get("tuningDataStats") or {}).values()), {})
        tokens = figures.digits(stats.get("totalBillableTokenCount"))
        price = dates.TRAINING_USD.get(str(job.get("baseModel")))
        error = (job.get("error") or {}).get("message")
        return Progress(
            state=state,
            share=1.0 if state == "succeeded" else _share(job) if state == "running" else None,
            error=(str(error or "Vertex gives no reason.")[:1_000]) if state == "failed" else None,
            trained_tokens=tokens,
            cost_usd=price * tokens / 1_000_000 if price is not None and tokens and state == "succeeded" else None,
            model=(job.get("tunedModel") or {}).get("endpoint"),
            raw_state=raw,
        )

    async def events(self, remote_id: str, after: str | None) -> Sequence[Event]:
        """Vertex keeps no list of events: what its job says with a time becomes one each."""
        job = await self._job(remote_id)
        told = [(job.get("createTime"), 0, "Vertex took the job."), (job.get("startTime"), 1, "Training began.")]
        seen = job.get("updateTime") or job.get("endTime")
        for one in (job.get("tunedModel") or {}).get("checkpoints", []):
            told.append((seen, 2, f"Checkpoint {one.get('checkpointId')} after epoch {one.get('epoch')}."))
        ended = _STATES.get(str(job.get("state")), "running")
        message = (job.get("error") or {}).get("message")
        told.append((job.get("endTime"), 3, f"Vertex ended the job: it {ended}. {message or ''}".strip()))
        made = [
            Event(
                id=f"{kind}-{number:04d}",
                at=datetime.fromisoformat(at.replace("Z", "+00:00")),
                message=words[:1_000],
                level="error" if kind == 3 and ended == "failed" else "info",
            )
            for number, (at, kind, words) in enumerate(told)
            if at
        ]
        return [one for one in made if after is None or one.id > after]

    async def cancel(self, remote_id: str) -> None:
        state = (await self.progress(remote_id)).state
        if state in ("cancelling", "cancelled"):
            return
        if state in ("succeeded", "failed"):
            raise CancelTooLate(f"Vertex has ended the job already: it {state}.")
        try:
            await (await self._vertex()).call("POST", f"/v1beta1/{remote_id}:cancel", json={})
        except TunerRefused as error:
            if (await self.progress(remote_id)).state not in ("cancelling", "cancelled"):
                raise CancelTooLate(error.detail) from error

    async def artifacts(self, remote_id: str) -> Artifacts:
        job = await self._job(remote_id)
        tuned = job.get("tunedModel") or {}
        if not tuned.get("endpoint"):
            raise TunerRefused("Vertex has no endpoint of this job.")
        return Artifacts(
            remote=tuned["endpoint"],
            details={
                "model": tuned.get("model"),
                "checkpoints": tuned.get("checkpoints", []),
                "experiment": job.get("experiment"),
                "statistics": job.get("tuningDataStats"),
            },
        )

    async def serve(self, artifacts: Artifacts, model_name: str) -> Address:
        """Vertex has made the endpoint with the model; that it is there is looked up."""
        assert artifacts.remote is not None
        await (await self._vertex()).call("GET", f"/v1beta1/{artifacts.remote}")
        return Address("google", artifacts.remote, self.chosen.vertex_base_url)

    async def rest(self, left: Remains) -> bool:
        return False

    async def delete(self, left: Remains) -> str:
        """Endpoint, model, lines. The job itself stays listed: Vertex deletes none."""
        wire = await self._vertex()
        remote_id = left.remote_id or await self.find(left.key)
        job: dict[str, Any] = {}
        if remote_id is not None:
            await leaving.stopped(self, remote_id, "Vertex")
            job = await wire.call("GET", f"/v1beta1/{remote_id}", gone_is_fine=True)
        tuned = job.get("tunedModel") or {}
        if tuned.get("endpoint") or left.model:
            await self._end(wire, tuned.get("endpoint") or str(left.model))
        if tuned.get("model"):
            model = str(tuned["model"]).partition("@")[0]
            await self._done(wire, await wire.call("DELETE", f"/v1beta1/{model}", gone_is_fine=True))
        storage = await self._storage()
        spec = job.get("supervisedTuningSpec") or job.get("preferenceOptimizationSpec") or {}
        told = [spec.get(f"{part}DatasetUri") for part in ("training", "validation")]
        ours = [f"gs://{self.chosen.vertex_bucket}/{_name(left.key, part)}" for part in ("train", "validation")]
        for address in dict.fromkeys(filter(None, [*told, *ours])):
            await google_cloud.remove(storage, address)
        return ""

    async def _end(self, wire: Wire, endpoint: str) -> None:
        """A model has to leave its endpoint before that can be deleted."""
        there = await wire.call("GET", f"/v1beta1/{endpoint}", gone_is_fine=True)
        for one in there.get("deployedModels", []):
            path = f"/v1beta1/{endpoint}:undeployModel"
            await self._done(wire, await wire.call("POST", path, json={"deployedModelId": one["id"]}))
        if there:
            await self._done(wire, await wire.call("DELETE", f"/v1beta1/{endpoint}", gone_is_fine=True))

    async def _done(self, wire: Wire, operation: dict[str, Any]) -> None:
        """Wait a while for what Vertex does. Raises TunerAway while it is not done, TunerRefused where it failed."""
        for pause in (0, 0.2, 1, 3, 10):
            if not operation.get("name"):
                return
            if operation.get("done"):
                break
            await asyncio.sleep(pause)
            operation = await wire.call("GET", f"/v1beta1/{operation['name']}")
        if not operation.get("done"):
            raise TunerAway("Vertex is still removing it.", retry_after=60)
        if operation.get("error"):
            raise TunerRefused(f"Vertex could not remove it: {operation['error'].get('message')}")


def _name(key: str, part: str) -> str:
    return f"cofounder/{key}/{part}.jsonl"


def _hyper(asked: Asked) -> dict[str, Any]:
    hyper = asked.hyper
    rank = _ADAPTERS.get(hyper.lora_rank or 0)
    given = {
        "epochCount": hyper.epochs or _EPOCHS,
        "learningRateMultiplier": hyper.learning_rate,
        "adapterSize": f"ADAPTER_SIZE_{rank}" if rank else None,
    }
    return {name: value for name, value in given.items() if value is not None}


def _share(job: dict[str, Any]) -> float | None:
    """How many of the epochs have a checkpoint."""
    spec = job.get("supervisedTuningSpec") or job.get("preferenceOptimizationSpec") or {}
    epochs = figures.digits((spec.get("hyperParameters") or {}).get("epochCount"))
    done = [figures.digits(one.get("epoch")) or 0 for one in (job.get("tunedModel") or {}).get("checkpoints", [])]
    return min(1.0, max(done) / epochs) if epochs and done else None
