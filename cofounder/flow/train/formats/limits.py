"""What providers take: the longest line, the fewest and most lines, the largest file. Tokens are estimated, on the safe side."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """None: no limit is known. `tokens` of one line, `bytes` of a file."""

    tokens: int | None
    bytes: int | None
    fewest: int
    most: int | None
    validation_most: int | None = None


# As documented in November 2026; a job asks its provider again before it starts.
TARGETS: dict[str, Limits] = {
    "openai": Limits(65_536, 512_000_000, 10, None),
    "gemini": Limits(131_072, 1_000_000_000, 1, None, 5_000),
    "claude": Limits(32_000, 10_000_000_000, 32, 10_000, 1_000),
    "together": Limits(131_072, 50_000_000_000, 1, None),
    "local": Limits(None, None, 1, None),
}
