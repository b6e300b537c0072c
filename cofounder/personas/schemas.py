"""What goes over the wire about voices."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StrictBool, StrictFloat, StrictInt

from cofounder.kit.http import Body, ShortText, Shown, Time
from cofounder.personas.drawing import Status
from cofounder.personas.optimising import Mode
from cofounder.personas.performance import Band

Share = Annotated[StrictFloat | StrictInt, Field(ge=0, le=1)]


class PersonaOut(Shown):
    """A voice: how it stands, how likely it is drawn, what its posts of the look-back came to."""

    id: str
    name: str
    status: Status
    initial_weight: float
    weight: float = Field(description="What was learnt, whatever a person set.")
    probability: float = Field(description="With which it is drawn; 0 while it is disabled.")
    override: float | None = Field(description="The probability that a person gave it.")
    reason: str | None
    posts: int = Field(description="Scored posts: with a reading at 72 hours or later, followers counted after it.")
    waiting: int = Field(description="Posts that are not scored yet. They are no noughts.")
    early: int = Field(description="Posts before the first count of their channel: they stay unscored.")
    impressions: int
    likes: int
    followers: float = Field(description="Gained, as divided among posts.")
    per_1k: float | None = Field(description="F/1K: followers gained for 1,000 impressions.")
    low: float | None = Field(description="95 % interval of F/1K; none below five posts.")
    high: float | None
    band: Band
    note: str | None = Field(description="Where it is not drawn with what a person set: why.")
    changed_by: str | None = Field(description="Who last set it.")
    version: str = Field(description="Of what a person set. In If-Match, quoted, it keeps a change to what was read.")


class PersonasOut(Shown):
    """All voices, and what draws go by."""

    items: list[PersonaOut]
    mode: Mode
    policy: str
    policies: list[str] = Field(description="That can be chosen.")
    topics: list[str] = Field(description="Of the posts of late, the most frequent first: what topic narrows to.")
    uncounted: list[str] = Field(
        description="Channels with posts in these days whose followers nobody counted: no post there can be scored."
    )
    run_id: UUID | None = Field(description="The run whose weights are in use; none: the initial ones.")
    applied_at: Time | None
    look_back_days: int
    proposal: UUID | None = Field(description="A run that waits for a person.")
    is_sample: bool = Field(description="Of the sample company's posts, for want of one of our own.")


class PersonaIn(Body):
    """What is to be another."""

    status: Status | None = None
    override: Share | None = Field(default=None, description="A probability; null lets it be learnt again.")
    reason: ShortText | None = None


class OptimiseIn(Body):
    dry_run: StrictBool = False


class WeightChange(Shown):
    """How a voice's probability changed; names as users' scripts know them."""

    generator: str
    oldWeight: float
    newWeight: float


class GainOut(Shown):
    """What proposed weights would have gained on past draws. Each fifth is judged by weights learnt from the others."""

    draws: int = Field(description="Tasks whose voice was drawn, all of whose posts are scored.")
    overruled: int = Field(description="Left out: a person chose the voice.")
    effective: float = Field(description="Of how many equal draws they are worth: (Σw)² / Σw².")
    clipped: int = Field(description="Draws that counted less than they should.")
    present: float | None = Field(description="Followers for each task with the weights in use.")
    proposed: float | None = Field(description="With the proposed ones; both self-normalised.")
    gain: float | None
    low: float | None = Field(description="95 % interval of the gain; none below 30 effective draws.")
    high: float | None
    replay_draws: int = Field(description="Draws that stand for a replay with the proposed weights.")
    replay: float | None = Field(description="Followers for each of these.")
    folds: int
    told: str


class LookOut(Shown):
    """One look at how the voices did."""

    run_id: UUID | None = Field(description="None of a dry run, which is not kept.")
    ran_at: Time
    status: Literal["success", "skipped", "failed"]
    reason: str | None
    mode: Mode
    started_by: str
    policy: str
    posts_analyzed: int
    posts_known: int
    posts_waiting: int
    posts_early: int = Field(description="Before the first count of their channel: they stay unscored.")
    generators_updated: int
    top_performer: str | None = Field(description="Of active voices with five posts or more; none: not enough data.")
    bottom_performer: str | None
    changes: list[WeightChange]
    special: list[dict[str, Any]]
    seed: int
    input_hash: str
    code_version: str
    found: dict[str, Any] = Field(description="What the policy learnt: a number for each of `arms`.")
    proof: GainOut | None = Field(description="Of a proposal.")
    outdated: str | None = Field(
        description="Of a proposal that waits: why it cannot be approved, what voices are drawn with having changed "
        "since. Look again."
    )
    standing: Literal["in use", "was in use", "proposed", "declined", "rolled back", "told", "dry run", "none"]
    decided_by: str | None
    decided_at: Time | None


class ReplayedOut(Shown):
    """A voice's weight as a look made it, and as it comes out again."""

    persona: str
    then: float
    now: float


class ReplayOut(Shown):
    """A look made again from what was stored by its time."""

    run_id: UUID
    same_input: bool = Field(description="Every post and every figure that it read is the same.")
    same_weights: bool
    input_hash: str
    told: str
    voices: list[ReplayedOut]


class WaitingOut(Shown):
    """What of the voices waits for a person."""

    proposal: UUID | None = Field(description="The newest new weights that nobody decided on.")
    experiment: UUID | None = Field(description="The experiment whose time is up, without a decision.")


class DecideIn(Body):
    approved: StrictBool


class PointOut(Shown):
    """The probabilities of all voices from one time on, until the next point."""

    at: Time = Field(description="Of the first point when the asked days began, where it held before them.")
    because: Literal["initial", "look", "rolled back", "person", "voice", "experiment", "sample removed"] = Field(
        description="What changed them: weights that were applied or taken back, what a person set of a voice, "
        "a voice that was made or given another first weight, an arm that was adopted or given up, the sample "
        "company's end: what it taught is gone, what a person set of a voice stays."
    )
    changed_by: str | None
    persona: str | None = Field(description="The voice that a person set or made.")
    run_id: UUID | None = Field(description="The run whose weights were in use; none: the initial ones.")
    probabilities: dict[str, float]


class FlagOut(Shown):
    """Something that a person should look at, with what it was seen by."""

    kind: Literal[
        "weights never change",
        "all alike",
        "one dominates",
        "followers fall",
        "draws differ",
        "failing",
        "viral",
        "channel changed",
        "count in doubt",
    ]
    personas: list[str]
    told: str
    since: datetime | None = None
    n: int | None = Field(default=None, description="Posts, draws or runs it was seen by.")
    p_value: float | None = None


class WouldDraw(Shown):
    """A voice's probability now, and what the other policy would make of it."""

    persona: str
    now: float
    would: float


class WhatIfOut(Shown):
    """Another policy replayed on the posts of the past."""

    policy: str
    days: int
    posts: int = Field(description="Drawn and scored, which the estimate is made of.")
    effective_n: float = Field(description="Of how many equal draws of that policy they are worth.")
    needed: float = Field(description="The effective draws below which there is no estimate.")
    enough: bool
    logged: float | None = Field(description="Followers a post, as it was.")
    replayed: float | None = Field(description="Followers a post under that policy; none where there is not enough.")
    gain: float | None = Field(description="Of what it was: 0.1 is a tenth more followers a post.")
    low: float | None = Field(description="95 % interval of the gain.")
    high: float | None
    told: str
    never_drawn: list[str] = Field(description="Voices that it would draw and no post of the log has: not known.")
    voices: list[WouldDraw] = Field(description="What that policy would draw from now, the likeliest first.")
