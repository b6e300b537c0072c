"""Every refusal as application/problem+json (RFC 9457): what is wrong, in which field, what to do.

Under the addresses of `ENVELOPED` the same problem comes as {success, data, error, message}.
"""

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import RouteContext, iter_route_contexts
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import compile_path

from cofounder.kit import db
from cofounder.kit.errors import CofounderError, Conflict
from cofounder.kit.forms import complaint
from cofounder.kit.ids import new_id
from cofounder.kit.log import logger

PROBLEM_JSON = "application/problem+json"
MAX_BODY_BYTES = 1_000_000
MAX_ADDRESS_BYTES = 8_000
MAX_HEADER_BYTES = 32_000
ENVELOPED = ("/api/orchestrator/training/", "/api/orchestrator/models/")
_FIELD, _MESSAGE = 200, 1_000  # characters of what a caller sent that an answer repeats

log = logger(__name__)


class BodyUnreadable(CofounderError):
    """The body is not JSON."""

    hint = "Send UTF-8 JSON with Content-Type: application/json."


class RequestInvalid(CofounderError):
    """Some fields do not fit."""

    status = 422
    hint = "Mend the fields that errors names; nothing was changed."


class BodyTooLarge(CofounderError):
    """The body is larger than this server takes."""

    status = 413
    hint = f"Send at most {MAX_BODY_BYTES:,} bytes."


class NotJson(CofounderError):
    """The body's Content-Type is not JSON."""

    status = 415
    hint = "Send Content-Type: application/json."


class AddressTooLong(CofounderError):
    """The address is longer than this server takes."""

    status = 414
    hint = f"Send at most {MAX_ADDRESS_BYTES:,} bytes of address and query."


class HeadersTooLarge(CofounderError):
    """The headers are larger than this server takes."""

    status = 431
    hint = f"Send at most {MAX_HEADER_BYTES:,} bytes of headers."


class NoSuchRoute(CofounderError):
    """There is nothing at this address."""

    status = 404
    hint = "The addresses are listed at /api/openapi.json."


class MethodNotAllowed(CofounderError):
    """This address does not take this method."""

    status = 405
    hint = "The Allow header lists the methods that it takes."


class RequestRefused(CofounderError):
    """The server does not take this request."""


class SameMoment(Conflict):
    """Somebody else wrote the same at this moment."""

    hint = "What you sent was not applied. Look again, and send it again if it is still wanted."


class InternalError(CofounderError):
    """Something in the product itself went wrong."""

    status = 500
    hint = "What you sent was not applied. The server's log has the details under this id."


def install(app: FastAPI) -> None:
    """Answer every error of the app as a problem."""
    handlers: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
        CofounderError: _ours,
        RequestValidationError: _invalid,
        HTTPException: _http,
        SQLAlchemyError: _database,
        asyncpg.PostgresError: _database,
        asyncpg.InterfaceError: _database,
        OSError: _database,
        Exception: _unexpected,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def answer(error: CofounderError, path: str = "", *, headers: Mapping[str, str] | None = None) -> Response:
    """The response for an error: a problem, or the envelope where the address has that."""
    problem = error.problem()
    problem["errors"] = [
        {"field": one["field"][:_FIELD], "message": one["message"][:_MESSAGE]} for one in problem["errors"]
    ]
    problem["detail"] = problem["detail"][: 3 * _MESSAGE]
    content: dict[str, Any] = problem
    media = PROBLEM_JSON
    if path.startswith(ENVELOPED):
        content = {"success": False, "data": None, "error": problem, "message": problem["detail"]}
        media = "application/json"
    sent = dict(headers or {})
    if error.status == 401:
        sent["WWW-Authenticate"] = "Bearer"
    wait = error.extra.get("retry_after", 1 if error.status in (429, 503) else None)
    if wait is not None:  # whole seconds: raise Error(retry_after=30)
        sent["Retry-After"] = str(wait)
    # half a surrogate pair, repeated from what came in, has no UTF-8
    body = json.dumps(content, ensure_ascii=False, default=str).encode("utf-8", "replace")
    return Response(body, status_code=error.status, media_type=media, headers=sent)


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, CofounderError)
    return answer(error, request.url.path)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(one["loc"][0] == "path" for one in found) and _exact(request):
        return _wrong_method(request)  # /api/tasks/bulk, taken for a task with the id "bulk"
    whole = any(one["loc"] == ("body",) and one["type"] != "missing" for one in found)
    if whole and isinstance(error.body, bytes):  # FastAPI leaves a body unread that does not say it is JSON
        said = request.headers.get("content-type")
        return answer(
            NotJson(f"The Content-Type is {said}." if said else "There is no Content-Type."), request.url.path
        )
    return answer(invalid(error), request.url.path)


