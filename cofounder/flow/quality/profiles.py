"""How much each dimension weighs on each channel, and why. Weights are data; they are scaled to sum to 1."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    name: str
    why: str
    weights: dict[str, float]


_BASE = {
    "accuracy": 0.22,
    "completeness": 0.15,
    "tone": 0.10,
    "format": 0.10,
    "length": 0.09,
    "readability": 0.08,
    "engagement_potential": 0.08,
    "originality": 0.08,
    "compliance": 0.10,
}

PROFILES = {
    "social": Profile("social", "A feed: truth first, then whether it says what was asked in the feed's shape.", _BASE),
    "short": Profile(
        "short",
        "One post of 280 characters: length and shape decide, a grade means little.",
        {**_BASE, "length": 0.14, "format": 0.12, "readability": 0.03, "completeness": 0.13},
    ),
    "email": Profile(
        "email",
        "An inbox: subject and greeting are the shape, and a reader who feels tricked unsubscribes.",
        {**_BASE, "format": 0.14, "compliance": 0.12, "engagement_potential": 0.06},
    ),
    "article": Profile(
        "article",
        "A page that is found and kept: complete, readable, sourced.",
        {**_BASE, "completeness": 0.18, "readability": 0.10, "engagement_potential": 0.04},
    ),
    "plain": Profile(
        "plain", "No channel's habits: what is said counts more than its shape.", {**_BASE, "format": 0.06}
    ),
}
_BY_CHANNEL = {
    "linkedin": "social",
    "facebook": "social",
    "x": "short",
    "email": "email",
    "blog": "article",
    "webhook": "plain",
    "outbox": "plain",
}


def profile_of(channel: str) -> Profile:
    """The profile of a canonical channel; one that is not known is judged plainly."""
    return PROFILES[_BY_CHANNEL.get(channel, "plain")]
