"""Topics over time: found where they are, not found in noise, "not enough data" where there is not."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from cofounder.business import trends
from cofounder.business.derive.rates import pooled_rate
from cofounder.business.records.schemas import PostWithReading
from cofounder.kit.ids import new_id

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MIDDLE = NOW - timedelta(days=90)


def a_post(
    topic: str, rate: float, *, days_ago: float = 30, platform: str = "linkedin", views: int = 2000
) -> PostWithReading:
    return PostWithReading(
        id=new_id(), task_id=None, platform=platform, title=None, content="words", topic=topic, persona=None, url=None,
        hashtags=[], published_at=NOW - timedelta(days=days_ago), measured_at=NOW, views=views,
        clicks=round(views * rate), shares=0, comments=0, rated_engaged=round(views * rate), rated_views=views,
    )  # fmt: skip


def noisy(random: Random, topic: str, rate: float, count: int, platform: str = "linkedin") -> list[PostWithReading]:
    return [
        a_post(topic, rate * random.lognormvariate(0, 0.3), days_ago=random.uniform(1, 179), platform=platform)
        for _ in range(count)
    ]


def test_a_topic_with_half_as_much_again_is_found() -> None:
    random = Random(3)
    posts = [*noisy(random, "stories", 0.06, 30), *noisy(random, "news", 0.03, 30)]
    found, _ = trends.topic_trends(posts, MIDDLE)
    by_name = {each.topic: each for each in found}
    assert by_name["stories"].standing == "above"
    assert by_name["news"].standing == "below"
    effect = by_name["stories"].against_rest
    assert effect is not None
    assert effect.low < 2 < effect.high


def test_a_better_platform_is_no_better_topic() -> None:
    random = Random(4)
    posts = [
        *noisy(random, "stories", 0.09, 15, "email"),
        *noisy(random, "news", 0.09, 15, "email"),
        *noisy(random, "news", 0.02, 30, "x"),
        *noisy(random, "stories", 0.02, 5, "x"),
    ]
    found, _ = trends.topic_trends(posts, MIDDLE)
    assert {each.standing for each in found} == {"no clear difference"}


def test_noise_is_rarely_called_a_trend() -> None:
    claims = 0
    for seed in range(40):
        random = Random(seed)
        posts = [post for topic in "abcd" for post in noisy(random, topic, 0.03, 12)]
        found, _ = trends.topic_trends(posts, MIDDLE)
        claims += any(t.standing in ("above", "below") or t.verdict in ("rising", "falling") for t in found)
    assert claims <= 6, claims


def test_a_rise_between_the_halves_is_found() -> None:
    random = Random(5)
    early = [a_post("a", 0.02 * random.lognormvariate(0, 0.2), days_ago=random.uniform(95, 170)) for _ in range(12)]
    late = [a_post("a", 0.05 * random.lognormvariate(0, 0.2), days_ago=random.uniform(5, 85)) for _ in range(12)]
    (found,), _ = trends.topic_trends([*early, *late], MIDDLE)
    assert found.verdict == "rising"


def test_few_posts_are_not_enough_and_it_is_said() -> None:
    found, _ = trends.topic_trends([a_post("a", 0.03), a_post("b", 0.5)], MIDDLE)
    assert all(each.standing == trends.NOT_ENOUGH and "not enough data" in each.sentence for each in found)
    assert trends.topic_trends([], MIDDLE)[0] == []


@given(st.lists(st.tuples(st.integers(1, 10_000), st.floats(0, 1)), min_size=1, max_size=20))
def test_a_pooled_rate_lies_between_the_posts_rates(pairs: list[tuple[int, float]]) -> None:
    posts = [a_post("a", rate, views=views) for views, rate in pairs]
    pooled = pooled_rate(posts)
    rates = [post.engagement_rate for post in posts if post.engagement_rate is not None]
    assert pooled is not None
    assert min(rates) - 1e-12 <= pooled <= max(rates) + 1e-12


def test_a_rate_over_posts_pools_and_never_averages_rates() -> None:
    assert pooled_rate([a_post("a", 0.5, views=10), a_post("a", 0.01, views=1000)]) == 15 / 1010
    assert pooled_rate([]) is None


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=30))
def test_shares_of_voice_add_up(topics: list[str]) -> None:
    found = trends.shares([a_post(topic, 0.1) for topic in topics], "topic")
    assert sum(each.posts for each in found) == len(topics)
    assert abs(sum(each.post_share for each in found) - 1) < 0.001
    assert abs(sum(each.view_share or 0 for each in found) - 1) < 0.001
