"""A filter as the query of an address says it: the same fields as in a body, each by its own name."""

from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, StringConstraints, ValidationError, WithJsonSchema

from cofounder.flow.train.data.filters import MOST, MOST_USD, Decision, Filter
from cofounder.flow.train.data.schemas import MOST_LISTED, FilterIn
from cofounder.kit import cursors
from cofounder.kit.forms import form
from cofounder.kit.http import MOMENT, ShortText

M = TypeVar("M", bound=BaseModel)
_Name = Annotated[ShortText | None, Query()]
_Moment = Annotated[Annotated[str, StringConstraints(max_length=200), WithJsonSchema(MOMENT)] | None, Query()]
_Names = Annotated[list[ShortText] | None, Query(max_length=100)]
_Share = Annotated[float | None, Query(ge=0, le=1, allow_inf_nan=False)]
_Usd = Annotated[float | None, Query(ge=0, le=MOST_USD, allow_inf_nan=False)]
_YesOrNo = Annotated[bool | None, Query()]


def _fields(
    quality_min: _Share = None,
    quality_max: _Share = None,
    intent_filter: _Names = None,
    success_only: _YesOrNo = None,
    failed_only: _YesOrNo = None,
    exclude_tags: _Names = None,
    include_tags: _Names = None,
    date_after: _Moment = None,
    date_before: _Moment = None,
    platform: _Name = None,
    persona: _Name = None,
    model: _Name = None,
    agent: _Name = None,
    decision: Annotated[Decision | None, Query()] = None,
    cost_min: _Usd = None,
    cost_max: _Usd = None,
    has_outcome: _YesOrNo = None,
    is_legacy: _YesOrNo = None,
    text: _Name = None,
    archived: Annotated[
        str | None,
        Query(pattern=form("^(true|false|both)$", "Write true, false or both"), description="true, false or both"),
    ] = None,
    include_sample: _YesOrNo = None,
    include_hidden: _YesOrNo = None,
) -> dict[str, Any]:
    """What was said, without what was not."""
    said = {name: value for name, value in locals().items() if value is not None}
    if archived is not None:
        said["archived"] = {"true": True, "false": False, "both": None}[archived]
    return said


Fields = Annotated[dict[str, Any], Depends(_fields)]


def _filter(fields: Fields, limit: Annotated[int | None, Query(ge=1, le=MOST)] = None) -> Filter:
    return _read(Filter, fields | ({} if limit is None else {"limit": limit}))


def _page(
    fields: Fields,
    limit: Annotated[int | None, Query(ge=1, le=MOST_LISTED)] = None,
    newest: Annotated[int | None, Query(ge=1, le=MOST)] = None,
    cursor: cursors.OfMomentAndId = None,
    offset: Annotated[int | None, Query(ge=0, le=10_000_000)] = None,
) -> FilterIn:
    return _read(FilterIn, fields | {"limit": limit, "newest": newest, "cursor": cursor, "offset": offset})


def _read(kind: type[M], said: dict[str, Any]) -> M:
    """Raises as a body does: every field at fault by its name."""
    try:
        return kind.model_validate(said)
    except ValidationError as error:
        found = [{**one, "loc": ("query", *one["loc"])} for one in error.errors(include_url=False)]
        raise RequestValidationError(found) from error


AskedFilter = Annotated[Filter, Depends(_filter)]
AskedPage = Annotated[FilterIn, Depends(_page)]
