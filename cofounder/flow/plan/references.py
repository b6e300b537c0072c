"""References inside a plan's inputs: where they point, and putting values in their place."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_REF = re.compile(r"^(task|steps)\.([A-Za-z_][A-Za-z0-9_]*)((?:\.[A-Za-z0-9_]+)*)$")

TASK_FIELDS: dict[str, dict[str, Any]] = {
    # what a plan may read of its task, with the JSON schema of each
    "id": {"type": "string"},
    "request": {"type": "string"},
    "as_of": {"type": "string", "format": "date-time"},
    "topic": {"type": "string"},
    "tone": {"type": "string"},
    "audience": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    "period": {"anyOf": [{"type": "object"}, {"type": "null"}]},
    "metrics": {"anyOf": [{"type": "object"}, {"type": "null"}]},
    "channels": {"type": "array", "items": {"type": "string"}},
    "persona": {"type": "string"},
    "company": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    "constraints": {"type": "object"},
    "text": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    "language": {"type": "string"},
    "recent_texts": {"type": "array", "items": {"type": "string"}},
}


# what the executor itself hands to a tool that has such an input: never part of a plan
INJECTED = ("task_id", "scope", "attempt", "seed")


def is_reference(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"$ref"}


def parts(value: Any) -> tuple[str, str, list[str]] | None:
    """("task" | "steps", name, path) of a reference, None when it is not well formed."""
    match = _REF.match(str(value["$ref"]))
    if match is None:
        return None
    return match[1], match[2], [part for part in match[3].split(".") if part]


def references(value: Any) -> Iterator[dict[str, str]]:
    """Every reference inside a value, however deep."""
    if is_reference(value):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def upstream(inputs: Mapping[str, Any]) -> set[str]:
    """Ids of the steps that these inputs read."""
    found = (parts(reference) for reference in references(dict(inputs)))
    return {name for kind, name, _ in filter(None, found) if kind == "steps"}


def resolve(value: Any, task: Mapping[str, Any], outputs: Mapping[str, Any]) -> Any:
    """The value with every reference replaced. A path into an output that is not there gives None."""
    if is_reference(value):
        found = parts(value)
        if found is None:
            return None
        kind, name, path = found
        here: Any = task.get(name) if kind == "task" else outputs.get(name)
        for key in path:
            if isinstance(here, list) and key.isdigit():
                here = here[int(key)] if int(key) < len(here) else None
            elif isinstance(here, Mapping):
                here = here.get(key)
            else:
                return None
        return here
    if isinstance(value, dict):
        return {key: resolve(inner, task, outputs) for key, inner in value.items()}
    if isinstance(value, list):
        return [found for inner in value if (found := resolve(inner, task, outputs)) is not None]
    return value
