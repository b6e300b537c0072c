"""What every route shares: strict bodies, pages of lists, one transaction a request, documented errors."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import Annotated, Any, Generic, Literal, TypeVar

from fastapi import Depends, FastAPI
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic import (
    Strict as StrictType,
)
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import db, openapi, problems
from cofounder.kit.blank import is_blank
from cofounder.kit.errors import CofounderError, NotAllowed, NotSignedIn
from cofounder.kit.forms import Declared
from cofounder.kit.gate import Gate
from cofounder.kit.patience import Patience
from cofounder.kit.routing import Router, Strict, Unreadable
from cofounder.kit.storable import faults

__all__ = [
    "Body",
    "Envelope",
    "Page",
    "Router",
    "Session",
    "ShortText",
    "Shown",
    "Strict",
    "Time",
    "Usd",
    "Whole",
    "documented",
    "install",
    "stripped",
]

T = TypeVar("T")

_FAULTS = 20


def install(app: FastAPI) -> None:
    """Strict doors, problems for answers, and an OpenAPI that says so."""
    problems.install(app)
    app.add_middleware(Patience)
    app.add_middleware(Gate)
    openapi.describe(app)


class Shown(BaseModel):
    """Base of what goes out: the fields that are declared. What is stored is shown, whatever it holds."""

    model_config = ConfigDict(extra="forbid")


class Body(Shown):
    """Base of what comes in: unknown fields are refused, and values that could not be stored.

    Numbers are declared Whole, StrictFloat or StrictBool, else `false` passes for 0. Never strict for the whole
    model: it would refuse times and ids written as JSON strings.
    """

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, given: Any) -> Any:
        """Raise for every value that JSON text or PostgreSQL cannot hold, at its own place."""
        if isinstance(given, Unreadable):  # the caller is known by now
            raise given.error
        if not isinstance(given, dict):
            return given
        found = [
            InitErrorDetails(type=PydanticCustomError("unstorable", message), loc=place, input=None)
            for place, message in islice(faults(given), _FAULTS)
        ]
        if found:
            raise ValidationError.from_exception_data(cls.__name__, found)
        return given


class Page(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` asks for the next one and is null on the last."""

    items: list[T]
    next_cursor: str | None = None
    total: int = Field(ge=0)


class Envelope(BaseModel, Generic[T]):
    """What the addresses under /training and /models answer with; a refusal comes in the same four fields."""

    success: Literal[True] = True
    data: T
    error: None = None
    message: str | None = None


def stripped(given: str) -> str:
    """The text without the blanks around it, which must leave something. Lengths are those of what was sent."""
    bare = given.strip()
    if is_blank(bare):
        raise PydanticCustomError("string_too_short", "String should have at least 1 character that is no blank")
    return bare


VISIBLE = Declared({"pattern": r"[^\s\x00-\x20\x7f-\xa0\ue000-\uf8ff]"})
"""For a type that `stripped` checks."""
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(stripped), VISIBLE]


def _whole(given: Any) -> Any:
    return int(given) if isinstance(given, float) and given.is_integer() else given


Whole = Annotated[int, StrictType(), BeforeValidator(_whole)]
"""A whole number. 12.0 is one too, as JSON and JSON Schema know no other 12; "12" and true are none."""


_YEARS = "^(19(0[1-9]|[1-9][0-9])|2[01][0-9]{2})-"  # 1901 to 2199
_DATE = re.compile(r"\s*\d{4}-\d")


def _text_only(given: Any) -> Any:
    """Pydantic takes a number for seconds since 1970; here that is more likely a mistake."""
    if isinstance(given, datetime) or (isinstance(given, str) and _DATE.match(given)):  # "-1e-9" is a number too
        return given
    raise ValueError("Give the time as text with its time zone, such as 2030-01-31T09:00:00Z")


def _of_our_time(given: datetime) -> datetime:
    # far ends of the calendar overflow when they are moved to UTC
    if not 1900 < given.year < 2200:
        raise ValueError("The year lies outside 1901 to 2199")
    return given.astimezone(UTC)


Time = Annotated[
    AwareDatetime, BeforeValidator(_text_only), AfterValidator(_of_our_time), Declared({"pattern": _YEARS})
]
"""A time with its zone, written as text; UTC inside."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _day_only(given: Any) -> Any:
    if (isinstance(given, date) and not isinstance(given, datetime)) or (
        isinstance(given, str) and _DAY.fullmatch(given)
    ):
        return given
    raise ValueError("Give the day as text, such as 2030-01-31")


def _day_of_our_time(given: date) -> date:
    if not 1900 < given.year < 2200:
        raise ValueError("The year lies outside 1901 to 2199")
    return given


Day = Annotated[date, BeforeValidator(_day_only), AfterValidator(_day_of_our_time), Declared({"pattern": _YEARS})]
"""A day, written as text."""


def _from_midnight(given: Any) -> Any:
    return f"{given}T00:00:00Z" if isinstance(given, str) and _DAY.fullmatch(given) else given


def _to_midnight(given: Any) -> Any:
    return f"{given}T23:59:59.999999Z" if isinstance(given, str) and _DAY.fullmatch(given) else given


MOMENT: dict[str, Any] = {
    "anyOf": [{"type": "string", "format": form, "pattern": _YEARS} for form in ("date-time", "date")]
}
"""What `Since` and `Until` take, for the OpenAPI."""
Since = Annotated[Time, BeforeValidator(_from_midnight), WithJsonSchema(MOMENT)]
"""A time; a date alone is that day (UTC) from its beginning on."""
Until = Annotated[Time, BeforeValidator(_to_midnight), WithJsonSchema(MOMENT)]
"""A time; a date alone is that day (UTC) up to its end."""


def _number_only(given: Any) -> Any:
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal):
        raise ValueError("Input should be a number")
    return Decimal(str(given))


class _AsNumber:
    """Declares a Decimal as the number that it is in JSON, with the bounds that it has."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        made = handler(schema)
        number = next((one for one in made.get("anyOf", ()) if one.get("type") == "number"), {"type": "number"})
        return {name: value for name, value in made.items() if name != "anyOf"} | number


Usd = Annotated[
    Decimal,
    BeforeValidator(_number_only),
    PlainSerializer(float, return_type=float, when_used="json"),
    _AsNumber(),
]
"""Money in US dollars: a JSON number outside, exact inside."""


async def _session() -> AsyncIterator[AsyncSession]:
    async with db.transaction() as session:
        yield session


# scope "function": committed before the answer is sent, so that what was answered is kept
Session = Annotated[AsyncSession, Depends(_session, scope="function")]


def documented(*errors: type[CofounderError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: each error it may give, with an example, beside those that every route may give."""
    return openapi.documented(NotSignedIn, NotAllowed, problems.RequestInvalid, *errors)
