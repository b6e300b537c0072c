"""What providers have announced, with its dates and prices: the one place to change when they announce something else.

A provider that is asked knows better; where it tells a date itself, that date counts.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

AS_OF = date(2026, 11, 21)  # when these facts were last looked at


@dataclass(frozen=True)
class Closing:
    """A target that closes. `until`: its last day. `models_end`: when what was tuned there stops answering."""

    until: date
    models_end: date
    why: str


CLOSING: dict[str, Closing] = {
    "openai": Closing(
        until=date(2027, 1, 5),
        models_end=date(2027, 1, 14),
        why=(
            "OpenAI takes no new jobs from 6 January 2027 on, and refuses organisations that never tuned already; models "
            "tuned from gpt-4o and gpt-4.1 stop on 14 January 2027."
        ),
    ),
}

# Days on which base models end, told by their providers. Left out: no end is told.
ENDS: dict[str, date] = {
    "gpt-4.1-2025-04-14": date(2027, 1, 14),
    "gpt-4.1-mini-2025-04-14": date(2027, 1, 14),
    "gpt-4.1-nano-2025-04-14": date(2027, 1, 14),
    "gpt-4o-2024-08-06": date(2027, 1, 14),
    "gpt-4o-mini-2024-07-18": date(2027, 1, 14),
    "anthropic.claude-3-haiku-20240307-v1:0": date(2026, 9, 10),
}

NO_CLAUDE = (
    "Claude is not among them: Claude 3 Haiku, the only one that could be tuned, reached its end on 10 September 2026."
)

TOGETHER_ENDPOINTS = "Together keeps the endpoints on which it answers, of the first kind, until the end of 2026."

# US dollars for a million trained tokens, as providers published them. Left out: no price is known.
TRAINING_USD: dict[str, Decimal] = {
    "gpt-4.1-2025-04-14": Decimal("25"),
    "gpt-4.1-mini-2025-04-14": Decimal("5"),
    "gpt-4.1-nano-2025-04-14": Decimal("1.5"),
    "gpt-4o-2024-08-06": Decimal("25"),
    "gpt-4o-mini-2024-07-18": Decimal("3"),
    "gemini-2.5-pro": Decimal("25"),
    "gemini-2.5-flash": Decimal("5"),
    "gemini-2.5-flash-lite": Decimal("1.5"),
}

BEDROCK_STORAGE_USD = Decimal("1.95")  # a custom model, a month


def ends(model: str, told: date | None = None) -> date | None:
    """When a base model ends: as its provider tells it now, else as it was announced."""
    return told or ENDS.get(model)
