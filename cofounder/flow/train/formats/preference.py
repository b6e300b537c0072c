"""Pairs for preference tuning (DPO), in OpenAI's form."""

from typing import Any

from cofounder.flow.train.formats.lines import LineUnfit, Pair, dumped, loaded, messages_of, part


def write(pair: Pair) -> bytes:
    made = {
        "input": {"messages": pair["messages"]},
        "preferred_output": [{"role": "assistant", "content": pair["chosen"]}],
        "non_preferred_output": [{"role": "assistant", "content": pair["rejected"]}],
    }
    return dumped(made) + b"\n"


def read(line: bytes) -> Pair:
    """Raises LineUnfit."""
    found = loaded(line)
    asked = part(part(found, "input"), "messages", "input.")
    chosen, rejected = (_answer(found, name) for name in ("preferred_output", "non_preferred_output"))
    whole = messages_of([*asked, {"role": "assistant", "content": chosen}] if isinstance(asked, list) else asked)
    return {"messages": whole[:-1], "chosen": chosen, "rejected": rejected, "metadata": {}}


def _answer(found: dict[str, Any], name: str) -> str:
    given = part(found, name)
    if not isinstance(given, list) or len(given) != 1:
        raise LineUnfit(f"{name} is not one message in a list.")
    content = part(given[0], "content", f"{name}.0.")
    if not isinstance(content, str) or given[0].get("role") != "assistant":
        raise LineUnfit(f"{name}.0 is not a text of the assistant.")
    return content
