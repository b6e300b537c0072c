"""Claude, Nova and Llama on Amazon Bedrock: lines in a bucket, then a job; what came out answers from a deployment."""

import asyncio
import csv
import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cofounder.flow.train.tuners import aws, checks, dates, families, figures, leaving, standing
from cofounder.flow.train.tuners.interface import (
    Address,
    Artifacts,
    Asked,
    Availability,
    BaseModel,
    CancelTooLate,
    DatasetUnfit,
    Estimate,
    Event,
    Method,
    Progress,
    Remains,
    State,
    TargetClosed,
    TunerAway,
    TunerNotReady,
    TunerRefused,
)
from cofounder.flow.train.tuners.wire import status_of
from cofounder.kit import clock
from cofounder.settings import Settings

PRIVACY = "The lines go to your bucket at AWS and stay there until the job is deleted; the model stays in your account."
MARK = "cofounder_key"  # a tag of a job
_STATES: dict[str, State] = {
    "InProgress": "running",
    "Completed": "succeeded",
    "Failed": "failed",
    "Stopping": "cancelling",
    "Stopped": "cancelled",
}
_PHASES = ("validationDetails", "dataProcessingDetails", "trainingDetails")
_PAUSES = (0, 0.2, 1, 3)  # seconds between looks at what AWS starts or removes; later looks are another call's


