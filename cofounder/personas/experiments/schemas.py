"""What goes over the wire about experiments with the voices."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool, StrictFloat, StrictInt, StringConstraints

from cofounder.kit.http import VISIBLE, Body, ShortText, Shown, Time, stripped
from cofounder.personas.drawing import Arm

Sentence = Annotated[str, StringConstraints(min_length=1, max_length=1_000), AfterValidator(stripped), VISIBLE]
Decision = Literal["adopt", "keep"]


class ArmIn(Body):
    """How one arm draws, and which part of all tasks falls to it."""

    share: Annotated[StrictFloat | StrictInt, Field(gt=0, lt=1)]
    draws: ShortText = Field(
        default="learnt",
        description="learnt: as without an experiment; flattened: by three tenths towards an even share; lifted: the low "
        "ones by as much; or the name of a policy, which then weighs the same posts by itself.",
    )
    personas: Annotated[list[ShortText], Field(max_length=60)] = Field(
        default_factory=list, description="Voices that this arm may draw; none: all."
    )


class ExperimentIn(Body):
    """A question that is put to use: what is expected, how tasks are parted, until when."""

    name: ShortText
    hypothesis: Sentence = Field(examples=["Drawing the seldom voices more often brings more followers for each task."])
    arms: dict[Arm, ArmIn] = Field(
        description="control and at least one variant; their shares add up to 1.",
        examples=[{"control": {"share": 0.5}, "variant_a": {"share": 0.5, "draws": "flattened"}}],
    )
    start_at: Time | None = Field(default=None, description="Now where it is not said.")
    end_at: Time = Field(description="Tasks are assigned until then; followers may be counted later.")


class ArmOut(Shown):
    """How one arm draws."""

    share: float
    draws: str
    personas: list[str]


class ArmResult(Shown):
    """What came of one arm. Every task counts where the hash put it, also where a person then chose another voice."""

    arm: Arm
    tasks: int = Field(description="That fell to it.")
    expected: float = Field(description="That should have fallen to it, by its share.")
    scored: int = Field(description="Tasks all of whose posts are scored.")
    waiting: int = Field(description="Tasks with a post that is not scored yet.")
    overruled: int = Field(description="Tasks for which a person chose the voice.")
    followers: float
    mean: float | None = Field(description="Followers gained for each scored task.")
    low: float | None = Field(description="95 % interval of the mean.")
    high: float | None
    difference: float | None = Field(description="Mean less that of control.")
    difference_low: float | None = Field(description="95 % interval; nought outside of it: told apart.")
    difference_high: float | None


class ResultsOut(Shown):
    """What the arms came to, and whether tasks fell into them as they should."""

    as_of: datetime
    arms: list[ArmResult]
    tasks: int
    sample_ratio_p: float | None = Field(description="Chi-square test of tasks against shares; none below 5 expected.")
    sample_ratio_broken: bool = Field(description="p below 0.001: tasks did not fall by their shares. Trust no result.")
    told: list[str] = Field(description="What these numbers say, and what they do not, in sentences.")


class ExperimentOut(Shown):
    """An experiment: its question, its arms, its end."""

    id: UUID
    name: str
    hypothesis: str
    state: Literal["planned", "running", "over", "ended"] = Field(
        description="over: its time is up, and it waits for a decision."
    )
    arms: dict[Arm, ArmOut]
    start_at: Time
    end_at: Time
    made_by: str
    made_at: Time
    ended_at: Time | None
    decision: Decision | None
    adopted: Arm | None = Field(description="The arm by which all tasks are drawn from then on.")
    in_force: bool = Field(description="Voices are drawn by its adopted arm now.")
    decided_by: str | None
    reason: str | None
    withdrawn_at: Time | None
    withdrawn_by: str | None
    results: ResultsOut = Field(description="As of now; as of the decision once there is one.")


class EndIn(Body):
    """How an experiment ends, and why. The results of that moment are kept with it."""

    decision: Decision = Field(description="adopt: draw by one arm from now on; keep: as before.")
    arm: Arm | None = Field(default=None, description="The arm to adopt.")
    reason: Sentence
    without_evidence: StrictBool = Field(default=False, description="Adopt an arm of which no task was scored.")
