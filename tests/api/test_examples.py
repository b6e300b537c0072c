"""The OpenAPI can be read and trusted: names, order, words and examples; each example fits its own schema."""

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from jsonschema import Draft202012Validator

from cofounder import contract
from cofounder.app import create_app
from cofounder.kit.http import Body, Strict
from cofounder.kit.testing import Database

from .conftest import House
from .recording import recorded


@cache
def document() -> dict[str, Any]:
    return create_app().openapi()


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def contents(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """("request" or the status, a media type's content)."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield "request", content
    for status, answer in operation["responses"].items():
        for content in answer.get("content", {}).values():
            yield status, content


def test_every_operation_has_a_name_of_its_own_a_summary_a_description_and_a_known_tag() -> None:
    names = [operation["operationId"] for _, operation in operations()]
    assert len(names) == len(set(names)), sorted(names)
    for where, operation in operations():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", operation["operationId"]), where
        assert operation["summary"], where
        assert operation["description"].endswith("."), where
        assert len(operation["tags"]) == 1, where
        assert operation["tags"][0] in contract.TAGS, where


def test_the_parts_of_the_product_stand_in_their_order() -> None:
    assert [tag["name"] for tag in document()["tags"]] == list(contract.TAGS)
    places = [list(contract.TAGS).index(operation["tags"][0]) for _, operation in operations()]
    assert places == sorted(places)


def test_every_route_is_strict_and_every_body_of_one_too() -> None:
    for route in iter_route_contexts(create_app().routes):
        if isinstance(route.original_route, APIRoute):
            assert isinstance(route.original_route, Strict), route.path
            body = route.original_route.body_field
            if body is not None:
                kind = body.field_info.annotation
                kinds: Any = [one for one in getattr(kind, "__args__", (kind,)) if one is not type(None)]
                assert all(issubclass(one, Body) for one in kinds), route.path


def test_every_example_fits_its_schema_and_every_body_has_one() -> None:
    seen = 0
    for where, operation in operations():
        for side, content in contents(operation):
            examples = content.get("examples", {})
            assert examples or "schema" not in content, f"{where} {side}: no example"
            for name, example in examples.items():
                if "schema" not in content:
                    continue
                schema = {**content["schema"], "components": document()["components"]}
                faults = [error.message for error in Draft202012Validator(schema).iter_errors(example["value"])]
                assert not faults, f"{where} {side} {name}: {faults[:3]}"
                seen += 1
    assert seen > 200


def test_every_refusal_has_its_code_its_status_and_a_way_out() -> None:
    for where, operation in operations():
        for status, answer in operation["responses"].items():
            if status[0] not in "45":
                continue
            (content,) = answer["content"].values()
            for code, example in content["examples"].items():
                told = example["value"].get("error", example["value"])
                assert (told["code"], told["status"]) == (code, int(status)), where
                assert told["hint"], f"{where}: {code} does not say what to do"
            if status in ("429", "503"):
                assert "Retry-After" in answer["headers"], where


async def test_the_recorded_examples_are_what_the_product_answers(working: House, database: Database) -> None:
    found = await recorded(working, str(database.home))
    if os.environ.get("COFOUNDER_RECORD"):
        contract.RECORDED.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        pytest.skip("recorded anew")
    kept = contract.recorded()
    assert set(kept) == set(found), "record them anew: COFOUNDER_RECORD=1 pytest tests/api/test_examples.py"
    for operation, said in found.items():
        for side, value in said.items():
            if isinstance(value, dict):
                assert set(value) == set(kept[operation][side]), f"{operation} {side}: record them anew"
    text = contract.RECORDED.read_text(encoding="utf-8")
    assert "/tmp" not in text
    assert not re.search(r"cf_[0-9a-f]{8}_", text)