class BedrockTuner:
    target = "bedrock"

    def __init__(self, chosen: Settings) -> None:
        self.chosen = chosen
        self.formats: dict[Method, str] = {"sft": "bedrock"}
        self._account = aws.Account(chosen)

    async def availability(self, now: datetime) -> Availability:
        meanwhile = Availability("open", "What is offered is told when it answers.", privacy=PRIVACY)
        return await standing.told(lambda: self._standing(now), meanwhile)

    async def _standing(self, now: datetime) -> Availability:
        """Raises TunerNotReady, TunerRefused, TunerAway."""
        models = await self._models()
        left = [one for one in models if one.ends is None or one.ends > now.date()]
        said = {found.people_say for one in left if (found := families.family(one.name)) is not None}
        words = f"Bedrock offers {', '.join(sorted(said))} for tuning in {self.chosen.bedrock_region}."
        if "Claude" not in said:
            words = f"{words} {dates.NO_CLAUDE}"
        meant = Availability("open", words, privacy=PRIVACY, checked=True)
        return standing.by_date("bedrock", now.date(), models, meant)

    async def _models(self) -> tuple[BaseModel, ...]:
        """What Bedrock lists for tuning now, with its lifecycle. Raises TunerNotReady, TunerRefused, TunerAway."""
        told = await self._bedrock("list_foundation_models", byCustomizationType="FINE_TUNING", byOutputModality="TEXT")
        found = []
        for one in told.get("modelSummaries", []):
            if families.family(one["modelId"]) is None:
                continue
            life = one.get("modelLifecycle") or {}
            ends = life.get("endOfLifeTime")
            note = "Bedrock calls it legacy." if life.get("status") == "LEGACY" else ""
            found.append(
                BaseModel(one["modelId"], dates.ends(one["modelId"], ends.date() if ends else None), ("sft",), note)
            )
        return tuple(found)

    async def _bedrock(self, operation: str, *, gone_is_fine: bool = False, **given: Any) -> dict[str, Any]:
        """Raises TunerNotReady, TunerRefused, TunerAway."""
        names = ("bedrock_region", "bedrock_bucket", "bedrock_role_arn")
        missing = [name for name in names if not getattr(self.chosen, name)]
        if missing:
            raise TunerNotReady(
                f"For Bedrock there is no {' and no '.join(missing)}.",
                hint="Give them in Settings; the role must be one that Bedrock may take and that reaches the bucket.",
            )
        return await self._account.call("bedrock", operation, gone_is_fine=gone_is_fine, **given)

    @property
    def _bucket(self) -> str:
        return self.chosen.bedrock_bucket or ""

    async def try_key(self) -> None:
        await self._models()

    async def validate(self, asked: Asked) -> None:
        try:
            told = await self._standing(clock.now())
            await self._account.call("s3", "head_bucket", Bucket=self._bucket)
        except TunerRefused as error:
            if status_of(error) == 404:
                raise TunerNotReady(
                    f"There is no bucket {self._bucket}.", hint="Make it, or name another in Settings."
                ) from error
            raise standing.closed(error) from error
        if told.standing == "closed":
            raise TargetClosed(told.reason)
        checks.base_model(asked, told.models)
        found = families.family(asked.base_model)
        assert found is not None
        checks.not_settable("Bedrock", asked.hyper, "lora_rank")
        families.check(found, asked.hyper)
        await checks.lines(asked, found.limits)
        for part in ("train", "validation"):
            await asyncio.to_thread(families.written, found, asked, part)

    async def estimate(self, asked: Asked) -> Estimate:
        """Bedrock has no call for a price, and prices differ by region."""
        tokens = asked.files.train_tokens * (asked.hyper.epochs or 2)
        claude = asked.base_model.startswith("anthropic.")
        note = (
            "Claude that was tuned answers only from provisioned throughput, which AWS sells by the hour."
            if claude
            else f"Keeping the model costs US$ {dates.BEDROCK_STORAGE_USD} a month; a deployment costs nothing while nobody "
            "asks it."
        )
        return Estimate(
            training_usd=None,
            serving_usd_month=None if claude else dates.BEDROCK_STORAGE_USD,
            seconds=None,
            basis=f"{tokens:,} trained tokens, estimated high.",
            note=f"AWS tells no price and no duration to programs; its price list has one by model and region. {note}",
        )

    async def create(self, asked: Asked) -> str:
        found = families.family(asked.base_model)
        if found is None:
            raise DatasetUnfit(f"How lines for {asked.base_model} have to look is not known.", field="base_model")
        there, in_vain = await self._jobs_of(asked.key)
        if there is not None:
            return there
        name = asked.key.strip("-") + (f"-{in_vain + 1}" if in_vain else "")
        given: dict[str, Any] = {
            "jobName": name,
            "customModelName": re.sub("-{2,}", "-", f"{asked.model_name[:22]}-{name}")[:63].strip("-"),
            "roleArn": self.chosen.bedrock_role_arn,
            "clientRequestToken": name,
            "baseModelIdentifier": asked.base_model,
            "customizationType": "FINE_TUNING",
            "hyperParameters": families.settings(found, asked.hyper),
            "trainingDataConfig": {"s3Uri": await self._put(found, asked, "train")},
            "outputDataConfig": {"s3Uri": f"s3://{self._bucket}/{_under(asked.key)}out/"},
            "jobTags": [{"key": MARK, "value": asked.key}],
        }
        if asked.files.validation is not None:
            address = await self._put(found, asked, "validation")
            given["validationDataConfig"] = {"validators": [{"s3Uri": address}]}
        try:
            await self._bedrock("create_model_customization_job", **given)
        except TunerRefused as error:
            there, _ = await self._jobs_of(asked.key)  # another attempt may have been first: names are unique
            if there is not None:
                return there
            raise standing.closed(error) from error
        return name

    async def find(self, key: str) -> str | None:
        return (await self._jobs_of(key))[0]

    async def _jobs_of(self, key: str) -> tuple[str | None, int]:
        """(the name of the job with this key that was not in vain, how many were)."""
        found, in_vain = None, 0
        given: dict[str, Any] = {"nameContains": key.strip("-"), "maxResults": 100}
        pattern = re.compile(rf"{re.escape(key.strip('-'))}(-\d+)?")
        while True:
            page = await self._bedrock("list_model_customization_jobs", **given)
            for one in page.get("modelCustomizationJobSummaries", []):
                if not pattern.fullmatch(one["jobName"]):
                    continue
                if one["status"] in ("InProgress", "Completed"):
                    found = one["jobName"]
                else:
                    in_vain += 1
            if not page.get("nextToken"):
                return found, in_vain
            given["nextToken"] = page["nextToken"]

    async def _put(self, found: families.Family, asked: Asked, part: str) -> str:
        path = await asyncio.to_thread(families.written, found, asked, part)
        assert path is not None
        return await self._account.put(self._bucket, f"{_under(asked.key)}{part}.jsonl", path)

    async def _job(self, remote_id: str, *, gone_is_fine: bool = False) -> dict[str, Any]:
        return await self._bedrock("get_model_customization_job", gone_is_fine=gone_is_fine, jobIdentifier=remote_id)

    async def progress(self, remote_id: str) -> Progress:
        job = await self._job(remote_id)
        raw = str(job.get("status"))
        state = _STATES.get(raw, "running")
        phases = [((job.get("statusDetails") or {}).get(one) or {}).get("status") for one in _PHASES]
        if state == "running" and phases[2] == "NotStarted":
            state = "queued"
        done = phases.count("Completed") / len(_PHASES) if any(phases) else None
        return Progress(
            state=state,
            share=1.0 if state == "succeeded" else done if state in ("queued", "running") else None,
            error=str(job.get("failureMessage") or "Bedrock gives no reason.")[:1_000] if state == "failed" else None,
            model=job.get("outputModelArn") if state == "succeeded" else None,
            raw_state=raw,
        )

    async def events(self, remote_id: str, after: str | None) -> Sequence[Event]:
        """Bedrock keeps no list of events: its phases, its end, and the losses that it leaves in the bucket become one."""
        job = await self._job(remote_id)
        made = [Event(id="0", at=job["creationTime"], message="Bedrock took the job.")]
        for number, (phase, words) in enumerate(
            zip(_PHASES, ("Checking the lines", "Preparing them", "Training"), strict=True), 1
        ):
            told = (job.get("statusDetails") or {}).get(phase) or {}
            if told.get("status") not in (None, "NotStarted"):
                at = told.get("creationTime") or job["creationTime"]
                made.append(Event(id=f"{number}", at=at, message=f"{words}: begun."))
        ended = _STATES.get(str(job.get("status")), "running")
        at = job.get("endTime") or job.get("lastModifiedTime") or job["creationTime"]
        if ended == "succeeded":
            made += await self._losses(job, at)
        if ended in ("succeeded", "failed", "cancelled"):
            words = f"Bedrock ended the job: it {ended}."
            reason = f" {job.get('failureMessage')}" if ended == "failed" else ""
            made.append(Event(id="9", at=at, message=words + reason, level="error" if reason else "info"))
        return [one for one in made if after is None or one.id > after]

    async def _losses(self, job: dict[str, Any], at: datetime) -> list[Event]:
        """The curve, from step_wise_training_metrics.csv in the job's output."""
        under = str((job.get("outputDataConfig") or {}).get("s3Uri") or "").partition(f"s3://{self._bucket}/")[2]
        names = await self._account.names(self._bucket, under) if under else []
        name = next((one for one in names if one.endswith("step_wise_training_metrics.csv")), None)
        if name is None:
            return []
        body = (await self._account.call("s3", "get_object", Bucket=self._bucket, Key=name))["Body"].decode()
        made = []
        for row in csv.DictReader(io.StringIO(body)):
            step, loss = figures.count(_number(row.get("step_number"))) or 0, _number(row.get("training_loss"))
            made.append(Event(id=f"5-{step:08d}", at=at, message=f"Step {step}", step=step, loss=loss))
        return made

    async def cancel(self, remote_id: str) -> None:
        state = (await self.progress(remote_id)).state
        if state in ("cancelling", "cancelled"):
            return
        if state in ("succeeded", "failed"):
            raise CancelTooLate(f"Bedrock has ended the job already: it {state}.")
        try:
            await self._bedrock("stop_model_customization_job", jobIdentifier=remote_id)
        except TunerRefused as error:
            if (await self.progress(remote_id)).state not in ("cancelling", "cancelled"):
                raise CancelTooLate(error.detail) from error

    async def artifacts(self, remote_id: str) -> Artifacts:
        job = await self._job(remote_id)
        if job.get("status") != "Completed" or not job.get("outputModelArn"):
            raise TunerRefused("Bedrock has no model of this job.")
        losses = [one.get("validationLoss") for one in job.get("validationMetrics", [])]
        return Artifacts(
            remote=job["outputModelArn"],
            details={
                "base_model": job.get("baseModelArn"),
                "name": job.get("outputModelName"),
                "training_loss": (job.get("trainingMetrics") or {}).get("trainingLoss"),
                "validation_losses": losses,
                "hyperparameters": job.get("hyperParameters"),
            },
        )

    async def serve(self, artifacts: Artifacts, model_name: str) -> Address:
        """Deploy the model to be asked on demand. Raises TunerAway while AWS is at it: the next call finds it."""
        model = artifacts.remote
        assert model is not None
        for pause in _PAUSES:
            await asyncio.sleep(pause)
            found = next(iter(await self._deployments(model)), None)
            if found is None:
                await self._deploy(model, model_name)
            elif found["status"] == "Active":
                return Address("bedrock", found["customModelDeploymentArn"])
            elif found["status"] == "Failed":
                raise TunerRefused(f"Bedrock could not deploy the model: {found.get('failureMessage') or 'no reason.'}")
        raise TunerAway("Bedrock is still deploying the model.", retry_after=60)

    async def _deploy(self, model: str, model_name: str) -> None:
        name = f"{re.sub('-{2,}', '-', model_name)[:40].strip('-')}-{model.rsplit('/', 1)[-1][-12:]}"
        try:
            await self._bedrock("create_custom_model_deployment", modelDeploymentName=name, modelArn=model)
        except TunerRefused as error:
            raise TunerRefused(
                error.detail,
                hint="A model that cannot be deployed on demand needs provisioned throughput, bought at AWS.",
            ) from error

    async def _deployments(self, model: str) -> list[dict[str, Any]]:
        told = await self._bedrock("list_custom_model_deployments", modelArnEquals=model)
        found: list[dict[str, Any]] = told.get("modelDeploymentSummaries", [])
        return found

    async def rest(self, left: Remains) -> bool:
        return False  # a deployment on demand costs nothing while nobody asks it

    async def delete(self, left: Remains) -> str:
        """Deployments, the model, lines and output."""
        remote_id = left.remote_id or await self.find(left.key)
        job: dict[str, Any] = {}
        if remote_id is not None:
            await leaving.stopped(self, remote_id, "AWS")
            job = await self._job(remote_id, gone_is_fine=True)
        model = job.get("outputModelArn") or left.model
        if model:
            for one in await self._deployments(model):
                await self._bedrock(
                    "delete_custom_model_deployment",
                    gone_is_fine=True,
                    customModelDeploymentIdentifier=one["customModelDeploymentArn"],
                )
            await self._delete_model(model)
        address = str((job.get("trainingDataConfig") or {}).get("s3Uri") or "").removeprefix("s3://")
        told = address.partition("/")  # another bucket than today's, where that was changed since
        for bucket in dict.fromkeys(filter(None, [told[0], self._bucket])):
            for name in await self._account.names(bucket, _under(left.key)):
                await self._account.call("s3", "delete_object", gone_is_fine=True, Bucket=bucket, Key=name)
        return ""

    async def _delete_model(self, model: str) -> None:
        for pause in _PAUSES:
            await asyncio.sleep(pause)
            try:
                await self._bedrock("delete_custom_model", gone_is_fine=True, modelIdentifier=model)
                return
            except TunerRefused as error:
                if error.extra.get("provider_code") not in ("ConflictException", "ResourceInUseException"):
                    raise
        raise TunerAway("Bedrock is still removing the deployment.", retry_after=60)


def _number(text: str | None) -> float | None:
    try:
        return figures.amount(float(text or "nan"))
    except ValueError:
        return None


def _under(key: str) -> str:
    return f"cofounder/{key}/"
