"""What earlier posts on a topic achieved: forms that clearly did better, nothing where history is thin or came later."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.context.worked import FEWEST_EACH, earlier, worked
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewPost, NewReading, PostWithReading
from cofounder.business.similar import alike
from cofounder.kit.ids import new_id
from cofounder.models.openings import first_sentence, opens_with

OUT, NOW = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)


def post(title: str, clicks: int, views: int | None = 1000, hours: int = 100, words: int = 60) -> PostWithReading:
    return PostWithReading(
        id=new_id(), task_id=None, platform="linkedin", title=title, content="word " * words, topic=None, persona=None,
        url=None, hashtags=[], published_at=OUT, measured_at=OUT + timedelta(hours=hours), views=views, clicks=clicks,
        rated_engaged=clicks if views is not None else None, rated_views=views,
    )  # fmt: skip


def asking(n: int, better: float, seed: int = 1, **more: int) -> list[PostWithReading]:
    """n posts that open with a question and bring `better` times what the n others bring."""
    draw = Random(seed)
    return [post("Do bakers sleep?", round(30 * better * draw.uniform(0.8, 1.2)), **more) for _ in range(n)] + [
        post("Bakers sleep late", round(30 * draw.uniform(0.8, 1.2)), **more) for _ in range(n)
    ]


def test_an_opening_that_did_better_is_told_with_n_and_interval() -> None:
    (found,) = worked("bakers", asking(20, 2.0))
    assert (found.opening, found.channel, found.n, found.others) == ("question", "linkedin", 20, 20)
    assert found.low < 2.0 < found.high
    assert found.low > 1
    assert "20 posts against 20" in found.sentence


def test_counts_alone_are_compared_where_no_views_are_known() -> None:
    posts = [one.model_copy(update={"views": None}) for one in asking(20, 3.0)]
    (found,) = worked("bakers", posts)
    assert found.low > 1


@pytest.mark.parametrize("posts", [asking(FEWEST_EACH - 1, 3.0), asking(20, 1.0), asking(20, 3.0, hours=10)])
def test_thin_equal_or_fresh_posts_say_nothing(posts: list[PostWithReading]) -> None:
    assert worked("bakers", posts) == []


def test_a_length_that_did_better_is_told_in_words() -> None:
    draw = Random(2)
    posts = [post("Bakers", round(60 * draw.uniform(0.9, 1.1)), words=50) for _ in range(15)]
    posts += [post("Bakers", round(20 * draw.uniform(0.9, 1.1)), words=150) for _ in range(15)]
    (found,) = worked("bakers", posts)
    assert found.words == (40, 99)
    assert found.opening is None


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_of_histories_without_a_difference_few_are_given_anything(seed: int) -> None:
    held = sum(bool(worked("bakers", asking(15, 1.0, seed * 40 + at))) for at in range(40))
    assert held <= 7  # 1 of 40 is expected from one side of a 95% interval; 8 or more has a chance of 1 in 10,000


def test_a_post_is_told_against_what_is_usual_and_only_if_on_the_topic() -> None:
    one, other = post("Bakers", 50), post("Ships", 10)
    told = earlier("bakers", [one, other], [0.5, 0.0], {"linkedin": 0.025})
    assert told is not None
    assert [(each.id, each.times_usual) for each in told.posts] == [(str(one.id), 2.0)]
    assert earlier("bakers", [one], [0.5], {"linkedin": 0.025}, ["x"]) is None


async def test_nothing_measured_later_is_seen(session: AsyncSession) -> None:
    made = asking(20, 3.0)
    posts = [
        NewPost(id=one.id, platform="linkedin", title=one.title, content=one.content, published_at=OUT) for one in made
    ]
    late = [
        NewReading(post_id=one.id, platform="linkedin", measured_at=NOW, views=1000, clicks=one.clicks, source="t")
        for one in made
    ]
    await records.add_history(session, [], posts, late)
    assert (await alike(session, "bakers sleep", as_of=NOW - timedelta(seconds=1))).earlier is None
    told = (await alike(session, "bakers sleep", as_of=NOW)).earlier
    assert told is not None
    assert [one.opening for one in told.forms] == ["question"]


def test_the_first_sentence_is_what_opens_a_text() -> None:
    assert first_sentence("We grew 3.5 times. Why?") == "We grew 3.5 times."
    assert opens_with("“Why now?” she asked.\n\nMore") == {"question"}
    assert opens_with("We asked why.\nNobody knew?") == set()
    assert opens_with("Did 7 of us go? Yes.") == {"question", "number"}
    assert opens_with("") == set()
