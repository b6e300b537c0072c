"""Pairs for preference tuning in Gemini's form: one request, two completions, the better one scored 1."""

from typing import Any

from cofounder.flow.train.formats import gemini
from cofounder.flow.train.formats.lines import LineUnfit, Pair, dumped, loaded, messages_of, part


def write(pair: Pair) -> bytes:
    first, *rest = pair["messages"]
    made = gemini.request(first["content"], rest) if first["role"] == "system" else gemini.request(None, [first, *rest])
    made["completions"] = [
        {"score": score, "completion": gemini.content("assistant", answer)}
        for score, answer in ((1.0, pair["chosen"]), (0.0, pair["rejected"]))
    ]
    return dumped(made) + b"\n"


def read(line: bytes) -> Pair:
    """Raises LineUnfit."""
    found = loaded(line)
    both = part(found, "completions")
    if not isinstance(both, list) or len(both) != 2:
        raise LineUnfit("completions are not two.")
    ranked = sorted(both, key=lambda one: -_score(one))
    if _score(ranked[0]) == _score(ranked[1]):
        raise LineUnfit("completions have one score: none is better.")
    chosen, rejected = (gemini.turn(part(one, "completion"), "completion")["content"] for one in ranked)
    asked = messages_of([*gemini.asked(found), {"role": "assistant", "content": chosen}])[:-1]
    return {"messages": asked, "chosen": chosen, "rejected": rejected, "metadata": {}}


def _score(one: Any) -> float:
    found = part(one, "score", "completions.")
    if not isinstance(found, int | float):
        raise LineUnfit("completions.score is no number.")
    return float(found)
