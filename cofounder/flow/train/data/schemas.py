"""What goes over the wire about training data."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StringConstraints,
    field_validator,
)
from pydantic_core import PydanticCustomError

from cofounder.flow.train.data.filters import MOST, NEWEST, Decision, Filter, Share, above, spelt
from cofounder.kit import cursors
from cofounder.kit.blank import unseen
from cofounder.kit.forms import Declared
from cofounder.kit.http import VISIBLE, Body, Page, ShortText, Since, Until, Usd, Whole, stripped

Format = Literal["jsonl", "csv"]
OF_RUNS = "Of the product's own runs among them; null without any, for nobody here ran what was imported"
MOST_IDS = 10_000
MOST_LISTED = 1_000
Tag = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(stripped), VISIBLE]
Tags = Annotated[list[Tag], Field(min_length=1, max_length=20, examples=[["production"]])]
Token = Annotated[UUID, Field(description="Given by the change to be taken back.")]
Action = Literal["tag", "untag", "archive", "restore", "undo", "by_hand"]


class Listed(BaseModel):
    """An example as lists show it. Scores 0-1, cost in US dollars, seconds of work; null is not known."""

    execution_id: UUID
    user_request: str
    intent: str
    timestamp: datetime = Field(description="Of the request")
    quality_score: float | None
    success: bool
    user_approval: bool | None
    decision: Decision
    cost: Usd | None
    seconds: float | None
    tags: list[str]
    platforms: list[str]
    persona: str | None
    models: list[str]
    training_ready: bool
    is_legacy: bool
    is_sample: bool
    has_outcome: bool
    archived_at: datetime | None
    decided_at: datetime | None


class FilterIn(Filter):
    """A filter, and which page of it. `limit` is the page's size here, and `newest` what it is in a filter elsewhere."""

    limit: Whole | None = Field(
        default=None, ge=1, le=MOST_LISTED, description="Entries of a page; 50 when nothing is said"
    )
    newest: Whole | None = Field(default=None, ge=1, le=MOST, description=NEWEST)
    cursor: cursors.OfMomentAndId = None
    offset: Whole | None = Field(default=None, ge=0, le=10_000_000)

    def filter(self) -> Filter:
        """Which examples, without which page."""
        said = self.model_dump(include=set(Filter.model_fields) - {"limit"})
        return Filter.model_validate(said | {"limit": self.newest})


class DateRange(BaseModel):
    earliest: datetime | None
    latest: datetime | None


class StatsOut(BaseModel):
    """Everything a filter lets through, counted exactly. A mean or a rate over nothing is null."""

    total_examples: int = Field(description="That the filter lets through")
    by_tag: dict[str, int]
    avg_quality_score: float | None
    quality_score_distribution: dict[str, int] = Field(description="Each range without its upper end, but for 0.8-1.0")
    by_intent: dict[str, int]
    success_rate: float | None = Field(description=OF_RUNS)
    ran: int = Field(description="Runs of the product among them, which success_rate is of")
    date_range: DateRange
    by_platform: dict[str, int]
    by_decision: dict[str, int]
    judged: int = Field(description="Examples with a score")
    filtered_count: int
    total_count: int


class Found(Page[Listed]):
    """A page of what a filter lets through, and what all of it amounts to: "using `filtered_count` of `total_count`"."""

    filtered_count: int
    total_count: int = Field(
        description="Examples of the house, tests and excluded ones too; archived ones as the filter has them"
    )
    avg_quality: float | None
    success_rate: float | None = Field(description=OF_RUNS)
    statistics: StatsOut = Field(description="As GET /training/stats says it, of the same moment")


class Choices(BaseModel):
    """The words that filters may name, as the examples carry them."""

    intents: list[str]
    tags: list[str]
    platforms: list[str]
    personas: list[str]
    models: list[str]
    agents: list[str]
    decisions: list[str]


class Selected(Body):
    """Which examples: named by id, or all that a filter lets through."""

    execution_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=MOST_IDS)
    filter: Filter | None = None
    expected: Whole | None = Field(
        default=None, ge=0, description="How many the person saw; refused when the filter finds another number."
    )


class UntagIn(Selected):
    tags: Tags


class TagIn(UntagIn):
    remove: StrictBool = False


