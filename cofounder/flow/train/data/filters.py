"""The one filter: which examples are meant, wherever examples are listed, counted, tagged, exported or put into a set."""

import re
import unicodedata
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    StrictBool,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from cofounder import channels
from cofounder.flow.learn.example import EXCLUDE
from cofounder.flow.learn.schemas import OUT_UNLESS_ASKED
from cofounder.flow.train.data.words import BLANKS, UNSEEN, words
from cofounder.kit.http import Body, ShortText, Since, Until, Whole

MOST = 1_000_000_000  # rows; more is no number of rows
MOST_USD = 1_000_000.0
NEWEST = "Of what the rest lets through the newest so many, by the time of the request"
TEXT = (
    "Whole words of the request, all of them, in any order, in capitals or not. A word is letters and digits, so each part "
    "of an address finds it (anna, example.com, @example.com); parts written without blanks between must follow each other"
)
Decision = Literal["approved", "rejected", "changes", "automatic", "none"]

_UNKNOWN = "extra_forbidden"
_BOUNDS = {"quality_max": "quality_min", "date_before": "date_after", "cost_max": "cost_min"}


def above(value: Any, seen: ValidationInfo) -> Any:
    """For `field_validator` of an upper bound: one that lies below the lower one is refused."""
    assert seen.field_name is not None
    other = _BOUNDS[seen.field_name]
    least = seen.data.get(other)
    if value is not None and least is not None and least > value:
        raise PydanticCustomError("min_above_max", "It lies below {other}", {"other": other})
    return value


def spelt(name: str) -> str:
    """A name as it is kept: names that look the same are the same, however their letters and blanks are put together."""
    return re.sub(BLANKS, " ", unicodedata.normalize("NFC", name)).strip()


def tag_of(name: str) -> str:
    """A tag as it is kept. Capitals make no other tag, nor do signs that nobody sees: Development is development.

    The final sigma of Greek is a sigma: in capitals they are the same, and PostgreSQL knows no final one. A capital I with
    a dot is an i, of which Python would make an i with a second dot.
    """
    return spelt(re.sub(UNSEEN, "", name)).replace("İ", "i").lower().replace("ς", "σ").replace("i\u0307", "i")


Names = Annotated[list[ShortText], Field(max_length=100)]
Share = Annotated[float, Field(ge=0, le=1, strict=True, allow_inf_nan=False)]
Cost = Annotated[float, Field(ge=0, le=MOST_USD, strict=True, allow_inf_nan=False)]


