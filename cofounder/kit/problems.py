"""Every refusal as application/problem+json (RFC 9457): what is wrong, in which field, what to do."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cofounder.kit.errors import CofounderError
from cofounder.kit.ids import new_id
from cofounder.kit.log import logger

PROBLEM_JSON = "application/problem+json"
MAX_BODY_BYTES = 1_000_000

log = logger(__name__)


class BodyUnreadable(CofounderError):
    """The body is not JSON."""

    hint = "Send UTF-8 JSON with Content-Type: application/json."


class RequestInvalid(CofounderError):
    """Some fields do not fit."""

    status = 422


class BodyTooLarge(CofounderError):
    """The body is larger than this server takes."""

    status = 413
    hint = f"Send at most {MAX_BODY_BYTES:,} bytes."


class NoSuchRoute(CofounderError):
    """There is nothing at this address."""

    status = 404
    hint = "The addresses are listed at /api/docs."


class MethodNotAllowed(CofounderError):
    """This address does not take this method."""

    status = 405


class InternalError(CofounderError):
    """Something in the product itself went wrong."""

    status = 500
    hint = "What you sent was not applied. The server's log has the details under this id."


def install(app: FastAPI, *, max_body_bytes: int = MAX_BODY_BYTES) -> None:
    """Answer every error as a problem, describe the shape in the OpenAPI, refuse bodies over the limit."""
    app.add_exception_handler(CofounderError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)
    app.add_middleware(LimitBody, max_bytes=max_body_bytes)
    _describe(app)


def answer(error: CofounderError) -> JSONResponse:
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
    return JSONResponse(error.problem(), status_code=error.status, media_type=PROBLEM_JSON, headers=headers)


async def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CofounderError)
    return answer(error)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return answer(invalid(error))


def invalid(error: RequestValidationError) -> CofounderError:
    """What does not fit, as one of our errors with every field at fault."""
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return BodyUnreadable()
    errors = [{"field": _field(one["loc"]), "message": one["msg"]} for one in found[:50]]
    said = "; ".join(f"{one['field']}: {one['message']}" for one in errors[:3])
    return RequestInvalid(said, errors=errors)


def _field(place: tuple[int | str, ...]) -> str:
    """("body", "preferences", "channels", 0) -> "preferences.channels.0"."""
    parts = [str(part) for part in place]
    if parts and parts[0] in ("body", "query", "path", "header"):
        parts = parts[1:] or parts
    return ".".join(parts)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return answer(NoSuchRoute(request.url.path))
    if error.status_code == 405:
        return answer(MethodNotAllowed(f"{request.method} {request.url.path}"))
    if error.status_code == 400:
        return answer(BodyUnreadable())
    problem = CofounderError(str(error.detail)).problem() | {"status": error.status_code}
    return JSONResponse(problem, status_code=error.status_code, media_type=PROBLEM_JSON)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    incident = str(new_id())
    log.error("unexpected error", incident=incident, method=request.method, path=request.url.path, exc_info=error)
    return answer(InternalError(f"Incident {incident}."))


class LimitBody:
    """Refuse a body over the limit, also one that does not say its length."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        stated = dict(scope["headers"]).get(b"content-length", b"0")
        if stated.isdigit() and int(stated) > self.max_bytes:
            await answer(BodyTooLarge())(scope, receive, send)
            return
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.max_bytes:
                raise BodyTooLarge()
            return message

        await self.app(scope, limited, send)


PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "hint", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "hint": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def _describe(app: FastAPI) -> None:
    """Put the problem's schema into the OpenAPI and drop FastAPI's own validation answer, which is never given."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = made()
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            schemas["Problem"] = PROBLEM_SCHEMA
            for methods in schema.get("paths", {}).values():
                for operation in methods.values():
                    answers = operation.get("responses", {})
                    content = answers.get("422", {}).get("content", {})
                    if "application/json" in content:
                        content.pop("application/json")
                        content.setdefault(PROBLEM_JSON, {"schema": {"$ref": "#/components/schemas/Problem"}})
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