class TagByDateIn(Body):
    """Every example whose request lies between the dates (inclusive), whatever its tags and whether it is archived.

    The sample company's stay as they are.
    """

    date_after: Since | None = None
    date_before: Until | None = Field(default=None, examples=["2026-01-31"])
    tags: Tags
    remove: StrictBool = False

    _in_order = field_validator("date_before")(above)


class TagByQualityIn(Body):
    """Every example that scores below `quality_max` (not at it), whatever its tags and whether it is archived.

    The sample company's stay as they are.
    """

    quality_max: Share = Field(examples=[0.7])
    tags: Tags
    remove: StrictBool = False


class UndoIn(Body):
    undo_token: Token


class ChangedOut(BaseModel):
    """How many examples really changed. Without any there is nothing to undo, and no token."""

    count: int
    undo_token: UUID | None


class RebuiltOut(BaseModel):
    """How many examples filters and counts were made anew from."""

    examples: int


class ChangeOut(BaseModel):
    """A change; `undo_token` is null once it was taken back."""

    id: UUID
    at: datetime
    who: str
    action: Action
    tags: list[str]
    selection: dict[str, Any]
    count: int
    undoes: UUID | None
    undone_by: UUID | None
    undo_token: UUID | None


class ExportIn(Body):
    """What to export. `filter_by_quality`: true for 0.85 and up, or the least score itself."""

    format: Format = "jsonl"
    redact: StrictBool = Field(default=True, description="Placeholders for personal data; false takes an admin")
    filters: Filter = Field(default_factory=Filter)
    filter_by_quality: StrictBool | StrictFloat | StrictInt | None = None
    min_quality: Share | None = None
    tags: list[Tag] = Field(default_factory=list, max_length=100)
    limit: Whole | None = Field(default=None, ge=1, le=MOST, description=NEWEST)


class PreviewIn(Body):
    """The first lines that an export of this filter would have."""

    filter: Filter = Field(default_factory=Filter)
    format: Format = "jsonl"
    limit: Whole = Field(default=5, ge=1, le=50)


class PreviewOut(BaseModel):
    """Lines as they would be written, without the line's end; `header` is that of a table."""

    format: str
    header: str | None
    lines: list[str]
    reason: str | None = Field(description="Why there are none, where there are none")


class LineOut(BaseModel):
    """The line of one example; null with the reason where an export leaves it out."""

    execution_id: UUID
    format: str
    line: str | None
    reason: str | None


class EraseIn(Body):
    reason: ShortText = Field(examples=["The person named in it asked for it."])


class HeldBy(BaseModel):
    """A dataset or model that was made with an example and is still there."""

    kind: Literal["dataset", "model"]
    id: str
    name: str
    version: str | None = None
    state: str | None = Field(default=None, description="ready, or archived; of a model: ready, broken or retired")


class Tombstone(BaseModel):
    """What is left of an erased example, and where copies of it may still be."""

    execution_id: UUID
    erased_at: datetime
    erased_by: str
    reason: str
    held_by: list[HeldBy] = Field(description="Empty where no copy is left: a deleted version holds none")


class ExampleOut(BaseModel):
    """One example, in the shape in which it is stored; of an erased one only `erased`."""

    execution_id: UUID
    archived_at: datetime | None
    example: dict[str, Any] | None
    erased: Tombstone | None


def _all_seen(name: str) -> str:
    sign = unseen(name)
    if sign is not None:
        raise PydanticCustomError(
            "unseen", "It holds {sign}, a character that nobody sees", {"sign": f"U+{ord(sign):04X}"}
        )
    return name


_FilterName = Annotated[
    ShortText,
    AfterValidator(_all_seen),
    AfterValidator(spelt),
    Declared({"pattern": r"^[^\x00-\x1f\x7f-\x9f\xad]+$"}),
]


class SaveFilterIn(Body):
    name: _FilterName
    description: Annotated[str, StringConstraints(max_length=1000)] = ""
    filter: Filter


class ChangeFilterIn(Body):
    name: _FilterName | None = None
    description: Annotated[str, StringConstraints(max_length=1000)] | None = None
    filter: Filter | None = None


class SavedFilterOut(BaseModel):
    """A filter under a name; `filter` holds only what narrows."""

    id: UUID
    name: str
    description: str
    filter: dict[str, Any]
    made_by: str
    made_at: datetime
    changed_by: str | None
    changed_at: datetime | None
