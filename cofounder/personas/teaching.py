"""Scored posts as policies read them: hours, numbered topics and channels, contexts and outcomes."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from cofounder.personas.policies.interface import Context, Outcome
    from cofounder.personas.queries import Scored

_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)


class Levels(NamedTuple):
    """The number of each topic and each channel, by name."""

    topics: dict[str, int]
    platforms: dict[str, int]


def levels(posts: "Sequence[Scored]") -> Levels:
    return Levels(_numbered({one.topic for one in posts}), _numbered({one.platform for one in posts}))


def hours(moment: datetime | None) -> float:
    """Hours since a beginning that all share; never for nothing."""
    return ((moment or _BEGINNING) - _BEGINNING) / timedelta(hours=1)


def context_of(one: "Scored", known: Levels, available: Any) -> "Context":
    from cofounder.personas.policies.interface import Context

    at = one.published_at.astimezone(UTC)
    topic, platform = known.topics[one.topic], known.platforms[one.platform]
    return Context(hours(at), at.hour, at.weekday(), topic, platform, available)


def outcome_of(one: "Scored", arms: Sequence[str], known: Levels, available: Any) -> "Outcome":
    from cofounder.personas.policies.interface import Outcome

    return Outcome(
        post_id=one.id,
        arm=arms.index(one.persona),
        context=context_of(one, known, available),
        t_post=hours(one.published_at),
        t_seen=hours(one.seen_at or one.published_at),
        impressions=float(one.impressions or 0),
        followers=float(one.followers),
        propensity=one.propensity or 0.0,
    )


def table(posts: "Sequence[Scored]", arms: Sequence[str], known: Levels) -> Any:
    """Posts as `Outcomes.columns` has them (n, 8)."""
    import numpy as np

    number = {id: at for at, id in enumerate(arms)}
    rows = [
        (
            number[one.persona],
            one.impressions or 0,
            one.followers,
            one.published_at.timestamp(),
            known.topics[one.topic],
            one.published_at.astimezone(UTC).hour // 6,
            known.platforms[one.platform],
            (one.seen_at or one.published_at).timestamp(),
        )
        for one in posts
    ]
    made = np.array(rows, float).reshape(-1, 8)
    made[:, (3, 7)] = (made[:, (3, 7)] - _BEGINNING.timestamp()) / 3600
    return made


def fingerprint(posts: "Sequence[Scored]", rows: Any, arms: Sequence[str], known: Levels) -> str:
    """SHA-256 of all that a policy reads: which posts, their figures, and what the numbers in these stand for."""
    digest = hashlib.sha256(json.dumps([list(arms), *known]).encode())
    digest.update(b"".join(one.id.bytes for one in posts))
    digest.update(rows.tobytes())
    return digest.hexdigest()


def _numbered(names: set[str]) -> dict[str, int]:
    return {name: at for at, name in enumerate(sorted(names))}
