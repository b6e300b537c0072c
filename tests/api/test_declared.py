"""The OpenAPI says what is accepted in the words of JSON Schema: bounds, years, names, and never Pydantic's own words."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter

from cofounder.app import create_app
from cofounder.channels import CHANNELS
from cofounder.kit.forms import Declared

KNOWN = {
    *("type", "format", "title", "default", "description", "examples", "enum", "const", "$ref", "writeOnly"),
    *("properties", "required", "additionalProperties", "propertyNames", "minProperties", "maxProperties"),
    *("items", "minItems", "maxItems", "uniqueItems", "prefixItems", "anyOf", "oneOf", "allOf", "discriminator"),
    *("minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *("contentMediaType", "contentEncoding", "deprecated"),
}
EACH, MANY = ("items", "additionalProperties", "propertyNames"), ("anyOf", "oneOf", "allOf", "prefixItems")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app().openapi()


def schemas(of: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(where, schema) of every schema that a body, an answer or a question has, down to the innermost."""
    for name, schema in of["components"]["schemas"].items():
        yield from within(name, schema)
    for path, methods in of["paths"].items():
        for method, operation in methods.items():
            for one in operation.get("parameters", ()):
                yield from within(f"{method} {path} {one['name']}", one["schema"])


def within(where: str, schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if not isinstance(schema, dict):
        return
    yield where, schema
    for name, inner in schema.get("properties", {}).items():
        yield from within(f"{where}.{name}", inner)
    for name in EACH:
        yield from within(f"{where}.{name}", schema.get(name))
    for name in MANY:
        for inner in schema.get(name, ()):
            yield from within(where, inner)


def test_every_schema_is_said_in_words_of_json_schema(document: dict[str, Any]) -> None:
    strange = [
        f"{where}: {sorted(schema.keys() - KNOWN)}" for where, schema in schemas(document) if schema.keys() - KNOWN
    ]
    assert not strange


def test_money_and_shares_have_the_bounds_that_they_are_held_to(document: dict[str, Any]) -> None:
    found = document["components"]["schemas"]
    budget = found["RuntimeSettings"]["properties"]["task_budget_usd"]
    assert (budget["type"], budget["minimum"], budget["maximum"]) == ("number", 0, 1_000_000)
    share = found["ArmIn"]["properties"]["share"]
    assert (share["exclusiveMinimum"], share["exclusiveMaximum"]) == (0, 1)


def test_every_time_that_is_asked_for_says_its_years(document: dict[str, Any]) -> None:
    asked = [
        (f"{path} {one['name']}", schema)
        for path, methods in document["paths"].items()
        for operation in methods.values()
        for one in operation.get("parameters", ())
        for _, schema in within("", one["schema"])
        if schema.get("format") in ("date", "date-time")
    ]
    assert len(asked) > 30
    for where, schema in asked:
        assert re.match(schema["pattern"], "1901-01-01"), where
        assert re.match(schema["pattern"], "2199-12-31"), where
        assert not re.match(schema["pattern"], "1900-12-31"), where
        assert not re.match(schema["pattern"], "2200-01-01"), where


def test_an_address_that_takes_channels_names_them(document: dict[str, Any]) -> None:
    for path in ("times", "suggested-time", "similar", "baselines", "topics", "context"):
        parameters = document["paths"][f"/api/business/{path}"]["get"]["parameters"]
        told = next(one["description"] for one in parameters if one["name"] in ("channel", "channels"))
        assert all(name in told for name in CHANNELS), path


def test_an_address_with_questions_may_be_too_long(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            asks = any(one["in"] in ("query", "path") for one in operation.get("parameters", ()))
            assert ("414" in operation["responses"]) == asks, f"{method} {path}"


def test_what_is_declared_changes_nothing_in_what_is_taken() -> None:
    adapter = TypeAdapter[str](Annotated[str, Declared({"pattern": "^a$"})])
    assert adapter.json_schema() == {"type": "string", "pattern": "^a$"}
    assert adapter.validate_python("b") == "b"
