"""What should make a person look: weights that never change, one voice that rules, followers that fall. No I/O."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from cofounder.personas import breaks
from cofounder.personas.performance import Performance
from cofounder.personas.queries import Scored

WEEK = timedelta(days=7)
RULES, ALIKE = 0.7, 1e-3
RUNS = 4  # in a week, below which weights had no chance to change
WEEKS, POSTS_A_WEEK = 3, 5
LEAST_EXPECTED, SURE = 5.0, 0.001

Flag = dict[str, Any]
Point = tuple[datetime, Mapping[str, float]]


def found(
    points: Sequence[Point],
    told: Sequence[Performance],
    posts: Sequence[Scored],
    draws: Sequence[tuple[str, Mapping[str, float]]],
    as_of: datetime,
) -> list[Flag]:
    """All that is flagged. `points` are the probabilities of each applied run, oldest first, of more than a week."""
    flags = [*_weights(_week(points, as_of)), *_falling(posts, as_of), *_draws(draws)]
    flags += [_changed(one) for one in breaks.breaks(posts, as_of)]
    for one in told:
        if one.band == "failing":
            flags.append(
                _flag("failing", [one.persona], f"{one.persona}: nobody gained by {one.posts} posts.", n=one.posts)
            )
        if one.band == "viral" and one.posts >= 5:
            said = f"{one.persona}: {one.per_1k:.1f} followers for 1,000 impressions."
            flags.append(_flag("viral", [one.persona], said, n=one.posts))
    return flags


def doubted(platform: str, at: datetime, why: str) -> Flag:
    """A count of followers that is left out until the next one is near it."""
    said = f"{platform}: {why} followers were counted. It counts when the next count is near it; else withdraw it."
    return _flag("count in doubt", [], said, at)


def _week(points: Sequence[Point], as_of: datetime) -> list[Point]:
    """What was drawn by in the last week, from what held at its beginning on; nothing where that is not known."""
    before = [one for one in points if one[0] <= as_of - WEEK]
    return [*before[-1:], *(one for one in points if one[0] > as_of - WEEK)] if before else []


def _weights(week: Sequence[Point]) -> list[Flag]:
    if len(week) <= RUNS:  # the first one is of before
        return []
    flags, since, last = [], week[0][0], week[-1][1]
    names = sorted(last)
    if all(max(abs(point.get(name, 0) - last[name]) for name in names) < 1e-9 for _, point in week):
        flags.append(
            _flag("weights never change", [], f"{len(week) - 1} looks in a row changed nothing.", since, len(week) - 1)
        )
    if len(names) > 2 and all(max(point.values()) - min(point.values()) < ALIKE for _, point in week if point):
        flags.append(_flag("all alike", names, "Every voice is drawn as often as every other one.", since, len(week)))
    for name in names:
        least = min(point.get(name, 0.0) for _, point in week)
        if least > RULES:
            said = f"{name} was never drawn with less than {least:.0%} in a week."
            flags.append(_flag("one dominates", [name], said, since, len(week)))
    return flags


def _falling(posts: Sequence[Scored], as_of: datetime) -> list[Flag]:
    weeks = []
    for back in range(WEEKS + 1, 0, -1):
        begin, end = as_of - back * WEEK, as_of - (back - 1) * WEEK
        own = [one for one in posts if one.seen_at is not None and begin < one.seen_at <= end]
        shown = sum(one.impressions or 0 for one in own)
        if len(own) < POSTS_A_WEEK or not shown:
            return []
        weeks.append(1000 * float(sum(one.followers for one in own)) / shown)
    if all(later < earlier for earlier, later in itertools.pairwise(weeks)):
        told = ", ".join(f"{one:.2f}" for one in weeks)
        return [_flag("followers fall", [], f"Followers for 1,000 impressions fell three weeks in a row: {told}.")]
    return []


def _draws(draws: Sequence[tuple[str, Mapping[str, float]]]) -> list[Flag]:
    """Whether voices were drawn as often as was declared: a chi-square test over all draws."""
    names = sorted({name for _, shares in draws for name in shares})
    expected = {name: sum(float(shares.get(name, 0.0)) for _, shares in draws) for name in names}
    names = [name for name in names if expected[name] >= LEAST_EXPECTED]
    if len(names) < 2:
        return []
    from scipy.stats import chi2

    counts = {name: sum(chosen == name for chosen, _ in draws) for name in names}
    # Each draw has shares of its own, so the variance is theirs and not that of one distribution for all.
    spread = {name: sum(float(s.get(name, 0)) * (1 - float(s.get(name, 0))) for _, s in draws) for name in names}
    score = sum((counts[name] - expected[name]) ** 2 / max(spread[name], 1e-9) * (1 - 1 / len(names)) for name in names)
    p = float(chi2.sf(score, len(names) - 1))
    if p >= SURE:
        return []
    worst = max(names, key=lambda name: abs(counts[name] - expected[name]) / expected[name] ** 0.5)
    said = f"{worst} was drawn {counts[worst]} times where {expected[worst]:.1f} were declared."
    return [_flag("draws differ", [worst], said, n=len(draws), p=p)]


def _changed(one: breaks.Break) -> Flag:
    verb = "are seen" if one.figure == "impressions" else "gain"
    said = (
        f"Posts on {one.platform} {verb} {one.times:.2f} times as much since {one.at:%d %B} "
        f"({one.low:.2f} to {one.high:.2f}); such an alarm is false in {breaks.RATE:.1%} of tests."
    )
    return _flag("channel changed", [], said, one.at, one.n, one.p_value)


def _flag(
    kind: str,
    personas: list[str],
    told: str,
    since: datetime | None = None,
    n: int | None = None,
    p: float | None = None,
) -> Flag:
    return {"kind": kind, "personas": personas, "told": told, "since": since, "n": n, "p_value": p}
