"""What every tuner can do, and the words in which it says so."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Protocol

from cofounder.kit.errors import CofounderError, Conflict, InputInvalid

State = Literal["queued", "running", "succeeded", "failed", "cancelling", "cancelled"]
Method = Literal["sft", "dpo"]
Standing = Literal["open", "closing", "closed", "not_set_up"]


class TunerNotReady(Conflict):
    """This target cannot be used as it is set up: no key, a wrong key, no package, no address."""

    hint = "Settings says what each target needs; `cofounder train targets` says what is missing."


class TargetClosed(Conflict):
    """The provider takes no such job any more."""

    hint = "Choose another target or base model; each says since when and why."


class DatasetUnfit(InputInvalid):
    """The target cannot learn from this dataset."""

    hint = "Make a version that fits: the message names the line and the limit."


class JobSettingInvalid(InputInvalid):
    """A setting of the job is not possible with this target or base model."""

    hint = "Leave it out to take the default."


class TunerRefused(CofounderError):
    """The provider refused for good: what it said is in the message."""

    status = 502
    hint = "Mend what the provider names; nothing was started."


class TunerAway(CofounderError):
    """The provider does not answer, or asks to wait."""

    status = 503
    hint = "Nothing is lost. Try again when it answers."


class CancelTooLate(Conflict):
    """The job cannot be cancelled any more, or this target cannot cancel."""

    hint = "See what became of it; a model that is not wanted can be deleted."


@dataclass(frozen=True)
class BaseModel:
    """A model that can be tuned. `ends`: when its provider stops it; none where no end is told."""

    name: str
    ends: date | None = None
    methods: tuple[Method, ...] = ("sft",)
    note: str = ""


@dataclass(frozen=True)
class Availability:
    """What a target takes today. `until`: the last day of one that is closing. `reason`: a sentence for a person."""

    standing: Standing
    reason: str
    until: date | None = None
    models: tuple[BaseModel, ...] = ()
    privacy: str = ""  # where the lines go, in a sentence
    checked: bool = False  # the provider itself was asked, now


@dataclass(frozen=True)
class Hyper:
    """Settings of the training; None takes the target's default."""

    epochs: int | None = None  # 1-50
    learning_rate: float | None = None  # absolute for local and Together; a multiplier at OpenAI and Gemini
    batch_size: int | None = None
    lora_rank: int | None = None  # 0: all weights
    max_length: int | None = None  # tokens of a line; longer ones are refused, never cut
    early_stopping: bool | None = None
    seed: int = 0


@dataclass(frozen=True)
class Files:
    """A dataset version in the target's format, on this machine while the job is handed over."""

    train: Path
    validation: Path | None
    train_lines: int
    validation_lines: int
    train_tokens: int  # estimated, on the safe side
    longest_tokens: int
    content_hash: str


@dataclass(frozen=True)
class Asked:
    """A job as it is handed to a tuner. `key` names it at the provider, so that a repeat after a kill is found."""

    key: str  # [a-z0-9-], at most 40 characters; the same for the same dataset and settings
    role: str  # planner, writer, judge
    base_model: str
    method: Method
    hyper: Hyper
    model_name: str  # [a-z0-9-], at most 40 characters
    files: Files
    folder: Path  # the job's own folder on this machine; local tuning works in it


@dataclass(frozen=True)
class Estimate:
    """What a job will take before it starts. Costs in US dollars; None: the provider tells no price, `note` says so."""

    training_usd: Decimal | None
    serving_usd_month: Decimal | None  # of keeping it reachable, whether it is asked or not
    seconds: float | None
    basis: str  # how the figures came about, in a sentence
    note: str = ""


@dataclass(frozen=True)
class Progress:
    """A job as its target tells it. `share`: 0-1 where it is told."""

    state: State
    share: float | None = None
    error: str | None = None  # why it failed, in the provider's words
    trained_tokens: int | None = None
    cost_usd: Decimal | None = None
    model: str | None = None  # the provider's name of what came out
    finishes_at: datetime | None = None
    raw_state: str = ""


@dataclass(frozen=True)
class Event:
    """Something that happened. `id` grows in the order of events of a job; losses are points of a curve."""

    id: str
    at: datetime
    message: str
    level: Literal["info", "warning", "error"] = "info"
    step: int | None = None
    loss: float | None = None
    eval_loss: float | None = None


@dataclass(frozen=True)
class Artifacts:
    """What came out: a folder on this machine, or a model at the provider."""

    folder: Path | None = None
    remote: str | None = None
    kind: Literal["adapter", "merged", "remote"] = "remote"
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Remains:
    """What a job may have left at its target. What is not known here is looked for there by `key`."""

    key: str  # that of Asked
    remote_id: str | None = None
    model: str | None = None  # the target's name of what came out
    folder: Path | None = None  # the job's own folder on this machine


@dataclass(frozen=True)
class Address:
    """Where a tuned model answers. `provider` is one of models.registry's kinds."""

    provider: Literal["openai", "google", "bedrock", "together", "ollama", "openai-compatible"]
    name: str  # what the provider calls it
    base_url: str | None = None
    note: str = ""  # for a person: why there and not elsewhere


class Tuner(Protocol):
    """A target. Every method raises TunerNotReady, TargetClosed, TunerRefused or TunerAway where that is the reason."""

    target: str  # local, openai, gemini, bedrock, together
    formats: dict[Method, str]  # names of flow.train.formats

    async def availability(self, now: datetime) -> Availability:
        """What is open, closing or closed today. Never raises: what keeps it from use is in the answer."""
        ...

    async def try_key(self) -> None:
        """Ask the least that wants the key. A key that is not taken is a TunerNotReady with `provider_status` 401."""
        ...

    async def validate(self, asked: Asked) -> None:
        """Check key, base model, settings and lines before anything starts. Raises DatasetUnfit, JobSettingInvalid too."""
        ...

    async def estimate(self, asked: Asked) -> Estimate:
        """Price and time, serving included."""
        ...

    async def create(self, asked: Asked) -> str:
        """Start the job and give its id at the target. Called again after a kill it finds the job by `asked.key`."""
        ...

    async def progress(self, remote_id: str) -> Progress: ...

    async def events(self, remote_id: str, after: str | None) -> Sequence[Event]:
        """Events after the one named, oldest first."""
        ...

    async def cancel(self, remote_id: str) -> None:
        """Ask the target to stop. Raises CancelTooLate with the reason."""
        ...

    async def artifacts(self, remote_id: str) -> Artifacts:
        """What a finished job left."""
        ...

    async def serve(self, artifacts: Artifacts, model_name: str) -> Address:
        """Make the model reachable (a deployment, an Ollama model, a folder that a server serves)."""
        ...

    async def find(self, key: str) -> str | None:
        """The job that was begun with a key, at the target. None: there is none that was not in vain."""
        ...

    async def rest(self, left: Remains) -> bool:
        """End what costs while nobody asks the model; `serve` starts it again. Whether there was something to end."""
        ...

    async def delete(self, left: Remains) -> str:
        """Remove endpoint, model and what was uploaded; what still runs is stopped first. Gone already is fine.

        What could not be removed from here, in a sentence; else nothing. A repeat removes what an attempt before left.
        Raises TunerAway while the target is still at it.
        """
        ...
