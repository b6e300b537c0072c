"""What earlier posts on a topic achieved, and which forms did better among them. Pure.

A form is compared with all other posts on the topic of the same channel; posts are taken as independent of each other.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from statistics import fmean, variance

from cofounder.business.derive.intervals import LEVEL, t_quantile
from cofounder.business.records.schemas import PostWithReading
from cofounder.models.brief import Earlier, EarlierPost, WorkedForm
from cofounder.models.openings import Opening, opens_with

FEWEST_EACH = 10  # posts with a form, and as many without it, before the two are compared
SETTLED = timedelta(hours=72)  # a younger reading says little of what a post brings
ON_TOPIC = 0.12  # likeness from which a post counts as being on a topic
_MOST = 30  # posts that are handed over
LENGTHS = ((0, 39), (40, 99), (100, 249), (250, 100_000))  # words
_OPENINGS: dict[Opening, str] = {"question": "a question", "number": "a number"}


def earlier(
    topic: str,
    posts: Sequence[PostWithReading],
    scores: Sequence[float],
    usual: Mapping[str, float | None],
    channels: Sequence[str] = (),
) -> Earlier | None:
    """What the posts on a topic say to a writer; None where none of them was measured.

    `scores` is how alike each post is to the topic, 0-1; `usual` each platform's engagement rate.
    """
    like = sorted(
        ((score, post) for score, post in zip(scores, posts, strict=True) if score >= ON_TOPIC and _outcome(post)),
        key=lambda pair: (-pair[0], str(pair[1].id)),
    )
    like = [(score, post) for score, post in like if not channels or post.platform in channels]
    typical = _typical(posts)
    told = [
        EarlierPost(
            id=str(post.id),
            title=post.title or post.content.split("\n", 1)[0][:80],
            channel=post.platform,
            similarity=round(score, 4),
            times_usual=_times(post, usual, typical),
        )
        for score, post in like[:_MOST]
    ]
    forms = worked(topic, [post for _, post in like])
    return Earlier(topic=topic, n=len(like), posts=told, forms=forms) if told else None


def worked(topic: str, posts: Sequence[PostWithReading]) -> list[WorkedForm]:
    """The forms whose posts clearly achieved more than the others on their channel, strongest first.

    Welch's interval (1947) of the difference of the logarithms, widened for every form that was compared (Bonferroni).
    """
    found: list[WorkedForm] = []
    for channel, mine in _by_channel(posts).items():
        compared = []
        for opening, words, has in _FORMS:
            inside = [value for post, value in mine if has(post)]
            outside = [value for post, value in mine if not has(post)]
            if min(len(inside), len(outside)) >= FEWEST_EACH:
                compared.append((opening, words, inside, outside))
        for opening, words, inside, outside in compared:
            middle, width = _welch(inside, outside, 1 - (1 - LEVEL) / len(compared))
            if middle - width > 0:
                found.append(
                    _told(topic, channel, opening, words, (middle, width), (len(inside), len(outside)), len(compared))
                )
    return sorted(found, key=lambda one: (-one.low, one.sentence))


def _by_channel(posts: Sequence[PostWithReading]) -> dict[str, list[tuple[PostWithReading, float]]]:
    """Each channel's posts with their outcome on a log; rates where most of them have views, else counts."""
    groups: dict[str, list[PostWithReading]] = defaultdict(list)
    for post in posts:
        if _outcome(post):
            groups[post.platform].append(post)
    found = {}
    for channel, mine in groups.items():
        with_views = [post for post in mine if post.rated]
        rated = len(with_views) * 2 >= len(mine)
        found[channel] = [
            (
                post,
                math.log((post.rated[0] + 0.5) / (post.rated[1] + 1))
                if rated and post.rated
                else math.log1p(post.interactions or 0),
            )
            for post in (with_views if rated else mine)
        ]
    return found


def _outcome(post: PostWithReading) -> bool:
    """Whether it was measured, late enough to say something."""
    return (
        post.interactions is not None
        and post.measured_at is not None
        and post.measured_at - post.published_at >= SETTLED
    )


def _typical(posts: Sequence[PostWithReading]) -> dict[str, float]:
    """Each platform's typical count of interactions: the geometric mean of the posts looked at."""
    counts: dict[str, list[float]] = defaultdict(list)
    for post in posts:
        if _outcome(post):
            counts[post.platform].append(math.log1p(post.interactions or 0))
    return {name: math.expm1(fmean(values)) for name, values in counts.items()}


def _times(post: PostWithReading, usual: Mapping[str, float | None], typical: Mapping[str, float]) -> float | None:
    """Its engagement rate over its platform's; where no views are known its interactions over a typical post's."""
    rate, normal = post.engagement_rate, usual.get(post.platform)
    if rate is not None:
        return round(rate / normal, 2) if normal else None
    count = typical.get(post.platform)
    return round((post.interactions or 0) / count, 2) if count else None


def _opens(post: PostWithReading, opening: Opening) -> bool:
    return opening in opens_with(post.title or post.content)


def _long(post: PostWithReading, words: tuple[int, int]) -> bool:
    return words[0] <= len(post.content.split()) <= words[1]


_Form = tuple[Opening | None, tuple[int, int] | None, Callable[[PostWithReading], bool]]
_FORMS: list[_Form] = [
    *((opening, None, partial(_opens, opening=opening)) for opening in _OPENINGS),
    *((None, words, partial(_long, words=words)) for words in LENGTHS),
]


def _welch(inside: Sequence[float], outside: Sequence[float], level: float) -> tuple[float, float]:
    """(difference of the means, half the interval's width)."""
    parts = [variance(each) / len(each) for each in (inside, outside)]
    total = sum(parts)
    if total <= 0:
        return fmean(inside) - fmean(outside), 0.0
    freedom = total**2 / sum(
        part**2 / (len(each) - 1) for part, each in zip(parts, (inside, outside), strict=True) if part
    )
    return fmean(inside) - fmean(outside), t_quantile(0.5 + level / 2, freedom) * math.sqrt(total)


def _told(
    topic: str,
    channel: str,
    opening: Opening | None,
    words: tuple[int, int] | None,
    found: tuple[float, float],
    n: tuple[int, int],
    compared: int,
) -> WorkedForm:
    middle, width = found
    times, low, high = (math.exp(one) for one in (middle, middle - width, middle + width))
    if opening:
        form = f"that opened with {_OPENINGS[opening]}"
    else:
        least, most = words or (0, 0)
        form = f"of {least} words and more" if most >= 100_000 else f"of {least} to {most} words"
    return WorkedForm(
        channel=channel,
        opening=opening,
        words=words,
        times=round(times, 3),
        low=round(low, 3),
        high=round(high, 3),
        n=n[0],
        others=n[1],
        sentence=(
            f"On {channel}, posts like {topic!r} {form} achieved {times:.2f} times what the others did "
            f"({n[0]} posts against {n[1]}; {LEVEL:.0%} interval {low:.2f} to {high:.2f}, widened for {compared} compared)."
        ),
    )
