"""What every route shares: strict bodies, pages of lists, one transaction a request, documented errors."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import db
from cofounder.kit.errors import CofounderError, InputInvalid, NotAllowed, NotSignedIn
from cofounder.kit.problems import PROBLEM_JSON, install

__all__ = ["Body", "Page", "Session", "documented", "install"]

T = TypeVar("T")


class Body(BaseModel):
    """Base of what comes in and goes out: unknown fields are refused.

    Numbers are declared StrictInt, StrictFloat or StrictBool, else `false` passes for 0. Never strict for the whole
    model: it would refuse times and ids written as JSON strings.
    """

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, given: Any) -> Any:
        """PostgreSQL stores neither the NUL character nor half a surrogate pair, wherever it stands."""
        place = _unstorable(given)
        if place is not None:
            raise ValueError(f"{place or 'the text'} holds a character that cannot be stored (NUL or half a pair)")
        return given


def _unstorable(value: Any) -> str | None:
    """Where such a character stands, as "edits.x.body"; None: nowhere."""
    if isinstance(value, str):
        return "" if any(sign == "\x00" or "\ud800" <= sign <= "\udfff" for sign in value) else None
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in pairs:
        inner = _unstorable(each) if not isinstance(name, str) or _unstorable(name) is None else ""
        if inner is not None:
            return f"{name}.{inner}".rstrip(".")
    return None


class Page(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` asks for the next one and is null on the last."""

    items: list[T]
    next_cursor: str | None = None
    total: int = Field(ge=0)


async def _session() -> AsyncIterator[AsyncSession]:
    async with db.transaction() as session:
        yield session


# scope "function": committed before the answer is sent, so that what was answered is kept
Session = Annotated[AsyncSession, Depends(_session, scope="function")]


def documented(*errors: type[CofounderError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: each error it may give, with an example, beside those that every route may give."""
    by_status: dict[int, dict[str, Any]] = {}
    every: tuple[type[CofounderError], ...] = (NotSignedIn, NotAllowed, InputInvalid, *errors)
    for error in every:
        by_status.setdefault(error.status, {})[error.code()] = {
            "summary": error.title(),
            "value": error().problem(),
        }
    return {
        status: {
            "description": "; ".join(example["summary"] for example in examples.values()),
            "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}},
        }
        for status, examples in by_status.items()
    }
