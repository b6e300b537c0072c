"""Is a plan sound? The same checks for a plan of ours, of a person or of a model."""

from collections.abc import Mapping
from typing import Any

from cofounder.flow.plan.references import INJECTED, TASK_FIELDS, is_reference, parts, references, upstream
from cofounder.flow.plan.schemas import Plan, PlanStep, Tool
from cofounder.kit import schemas_of_others
from cofounder.kit.errors import InputInvalid


class UnknownTool(InputInvalid):
    """The plan names a tool that no registered server offers."""

    hint = "See the tools with: cofounder tools"


class MissingInput(InputInvalid):
    """A step lacks an input that its tool requires."""

    hint = "See what the tool takes: cofounder tools, or GET /api/orchestrator/tools/available"


class UnexpectedInput(InputInvalid):
    """A step gives an input that its tool does not know."""

    hint = "See what the tool takes: cofounder tools, or GET /api/orchestrator/tools/available"


class WrongType(InputInvalid):
    """An input is of another type than its tool expects."""

    hint = "See what the tool takes: cofounder tools, or GET /api/orchestrator/tools/available"


class PlanHasCycle(InputInvalid):
    """The plan's steps wait for each other in a circle."""

    hint = "Take out one of the depends_on that close the circle."


class UnknownReference(InputInvalid):
    """An input refers to something that the plan does not have."""

    hint = "Refer to the output of a step that the plan has, and that stands before this one."


class DoubleStep(InputInvalid):
    """Two steps of the plan have the same id."""

    hint = "Give every step an id of its own."


def validate(plan: Plan, tools: Mapping[str, Tool]) -> Plan:
    """The plan with complete `depends_on`, ordered so that each step follows those it needs.

    Raises UnknownTool, MissingInput, UnexpectedInput, WrongType, UnknownReference, DoubleStep or PlanHasCycle,
    each naming the step and input at fault.
    """
    seen: set[str] = set()
    for index, step in enumerate(plan.steps):
        if step.id in seen:
            raise DoubleStep(f"Step id {step.id!r} is used twice.", field=f"plan.steps.{index}.id")
        seen.add(step.id)
    for index, step in enumerate(plan.steps):
        where = f"plan.steps.{index}"
        if step.tool not in tools:
            raise UnknownTool(f"Step {step.id!r} asks for the tool {step.tool!r}.", field=f"{where}.tool")
        _check_references(step, seen, where)
    steps = [
        step.model_copy(update={"depends_on": sorted({*step.depends_on, *upstream(step.inputs)})})
        for step in plan.steps
    ]
    ordered = _in_order(steps)
    by_id = {step.id: step for step in ordered}
    for index, step in enumerate(plan.steps):
        _check_inputs(step, by_id, tools, f"plan.steps.{index}")
    return plan.model_copy(update={"steps": ordered})


def _check_references(step: PlanStep, ids: set[str], where: str) -> None:
    for index, name in enumerate(step.depends_on):
        if name not in ids:
            raise UnknownReference(f"Step {step.id!r} depends on {name!r}.", field=f"{where}.depends_on.{index}")
    for reference in references(step.inputs):
        found = parts(reference)
        known = found is not None and (found[1] in TASK_FIELDS if found[0] == "task" else found[1] in ids)
        if not known:
            raise UnknownReference(
                f"Step {step.id!r} refers to {reference['$ref']!r}.",
                field=f"{where}.inputs",
                hint="Refer to task.FIELD or steps.ID.PATH. Fields of the task: " + ", ".join(TASK_FIELDS),
            )


def _in_order(steps: list[PlanStep]) -> list[PlanStep]:
    """Kahn's algorithm, stable: steps keep the order they were given in wherever the graph leaves a choice."""
    done: set[str] = set()
    ordered: list[PlanStep] = []
    waiting = list(steps)
    while waiting:
        ready = next((step for step in waiting if done.issuperset(step.depends_on)), None)
        if ready is None:
            circle = ", ".join(sorted(step.id for step in waiting))
            raise PlanHasCycle(f"These steps wait for each other: {circle}.", field="plan.steps")
        waiting.remove(ready)
        done.add(ready.id)
        ordered.append(ready)
    return ordered


def _check_inputs(step: PlanStep, steps: Mapping[str, PlanStep], tools: Mapping[str, Tool], where: str) -> None:
    schema = tools[step.tool].input_schema
    properties: dict[str, Any] = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in step.inputs and (name not in INJECTED or tools[step.tool].server is not None):
            raise MissingInput(
                f"Step {step.id!r} does not give {name!r}, which {step.tool} requires.", field=f"{where}.inputs.{name}"
            )
    for name, value in step.inputs.items():
        field = f"{where}.inputs.{name}"
        if name not in properties:
            if schema.get("additionalProperties") is False:
                raise UnexpectedInput(f"{step.tool} has no input {name!r}.", field=field)
            continue
        _check_value(value, properties[name], schema, steps, tools, field)


