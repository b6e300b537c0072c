"""A post is on a topic where it names it; how many there are on whatever topic stands beside."""

from datetime import UTC, datetime

import pytest

from cofounder.business import ranking
from cofounder.business.records.schemas import PostWithReading
from cofounder.kit.ids import new_id


def post(
    content: str, *, title: str | None = None, topic: str | None = None, views: int | None = 100
) -> PostWithReading:
    return PostWithReading(
        id=new_id(), task_id=None, platform="linkedin", title=title, content=content, topic=topic, persona=None, url=None,
        hashtags=[], published_at=datetime(2026, 10, 5, tzinfo=UTC), views=views, clicks=1, shares=0, comments=0,
        rated_engaged=1 if views is not None else None, rated_views=views,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("topic", "text", "named"),
    [
        ("cold brew", "Our cold brews are back.", True),
        ("cold brew", "A cold morning, and we brew.", False),
        ("hiring", "We hire two bakers.", True),
        ("the roastery", "Roasteries of the region", True),
        ("bus", "Our business grows.", False),
        ("coffee", "Tea only.", False),
        ("opening a second bakery in Hamburg", "In Hamburg we open a bakery, our second.", True),
        ("opening a second bakery in Hamburg", "We open a bakery in Bremen.", False),
        ("the", "The whole of it.", False),
    ],
)
def test_a_topic_is_named_by_its_words_whatever_their_endings(topic: str, text: str, named: bool) -> None:
    assert ranking.names(topic, text) is named


def test_only_posts_that_name_a_topic_count_in_title_topic_or_text() -> None:
    posts = [
        post("We brew it cold.", title="Cold brew"),
        post("Summer.", topic="cold brew"),
        post("Try our cold brew.", views=None),
        post("Cold water makes a better cup of coffee than hot, says our brewer."),
    ]
    found = ranking.best(posts, by="views", period=None, topic="cold brew", worst=False, limit=5)
    assert (found["measured"], found["unmeasured"], found["stored"]) == (2, 1, 4)
    newest = ranking.best(posts, by="published_on", period=None, topic="cold brew", worst=False, limit=5)
    assert (len(newest["items"]), newest["stored"]) == (3, 4)
    none = ranking.best(posts, by="views", period=None, topic="tea", worst=False, limit=5)
    assert (none["items"], none["stored"]) == ([], 4)
