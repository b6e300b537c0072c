"""How a source is read, which of its columns is which, and what goes over the wire about an import."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool, StrictFloat, StrictInt, StrictStr, StringConstraints, model_validator

from cofounder.business.imports.fields import KINDS, SPELLINGS
from cofounder.kit.forms import CURRENCY, Declared, form
from cofounder.kit.http import Body, ShortText, Whole
from cofounder.kit.zones import Zone

KindName = Literal["tasks", "posts", "social_analytics", "web_analytics", "financial_metrics", "quality_evaluations"]
AskedKind = Annotated[str, StringConstraints(max_length=40), Declared({"enum": [*KINDS, *SPELLINGS]})]
"""A kind by any of its names; whether it is one is for the service to say, which also takes it in capitals."""
State = Literal["draft", "checking", "queued", "running", "done", "refused", "failed", "cancelled"]
SourceType = Literal["file", "postgres", "ga4"]
Column = StrictStr
LINE = "#line"  # stands for the row's own line in its source
MOST_COLUMNS = 500


class From(Body):
    """Where a field's value comes from: columns of the source (joined where several), or one value for every row."""

    columns: list[Column] = Field(default_factory=list, max_length=20)
    value: StrictStr | StrictInt | StrictFloat | StrictBool | None = None
    format: StrictStr | None = Field(
        default=None, max_length=60, description="Of a time: %d.%m.%Y, %G%V, unix, unix_ms."
    )
    scale: StrictFloat | StrictInt | None = Field(default=None, description="Each number is multiplied by it: 0.01.")
    add_days: Whole | None = Field(default=None, ge=-36_500, le=36_500, description="Added to a time.")
    words: dict[StrictStr, StrictStr] = Field(default_factory=dict, description="Word of the source -> our word.")

    @model_validator(mode="after")
    def _one_of_both(self) -> "From":
        if bool(self.columns) == (self.value is not None):
            raise ValueError("Name columns or give one value, not both")
        return self


class Figure(Body):
    """A column of a wide table of figures, and which metric it is."""

    column: Column
    metric_type: ShortText
    channel: StrictStr = Field(default="", max_length=200)
    campaign: StrictStr = Field(default="", max_length=200)
    currency: StrictStr | None = Field(default=None, pattern=CURRENCY)
    unit: Literal["usd", "count", "rate", "score", "ratio", "days", "hours"] | None = None
    scale: StrictFloat | StrictInt | None = None


class Mapping(Body):
    """Which columns of the source go where. Columns that are named nowhere stay out."""

    fields: dict[StrictStr, From] = Field(default_factory=dict, max_length=60)
    figures: list[Figure] = Field(default_factory=list, max_length=MOST_COLUMNS)  # financial metrics only
    dimensions: dict[StrictStr, From] = Field(default_factory=dict, max_length=40)  # quality evaluations only
    keep: list[Column] = Field(default_factory=list, max_length=MOST_COLUMNS)  # posts, social analytics: as attributes
    make_posts: StrictBool = Field(
        default=False, description="Social analytics: make a post for each that the readings name and nobody knows."
    )

    def left_out(self, columns: Sequence[str]) -> list[str]:
        """Those of a source's columns that go nowhere."""
        used = {column for where in (*self.fields.values(), *self.dimensions.values()) for column in where.columns}
        used |= {figure.column for figure in self.figures} | set(self.keep)
        return [name for name in columns if name not in used]


class Units(Body):
    """What the source leaves unsaid. Nothing here is guessed silently: the preview shows each."""

    timezone: Zone = "UTC"
    currency: StrictStr = Field(default="USD", pattern=CURRENCY)
    decimal: Literal[".", ","] = "."
    day_first: StrictBool = False  # 01/02/2024 is the first of February
    period: Literal["day", "week", "month", "quarter", "year"] | None = None  # of figures without an end


class Form(Body):
    """How the source's bytes become rows. None is found out."""

    format: Literal["csv", "jsonl", "parquet", "excel"] | None = None
    encoding: StrictStr | None = Field(default=None, max_length=40)
    guessed: StrictBool = Field(default=False, description="The encoding is a guess that nothing proves.")
    delimiter: StrictStr | None = Field(default=None, min_length=1, max_length=1)
    quote: StrictStr = Field(default='"', min_length=1, max_length=1)
    header: Whole = Field(default=1, ge=0, le=1000, description="Line of the column names; 0: there is none.")
    sheet: StrictStr | None = Field(default=None, max_length=200)
    packing: Literal["gzip", "none"] | None = None


class Counts(BaseModel):
    """Rows so far. parts = added + corrected + unchanged + repeated + contradicted; flagged ones went in.

    read = refused + parts, unless a row is several: of several platforms, or of a figure in each of several columns.
    """

    read: int = 0
    parts: int = 0  # what the rows that were not refused hold, each of them counted by itself
    added: int = 0
    corrected: int = 0
    unchanged: int = 0
    refused: int = 0
    repeated: int = 0  # said again in the same source, word for word
    contradicted: int = (
        0  # said otherwise by a later row of the same source, whose word counts: listed with both values
    )
    flagged: int = 0
    alone: int = 0  # readings and evaluations that are in and have no post or task yet
    flags: dict[str, int] = Field(default_factory=dict)
    left_out: list[str] = Field(default_factory=list)  # columns of the source that went nowhere
    notes: list[str] = Field(default_factory=list)  # what of the source could be read two ways, and how it was

    def anew(self) -> "Counts":
        """Of the same source, before its first row."""
        return Counts(left_out=self.left_out, notes=self.notes)

    def plus(self, other: "Counts") -> "Counts":
        flags = {name: self.flags.get(name, 0) + other.flags.get(name, 0) for name in {*self.flags, *other.flags}}
        whole = {name: getattr(self, name) + getattr(other, name) for name in _NUMBERS}
        return self.anew().model_copy(
            update={**whole, "flags": {name: flags[name] for name in sorted(flags) if flags[name]}}
        )


