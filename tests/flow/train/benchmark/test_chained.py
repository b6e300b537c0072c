"""What people get of a model in use is put together line by line."""

from typing import Any

from cofounder.flow.train.benchmark.chained import composed


def answer(score: float | None, cost: float = 0.0) -> dict[str, Any]:
    error = "unusable" if score is None else None
    return {
        "scores": {"score": score or 0.0}, "error": error, "cost_usd": cost, "uncounted_usd": 0.0, "seconds": 1.0,
        "tokens_in": 10, "tokens_out": 1,
    }  # fmt: skip


def test_a_line_takes_the_first_usable_answer_and_all_that_was_paid_until_then() -> None:
    found, others = composed(
        {
            "active": {0: answer(0.9, 1), 1: answer(None, 1), 2: answer(None, 1), 3: answer(None, 1)},
            "next_2": {2: answer(0.7, 2)},
            "next_10": {2: answer(0.1, 50)},
            "next_1": {1: answer(0.8, 2), 2: answer(None, 2)},
            "built_in": {0: answer(0.5), 1: answer(0.5), 2: answer(0.5), 3: answer(None)},
        }
    )
    assert others == 2
    assert [found[line]["scores"]["score"] for line in range(4)] == [0.9, 0.8, 0.7, 0.0]
    assert [found[line]["cost_usd"] for line in range(4)] == [1, 3, 5, 1]
    assert [found[line]["error"] for line in range(4)] == [None, None, None, "unusable"]
