"""What a writer is given and what it gives back. The same for the offline writer and a language model.

A Brief holds everything the text may say: facts with their figures, bases and sources, passages of the
company's own, the channel's form, the voice. Whatever is not in the Brief may not be in the Draft.
"""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from cofounder.models.openings import Opening

Unit = Literal["usd", "count", "rate", "ratio", "score", "days", "hours"]
Grain = Literal["day", "week", "month", "quarter", "year", "range"]
BaseKind = Literal["previous", "year_earlier", "target"]
WritingKind = Literal[
    "post", "thread", "article", "email", "headlines", "shorten", "restyle", "edit", "summary", "calendar", "report"
]


class Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Period(Frozen):
    """Both days included. `label` is how a sentence names it: "Q4 2025", "October 2026", "this month"."""

    start: date
    end: date
    grain: Grain
    label: str
    provisional: bool = False  # the period was not over, or its figures were not final, when read


class Base(Frozen):
    """What a value is compared with."""

    value: float
    kind: BaseKind = "previous"
    label: str = "the period before"  # "the month before", "Q4 2024", "the target"
    period: Period | None = None


class Fact(Frozen):
    """One figure the text may use. Rates are 0-1, money is in `currency`, counts are plain numbers."""

    id: str  # unique within a brief: "revenue_monthly"
    metric: str  # canonical name: revenue, traffic, conversion_rate, customers, marketing_spend, ...
    noun: str  # how a sentence names it: "revenue", "website visits", "customers"
    value: float
    unit: Unit
    currency: str = "USD"
    period: Period | None = None
    base: Base | None = None
    not_compared: str | None = None  # why what is stored of an earlier period is no base: "October 2026 is in EUR"
    series: list[float] = Field(default_factory=list)  # earlier values, oldest first, without this one
    source: str = "request"  # "request", "financial_metrics", "web_analytics", a tool id
    n: int | None = None  # sample size behind a rate
    kind: Literal["observed", "forecast", "cause"] = "observed"
    low: float | None = None  # interval of a forecast
    high: float | None = None
    level: float | None = None  # confidence level of the interval, 0-1
    asked: bool = False  # the request names it
    confidential: bool = False
    cause_of: str | None = None  # kind "cause": the fact id it explains; noun holds the sourced sentence


class Passage(Frozen):
    """A piece of the company's own writing that a topic post may quote and link."""

    id: str
    text: str
    title: str = ""
    url: str | None = None
    published_on: date | None = None


class ChannelForm(Frozen):
    """The room a channel gives. Built by channels/, so a writer needs to know no channel.

    Lengths are of the whole text as the channel counts it; None means no such limit.
    """

    channel: str  # linkedin, x, thread, facebook, email, blog, outbox
    words: tuple[int, int]  # wanted, e.g. (80, 180)
    max_characters: int | None = None  # hard, weighted for x
    first_line_characters: int | None = None  # what shows before the fold
    paragraphs: tuple[int, int] = (1, 5)
    hashtags: tuple[int, int] = (0, 0)
    facts: tuple[int, int] = (1, 3)  # how many facts it carries
    parts: tuple[int, int] | None = None  # a thread's posts
    has_title: bool = False  # blog
    has_subject: bool = False  # e-mail: subject and preheader
    call_to_action: bool = True


class Issue(Frozen):
    """Something an assessment found. `code` is stable; `span` are offsets in the judged text."""

    dimension: str
    code: str
    message: str
    severity: Literal["info", "minor", "major", "blocking"] = "minor"
    span: tuple[int, int] | None = None
    channel: str | None = None


class Guidance(Frozen):
    """A tested statement about what works for this company. It shapes a text; it is nothing the text may say."""

    id: str
    metric: str  # engagement, quality, approval
    sentence: str
    conditions: list[dict[str, str]]  # [{feature, value}]
    effect: float  # above 0: texts like this do better


