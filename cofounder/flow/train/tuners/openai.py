"""OpenAI: files, then a job; what came out answers like any of its models."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from cofounder.flow.train.formats.limits import TARGETS
from cofounder.flow.train.tuners import checks, dates, figures, leaving, standing
from cofounder.flow.train.tuners.interface import (
    Address,
    Artifacts,
    Asked,
    Availability,
    BaseModel,
    CancelTooLate,
    Estimate,
    Event,
    Method,
    Progress,
    Remains,
    State,
    TargetClosed,
    TunerNotReady,
    TunerRefused,
)
from cofounder.flow.train.tuners.wire import Wire
from cofounder.kit import clock
from cofounder.settings import Settings

HOME = "https://api.openai.com/v1"
PRIVACY = "The lines go to OpenAI and stay there until the job is deleted here or there."
MARK = "cofounder_key"  # in a job's metadata
_HINT = "Give OpenAI's key in Settings, or set OPENAI_API_KEY."
_STATES: dict[str, State] = {
    "validating_files": "queued",
    "queued": "queued",
    "running": "running",
    "paused": "running",
    "succeeded": "succeeded",
    "failed": "failed",
    "cancelled": "cancelled",
}
_BOTH: tuple[Method, ...] = ("sft", "dpo")
_MODELS = (
    BaseModel("gpt-4.1-mini-2025-04-14", methods=_BOTH),
    BaseModel("gpt-4.1-nano-2025-04-14", methods=_BOTH),
    BaseModel("gpt-4.1-2025-04-14", methods=_BOTH),
    BaseModel("gpt-4o-mini-2024-07-18"),
    BaseModel("gpt-4o-2024-08-06", methods=_BOTH),
)


class OpenAITuner:
    target = "openai"

    def __init__(self, chosen: Settings) -> None:
        self.chosen = chosen
        self.formats: dict[Method, str] = {"sft": "openai", "dpo": "dpo"}

    async def availability(self, now: datetime) -> Availability:
        return await standing.told(lambda: self._standing(now.date()), self._announced(now.date(), {}, checked=False))

    async def _standing(self, today: date) -> Availability:
        """Raises TunerNotReady, TunerRefused, TunerAway."""
        listed = await self._wire().call("GET", "/models")
        ends = {str(one.get("id")): _day(one.get("shutdown_date")) for one in listed.get("data", [])}
        told = self._announced(today, ends, checked=True)
        if told.standing == "closed":
            return told
        jobs = await self._wire().call("GET", "/fine_tuning/jobs", params={"limit": 1})
        if not jobs.get("data"):
            words = "Nothing was ever tuned with this key's project, and OpenAI refuses who never tuned."
            return replace(told, reason=f"{told.reason} {words}")
        return told

    def _announced(self, today: date, listed: dict[str, date | None], *, checked: bool) -> Availability:
        models = tuple(
            replace(one, ends=dates.ends(one.name, listed.get(one.name)))
            for one in _MODELS
            if not checked or one.name in listed
        )
        meant = Availability("open", "OpenAI takes jobs.", privacy=PRIVACY, checked=checked)
        return standing.by_date("openai", today, models, meant)

    def _wire(self) -> Wire:
        """Raises TunerNotReady."""
        if self.chosen.openai_api_key is None:
            raise TunerNotReady("There is no key for OpenAI.", hint=_HINT)
        key = self.chosen.openai_api_key.get_secret_value()
        base = self.chosen.openai_base_url or HOME
        return Wire("OpenAI", base.rstrip("/"), {"Authorization": f"Bearer {key}"}, (key,), key_hint=_HINT)

    async def try_key(self) -> None:
        await self._wire().call("GET", "/models")

    async def validate(self, asked: Asked) -> None:
        try:
            told = await self._standing(clock.today())
        except TunerRefused as error:
            raise standing.closed(error) from error
        if told.standing == "closed":
            raise TargetClosed(told.reason)
        checks.base_model(asked, told.models)
        hyper = asked.hyper
        checks.not_settable("OpenAI", hyper, "lora_rank", "early_stopping")
        checks.in_range("epochs", hyper.epochs, 1, 50)
        checks.in_range("batch_size", hyper.batch_size, 1, 256)
        checks.in_range("learning_rate", hyper.learning_rate, 0.01, 10)
        await checks.lines(asked, TARGETS["openai"])

    async def estimate(self, asked: Asked) -> Estimate:
        epochs = asked.hyper.epochs or usual_epochs(asked.files.train_lines)
        price = dates.TRAINING_USD.get(asked.base_model)
        tokens = asked.files.train_tokens * epochs
        return Estimate(
            training_usd=None if price is None else price * tokens / 1_000_000,
            serving_usd_month=Decimal(0),
            seconds=None,
            basis=f"{tokens:,} trained tokens, estimated high, in {epochs} epochs, at the price of {dates.AS_OF:%B %Y}.",
            note=(
                "A tuned model costs nothing while nobody asks it, and more a token than its base model when somebody does. "
                f"OpenAI tells no duration. {dates.CLOSING['openai'].why}"
            ),
        )

    async def create(self, asked: Asked) -> str:
        there = await self.find(asked.key)
        if there is not None:
            return there
        body: dict[str, Any] = {
            "model": asked.base_model,
            "training_file": await self._file(asked, "train"),
            "suffix": asked.model_name[:64],
            "seed": asked.hyper.seed,
            "metadata": {MARK: asked.key, "role": asked.role},
            "method": _method(asked),
        }
        if asked.files.validation is not None:
            body["validation_file"] = await self._file(asked, "validation")
        try:
            made = await self._wire().call("POST", "/fine_tuning/jobs", json=body)
        except TunerRefused as error:
            raise standing.closed(error) from error
        return str(made["id"])

    async def find(self, key: str) -> str | None:
        params: dict[str, Any] = {"limit": 100, f"metadata[{MARK}]": key}
        while True:
            page = await self._wire().call("GET", "/fine_tuning/jobs", params=params)
            jobs = page.get("data", [])
            for one in jobs:
                in_vain = one.get("status") in ("failed", "cancelled")
                if (one.get("metadata") or {}).get(MARK) == key and not in_vain:
                    return str(one["id"])
            if not page.get("has_more") or not jobs:
                return None
            params["after"] = jobs[-1]["id"]

    async def _file(self, asked: Asked, part: str) -> str:
        """The id of the file at OpenAI: one that an earlier attempt left there, else a new one."""
        path = asked.files.train if part == "train" else asked.files.validation
        assert path is not None
        name, size = f"{asked.key}-{part}.jsonl", path.stat().st_size
        for one in await self._files():
            if one.get("filename") == name and one.get("bytes") == size and one.get("status") != "error":
                return str(one["id"])
        with path.open("rb") as opened:
            made = await self._wire().call(
                "POST",
                "/files",
                data={"purpose": "fine-tune"},
                files={"file": (name, opened, "application/jsonl")},
            )
        return str(made["id"])

    async def _files(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        params: dict[str, Any] = {"purpose": "fine-tune", "limit": 10_000}
        while True:
            page = await self._wire().call("GET", "/files", params=params)
            found += page.get("data", [])
            if not page.get("has_more") or not page.get("data"):
                return found
            params["after"] = page["data"][-1]["id"]

    async def progress(self, remote_id: str) -> Progress:
        job = await self._job(remote_id)
        raw = str(job.get("status"))
        state = _STATES.get(raw, "running")
        tokens = figures.count(job.get("trained_tokens"))
        price = dates.TRAINING_USD.get(str(job.get("model")))
        return Progress(
            state=state,
            share=await self._share(remote_id) if state == "running" else (1.0 if state == "succeeded" else None),
            error=self._error(job) if state == "failed" else None,
            trained_tokens=tokens,
            cost_usd=price * tokens / 1_000_000 if price is not None and tokens is not None else None,
            model=job.get("fine_tuned_model"),
            finishes_at=figures.moment(job.get("estimated_finish")),
            raw_state=raw,
        )

    async def _job(self, remote_id: str) -> dict[str, Any]:
        return await self._wire().call("GET", f"/fine_tuning/jobs/{remote_id}")

    def _error(self, job: dict[str, Any]) -> str:
        error = job.get("error") or {}
        return self._wire().without_secrets(str(error.get("message") or "OpenAI gives no reason."))[:1_000]

    async def _share(self, remote_id: str) -> float | None:
        """How much of a running job is done, by its newest measured step."""
        page = await self._wire().call("GET", f"/fine_tuning/jobs/{remote_id}/events", params={"limit": 20})
        for one in page.get("data", []):
            data = one.get("data") or {}
            step, steps = figures.count(data.get("step")), figures.count(data.get("total_steps"))
            if step is not None and steps:
                return min(1.0, step / steps)
        return None

    async def events(self, remote_id: str, after: str | None) -> Sequence[Event]:
        """OpenAI lists the newest first, several a second, and `after` means older ones there.

        A second is read to its beginning, so that its events are numbered alike each time.
        """
        found: list[dict[str, Any]] = []
        params: dict[str, Any] = {"limit": 100}
        until = int(after.partition("-")[0]) if after else -1
        while True:
            page = await self._wire().call("GET", f"/fine_tuning/jobs/{remote_id}/events", params=params)
            told = page.get("data", [])
            found += told
            if not page.get("has_more") or not told or told[-1]["created_at"] < until:
                break
            params["after"] = told[-1]["id"]
        numbers: Counter[int] = Counter()
        made = []
        for one in reversed(found):
            numbers[one["created_at"]] += 1
            made.append(_event(one, numbers[one["created_at"]]))
        return [one for one in made if after is None or one.id > after]

    async def cancel(self, remote_id: str) -> None:
        try:
            await self._wire().call("POST", f"/fine_tuning/jobs/{remote_id}/cancel")
        except TunerRefused as error:
            state = (await self.progress(remote_id)).state
            if state == "cancelled":
                return
            if state in ("succeeded", "failed"):
                raise CancelTooLate(f"OpenAI has ended the job already: it {state}.") from error
            raise CancelTooLate(error.detail) from error

    async def artifacts(self, remote_id: str) -> Artifacts:
        job = await self._job(remote_id)
        if not job.get("fine_tuned_model"):
            raise TunerRefused("OpenAI has no model of this job.")
        checkpoints = await self._wire().call(
            "GET", f"/fine_tuning/jobs/{remote_id}/checkpoints", params={"limit": 100}
        )
        return Artifacts(
            remote=job["fine_tuned_model"],
            details={
                "trained_tokens": job.get("trained_tokens"),
                "hyperparameters": job.get("hyperparameters"),
                "checkpoints": [
                    {name: one.get(name) for name in ("fine_tuned_model_checkpoint", "step_number", "metrics")}
                    for one in checkpoints.get("data", [])
                ],
            },
        )

    async def serve(self, artifacts: Artifacts, model_name: str) -> Address:
        """Nothing has to be started; that the model is there is looked up."""
        assert artifacts.remote is not None
        await self._wire().call("GET", f"/models/{artifacts.remote}")
        return Address("openai", artifacts.remote, self.chosen.openai_base_url)

    async def rest(self, left: Remains) -> bool:
        return False

    async def delete(self, left: Remains) -> str:
        wire = self._wire()
        remote_id = left.remote_id or await self.find(left.key)
        job: dict[str, Any] = {}
        if remote_id is not None:
            await leaving.stopped(self, remote_id, "OpenAI")
            job = await wire.call("GET", f"/fine_tuning/jobs/{remote_id}", gone_is_fine=True)
        model = job.get("fine_tuned_model") or left.model
        if model:
            await wire.call("DELETE", f"/models/{model}", gone_is_fine=True)
        named = (f"{left.key}-train.jsonl", f"{left.key}-validation.jsonl")  # those of an attempt without a job too
        files = [job.get("training_file"), job.get("validation_file"), *job.get("result_files", [])]
        files += [one["id"] for one in await self._files() if one.get("filename") in named]
        for one in dict.fromkeys(filter(None, files)):
            await wire.call("DELETE", f"/files/{one}", gone_is_fine=True)
        return ""


def usual_epochs(lines: int) -> int:
    """Epochs that a dataset of so many lines usually gets when none are set: three, and more where it is very small."""
    return max(3, min(25, -(-100 // max(lines, 1))))


def _method(asked: Asked) -> dict[str, Any]:
    hyper = asked.hyper
    given = {
        "n_epochs": hyper.epochs,
        "batch_size": hyper.batch_size,
        "learning_rate_multiplier": hyper.learning_rate,
    }
    kind = "supervised" if asked.method == "sft" else "dpo"
    settings = {name: value for name, value in given.items() if value is not None}
    return {"type": kind, kind: {"hyperparameters": settings}}


def _event(given: dict[str, Any], number: int) -> Event:
    """An event, the so-and-so-manieth of its second."""
    at, data = int(given["created_at"]), given.get("data") or {}
    level = given.get("level")
    return Event(
        id=f"{at:012d}-{number:04d}",
        at=datetime.fromtimestamp(at, UTC),
        message=str(given.get("message") or ""),
        level="warning" if level in ("warn", "warning") else "error" if level == "error" else "info",
        step=data.get("step"),
        loss=data.get("train_loss"),
        eval_loss=data.get("full_valid_loss", data.get("valid_loss")),
    )


def _day(given: Any) -> date | None:
    """A day as a text or as seconds; None for anything else."""
    seconds = figures.moment(given)
    if seconds is not None:
        return seconds.date()
    try:
        return date.fromisoformat(str(given)[:10])
    except ValueError:
        return None