def _check_value(
    value: Any,
    wanted: dict[str, Any],
    root: dict[str, Any],
    steps: Mapping[str, PlanStep],
    tools: Mapping[str, Tool],
    field: str,
) -> None:
    if is_reference(value):
        given = _reference_schema(value, steps, tools, field)
        if given is not None and not _compatible(_types(given[0], given[1]), _types(wanted, root)):
            raise WrongType(
                f"{value['$ref']} is {_spoken(_types(*given))}, but {_spoken(_types(wanted, root))} is wanted.",
                field=field,
            )
        return
    if any(True for _ in references(value)):
        kinds = _types(wanted, root)
        kind = "array" if isinstance(value, list) else "object"
        if kinds and kind not in kinds:
            raise WrongType(f"This is {_spoken({kind})}, but {_spoken(kinds)} is wanted.", field=field)
        return
    wanted = wanted if isinstance(wanted, dict) else {}
    error = _first_error(value, {**wanted, **{part: root[part] for part in ("$defs", "definitions") if part in root}})
    if error is not None:
        path = ".".join(str(part) for part in error.path)
        raise WrongType(error.message[:300], field=f"{field}.{path}" if path else field)


def _first_error(value: Any, schema: dict[str, Any]) -> schemas_of_others.Wrong | None:
    """The first thing that is wrong with a value; None also where the schema cannot be followed: its tool will say."""
    try:
        return next(iter(schemas_of_others.wrongs(value, schema, most=1)), None)
    except schemas_of_others.Unusable:
        return None


def _reference_schema(
    value: dict[str, str], steps: Mapping[str, PlanStep], tools: Mapping[str, Tool], field: str
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """(schema, its root) of what a reference points at; None where the tool does not say."""
    found = parts(value)
    if found is None:
        return None
    kind, name, path = found
    if kind == "task":
        return TASK_FIELDS[name], {}
    root = tools[steps[name].tool].output_schema
    if root is None:
        return None
    here = root
    for key in path:
        here = _follow(here, root)
        inner = here.get("properties", {}).get(key)
        if inner is None:
            if here.get("type") == "array" and key.isdigit():
                inner = here.get("items", {})
            elif here.get("additionalProperties") or "properties" not in here:
                return None
            else:
                raise UnknownReference(f"{steps[name].tool} gives no {key!r} (in {value['$ref']}).", field=field)
        here = inner
    return here, root


def _follow(schema: Any, root: dict[str, Any]) -> dict[str, Any]:
    """What a schema comes to; one that leads in circles, or is true or false, says nothing."""
    for _ in range(20):
        if not isinstance(schema, dict):
            return {}
        if "$ref" in schema:
            named = {**root.get("definitions", {}), **root.get("$defs", {})}
            schema = named.get(str(schema["$ref"]).rsplit("/", 1)[-1], {})
            continue
        real = [one for one in schema.get("anyOf", []) if isinstance(one, dict) and one.get("type") != "null"]
        if len(real) != 1:
            return schema
        schema = real[0]
    return {}


def _types(schema: Any, root: dict[str, Any], depth: int = 0) -> set[str]:
    """The JSON types a schema admits; empty means any."""
    if not isinstance(schema, dict) or depth > 20:
        return set()
    schema = schema if "anyOf" in schema else _follow(schema, root)
    if "anyOf" in schema:
        kinds = [_types(option, root, depth + 1) for option in schema["anyOf"]]
        return set() if any(not kind for kind in kinds) else set().union(*kinds)
    kind = schema.get("type")
    if kind is None:
        return {"string"} if "enum" in schema or "const" in schema else set()
    return set(kind) if isinstance(kind, list) else {kind}


def _compatible(given: set[str], wanted: set[str]) -> bool:
    if not given or not wanted:
        return True
    if "integer" in given and "number" in wanted:
        return True
    return bool((given - {"null"}) & wanted) or given == {"null"} == wanted


def _spoken(kinds: set[str]) -> str:
    names = {
        "array": "a list",
        "object": "an object",
        "string": "a text",
        "boolean": "true or false",
        "null": "nothing",
    }
    said = [names.get(kind, f"a{'n' if kind == 'integer' else ''} {kind}") for kind in sorted(kinds - {"null"})]
    return " or ".join(said) or "anything"
