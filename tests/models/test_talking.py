"""What is sent to a model of a long conversation."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cofounder.models import talking
from cofounder.models.chain import Target
from cofounder.models.remote import NoUsableAnswer
from cofounder.settings import Settings

TARGET = Target("openai-compatible", "talker")  # does not say what it holds
CHOSEN = Settings(compatible_base_url="http://127.0.0.1:9/v1")


def talk(history: list[tuple[str, str]], question: str = "And now?") -> talking.Talk:
    return talking.Talk("Rules.", question, tuple(history))


async def trimmed(what: talking.Talk) -> talking.Talk:
    return talking.trimmed(what, TARGET, CHOSEN)


async def test_the_newest_part_of_a_long_talk_is_kept_and_begins_with_a_question() -> None:
    history = [(("user", "assistant")[n % 2], f"{n} " + "word " * 900) for n in range(200)]
    kept = (await trimmed(talk(history))).history
    assert 0 < len(kept) < 200
    assert list(kept) == history[-len(kept) :]
    assert kept[0][0] == "user"


async def test_a_question_that_the_model_cannot_hold_is_not_sent() -> None:
    with pytest.raises(NoUsableAnswer, match="the model holds"):
        await trimmed(talk([], "word " * 100_000))


@given(st.lists(st.integers(1, 40_000), max_size=12))
@settings(max_examples=40, deadline=None)
async def test_whatever_was_said_what_is_sent_fits(sizes: list[int]) -> None:
    history: list[tuple[str, str]] = [(("user", "assistant")[n % 2], "x" * size) for n, size in enumerate(sizes)]
    kept: Any = await trimmed(talk(history))
    assert kept.tokens() + kept.most <= 32_000
    assert list(kept.history) == history[len(history) - len(kept.history) :]
