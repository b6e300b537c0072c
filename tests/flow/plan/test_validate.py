"""A plan of ours, of a person or of a model passes the same checks, each with its own error."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.flow.plan import outcome
from cofounder.flow.plan.estimate import estimate
from cofounder.flow.plan.references import resolve
from cofounder.flow.plan.schemas import Plan, PlanStep, Tool
from cofounder.flow.plan.service import PlanUnreadable, read
from cofounder.flow.plan.validate import (
    DoubleStep,
    MissingInput,
    PlanHasCycle,
    UnexpectedInput,
    UnknownReference,
    UnknownTool,
    WrongType,
    validate,
)
from cofounder.kit.clock import now


def tool(id: str, properties: dict, required: list[str], output: dict | None = None, **more) -> Tool:
    return Tool(
        tool_id=id,
        name=id.split(".")[1],
        description="",
        category="test",
        agent=id.split(".")[0],
        input_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": properties,
            "required": required,
        },
        output_schema=output,
        estimated_cost=more.pop("cost", 0.01),
        estimated_duration=more.pop("seconds", 1.0),
        **more,
    )


TOOLS = {
    "data.read": tool(
        "data.read",
        {"as_of": {"type": "string"}, "limit": {"type": "integer", "default": 5}},
        ["as_of"],
        {"type": "object", "properties": {"rows": {"type": "array"}, "title": {"type": "string"}}},
    ),
    "text.write": tool(
        "text.write",
        {"rows": {"type": "array"}, "title": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
        ["rows"],
        seconds=2.0,
    ),
}


def step(id: str, tool: str, **inputs) -> PlanStep:
    return PlanStep(id=id, tool=tool, inputs=inputs)


READ = step("read", "data.read", as_of={"$ref": "task.as_of"})
WRITE = step("write", "text.write", rows={"$ref": "steps.read.rows"})


def test_a_sound_plan_is_put_in_order_with_its_dependencies():
    plan = validate(Plan(steps=[WRITE, READ]), TOOLS)
    assert [known.id for known in plan.steps] == ["read", "write"]
    assert plan.step("write").depends_on == ["read"]


@pytest.mark.parametrize(
    ("steps", "error", "field"),
    [
        ([step("a", "data.guess")], UnknownTool, "plan.steps.0.tool"),
        ([step("a", "data.read")], MissingInput, "plan.steps.0.inputs.as_of"),
        ([step("a", "data.read", as_of="x", wings=2)], UnexpectedInput, "plan.steps.0.inputs.wings"),
        ([step("a", "data.read", as_of=7)], WrongType, "plan.steps.0.inputs.as_of"),
        ([step("a", "data.read", as_of="x", limit="five")], WrongType, "plan.steps.0.inputs.limit"),
        ([READ, step("a", "text.write", rows={"$ref": "steps.read.title"})], WrongType, "plan.steps.1.inputs.rows"),
        (
            [READ, step("a", "text.write", rows={"$ref": "steps.read.wings"})],
            UnknownReference,
            "plan.steps.1.inputs.rows",
        ),
        ([step("a", "text.write", rows={"$ref": "steps.nowhere.rows"})], UnknownReference, "plan.steps.0.inputs"),
        ([step("a", "data.read", as_of={"$ref": "task.wings"})], UnknownReference, "plan.steps.0.inputs"),
        ([step("a", "data.read", as_of={"$ref": "os.environ"})], UnknownReference, "plan.steps.0.inputs"),
        ([READ, READ], DoubleStep, "plan.steps.1.id"),
    ],
)
def test_each_fault_has_its_own_error_and_names_its_place(steps, error, field):
    with pytest.raises(error) as caught:
        validate(Plan(steps=steps), TOOLS)
    assert caught.value.field == field


def test_a_circle_is_refused():
    a = PlanStep(id="a", tool="text.write", inputs={"rows": []}, depends_on=["b"])
    b = PlanStep(id="b", tool="text.write", inputs={"rows": []}, depends_on=["a"])
    with pytest.raises(PlanHasCycle, match="a, b"):
        validate(Plan(steps=[a, b]), TOOLS)


def test_a_plan_that_is_no_plan_names_every_fault():
    with pytest.raises(PlanUnreadable) as caught:
        read({"steps": [{"id": "A!", "tool": "x.y"}, {"tool": "x.y"}]})
    assert {found["field"] for found in caught.value.errors} == {"plan.steps.0.id", "plan.steps.1.id"}


def test_an_alias_of_a_server_becomes_its_own_name():
    plan = read({"steps": [{"id": "a", "tool": "publisher.prepare"}]})
    assert plan.steps[0].tool == "publishing.prepare"


def test_the_critical_path_is_the_longest_chain():
    third = step("more", "data.read", as_of="now")
    plan = estimate(validate(Plan(steps=[READ, WRITE, third]), TOOLS), TOOLS)
    assert plan.critical_path == ["read", "write"]
    assert plan.critical_path_seconds == 3.0
    assert plan.estimated_cost == pytest.approx(0.03)


def limits(cost="1", day="20", spent="0"):
    from decimal import Decimal

    return outcome.Limits(Decimal(cost), Decimal(day), Decimal(spent))


def planned(cost: float = 0.5) -> Plan:
    return Plan(steps=[READ], estimated_cost=cost)


def test_the_five_outcomes_of_planning():
    moment = now()
    later = moment.replace(year=moment.year + 1)
    decide = outcome.decide
    assert decide(planned(), limits=limits(), moment=moment).outcome == "execute"
    assert decide(planned(2), limits=limits(), moment=moment).outcome == "approve_first"
    assert decide(planned(), limits=limits(), moment=moment, review_plan=True).outcome == "approve_first"
    assert decide(planned(), limits=limits(), moment=moment, reject_reason="No.").outcome == "reject"
    assert decide(planned(), limits=limits(), moment=moment, not_before=later).outcome == "defer"
    broke = decide(planned(), limits=limits(spent="19.9"), moment=moment)
    assert broke.outcome == "defer"
    assert broke.until is not None
    assert broke.until > moment


def test_what_no_day_has_room_for_says_so_and_looks_again_within_the_hour():
    moment = now()
    found = outcome.decide(planned(30), limits=limits(cost="100"), moment=moment)
    assert found.outcome == "defer"
    assert "more than a whole day's budget of $20.00" in found.reason
    assert found.until is not None
    assert (found.until - moment).total_seconds() <= 3_600


def test_a_free_plan_runs_even_when_the_budget_is_spent():
    found = outcome.decide(planned(0), limits=limits(spent="25"), moment=now())
    assert (found.outcome, found.reason) == ("execute", "1 step, free of charge, about 1 s.")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_resolving_replaces_every_reference_and_nothing_else(value):
    from cofounder.flow.plan.references import is_reference, references

    if list(references(value)) or is_reference(value):
        return
    wrapped = {"kept": value, "read": {"$ref": "steps.a.x.0"}}
    resolved = resolve(wrapped, {}, {"a": {"x": [41, 42]}})
    assert resolved["read"] == 41
    if not isinstance(value, list | dict):
        assert resolved["kept"] == value


def test_a_path_into_nothing_is_none_not_an_error():
    assert resolve({"$ref": "steps.a.b.c"}, {}, {"a": {"b": 3}}) is None
    assert resolve({"$ref": "steps.gone.b"}, {}, {}) is None


async def test_a_tools_schema_never_holds_whoever_checks_a_plan():
    loops = {"a": {"type": "string", "pattern": "^(a+)+$"}, "many": {"type": "array", "uniqueItems": True}}
    tools = {"odd.do": tool("odd.do", loops, [])}
    many = [{"number": n, "in": [n]} for n in range(6_000)]

    async def checked(**inputs) -> Plan:
        return await asyncio.wait_for(
            asyncio.to_thread(validate, Plan(steps=[step("do", "odd.do", **inputs)]), tools), 30
        )

    with pytest.raises(WrongType, match="does not match") as told:
        await checked(a="a" * 42 + "!", many=many)
    assert told.value.field == "plan.steps.0.inputs.a"
    await checked(a="a" * 42, many=many)
    with pytest.raises(WrongType):
        await checked(many=[*many, many[7]])