def invalid(error: RequestValidationError) -> CofounderError:
    """What does not fit, as one of our errors with every field at fault."""
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return BodyUnreadable()
    errors = [{"field": _field(one, error.body), "message": complaint(one)} for one in found[:50]]
    said = "; ".join(f"{one['field']}: {one['message']}" for one in errors[:3])
    return RequestInvalid(said, errors=errors)


def _field(fault: Any, body: Any) -> str:
    """("body", "preferences", "channels", 0) -> "preferences.channels.0", in the names that the body itself has.

    Where a value may be of several types Pydantic puts the type it tried into the place; a caller never sent that.
    """
    where, *rest = fault["loc"]
    if where != "body" or fault["type"] == "unstorable":
        return ".".join(str(part) for part in rest or [where])
    parts: list[str] = []
    here = body
    for index, part in enumerate(rest):
        if (isinstance(here, dict) and part in here) or (
            isinstance(here, list) and isinstance(part, int) and part < len(here)
        ):
            here = here[part]
        elif index + 1 < len(rest) or fault["type"] != "missing":
            continue
        parts.append(str(part))
    return ".".join(parts) or str(where)


async def _http(request: Request, error: Exception) -> Response:
    """What Starlette and FastAPI refuse by themselves, and what they wrapped while they read the body."""
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, CofounderError):
        return answer(error.__cause__, request.url.path)
    known: dict[int, CofounderError] = {
        400: BodyUnreadable(),
        404: NoSuchRoute(request.url.path[:_FIELD]),
        413: BodyTooLarge(),
    }
    found = known.get(error.status_code)
    if found is None:
        found = RequestRefused(str(error.detail))
        found.status = error.status_code  # type: ignore[misc]  # the one that the framework chose
    if error.status_code == 405:
        return _wrong_method(request)
    return answer(found, request.url.path, headers=error.headers)


def _wrong_method(request: Request) -> Response:
    headers = {"Allow": ", ".join(_methods(request))}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=headers)
    error = MethodNotAllowed(f"{request.method} {request.url.path[:_FIELD]}")
    return answer(error, request.url.path, headers=headers)


def _methods(request: Request) -> list[str]:
    """What the address takes; Starlette names only the methods of the first route that it finds there.

    /api/tasks/bulk is an address of its own, though /api/tasks/{task_id} would match it too.
    """
    matching = [
        route
        for route in iter_route_contexts(request.app.routes)
        if route.path and compile_path(route.path)[0].match(request.url.path)
    ]
    found = {method for route in _exact(request) or matching for method in route.methods or ()}
    return sorted(found | {"OPTIONS"} | ({"HEAD"} if "GET" in found else set()))


def _exact(request: Request) -> list[RouteContext]:
    """The routes of this very address, with nothing in it that may vary."""
    return [route for route in iter_route_contexts(request.app.routes) if route.path == request.url.path]


async def _database(request: Request, error: Exception) -> Response:
    """A database that is away is no fault of ours or of the caller; any other of its errors is ours."""
    if db.is_taken(error):
        log.warning("two did the same at once", path=request.url.path, error=str(error)[:300])
        return answer(SameMoment(), request.url.path)
    if not db.is_out_of_reach(error):
        raise error
    log.warning("the database is out of reach", path=request.url.path, error=type(error).__name__)
    return answer(db.out_of_reach(error), request.url.path)


async def _unexpected(request: Request, error: Exception) -> Response:
    return unexpected(error, request.method, request.url.path)


def unexpected(error: Exception, method: str, path: str) -> Response:
    """The answer to what nobody foresaw; the log keeps the details under the number that the answer names."""
    incident = str(new_id())
    said: dict[str, Any] = {"error": f"{type(error).__name__}: {error}"} if _told(error, path) else {"exc_info": error}
    log.error("unexpected error", incident=incident, method=method, path=path, **said)
    return answer(InternalError(f"Incident {incident}."), path)


_TOLD_AGAIN_SECONDS = 60.0
_told_at: dict[tuple[str, str, str], float] = {}  # (path, error, place) -> when its whole story was told last


def _told(error: Exception, path: str) -> bool:
    """Whether the log has this error's story from the last minute: who asks again and again would fill it with that."""
    at, trace = time.monotonic(), error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
    name = (path, type(error).__name__, place)
    for old in [one for one, told in _told_at.items() if at - told > _TOLD_AGAIN_SECONDS]:
        del _told_at[old]
    return _told_at.setdefault(name, at) != at
