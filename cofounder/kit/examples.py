"""Examples in the OpenAPI: recorded from a real run where there is a recording, else put together from typed fields."""

from collections.abc import Mapping
from typing import Any

_FORMATS = {
    "uuid": "0190a6f2-6b1e-7c3a-9d54-2f8e7b1c0d4a",
    "date-time": "2026-01-31T09:00:00Z",
    "date": "2026-01-31",
    "uri": "https://example.com/",
    "email": "someone@example.com",
    "password": "correct horse battery staple",
}
_EMPTY = {"boolean": False, "null": None}
Recorded = Mapping[str, Mapping[str, Any]]
"""Operation id -> {"request": body, "response": body}; with "media" where the answer is text of that type."""


def illustrate(operation: dict[str, Any], schemas: Mapping[str, Any], recorded: Recorded) -> None:
    """Give the request body and the good answers of an operation an example each, in place."""
    known = recorded.get(operation["operationId"], {})
    for content in operation.get("requestBody", {}).get("content", {}).values():
        _give(content, known, "request", schemas)
    for status, answer in operation.get("responses", {}).items():
        if status.startswith("2"):
            for media, content in answer.get("content", {}).items():
                if "media" not in known or media.startswith(known["media"]):
                    _give(content, known, "response", schemas)


def _give(content: dict[str, Any], known: Mapping[str, Any], side: str, schemas: Mapping[str, Any]) -> None:
    if "examples" in content or "example" in content:
        return
    if side in known:
        content["examples"] = {"recorded": {"summary": "From a real run", "value": known[side]}}
    elif "schema" in content:
        content["examples"] = {"typed": {"summary": "Fields as they look", "value": sample(content["schema"], schemas)}}


def sample(schema: Any, schemas: Mapping[str, Any]) -> Any:
    """A value that fits the schema, from the examples of its fields where they have any."""
    schema = _resolved(schema, schemas)
    for given in ("const", "example", "default"):
        if schema.get(given) is not None:
            return schema[given]
    for listed in ("examples", "enum"):
        if schema.get(listed):
            return schema[listed][0]
    for several in ("anyOf", "oneOf", "allOf"):
        kinds = [kind for kind in schema.get(several, ()) if kind.get("type") != "null"]
        if kinds:
            return sample(kinds[0], schemas)
    return _of_type(schema, schemas)


def _resolved(schema: Any, schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    while isinstance(schema, Mapping) and "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    return schema if isinstance(schema, Mapping) else {}


def _of_type(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "object":
        needed = schema.get("required", ())
        if schema.get("minProperties") and not schema.get("properties"):
            return {"name": sample(schema.get("additionalProperties", {}), schemas)}
        return {
            name: sample(field, schemas)
            for name, field in schema.get("properties", {}).items()
            if name in needed or _resolved(field, schemas).get("examples")
        }
    if kind == "array":
        return [sample(schema.get("items", {}), schemas)]
    if kind == "string":
        text = _FORMATS.get(schema.get("format", ""), "text")
        return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength")]
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 0), schema.get("exclusiveMinimum", -1) + 1)
    return _EMPTY.get(str(kind))
