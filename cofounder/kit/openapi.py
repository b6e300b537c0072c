"""The OpenAPI of what the routes really answer: problems, envelopes, the refusals that every route shares."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from cofounder.kit.db import DatabaseOutOfReach
from cofounder.kit.errors import CofounderError, NotAllowed, NotSignedIn
from cofounder.kit.examples import Recorded, illustrate
from cofounder.kit.problems import (
    ENVELOPED,
    PROBLEM_JSON,
    AddressTooLong,
    BodyTooLarge,
    BodyUnreadable,
    NotJson,
    RequestInvalid,
)

PROBLEM: dict[str, Any] = {
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
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
REFUSAL: dict[str, Any] = {
    "type": "object",
    "description": "The envelope of a refusal; `error` is what a problem says elsewhere.",
    "required": ["success", "data", "error", "message"],
    "properties": {
        "success": {"const": False},
        "data": {"type": "null"},
        "error": {"$ref": "#/components/schemas/Problem"},
        "message": {"type": "string"},
    },
}
# Pydantic's own words for a bound that stands at a union or behind a validator; JSON Schema knows none of them
_BOUNDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
_NO_SCHEMAS = ("default", "examples", "example", "enum", "const")
_METHODS = ("get", "put", "post", "delete", "patch")
_HEADERS = {
    401: {"WWW-Authenticate": "How to sign in."},
    429: {"Retry-After": "Seconds to wait."},
    503: {"Retry-After": "Seconds to wait."},
}
ETAG: dict[int | str, dict[str, Any]] = {
    200: {"headers": {"ETag": {"description": "Names this version, for If-Match.", "schema": {"type": "string"}}}}
}
"""For the `responses` of a route that sends one."""


def documented(*errors: type[CofounderError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route for these errors, each with an example."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        example = {"summary": error.title(), "value": error().problem()}
        by_status.setdefault(error.status, {})[error.code()] = example
    return {
        status: {
            "description": "; ".join(example["summary"] for example in examples.values()),
            **_headers(int(status)),
            "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}},
        }
        for status, examples in by_status.items()
    }


def _headers(status: int) -> dict[str, Any]:
    said = {
        name: {"description": words, "schema": {"type": "string"}} for name, words in _HEADERS.get(status, {}).items()
    }
    return {"headers": said} if said else {}


def operation_id(route: APIRoute) -> str:
    """The name of a route's function, which is what generated clients call it."""
    return route.name


def describe(app: FastAPI) -> None:
    """Let the app's OpenAPI say what it answers."""
    made = app.openapi
    app.state.also = {}
    app.state.tags = []
    app.state.recorded = {}

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = made()
            for (method, path), errors in app.state.also.items():
                _add(schema["paths"][path][method.lower()]["responses"], documented(*errors))
            app.openapi_schema = _mended(schema, app.state.tags, app.state.recorded)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def also(app: FastAPI, method: str, path: str, *errors: type[CofounderError]) -> None:
    """Document errors of a route that its own module may not know, because a later part raises them."""
    app.state.also[(method, path)] = errors


def order(app: FastAPI, tags: Sequence[str], recorded: Recorded) -> None:
    """Let the OpenAPI list the addresses by tag, in this order, with these examples of real answers."""
    app.state.tags, app.state.recorded = list(tags), recorded


def _add(answers: dict[str, Any], more: dict[int | str, dict[str, Any]]) -> None:
    for status, described in more.items():
        there = answers.setdefault(str(status), described)
        content = there.setdefault("content", {})
        if PROBLEM_JSON not in content:  # FastAPI's own words about it
            there |= {**described, "content": content | described["content"]}
        known = there["content"][PROBLEM_JSON]["examples"]
        new = {code: one for code, one in described["content"][PROBLEM_JSON]["examples"].items() if code not in known}
        known |= new
        there["description"] = "; ".join([there["description"], *(one["summary"] for one in new.values())])


def _mended(schema: dict[str, Any], tags: Sequence[str], recorded: Recorded) -> dict[str, Any]:
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    _bound(schema)
    for path, methods in schema.get("paths", {}).items():
        for method in _METHODS:
            if method in methods:
                _mend(path, methods[method], schemas)
                illustrate(methods[method], schemas, recorded)
    schema["paths"] = dict(sorted(schema.get("paths", {}).items(), key=lambda pair: _place(pair[1], tags)))
    for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own answer, which is never given
        schemas.pop(name, None)
    return schema


def _bound(within: Any) -> None:
    """Say every bound in the words of JSON Schema."""
    if isinstance(within, list):
        for one in within:
            _bound(one)
    elif isinstance(within, dict):
        for name, said in _BOUNDS.items():
            if isinstance(within.get(name), int | float):  # else it is a field of that name
                within[said] = within.pop(name)
        for name, inner in within.items():
            if name not in _NO_SCHEMAS:
                _bound(inner)


def _place(methods: dict[str, Any], tags: Sequence[str]) -> int:
    """Where an address stands: by its tag; addresses of one tag stay as they came."""
    named = [tag for operation in methods.values() for tag in operation.get("tags", ()) if tag in tags]
    return list(tags).index(named[0]) if named else len(tags)


def _mend(path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    operation["summary"] = str(operation.get("summary", "")).capitalize()
    answers = operation.setdefault("responses", {})
    shared: list[type[CofounderError]] = [RequestInvalid]
    if any(one["in"] != "header" for one in operation.get("parameters", ())):
        shared += [AddressTooLong]
    if "requestBody" in operation:
        shared += [BodyUnreadable, BodyTooLarge, NotJson]
    if operation.get("security"):
        shared += [NotSignedIn, NotAllowed, DatabaseOutOfReach]
    _add(answers, documented(*shared))
    unfit = answers.get("422", {}).get("content", {})
    if unfit.pop("application/json", None) is not None:
        unfit.setdefault(PROBLEM_JSON, {"schema": {"$ref": "#/components/schemas/Problem"}})
    if path.startswith(ENVELOPED):
        schemas["Refusal"] = REFUSAL
        for described in answers.values():
            problem = described.get("content", {}).pop(PROBLEM_JSON, None)
            if problem is not None:
                described["content"]["application/json"] = _enveloped(problem)


def _enveloped(problem: dict[str, Any]) -> dict[str, Any]:
    examples = {
        name: {
            "summary": one["summary"],
            "value": {"success": False, "data": None, "error": one["value"], "message": one["value"]["detail"]},
        }
        for name, one in problem.get("examples", {}).items()
    }
    return {"schema": {"$ref": "#/components/schemas/Refusal"}, "examples": examples}
