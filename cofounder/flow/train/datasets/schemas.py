"""What is asked of datasets and what is told about them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool, StrictFloat, StrictInt, StrictStr, StringConstraints

from cofounder.flow.train.data.filters import MOST, NEWEST, Filter
from cofounder.kit.forms import NAMED
from cofounder.kit.http import Body, ShortText, Whole

Role = Literal["planner", "writer", "judge"]
Split = Literal["train", "validation", "test", "all"]
FormatName = Literal["jsonl", "openai", "gemini", "bedrock", "chatml", "csv", "parquet", "dpo", "gemini-dpo"]
Target = Literal["openai", "gemini", "claude", "together", "local"]
Name = Annotated[StrictStr, StringConstraints(pattern=NAMED)]
Bond = Literal["duplicates", "conversation", "topic"]
GROUPS: tuple[Bond, ...] = ("duplicates", "conversation", "topic")


class SplitIn(Body):
    """How lines are divided. `group`: what belongs together stays together; `time`: the newest are held out."""

    by: Literal["group", "time", "random", "none"] = "group"
    validation: float = Field(default=0.1, ge=0, le=0.5, strict=True)
    test: float = Field(default=0.1, ge=0, le=0.5, strict=True)
    together: list[Bond] = Field(default=list(GROUPS), max_length=3, description="What makes a group")


AS_BEFORE = "Left out: that of the name's version before, where there is one"


class DatasetIn(Body):
    """A selection of examples to be frozen as a version."""

    name: Name
    description: Annotated[StrictStr, StringConstraints(max_length=2000)] = ""
    role: Role = Field(default="planner", description=AS_BEFORE)
    filters: Filter = Field(default_factory=Filter)
    split: SplitIn = Field(default_factory=SplitIn, description=AS_BEFORE)
    seed: Whole = Field(default=0, ge=0, le=2**31 - 1, description=AS_BEFORE)
    duplicates: Literal["near", "exact", "keep"] = Field(default="near", description="Which of them become one line")
    redact: StrictBool = Field(default=True, description="Put placeholders in the place of personal data")
    system_prompt: Annotated[StrictStr, StringConstraints(min_length=1, max_length=20_000)] | None = None
    answer: Literal["plan", "intent"] = Field(
        default="plan",
        description="Of a planner: the whole plan, or only what is read in the request, which a small model can learn. "
        + AS_BEFORE,
    )
    ratio: float = Field(default=3.0, ge=1, le=100, strict=True, description="Pairs: how much longer one side may be")
    new_version: StrictBool = Field(default=False, description="The name exists: make its next version")


class UsableIn(Body):
    """A selection of examples, and whom it is to teach."""

    role: Role = "planner"
    filters: Filter = Field(default_factory=Filter)


class UsableOut(BaseModel):
    """How many of the examples that fit a filter a role can learn from. Duplicates are not taken away yet."""

    role: Role
    fit: int | None = Field(description="Examples that fit the filter; null, with the rest, where more than 100,000 do")
    used: int | None = Field(description="Of these, those that the role can learn from")
    missing: str | None = Field(description="What keeps the others out, in words; empty where all are in")


class DatasetChange(Body):
    """What may change of a version: how it is described, and whether lists show it."""

    description: Annotated[StrictStr, StringConstraints(max_length=2000)] | None = None
    archived: StrictBool | None = None


class Why(Body):
    """A reason that stays on record."""

    reason: ShortText


class DatasetExportIn(Body):
    """What to export: a version by its id as it was made, or whatever a filter lets through now.

    With dataset_id only split and format may be said: all else is refused.
    """

    dataset_id: UUID | None = None
    split: Split = "all"
    filters: Filter | None = None
    role: Role = "planner"
    redact: StrictBool = True
    format: FormatName = "jsonl"
    filter_by_quality: StrictBool | StrictFloat | StrictInt | None = None
    min_quality: float | None = Field(default=None, ge=0, le=1, strict=True)
    tags: list[StrictStr] = Field(default_factory=list, max_length=100)
    limit: Whole | None = Field(default=None, ge=1, le=MOST, description=NEWEST)


class Stored(BaseModel):
    """A file of a version in the artifact store."""

    kind: Literal["lines", "pairs"]
    split: str
    key: str
    bytes: int
    sha256: str
    lines: int


class Progress(BaseModel):
    """How far the making of a version is."""

    phase: str
    done: int
    total: int | None


class DatasetOut(BaseModel):
    """A version of a dataset."""

    id: UUID
    name: str
    version: int | None
    role: Role
    description: str
    state: Literal["building", "ready", "failed", "deleted"]
    source: Literal["examples", "upload"]
    filters: dict[str, Any]
    recipe: dict[str, Any]
    content_hash: str | None
    example_count: int
    avg_quality: float | None
    file_path: str | None  # key in the artifact store of the training lines
    file_size: int
    files: list[Stored]
    splits: dict[str, int]
    warnings: list[str] = Field(description="What was asked for and did not come about: a part that holds no line")
    statistics: dict[str, Any]
    leakage: dict[str, Any]
    progress: Progress | None
    problem: dict[str, Any] | None
    is_current: bool
    used_for_fine_tuning: bool
    archived: bool
    created_by: str
    created_at: datetime
    finished_at: datetime | None
    deleted_at: datetime | None
    deleted_by: str | None
    deleted_why: str | None


class DatasetList(BaseModel):
    """A page of versions, newest first."""

    items: list[DatasetOut]
    next_cursor: str | None
    total: int


class PreviewLine(BaseModel):
    """One line of a version: where it comes from and the exact bytes that leave, as text."""

    position: int
    execution_id: UUID | None
    part: str
    split: str
    hash: str
    line: str


class PreviewOut(BaseModel):
    """Some lines of a version in a format."""

    dataset_id: UUID
    format: str
    total: int
    offset: int
    items: list[PreviewLine]
    redacted: bool = Field(
        description="The version keeps personal data, which is an admin's: these lines have placeholders in its place"
    )


class Change(BaseModel):
    """A line that two versions do not share, and why."""

    execution_id: UUID | None
    part: str
    request: str
    why: str
    labels: dict[str, list[Any]] = Field(default_factory=dict)  # label -> [before, after]


class CompareOut(BaseModel):
    """What lies between two versions, seen from the first."""

    first: UUID
    second: UUID
    same: int
    added: int
    removed: int
    relabelled: int
    moved: int  # in another split
    recipe: dict[str, list[Any]]  # what was asked differently: part -> [first, second]
    added_lines: list[Change]
    removed_lines: list[Change]
    relabelled_lines: list[Change]


class LeftOutOut(BaseModel):
    """A line that is not in a version, and who stands for it."""

    execution_id: UUID | None
    part: str
    reason: Literal["exact", "near", "straddles"]
    similarity: float | None
    stands: int | None
    stands_for: UUID | None  # execution_id of the line that stands for it


class LeftOutList(BaseModel):
    """A page of the lines that a version left out."""

    items: list[LeftOutOut]
    next_cursor: str | None
    total: int


class LineageOut(BaseModel):
    """What a version came from and what was made with it."""

    dataset: DatasetOut
    versions: list[DatasetOut]  # of the same name, newest first
    jobs: list[dict[str, Any]]
    models: list[dict[str, Any]]


class Holder(BaseModel):
    """A version that holds a run."""

    dataset_id: UUID
    name: str
    version: int | None
    state: str
    archived: bool = False
    is_current: bool
    used_for_fine_tuning: bool
    lines: int


class HeldOut(BaseModel):
    """Where a run is held, and whether it is withdrawn from what comes next."""

    execution_id: UUID
    withdrawn: bool
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    reason: str | None
    datasets: list[Holder]
    models: list[dict[str, Any]]


class Refused(BaseModel):
    """A line of an upload that was not taken."""

    line: int
    reason: str


class UploadOut(BaseModel):
    """What became of an upload."""

    dataset: DatasetOut
    refused: list[Refused]  # the first hundred
    refused_count: int