class Filter(Body):
    """Which examples. Each field narrows. Bounds are inclusive; scores 0-1, money in US dollars, times those of the request.

    Examples tagged development, test or exclude are out unless `include_tags` asks for that tag; exclude weighs more, so
    who asks for test or development gets those of both, and who asks for exclude gets all that have it. `include_hidden`
    lets in all three. The sample company's are out unless `include_sample`; archived ones are out unless `archived` is
    true (only these) or null (both). An example that has no score lies in no range of scores, and one whose cost is not
    known in no range of costs.
    """

    quality_min: Share | None = Field(default=None, description="At least this score")
    quality_max: Share | None = Field(default=None, description="At most this score")
    intent_filter: Names = Field(default_factory=list, description="Any of these intents")
    success_only: StrictBool = Field(default=False, description="Only runs that succeeded")
    failed_only: StrictBool = Field(default=False, description="Only runs that failed; not with success_only")
    exclude_tags: Names = Field(default_factory=list, description="None of these tags")
    include_tags: Names = Field(default_factory=list, description="All of these tags")
    date_after: Since | None = Field(default=None, description="Requests from then on")
    date_before: Until | None = Field(default=None, description="Requests up to then")
    platform: ShortText | None = Field(default=None, description="Work for this channel")
    persona: ShortText | None = Field(default=None, description="Written in this voice")
    model: ShortText | None = Field(default=None, description="This language model took part")
    agent: ShortText | None = Field(default=None, description="This agent took part")
    decision: Decision | None = Field(default=None, description="The last word; none means not decided yet")
    cost_min: Cost | None = Field(default=None, description="Cost at least this")
    cost_max: Cost | None = Field(default=None, description="Cost at most this")
    has_outcome: StrictBool | None = Field(default=None, description="Whether a publication of it was measured")
    is_legacy: StrictBool | None = Field(default=None, description="Whether it was done before the product")
    text: ShortText | None = Field(default=None, description=TEXT)
    archived: StrictBool | None = Field(default=False, description="false: none of these, true: only these, null: both")
    include_sample: StrictBool = Field(default=False, description="The sample company's too")
    include_hidden: StrictBool = Field(default=False, description="Those tagged development, test or exclude too")
    limit: Whole | None = Field(default=None, ge=1, le=MOST, description=NEWEST)

    @model_validator(mode="wrap")
    @classmethod
    def _known_fields(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Who names a field that a filter does not have is told those that it has."""
        try:
            return handler(given)
        except ValidationError as error:
            if all(one["type"] != _UNKNOWN for one in error.errors()):
                raise
            there = f"A filter has no such field; it has {', '.join(cls.model_fields)}"
            faults = [
                InitErrorDetails(
                    type=PydanticCustomError(one["type"], there if one["type"] == _UNKNOWN else one["msg"]),
                    loc=one["loc"],
                    input=one["input"],
                )
                for one in error.errors()
            ]
            raise ValidationError.from_exception_data(error.title, faults) from error

    @field_validator("platform")
    @classmethod
    def _one_name(cls, value: str | None) -> str | None:
        """X has two names; examples carry one."""
        return (channels.canonical(value) or value) if value is not None else None

    _in_order = field_validator("quality_max", "date_before", "cost_max")(above)

    @field_validator("text")
    @classmethod
    def _something_to_look_for(cls, value: str | None) -> str | None:
        """Signs part words; without a word every request would do, or none."""
        if value is not None and not words(value):
            raise PydanticCustomError("no_word", "It has no letter and no digit; write a word of the request")
        return value

    @field_validator("failed_only")
    @classmethod
    def _one_of_both(cls, value: bool, seen: ValidationInfo) -> bool:
        if value and seen.data.get("success_only"):
            raise PydanticCustomError("both_asked", "success_only asks for the others; nothing is both")
        return value

    @field_validator("exclude_tags", "include_tags")
    @classmethod
    def _as_they_are_kept(cls, value: list[str]) -> list[str]:
        return [tag_of(one) for one in value]

    @field_validator("include_tags")
    @classmethod
    def _not_both(cls, value: list[str], seen: ValidationInfo) -> list[str]:
        both = sorted(set(value) & set(seen.data.get("exclude_tags", ())))
        if both:
            raise PydanticCustomError("in_and_out", "{tag} is in exclude_tags too", {"tag": both[0]})
        return value

    def out(self) -> list[str]:
        """The tags that keep an example out, sorted."""
        if self.include_hidden or EXCLUDE in self.include_tags:
            return sorted(set(self.exclude_tags))
        asked = set(self.include_tags) & set(OUT_UNLESS_ASKED)
        return sorted({*self.exclude_tags, *({EXCLUDE} if asked else OUT_UNLESS_ASKED)})

    def canonical(self) -> dict[str, Any]:
        """The fields that narrow, as JSON values in one spelling: two filters that mean the same give the same."""
        said = self.model_dump(mode="json", exclude_defaults=True)
        for name in ("intent_filter", "exclude_tags", "include_tags"):
            if name in said:
                said[name] = sorted(set(said[name]))
        for name in ("date_after", "date_before"):
            moment: datetime | None = getattr(self, name)
            if moment is not None:
                said[name] = moment.isoformat().replace("+00:00", "Z")
        return dict(sorted(said.items()))


def exact(given: float) -> Decimal:
    """The number as it was written: 0.85 is 0.85, not the nearest that a float can hold."""
    return Decimal(str(given))