class EarlierPost(Frozen):
    """A post of the company's own on the topic, and what it achieved."""

    id: str
    title: str
    channel: str
    similarity: float  # to the topic, 0-1
    times_usual: float | None = None  # its engagement over what is usual on its platform: 1 is usual


class WorkedForm(Frozen):
    """A form whose posts on the topic achieved clearly more than the others: an opening, or a length."""

    channel: str
    opening: Opening | None = None
    words: tuple[int, int] | None = None
    times: float  # as much as the others, typically
    low: float
    high: float
    n: int  # posts of this form
    others: int
    sentence: str


class Earlier(Frozen):
    """What earlier posts on the topic say, as of the request. It shapes a text; it is nothing the text may say."""

    topic: str
    n: int  # measured posts on it
    posts: list[EarlierPost] = Field(default_factory=list)  # most alike first
    forms: list[WorkedForm] = Field(default_factory=list)  # strongest first; none where history is thin
    effectiveness: str | None = None  # of the topic, in a sentence


class OwnVoice(Frozen):
    """A voice that people made: one of the twelve, with words and habits of its own."""

    id: str
    name: str
    like: str  # the one of the twelve that lends it all that is not said here
    instructions: str = ""  # for a language model, beside and above those of `like`
    sentence_words: float | None = None  # words a sentence, on average
    never: list[str] = Field(default_factory=list)  # words and phrases, beside those of `like`
    closings: list[str] = Field(default_factory=list)  # sentences that it ends on, in place of those of `like`


class Brief(Frozen):
    kind: WritingKind = "post"
    request: str
    topic: str
    form: ChannelForm
    tone: str = "professional"
    audience: str | None = None
    persona: str = "humanVoice"
    voice: OwnVoice | None = None  # where the persona is none of the twelve: who it is
    language: str = "en"
    period: Period | None = None  # what the request asks about; a fact's own period may be a part of it
    facts: list[Fact] = Field(default_factory=list)
    passages: list[Passage] = Field(default_factory=list)
    must_include: list[str] = Field(default_factory=list)  # words or facts the request insists on
    must_avoid: list[str] = Field(default_factory=list)
    call_to_action: str | None = None
    link: str | None = None
    text: str | None = None  # a given text to shorten, restyle, edit, summarise
    max_words: int | None = None  # the request's own limit; beats the form's
    count: int | None = None  # how many headlines, calendar slots
    avoid: list[str] = Field(default_factory=list)  # sibling variants and recent posts: share no 7-word run
    issues: list[Issue] = Field(default_factory=list)  # what an assessment found in `previous`
    previous: "Draft | None" = None
    feedback: str | None = None  # what a person asked to change
    company: str | None = None
    guidance: list[Guidance] = Field(default_factory=list)  # patterns that stand, strongest first
    earlier: Earlier | None = None  # what earlier posts on the topic achieved
    seed: str = "0"  # hash of task and variant: the same seed and attempt give the same text
    attempt: int = 0


class FigureUse(Frozen):
    """A figure in the text and where it comes from."""

    text: str  # as written: "about $469"
    value: float
    facts: list[str]  # the fact ids it rests on
    derivation: str | None = None  # "150000 / 320"; None when given as is


class Draft(Frozen):
    """A text for one channel, in parts; channels/ renders it to exact bytes."""

    body: str  # paragraphs separated by a blank line; a thread's posts joined by a blank line too
    title: str | None = None  # blog
    subject: str | None = None  # e-mail
    preheader: str | None = None
    parts: list[str] = Field(default_factory=list)  # a thread's posts, or headline ideas, or calendar lines
    hashtags: list[str] = Field(default_factory=list)  # with '#', not in the body
    call_to_action: str | None = None  # the last sentence when it asks something; it is in the body
    link: str | None = None  # printed last by the renderer
    figures: list[FigureUse] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)  # what the writer could not do, in plain words
    choices: dict[str, Any] = Field(default_factory=dict)  # seed, schema, lead, frames: enough to replay
    model: str = "offline"


Brief.model_rebuild()
