"""Tasks, posts, readings and visits find each other; what is doubtful waits for a person."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.derive import baselines
from cofounder.business.matching import queries, scoring, service
from cofounder.business.matching.addresses import address, links, same_page
from cofounder.business.matching.scoring import Candidate, Titles, title_likeness
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewPost, NewTask, NewWebDay

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


async def a_task(session: AsyncSession, title: str, days_ago: int) -> UUID:
    at = NOW - timedelta(days=days_ago)
    task = NewTask(request=f"Write: {title}", title=title, status="completed", source="legacy", is_legacy=True,
                   created_at=at, completed_at=at)  # fmt: skip
    return (await records.add_task(session, task)).id


async def a_post(session: AsyncSession, title: str, days_ago: float, **more: Any) -> UUID:
    given = {"platform": "linkedin", "content": f"{title}.", **more}
    post = NewPost(title=title, published_at=NOW - timedelta(days=days_ago), is_legacy=True, **given)
    return (await records.add_post(session, post)).id


async def a_loose_reading(session: AsyncSession, *, title: str | None = None, url: str | None = None, views: int = 10,
                          platform: str = "linkedin", days_ago: float = 1, untimed: bool = False) -> None:  # fmt: skip
    await session.execute(
        text("""INSERT INTO social_post_analytics
               (id, platform, post_title, post_url, measured_at, views, clicks, source, origin, flags)
             VALUES (gen_random_uuid(), :platform, :title, :url, :at, :views, 1, 'file', 'file', CAST(:flags AS text[]))"""),
        {"platform": platform, "title": title, "url": url, "at": NOW - timedelta(days=days_ago), "views": views,
         "flags": [] if not untimed else ["measured_at_missing"]},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.Example.com/blog/a/?utm_source=x&b=2&a=1#top", "http://example.com/blog/a?a=1&b=2"),
        ("example.com/blog/a/index.html", "https://m.example.com/blog/a"),
        ("https://example.com:443/%7Eann/", "https://example.com/~ann"),
        ("https://example.com/p?fbclid=123&gclid=9", "https://example.com/p"),
    ],
)
def test_addresses_that_mean_one_page_are_one(one: str, other: str) -> None:
    first, second = address(one), address(other)
    assert first is not None
    assert second is not None
    assert first.whole == second.whole


def test_a_path_alone_is_less_sure_and_a_front_page_is_nobodys() -> None:
    page, path, front = address("https://example.com/blog/a"), address("/blog/a?utm_campaign=Spring"), address("/")
    assert page is not None
    assert path is not None
    assert front is not None
    assert same_page(page, path) == 0.95
    assert path.mark("campaign") == "spring"
    home = address("https://example.com")
    assert home is not None
    assert same_page(home, front) == 0
    other = address("https://elsewhere.org/blog/a")
    assert other is not None
    assert same_page(page, other) == 0


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_none_and_never_an_error(given_text: str) -> None:
    found = address(given_text)
    assert found is None or found.path.startswith("/")
    assert isinstance(links(given_text), list)


def test_links_end_where_the_sentence_goes_on() -> None:
    (found,) = links("Read it (https://example.com/a?utm_campaign=s1).")
    assert (found.whole, found.mark("campaign")) == ("example.com/a", "s1")


@given(st.text(min_size=1, max_size=60))
def test_a_title_is_wholly_like_itself(title: str) -> None:
    assert title_likeness(title, title) in (0.0, 1.0)  # 0: no word that means something


def test_a_title_with_two_equal_candidates_is_never_sure() -> None:
    twins = [Candidate("a", "How we roast coffee slowly", NOW), Candidate("b", "How we roast coffee slowly", NOW)]
    week = timedelta(days=7)
    found = Titles(twins).best("How we roast coffee slowly", NOW, before=week, after=week)
    assert len(found) == 2
    assert not any(one.is_sure for one in found)
    (alone,) = Titles(twins[:1]).best("How we roast coffee slowly", NOW, before=week, after=week)
    assert alone.is_sure
    assert (
        Titles(twins[:1]).best("How we roast coffee slowly", NOW + timedelta(days=400), before=week, after=week) == []
    )


async def test_a_post_finds_its_task_by_title_and_time_and_a_second_run_changes_nothing(session: AsyncSession) -> None:
    task = await a_task(session, "Seven ways to brew better coffee at home", 30)
    await a_task(session, "Hiring two roasters in spring", 30)
    post = await a_post(session, "7 ways to brew better coffee at home", 28)
    far = await a_post(session, "Hiring two roasters in spring", 300)
    first = await service.run(session)
    assert first.by_kind == {"post_task": 1}
    linked: dict[UUID, Any] = dict((await session.execute(text("SELECT id, task_id FROM posts"))).all())
    assert linked[post] == task
    assert linked[far] is None, "nine months before the task is not of it"
    before = await service.listed(session)
    second = await service.run(session)
    assert (second.linked, await service.listed(session)) == (0, before)


async def test_a_doubtful_match_waits_and_follows_the_persons_word(session: AsyncSession) -> None:
    one = await a_task(session, "Brewing guide for spring", 30)
    two = await a_task(session, "Brewing guide for summer", 30)
    post = await a_post(session, "Brewing guide", 29)
    assert (await service.run(session)).linked == 0
    page = await service.listed(session, state="doubtful")
    assert {match.target_id for match in page.items} == {one, two}
    right = next(match for match in page.items if match.target_id == one)
    decided = await service.decide(session, right.id, confirmed=True, by="ada")
    assert (decided.state, decided.decided_by) == ("confirmed", "ada")

    async def task_of() -> Any:
        return await session.scalar(text("SELECT task_id FROM posts WHERE id = :id"), {"id": post})

    assert await task_of() == one
    assert {match.state for match in (await service.listed(session)).items} == {"confirmed", "refused"}
    assert await service.decide(session, right.id, confirmed=True, by="bob") == decided, "said twice it is said once"
    await service.decide(session, right.id, confirmed=False, by="bob")
    assert await task_of() is None
    assert (await service.run(session)).linked == 0
    assert await task_of() is None, "no run sets what a person refused"
    with pytest.raises(service.MatchMissing):
        await service.decide(session, UUID(int=1), confirmed=True, by="ada")


async def test_a_sure_match_can_be_refused_and_stays_so(session: AsyncSession) -> None:
    await a_task(session, "Seven ways to brew better coffee at home", 30)
    post = await a_post(session, "Seven ways to brew better coffee at home", 28)
    await service.run(session)
    (match,) = (await service.listed(session)).items
    assert (match.state, match.method) == ("sure", "title")
    await service.decide(session, match.id, confirmed=False, by="ada")
    await service.run(session)
    assert await session.scalar(text("SELECT task_id FROM posts WHERE id = :id"), {"id": post}) is None


async def test_what_comes_in_after_a_person_confirmed_a_link_follows_it(session: AsyncSession) -> None:
    right = await a_post(session, "Brewing guide for spring", 29)
    await a_post(session, "Brewing guide for summer", 29)
    for title in ("One", "Two"):
        await a_post(session, title, 29, campaign="spring")
    await a_loose_reading(session, title="Brewing guide", days_ago=5)
    day = NewWebDay(day=date(2026, 11, 5), campaign="spring", source="linkedin", sessions=40, measured_at=NOW)
    await records.add_web_days(session, [day])
    await service.run(session)
    waiting = (await service.listed(session, state="doubtful")).items
    (reading,) = (one for one in waiting if one.kind == "reading_post" and one.target_id == right)
    visits = next(one for one in waiting if one.kind == "web_post")
    for one in (reading, visits):
        await service.decide(session, one.id, confirmed=True, by="ada")
    await a_loose_reading(session, title="Brewing guide", days_ago=1)
    await records.add_web_days(session, [day.model_copy(update={"day": date(2026, 11, 6)})])
    assert (await service.run(session)).linked == 2
    found = await session.execute(text("SELECT DISTINCT post_id, linked_at IS NULL FROM social_post_analytics"))
    assert found.all() == [(right, False)]
    found = await session.execute(text("SELECT DISTINCT post_id, linked_at IS NULL FROM web_analytics"))
    assert found.all() == [(visits.target_id, False)]
    assert (await service.run(session)).linked == 0


async def test_readings_find_their_post_by_address_whatever_its_tracking(session: AsyncSession) -> None:
    await a_post(session, "Slow roast", 20, url="https://www.linkedin.com/posts/acme_slow-roast/")
    await a_loose_reading(session, url="http://linkedin.com/posts/acme_slow-roast?utm_source=share", views=900)
    assert (await baselines.baselines(session, as_of=NOW)) == {}
    assert (await service.run(session)).by_kind == {"reading_post": 1}
    found = (await baselines.baselines(session, as_of=NOW))["linkedin"]
    assert (found.count, found.total_views) == (1, 900)
    (match,) = (await service.listed(session)).items
    assert (match.method, match.confidence) == ("url", 0.98)


async def test_readings_find_their_post_by_title(session: AsyncSession) -> None:
    await a_post(session, "The bakery that opens at five", 20)
    await a_post(session, "The bakery that opens at five", 20, platform="x")
    await a_loose_reading(session, title="The Bakery That Opens At Five!", views=70)
    assert (await service.run(session)).by_kind == {"reading_post": 1}
    assert (await baselines.baselines(session, as_of=NOW))["linkedin"].total_views == 70


async def test_a_reading_whose_time_nobody_gave_finds_its_post_by_title_alone(session: AsyncSession) -> None:
    old = await a_post(session, "The bakery that opens at five", 4000)
    await a_post(session, "The bakery that opens at fifteen", 4000)  # like it, and not it
    await a_post(session, "Seven ways to brew better coffee at home", 4000)
    await a_loose_reading(session, title="The bakery that opens at five!", views=70, untimed=True)
    await a_loose_reading(session, title="Seven ways to brew better coffee at work", untimed=True)
    await a_loose_reading(session, title="Hiring two roasters in spring", untimed=True)
    found = await service.run(session)
    assert (found.by_kind, found.doubtful, found.alone) == ({"reading_post": 1}, 1, {"reading_post": 2})
    query = "SELECT post_id, views FROM social_post_analytics WHERE post_id IS NOT NULL"
    assert (await session.execute(text(query))).all() == [(old, 70)]
    (waits,) = (await service.listed(session, state="doubtful")).items
    assert waits.evidence["time"] is None
    assert waits.target_label == "Seven ways to brew better coffee at home"


async def test_a_reading_of_a_told_time_far_from_its_post_stays_alone(session: AsyncSession) -> None:
    await a_post(session, "The bakery that opens at five", 4000)
    await a_loose_reading(session, title="The bakery that opens at five")
    found = await service.run(session)
    assert (found.linked, found.doubtful, found.alone) == (0, 0, {"reading_post": 1})


async def test_visits_find_the_post_whose_campaign_or_page_they_are_of(session: AsyncSession) -> None:
    link = "https://acme.example/blog/brew?utm_source=linkedin&utm_medium=social&utm_campaign=brew-7"
    post = await a_post(session, "Brew", 20, content=f"Seven ways. {link}")
    other = await a_post(session, "Brew", 20, platform="x", content=f"Seven. {link.replace('linkedin', 'twitter')}")
    blog = await a_post(session, "Brew", 21, platform="blog", url="https://acme.example/blog/brew")
    day, known = date(2026, 11, 5), NOW - timedelta(days=14)
    rows = [
        NewWebDay(day=day, campaign="brew-7", source="linkedin", sessions=40, conversions=2, measured_at=known),
        NewWebDay(day=day, campaign="brew-7", source="t.co / social", sessions=9, measured_at=known),
        NewWebDay(day=day, page_id="/blog/brew/", sessions=300, conversions=9, measured_at=known),
        NewWebDay(day=day, page_id="/", sessions=1000, measured_at=known),
    ]
    await records.add_web_days(session, rows)
    await service.run(session)
    found = (await session.execute(text("SELECT sessions, post_id FROM web_analytics"))).all()
    assert {row[0]: row[1] for row in found} == {40: post, 9: other, 300: blog, 1000: None}


async def test_visits_before_a_post_was_out_are_not_its_own(session: AsyncSession) -> None:
    post = await a_post(session, "One", 20, campaign="spring")
    days = [date(2026, 9, 1), date(2026, 11, 5)]
    await records.add_web_days(
        session,
        [NewWebDay(day=day, campaign="spring", source="linkedin", sessions=40, measured_at=NOW) for day in days],
    )
    assert (await service.run(session)).linked == 1
    found = (await session.execute(text("SELECT day, post_id FROM web_analytics"))).all()
    assert {row[0]: row[1] for row in found} == {days[0]: None, days[1]: post}
    before = await service.listed(session)
    assert (await service.run(session)).linked == 0
    assert await service.listed(session) == before


async def test_a_campaign_of_many_posts_is_not_credited_to_one(session: AsyncSession) -> None:
    for title in ("One", "Two"):
        await a_post(session, title, 20, campaign="spring")
    await records.add_web_days(
        session, [NewWebDay(day=date(2026, 11, 5), campaign="spring", source="linkedin", sessions=40, measured_at=NOW)]
    )
    found = await service.run(session)
    assert (found.linked, found.doubtful) == (0, 2)


async def test_what_came_last_is_matched_however_much_lies_there_without_a_match(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST", 3)
    for number in range(4):
        await a_post(session, f"Nobody asked for number {number} of these", 300 + number)
        await a_loose_reading(session, title=f"Lost words of reading {number}", days_ago=200)
    await session.execute(text("UPDATE posts SET known_at = now() - interval '1 day'"))
    await session.execute(text("UPDATE social_post_analytics SET known_at = now() - interval '1 day'"))
    task = await a_task(session, "Seven lessons from a year of remote work", 6)
    post = await a_post(session, "Seven lessons from a year of remote work", 5)
    await a_loose_reading(session, title="Seven lessons from a year of remote work", days_ago=2)
    await service.run(session)
    found = await session.execute(text("SELECT task_id FROM posts WHERE id = :id"), {"id": post})
    assert found.scalar_one() == task
    found = await session.execute(text("SELECT count(*) FROM social_post_analytics WHERE post_id = :id"), {"id": post})
    assert found.scalar_one() == 1


@given(st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.9]), min_size=1, max_size=60))
def test_the_highest_scores_come_first_and_the_others_stay_unsorted(scores: list[float]) -> None:
    import numpy as np

    places = scoring._highest(np.asarray(scores, np.float32), 20)
    assert len(set(places)) == len(places) == min(20, len(scores))
    assert [scores[place] for place in places] == sorted(scores, reverse=True)[:20]


@given(st.text("ab c", max_size=20), st.text("ab c", max_size=20), st.floats(0, 1))
def test_a_likeness_below_what_is_asked_for_is_none(one: str, other: str, least: float) -> None:
    whole = title_likeness(one, other)
    asked = title_likeness(one, other, least=least)
    assert asked == whole or (asked == 0.0 and whole < least)
