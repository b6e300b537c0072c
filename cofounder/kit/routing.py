"""The one kind of route: it reads strict JSON, knows every question that an address may carry, and asks who calls first.

FastAPI reads a body before it asks who sent it; here a body that cannot be read waits until the caller is known, so
that a stranger hears 401 and nothing about what was sent.
"""

import functools
import inspect
import json
from collections.abc import Callable, Coroutine, Iterator
from typing import Annotated, Any, get_args, get_origin

from fastapi import APIRouter, Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from cofounder.kit.problems import BodyUnreadable, RequestInvalid

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Unreadable:
    """Stands for a body that is no JSON until the caller is known; `kit.http.Body` then raises its error."""

    def __init__(self, error: BodyUnreadable) -> None:
        self.error = error


def read_json(content: bytes) -> Any:
    """What the bytes say. Raises BodyUnreadable also where Python's own reader would guess.

    A name that stands twice in one object has two meanings (RFC 8259, section 4), and other encodings than UTF-8 are
    no JSON to exchange (section 8.1). NaN and Infinity pass here: `Body` refuses them with the field's name.
    """
    try:
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once_each)
    except UnicodeDecodeError as error:
        raise BodyUnreadable(f"It is not UTF-8 at byte {error.start}.") from error
    except json.JSONDecodeError as error:
        raise BodyUnreadable(f"{error.msg} at line {error.lineno}, column {error.colno}.") from error
    except RecursionError as error:
        raise BodyUnreadable("Lists and objects stand too deep inside each other.") from error
    except ValueError as error:  # Python reads no whole number of more than 4,300 digits
        raise BodyUnreadable("A number in it has too many digits.") from error


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BodyUnreadable(f"The name {twice[:100]!r} stands twice in one object.", hint="Send each name once.")
    return found


class _StrictRequest(Request):
    async def json(self) -> Any:
        try:
            return read_json(await self.body())
        except BodyUnreadable as error:
            return Unreadable(error)


class Strict(APIRoute):
    """A route that refuses broken JSON and unknown questions, both after it knows the caller."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _asked_well(endpoint), **options)

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            _not_an_id(request)
            return await handler(_StrictRequest(request.scope, request.receive))

        return handle

    @functools.cached_property
    def questions(self) -> dict[str, bool]:
        """Name of every query parameter -> whether it may come more than once."""
        return dict(_questions(self.dependant))

    @functools.cached_property
    def headers(self) -> frozenset[str]:
        """Every header that it asks for, in small letters."""
        return frozenset(_headers(self.dependant))

    def passed_over(self, request: Request) -> Iterator[tuple[str, str, str]]:
        """(header, what is wrong with it, what to do) of each that this address would pass over to the caller's harm."""
        makes = self.status_code in (201, 202)
        if makes and "idempotency-key" in request.headers and "idempotency-key" not in self.headers:
            yield (
                "Idempotency-Key",
                "This address does not know a request again by its key",
                "Leave it out. Where an answer was lost, look at the list before you send it again.",
            )
        asked = request.headers.get("if-match", "*").strip()  # * is met by whatever is there
        if request.method != "GET" and asked != "*" and "if-match" not in self.headers:
            yield (
                "If-Match",
                "What stands at this address has no version",
                "Leave it out, and read again right before you change something.",
            )


def _not_an_id(request: Request) -> None:
    """Answer 405 where an address of its own was asked by a method that only the address with an id beside it knows.

    PATCH /datasets/upload is no change of a data set named "upload". Raises HTTPException.
    """
    own = getattr(request.app.state, "own_addresses", None)
    if own is None:
        own = request.app.state.own_addresses = _own_addresses(request.app)
    allowed = own.get(request.scope["path"].rstrip("/"))  # an URL would be read without a line's end in an id
    if allowed and request.method not in allowed and request.method != "HEAD":
        raise HTTPException(405, headers={"Allow": ", ".join(sorted(allowed))})


def _own_addresses(app: Any) -> dict[str, set[str]]:
    """Every address without an id in it -> its methods."""
    found: dict[str, set[str]] = {}
    for route in iter_route_contexts(app.routes):
        path = str(route.path)
        if "{" not in path:
            found.setdefault(path, set()).update(getattr(route.original_route, "methods", None) or ())
    return found


class Router(APIRouter):
    """A router whose routes are strict."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"route_class": Strict, **options})


def _asked_well(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """The endpoint with a last dependency, behind the one that asks who calls, that looks at the questions."""

    @functools.wraps(endpoint)
    async def with_questions(*, asked_well: None, **values: Any) -> Any:
        return await endpoint(**values)

    last = inspect.Parameter(
        "asked_well", inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[None, Depends(_known_only)]
    )
    signature = inspect.signature(endpoint)
    with_questions.__signature__ = signature.replace(  # type: ignore[attr-defined]  # FastAPI reads it
        parameters=[*signature.parameters.values(), last]
    )
    return with_questions


async def _known_only(request: Request) -> None:
    """Raise RequestInvalid for a query parameter that the address does not take, or takes only once.

    Also for a name in the address that no database could hold, and for what a caller relies on and the address does not know: an Idempotency-Key where a repeat would be made
    again, an If-Match where nothing has a version.
    """
    for name, message, hint in request.scope["route"].passed_over(request):
        raise RequestInvalid(f"{name}: {message}.", errors=[{"field": name, "message": message}], hint=hint)
    for name, value in request.path_params.items():
        if "\x00" in str(value):  # of a query the gate says so
            message = "It holds a NUL character, which cannot be stored"
            raise RequestInvalid(f"{name}: {message}.", errors=[{"field": name, "message": message}])
    known = request.scope["route"].questions
    given = [name for name, _ in request.query_params.multi_items()]
    errors = []
    for name in dict.fromkeys(given):
        if name not in known:
            errors.append({"field": name, "message": "There is no such parameter at this address"})
        elif given.count(name) > 1 and not known[name]:
            errors.append({"field": name, "message": "It is given more than once"})
    if errors:
        takes = f"It takes: {', '.join(known)}." if known else "It takes none."
        said = "; ".join(f"{one['field'][:100]}: {one['message']}" for one in errors[:3])
        raise RequestInvalid(said, errors=errors[:20], hint=takes)


def _questions(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    for one in dependant.query_params:
        kind = one.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            for name, field in kind.model_fields.items():
                yield field.alias or name, _is_list(field.annotation)
        else:
            yield one.alias, _is_list(kind)
    for inner in dependant.dependencies:
        yield from _questions(inner)


def _headers(dependant: Dependant) -> Iterator[str]:
    yield from (one.alias.lower() for one in dependant.header_params)
    for inner in dependant.dependencies:
        yield from _headers(inner)


def _is_list(kind: Any) -> bool:
    return kind is list or get_origin(kind) is list or any(_is_list(part) for part in get_args(kind))
