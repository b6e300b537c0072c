"""A schema that somebody else wrote is followed, or refused in words; it never holds the process."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cofounder.kit.schemas_of_others import Unusable, Wrong, fault, wrongs

NESTED_LOOPS = "^(a+)+$"
DOUBLING: dict[str, Any] = {
    f"part{n}": {"allOf": [{"properties": {"x": {"$ref": f"#/$defs/part{n + 1}"}}}] * 2} for n in range(24)
} | {"part24": {"type": "string"}}
TREE: dict[str, Any] = {
    "type": "object",
    "properties": {"size": {"type": "integer"}, "left": {"$ref": "#"}, "right": {"$ref": "#"}},
}


async def at_once(value: Any, schema: Any) -> list[Wrong]:
    return await asyncio.wait_for(asyncio.to_thread(wrongs, value, schema), 30)


async def test_a_pattern_of_loops_in_loops_is_answered_at_once() -> None:
    schema = {"properties": {"a": {"type": "string", "pattern": NESTED_LOOPS}}}
    assert await at_once({"a": "a" * 42}, schema) == []
    (wrong,) = await at_once({"a": "a" * 42 + "!"}, schema)
    assert wrong.path == ("a",)
    assert "does not match" in wrong.message


async def test_whether_thousands_of_objects_are_unique_is_answered_at_once() -> None:
    many = [{"number": n, "in": [n]} for n in range(6_000)]
    schema = {"type": "array", "uniqueItems": True}
    assert await at_once(many, schema) == []
    (wrong,) = await at_once([*many, {"number": 7, "in": [7]}], schema)
    assert wrong.path == ()


async def test_parts_that_double_each_other_are_refused_and_not_unfolded() -> None:
    value: Any = "x"
    for _ in range(24):
        value = {"x": value}
    schema = {"$ref": "#/$defs/part0", "$defs": DOUBLING}
    with pytest.raises(Unusable, match="too large"):
        await at_once(value, schema)
    flat = {f"part{n}": {"allOf": [{"$ref": f"#/$defs/part{n + 1}"}] * 2} for n in range(24)} | {"part24": {}}
    assert "unfolds" in str(fault({"$ref": "#/$defs/part0", "$defs": flat}))


def test_a_schema_of_itself_is_followed_down_a_deep_tree() -> None:
    value: dict[str, Any] = {"size": "large"}
    for _ in range(30):
        value = {"size": 1, "left": value, "right": {"size": 2}}
    (wrong,) = wrongs(value, TREE)
    assert wrong == Wrong((*["left"] * 30, "size"), '"large" is not of type "integer"')


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"properties": {"a": {"pattern": "^(?=a)b"}}}, "look-around"),
        ({"patternProperties": {r"(a)\1": {}}}, "back-references"),
        ({"properties": {"a": {"pattern": "(a{1000}){1000}"}}}, "too large"),
        ({"type": "strange"}, "type: "),
        ({"properties": {"a": {"$ref": "https://example.invalid/a"}}}, "another place"),
        ({"properties": {"a": {"$ref": "#/$defs/none"}}}, "does not have"),
        ({"$ref": "#"}, "refers to itself"),
        ({"$defs": {"a": {"$id": "https://example.invalid/a"}}}, "$id"),
        ({"enum": ["x" * 70_000]}, "70,"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_the_reason(schema: dict[str, Any], said: str) -> None:
    assert said in str(fault(schema))
    with pytest.raises(Unusable):
        wrongs({"a": "b"}, schema)


def test_a_deep_schema_is_refused() -> None:
    schema: dict[str, Any] = {}
    for _ in range(2_000):
        schema = {"properties": {"a": schema}}
    assert "nested" in str(fault(schema))


def test_of_a_large_value_with_a_fault_everywhere_the_first_is_told() -> None:
    found = wrongs(list(range(90_000)), {"items": {"type": "string"}})
    assert found == [Wrong((0,), '0 is not of type "string"')]


def test_half_a_character_is_no_text() -> None:
    assert "surrogate" in wrongs({"a": "\ud800"}, {"properties": {"a": {"type": "integer"}}})[0].message


SCHEMAS = st.recursive(
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["string", "integer", "number", "boolean", "null", "array", "object"]),
            "minimum": st.integers(-3, 3),
            "maxLength": st.integers(0, 3),
            "enum": st.lists(st.integers(0, 2) | st.sampled_from(["a", "b"]), min_size=1, max_size=3),
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
            "required": st.lists(st.sampled_from("ab"), unique=True, max_size=2),
            "additionalProperties": st.booleans(),
            "items": inner,
            "uniqueItems": st.booleans(),
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "not": inner,
        },
    ),
    max_leaves=6,
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-4, 4) | st.sampled_from(["", "a", "abcd"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)


@given(schema=SCHEMAS, value=VALUES)
def test_a_value_fits_where_the_reference_implementation_says_so(schema: dict[str, Any], value: Any) -> None:
    faults = {tuple(one.absolute_path) for one in Draft202012Validator(schema).iter_errors(value)}
    assert {one.path for one in wrongs(value, schema, most=1_000)} == faults