_NUMBERS = ("read", "parts", "added", "corrected", "unchanged", "refused", "repeated", "contradicted", "flagged")


class ImportOut(BaseModel):
    """An import as it stands."""

    id: UUID
    kind: str
    state: str
    source_type: str
    label: str
    source_id: UUID | None
    source: dict[str, Any]
    bytes: int | None
    digest: str | None
    form: Form
    mapping: Mapping
    units: Units
    all_or_nothing: bool
    counts: Counts
    checked: Counts | None
    total: int | None
    progress: (
        float | None
    )  # 0-1: of the rows where the source knows their number, else of its bytes; null: nobody knows
    problem: dict[str, Any] | None
    created_by: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Fault(BaseModel):
    """A value that was refused, or (`code` contradicted) that another row of the source says otherwise."""

    line: int
    column: str
    value: str | None
    code: str
    reason: str


class FieldOut(BaseModel):
    name: str
    type: str
    required: bool
    about: str
    names: list[str]


class KindOut(BaseModel):
    name: str
    about: str
    fields: list[FieldOut]
    any_of: list[list[str]]


class Seen(BaseModel):
    """A column of the source: its name, a few of its values, the share that is empty, what it looks like."""

    name: str
    examples: list[str]
    empty: float
    looks_like: str


class PreviewOut(BaseModel):
    """The first rows as they stand and as they would go in, with what is odd about the source or its mapping."""

    columns: list[Seen]
    rows: list[list[str | None]]
    converted: list[dict[str, Any]]
    refused: list[Fault]
    form: Form
    mapping: Mapping
    units: Units
    unmapped: list[str]
    notes: list[str]


class ChangeIn(Body):
    """What a person changes before an import runs. Each part that is given replaces what was there."""

    kind: KindName | None = None
    form: Form | None = None
    mapping: Mapping | None = None
    units: Units | None = None
    all_or_nothing: StrictBool | None = None


class SourceIn(Body):
    """A source other than an upload: one that an admin has set up."""

    kind: KindName
    source_id: UUID
    all_or_nothing: StrictBool = False


class PostgresConfig(Body):
    """A table or a query of a PostgreSQL database; `cursor` names the column by which only newer rows are read."""

    host: ShortText
    port: Whole = Field(default=5432, ge=1, le=65535)
    database: ShortText
    user: ShortText
    tls: Literal["require", "verify-full", "prefer", "disable"] = "prefer"
    table: StrictStr | None = Field(default=None, max_length=200)
    query: StrictStr | None = Field(default=None, max_length=20_000)
    cursor: StrictStr | None = Field(default=None, max_length=63)

    @model_validator(mode="after")
    def _one(self) -> "PostgresConfig":
        if (self.table is None) == (self.query is None):
            raise ValueError("Name a table or write a query, not both")
        return self


class Ga4Config(Body):
    """A Google Analytics 4 property: what to ask its Data API for."""

    property_id: StrictStr = Field(pattern=form(r"^\d{1,20}$", "Write the property's number, digits alone"))
    dimensions: list[StrictStr] = Field(default_factory=lambda: ["date"], min_length=1, max_length=9)
    metrics: list[StrictStr] = Field(
        default_factory=lambda: ["sessions", "totalUsers", "newUsers", "screenPageViews", "bounceRate"],
        min_length=1,
        max_length=10,
    )
    start: StrictStr = Field(
        default="30daysAgo",
        pattern=form(
            r"^(\d{4}-\d{2}-\d{2}|\d{1,4}daysAgo|yesterday|today)$",
            "Write a day as 2026-10-31, or 30daysAgo, yesterday or today",
        ),
    )
    end: StrictStr = Field(
        default="yesterday",
        pattern=form(
            r"^(\d{4}-\d{2}-\d{2}|\d{1,4}daysAgo|yesterday|today)$",
            "Write a day as 2026-10-31, or 30daysAgo, yesterday or today",
        ),
    )


class FolderConfig(Body):
    """A folder on the machine of the worker; each new file that fits the pattern is taken in once."""

    path: ShortText
    pattern: StrictStr = Field(default="*", max_length=100)


class NewSource(Body):
    """A source that is read again and again. `secret`: a database's password, or a service account's key file as text."""

    name: ShortText
    type: Literal["postgres", "ga4", "folder"]
    kind: KindName
    postgres: PostgresConfig | None = None
    ga4: Ga4Config | None = None
    folder: FolderConfig | None = None
    secret: StrictStr | None = Field(default=None, max_length=20_000)
    every_minutes: Whole | None = Field(default=None, ge=1, le=525_600)
    form: Form = Field(default_factory=Form)
    mapping: Mapping = Field(default_factory=Mapping)
    units: Units = Field(default_factory=Units)

    @model_validator(mode="after")
    def _its_own(self) -> "NewSource":
        given = {name for name in ("postgres", "ga4", "folder") if getattr(self, name) is not None}
        if given != {self.type}:
            raise ValueError(f"Give {self.type}, and nothing of the other types")
        return self

    @property
    def config(self) -> dict[str, Any]:
        chosen: Body = getattr(self, self.type)
        return chosen.model_dump(mode="json")


class SourceOut(BaseModel):
    """A source; whether it has a secret, never which."""

    id: UUID
    name: str
    type: str
    kind: str
    config: dict[str, Any]
    has_secret: bool
    every_minutes: int | None
    next_at: datetime | None
    cursor: str | None
    last_import_id: UUID | None
    problem: dict[str, Any] | None
    created_at: datetime
