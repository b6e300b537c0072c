"""Together: files, then a job; what came out answers from an endpoint that is paid by the minute."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from cofounder.flow.train.formats.limits import TARGETS
from cofounder.flow.train.tuners import checks, dates, figures, leaving, standing
from cofounder.flow.train.tuners import together_words as its
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

HOME = "https://api.together.xyz/v1"
PRIVACY = "The lines go to Together and stay there until the job is deleted here or there."
PROBE = "cofounder-price-probe.jsonl"  # holds no line of any dataset
IDLE_MINUTES = 60  # an endpoint that nobody asks for so long stops itself
_EPOCHS = 3  # where none are set
_HINT = "Give Together's key in Settings, or set TOGETHER_API_KEY."
_STATES: dict[str, State] = {
    "pending": "queued",
    "queued": "queued",
    "running": "running",
    "compressing": "running",
    "uploading": "running",
    "cancel_requested": "cancelling",
    "cancelled": "cancelled",
    "error": "failed",
    "completed": "succeeded",
}
_MODELS = tuple(
    BaseModel(name, methods=("sft", "dpo"))
    for name in (
        "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference",
        "meta-llama/Llama-3.3-70B-Instruct-Reference",
        "Qwen/Qwen3-8B",
        "google/gemma-3-4b-it",
    )
)  # shown while Together itself cannot be asked


class TogetherTuner:
    target = "together"

    def __init__(self, chosen: Settings) -> None:
        self.chosen = chosen
        self.formats: dict[Method, str] = {"sft": "openai", "dpo": "dpo"}

    async def availability(self, now: datetime) -> Availability:
        meanwhile = Availability("open", "It was open when last announced.", None, _MODELS, PRIVACY)
        return await standing.told(lambda: self._standing(now), meanwhile)

    async def _standing(self, now: datetime) -> Availability:
        """Raises TunerNotReady, TunerRefused, TunerAway."""
        words = (
            f"Together takes jobs; keeping a tuned model reachable is paid by the minute. {dates.TOGETHER_ENDPOINTS}"
        )
        meant = Availability("open", words, privacy=PRIVACY, checked=True)
        return standing.by_date("together", now.date(), await self._models(), meant)

    async def _models(self) -> tuple[BaseModel, ...]:
        """What Together offers to tune, as it says now. Raises TunerNotReady, TunerRefused, TunerAway."""
        told = await self._wire().call("GET", "/fine-tunes/models/supported")
        listed = told.get("models") or told.get("data") or []
        names = [one if isinstance(one, str) else str(one.get("name") or one.get("id")) for one in listed]
        return tuple(BaseModel(one, dates.ends(one), ("sft", "dpo")) for one in names)

    def _wire(self) -> Wire:
        """Raises TunerNotReady."""
        if self.chosen.together_api_key is None:
            raise TunerNotReady("There is no key for Together.", hint=_HINT)
        key = self.chosen.together_api_key.get_secret_value()
        base = self.chosen.together_base_url or HOME
        return Wire("Together", base.rstrip("/"), {"Authorization": f"Bearer {key}"}, (key,), key_hint=_HINT)

    async def try_key(self) -> None:
        await self._models()

    async def validate(self, asked: Asked) -> None:
        try:
            told = await self._standing(clock.now())
        except TunerRefused as error:
            raise standing.closed(error) from error
        if told.standing == "closed":
            raise TargetClosed(told.reason)
        checks.base_model(asked, told.models)
        await self._in_limits(asked)
        await checks.lines(asked, TARGETS["together"])

    async def _in_limits(self, asked: Asked) -> None:
        """The settings, by the limits that Together tells for the base model. Raises JobSettingInvalid."""
        hyper = asked.hyper
        checks.not_settable("Together", hyper, "early_stopping")
        limits = await self._wire().call("GET", "/fine-tunes/models/limits", params={"model_name": asked.base_model})
        checks.in_range("epochs", hyper.epochs, 1, min(50, limits.get("max_num_epochs") or 50))
        checks.in_range(
            "learning_rate",
            hyper.learning_rate,
            limits.get("min_learning_rate") or 1e-8,
            limits.get("max_learning_rate") or 1,
        )
        training = limits.get("full_training" if hyper.lora_rank == 0 else "lora_training") or {}
        if hyper.lora_rank:
            checks.in_range("lora_rank", hyper.lora_rank, 1, training.get("max_rank") or 64)
        checks.in_range(
            "batch_size", hyper.batch_size, training.get("min_batch_size") or 1, training.get("max_batch_size") or 1_024
        )

    async def estimate(self, asked: Asked) -> Estimate:
        """Together's own price for a file of a known length that holds no line of the dataset, scaled to its tokens."""
        told = await self._price(asked)
        tokens = asked.files.train_tokens * (asked.hyper.epochs or _EPOCHS)
        counted = figures.count(told.get("estimated_train_token_count"))
        price = figures.usd(told.get("estimated_total_price"))
        each = price / counted if price is not None and counted else None
        serving, words = await self._serving(asked.base_model)
        note = (
            [words]
            if each is not None
            else [f"Together tells no price: {told.get('unavailable_reason') or 'no reason'}.", words]
        )
        return Estimate(
            training_usd=None if each is None else each * tokens,
            serving_usd_month=serving,
            seconds=None,
            basis=f"{tokens:,} trained tokens, estimated high, at the price that Together tells today for a token.",
            note=" ".join([*note, "Together tells no duration before a job runs."]),
        )

    async def _price(self, asked: Asked) -> dict[str, Any]:
        """What Together says of a price; why it says none, where it refuses."""
        body = {
            "training_file": await self._probe(),
            "model": asked.base_model,
            "n_epochs": 1,
            "n_evals": 0,
            "training_type": its.training_type(asked),
            "training_method": its.training_method(asked),
        }
        try:
            return await self._wire().call("POST", "/fine-tunes/estimate-price", json=body)
        except TunerRefused as error:
            return {"unavailable_reason": error.detail}

    async def _probe(self) -> str:
        """The id of a file of plain words, by which a price is asked."""
        for one in await self._files():
            if one.get("filename") == PROBE:
                return str(one["id"])
        line = b'{"messages":[{"role":"user","content":"%s"},{"role":"assistant","content":"%s"}]}\n' % (
            b" the" * 250,
            b" the" * 250,
        )
        return await self._upload(PROBE, line * 100)

    async def _serving(self, model: str) -> tuple[Decimal | None, str]:
        """(US dollars a month of the cheapest hardware that never stops, in words)."""
        try:
            told = await self._wire().call("GET", "/hardware", params={"model": model})
        except TunerRefused as error:
            return None, f"What an endpoint costs is not told: {error.detail}"
        cheapest = its.cheapest(told.get("data", []))
        if cheapest is None:
            return None, "Together tells no price of an endpoint for this model."
        month = Decimal(str(cheapest["pricing"]["cents_per_minute"])) / 100 * 60 * 24 * 30
        return month, (
            f"An endpoint on {cheapest['id']} costs that when it never stops; it stops itself after {IDLE_MINUTES} idle "
            "minutes."
        )

    async def create(self, asked: Asked) -> str:
        there = await self.find(asked.key)
        if there is not None:
            return there
        hyper = asked.hyper
        body: dict[str, Any] = {
            "model": asked.base_model,
            "training_file": await self._file(asked, "train"),
            "n_epochs": hyper.epochs or _EPOCHS,
            "n_checkpoints": 1,
            "batch_size": hyper.batch_size or "max",
            "learning_rate": hyper.learning_rate or 1e-5,
            "suffix": asked.key,  # all that a job carries of ours
            "random_seed": hyper.seed,
            "training_type": its.training_type(asked),
            "training_method": its.training_method(asked),
        }
        if asked.files.validation is not None:
            body |= {"validation_file": await self._file(asked, "validation"), "n_evals": 5}
        try:
            made = await self._wire().call("POST", "/fine-tunes", json=body)
        except TunerRefused as error:
            raise standing.closed(error) from error
        return str(made["id"])

    async def find(self, key: str) -> str | None:
        """By its suffix, or by the files that were uploaded for it."""
        jobs = (await self._wire().call("GET", "/fine-tunes")).get("data", [])
        alive = [
            one for one in jobs if _STATES.get(str(one.get("status"))) not in ("failed", "cancelling", "cancelled")
        ]
        if not alive:
            return None
        files = {one["id"] for one in await self._files() if one.get("filename") == f"{key}-train.jsonl"}
        for one in alive:
            named = one.get("suffix") == key or f"-{key}-" in f"{one.get('model_output_name') or ''}-"
            if named or one.get("training_file") in files:
                return str(one["id"])
        return None

    async def _file(self, asked: Asked, part: str) -> str:
        """The id of the file at Together: one that an earlier attempt left there, else a new one."""
        path = asked.files.train if part == "train" else asked.files.validation
        assert path is not None
        name, size = f"{asked.key}-{part}.jsonl", path.stat().st_size
        for one in await self._files():
            if one.get("filename") == name and one.get("bytes") == size:
                return str(one["id"])
        with path.open("rb") as opened:
            return await self._upload(name, opened)

    async def _upload(self, name: str, content: Any) -> str:
        made = await self._wire().call(
            "POST",
            "/files/upload",
            data={"purpose": "fine-tune", "file_name": name, "file_type": "jsonl"},
            files={"file": (name, content, "application/jsonl")},
        )
        return str(made["id"])

    async def _files(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self._wire().call("GET", "/files")).get("data", [])
        return found

    async def progress(self, remote_id: str) -> Progress:
        job = await self._wire().call("GET", f"/fine-tunes/{remote_id}")
        raw = str(job.get("status"))
        state = _STATES.get(raw, "running")
        price = figures.count(job.get("total_price"))  # thousand-millionths of a US dollar
        left = (job.get("progress") or {}) if state == "running" else {}
        epochs = job.get("n_epochs") or 0
        return Progress(
            state=state,
            share=1.0 if state == "succeeded" else its.share(job, epochs) if state == "running" else None,
            error=await self._error(remote_id) if state == "failed" else None,
            trained_tokens=job.get("token_count") or None,
            cost_usd=Decimal(price) / 1_000_000_000 if price else None,
            model=job.get("model_output_name") if state == "succeeded" else None,
            finishes_at=figures.moment(clock.now().timestamp() + (figures.amount(left.get("seconds_remaining")) or 0))
            if left.get("estimate_available")
            else None,
            raw_state=raw,
        )

    async def _error(self, remote_id: str) -> str:
        """The last thing that Together said of a job that failed."""
        said = await self.events(remote_id, None)
        errors = [one.message for one in said if one.level == "error"] or [one.message for one in said[-1:]]
        return self._wire().without_secrets(errors[-1] if errors else "Together gives no reason.")[:1_000]

    async def events(self, remote_id: str, after: str | None) -> Sequence[Event]:
        told = (await self._wire().call("GET", f"/fine-tunes/{remote_id}/events")).get("data", [])
        measured = await self._wire().call("GET", f"/fine-tunes/{remote_id}/metrics", gone_is_fine=True)
        made = [its.event(one) for one in told] + [its.point(one) for one in measured.get("metrics") or []]
        return sorted((one for one in made if after is None or one.id > after), key=lambda one: one.id)

    async def cancel(self, remote_id: str) -> None:
        state = (await self.progress(remote_id)).state
        if state in ("cancelling", "cancelled"):
            return
        if state not in ("succeeded", "failed"):
            try:
                await self._wire().call("POST", f"/fine-tunes/{remote_id}/cancel")
            except TunerRefused as error:
                state = (await self.progress(remote_id)).state
                if state in ("cancelling", "cancelled"):
                    return
                raise CancelTooLate(error.detail) from error
            return
        raise CancelTooLate(f"Together has ended the job already: it {state}.")

    async def artifacts(self, remote_id: str) -> Artifacts:
        job = await self._wire().call("GET", f"/fine-tunes/{remote_id}")
        if job.get("status") != "completed" or not job.get("model_output_name"):
            raise TunerRefused("Together has no model of this job.")
        names = ("model", "token_count", "total_price", "n_epochs", "learning_rate", "batch_size", "training_type")
        return Artifacts(remote=job["model_output_name"], details={one: job.get(one) for one in names})

    async def serve(self, artifacts: Artifacts, model_name: str) -> Address:
        """Start an endpoint for the model, or find the one there is; it stops itself when nobody asks it."""
        model = artifacts.remote
        assert model is not None
        wire = self._wire()
        found = next((one for one in await self._endpoints() if one.get("model") == model), None)
        if found is not None and found.get("state") in ("STOPPED", "STOPPING", "ERROR"):
            await wire.call("PATCH", f"/endpoints/{found['id']}", json={"state": "STARTED"})
        elif found is None:
            hardware = its.cheapest((await wire.call("GET", "/hardware", params={"model": model})).get("data", []))
            if hardware is None:
                raise TunerRefused("Together has no hardware free for this model.")
            found = await wire.call(
                "POST",
                "/endpoints",
                json={
                    "model": model,
                    "hardware": hardware["id"],
                    "autoscaling": {"min_replicas": 1, "max_replicas": 1},
                    "display_name": model_name,
                    "inactive_timeout": IDLE_MINUTES,
                },
            )
        return Address("together", str(found.get("name") or model), self.chosen.together_base_url or HOME)

    async def _endpoints(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (
            await self._wire().call("GET", "/endpoints", params={"type": "dedicated", "mine": "true"})
        ).get("data", [])
        return found

    async def rest(self, left: Remains) -> bool:
        """Stop the endpoint, which is paid by the minute."""
        running = [
            one
            for one in (await self._endpoints() if left.model else [])
            if one.get("model") == left.model and one.get("state") not in ("STOPPED", "STOPPING")
        ]
        for one in running:
            await self._wire().call("PATCH", f"/endpoints/{one['id']}", json={"state": "STOPPED"}, gone_is_fine=True)
        return bool(running)

    async def delete(self, left: Remains) -> str:
        """The endpoint first, which costs; then the files; the job with its model last, so that a repeat finds the rest."""
        wire = self._wire()
        remote_id = left.remote_id or await self.find(left.key)
        job: dict[str, Any] = {}
        if remote_id is not None:
            await leaving.stopped(self, remote_id, "Together")
            job = await wire.call("GET", f"/fine-tunes/{remote_id}", gone_is_fine=True)
        model = job.get("model_output_name") or left.model
        for one in await self._endpoints() if model else []:
            if one.get("model") == model:
                await wire.call("DELETE", f"/endpoints/{one['id']}", gone_is_fine=True)
        named = (f"{left.key}-train.jsonl", f"{left.key}-validation.jsonl")
        files = [one["id"] for one in await self._files() if one.get("filename") in named]
        for one in dict.fromkeys(filter(None, [job.get("training_file"), job.get("validation_file"), *files])):
            await wire.call("DELETE", f"/files/{one}", gone_is_fine=True)
        if remote_id is not None:
            await wire.call("DELETE", f"/fine-tunes/{remote_id}", params={"force": "true"}, gone_is_fine=True)
        return ""
