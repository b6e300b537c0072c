"""Similar work found by the index: as good as looking at everything, better than the database's own full text."""

import csv
import gzip
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from cofounder.business.context import embedder, index, search
from cofounder.business.context.words import Corpus, likeness, words_of
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewPost, NewReading, NewTask
from cofounder.business.similar import similar_content
from cofounder.kit import db
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database

DATA = Path(__file__).parents[4] / "shared" / "data" / "upworthy_tests.csv.gz"
JUDGED = Path(__file__).with_name("judged.json")
OUT = datetime(2015, 1, 1, tzinfo=UTC)
NOW = datetime(2015, 2, 1, tzinfo=UTC)
FULL_TEXT = """
SELECT title FROM posts, (SELECT string_agg(quote_literal(word), ' | ')::tsquery AS asked
  FROM unnest(tsvector_to_array(to_tsvector('english', :topic))) word) q
WHERE to_tsvector('english', concat_ws(' ', title, content)) @@ asked
ORDER BY ts_rank_cd(to_tsvector('english', concat_ws(' ', title, content)), asked) DESC, id LIMIT 8"""


def headlines() -> dict[str, dict[str, str]]:
    """Headline -> its first arm."""
    if not DATA.exists():
        pytest.skip(f"The Upworthy headlines are not here: {DATA.name} belongs into {DATA.parent}.")
    found: dict[str, dict[str, str]] = {}
    with gzip.open(DATA, "rt") as lines:
        for row in csv.DictReader(lines):
            found.setdefault(row["headline"], row)
    return found


async def publish(titles: list[tuple[str, str]], at: datetime = OUT) -> None:
    posts = [NewPost(id=new_id(), platform="web", title=t, content=c or ".", published_at=at) for t, c in titles]
    async with db.transaction() as session:
        await records.add_history(session, [], posts, [])


@pytest_asyncio.fixture
async def archive(database: Database) -> AsyncIterator[list[str]]:
    """All headlines but those of a tenth of the tests, indexed; the others, to search for."""
    rows = headlines()
    tests = sorted({row["clickability_test_id"] for row in rows.values()})
    aside = set(Random(1).sample(tests, len(tests) // 10))
    kept = [(title, row["excerpt"]) for title, row in rows.items() if row["clickability_test_id"] not in aside]
    await publish(kept)
    await index.refresh()
    yield [title for title, row in rows.items() if row["clickability_test_id"] in aside]


async def test_on_tests_held_aside_the_index_finds_what_a_look_at_everything_finds(archive: list[str]) -> None:
    """recall@10 >= 0.95 of the ten best by the same likeness reckoned over all texts."""
    asked = Random(2).sample(archive, 60)
    async with db.reading() as session:
        found = await index.fitted(session)
        assert found is not None
        rows = (await session.execute(text("SELECT id, concat_ws(' ', title, content) FROM posts"))).all()
        ids, texts = [row[0] for row in rows], [row[1] for row in rows]
        hits = 0.0
        for topic in asked:
            exact = search.similarity(found.fitted, topic, texts)
            named = await search.candidates(session, topic, as_of=NOW)
            assert named is not None
            tenth = sorted(exact, reverse=True)[9]
            by_id = dict(zip(ids, exact, strict=True))
            hits += min(sum(by_id[id] >= tenth - 1e-6 for id in named.items), 10) / 10
    assert hits / len(asked) >= 0.95


async def test_on_the_judged_sample_more_is_on_the_topic_than_by_full_text(database: Database) -> None:
    rows = headlines()
    await publish([(title, row["excerpt"]) for title, row in rows.items()])
    await index.refresh()
    ours, theirs = [], []
    async with db.reading() as session:
        for one in json.loads(JUDGED.read_text())["queries"]:
            found = await similar_content(session, one["query"], as_of=NOW, limit=8)
            by_full_text = (await session.execute(text(FULL_TEXT), {"topic": one["query"]})).scalars().all()
            ours.append(on_topic([item.title for item in found], one))
            theirs.append(on_topic(by_full_text, one))
    mine, full_text = sum(ours) / len(ours), sum(theirs) / len(theirs)
    assert full_text == pytest.approx(0.351, abs=0.02), "the judged sample is of this search's first eight"
    assert mine >= 0.55
    assert sum(a > b for a, b in zip(ours, theirs, strict=True)) >= 18, "on most of the 26 topics"


def on_topic(titles: Any, judged: dict[str, Any]) -> float:
    """Of eight, the share that was judged to be on the topic; what nobody judged counts as not."""
    return sum(hashlib.sha256(str(t).encode()).hexdigest()[:12] in judged["relevant"] for t in titles) / 8


@pytest_asyncio.fixture
async def small(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """A made-up archive with an index."""
    monkeypatch.setattr(index, "INDEX_FROM", 100)
    random = Random(3)
    subjects = ["glazed teapot", "steel kettle", "oak table", "wool blanket", "copper pan", "paper lamp"]
    await publish(
        [
            (f"How the {random.choice(subjects)} came to be number {at}", f"It took {at} days of work.")
            for at in range(150)
        ]
    )
    told = await index.refresh()
    assert told.items == 150
    yield database


async def similar(topic: str, as_of: datetime = NOW, **more: Any) -> list[str | None]:
    async with db.reading() as session:
        return [one.title for one in await similar_content(session, topic, as_of=as_of, **more)]


async def test_a_restart_reads_the_index_and_fits_nothing(small: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    before = await similar("a kettle of steel")
    index._held.clear()  # as a new process begins

    def never(*_: Any) -> Any:
        raise AssertionError("fitted again")

    monkeypatch.setattr(embedder, "fit_apart", never)
    assert await similar("a kettle of steel") == before
    assert all("steel kettle" in (title or "") for title in before)
    assert (await index.refresh()).items == 150


async def test_new_work_is_found_before_and_after_the_index_has_read_it(small: Database) -> None:
    await publish([("A harpsichord of brass", "New.")])
    assert await similar("harpsichord") == ["A harpsichord of brass"]
    await index.refresh()
    assert await similar("harpsichord") == ["A harpsichord of brass"]
    async with db.reading() as session:
        assert await session.scalar(text("SELECT count(*) FROM context_vectors")) == 151
    assert await similar("harpsichord", as_of=OUT - timedelta(days=1)) == []


async def test_a_second_source_larger_than_the_first_brings_topics_of_its_own(small: Database) -> None:
    async with db.reading() as session:
        first = (await index.state(session)).fitted_at
    await publish([(f"The orchestra tunes harpsichord {at}", "Music.") for at in range(150)])
    assert (await index.refresh()).fitted_at == first  # as much again is placed in what there is
    await publish([("The orchestra tunes a lute", "Music.")])
    again = await index.refresh()
    assert again.fitted_at != first
    assert again.fitted_on == 301


async def test_a_corrected_text_is_found_by_its_new_words_and_a_deleted_one_by_none(small: Database) -> None:
    async with db.transaction() as session:
        await session.execute(
            text("""UPDATE posts SET title = 'A zither', known_at = clock_timestamp()
                 WHERE id = (SELECT min(id::text)::uuid FROM posts)""")
        )
    await index.refresh()
    assert await similar("zither") == ["A zither"]
    async with db.transaction() as session:
        await session.execute(text("DELETE FROM posts WHERE title = 'A zither'"))
    assert await similar("zither") == []


async def test_outcome_and_recency_rank_what_is_as_much_alike(small: Database) -> None:
    async with db.transaction() as session:
        for name, clicks, days in (("dull", 1, 20), ("loved", 90, 20), ("old", 90, 1500)):
            post = NewPost(
                platform="web", title=f"The marimba, {name}", content="Wood.", published_at=NOW - timedelta(days=days)
            )
            row = await records.add_post(session, post)
            reading = NewReading(post_id=row.id, platform="web", measured_at=NOW - timedelta(days=1), views=1000,
                                 clicks=clicks, source="t")  # fmt: skip
            await records.add_readings(session, [reading])
    await index.refresh()
    assert await similar("marimba") == ["The marimba, loved", "The marimba, old", "The marimba, dull"]


async def test_a_task_is_found_through_its_posts(small: Database) -> None:
    async with db.transaction() as session:
        task = NewTask(
            request="Write about the shop", title="The shop", status="completed", created_at=OUT, completed_at=OUT
        )
        made = await records.add_task(session, task)
        post = NewPost(task_id=made.id, platform="web", content="We sell bassoons.", published_at=OUT)
        await records.add_post(session, post)
    await index.refresh()
    async with db.reading() as session:
        (found,) = await similar_content(session, "bassoon", as_of=NOW)
    assert (found.task_id, found.title) == (made.id, "The shop")
    assert any("similarity" in reason for reason in found.reasons)


def test_words_without_meaning_are_like_nothing() -> None:
    assert likeness("the of and", ["the of and", "coffee"]) == [0.0, 0.0]
    assert likeness("coffee", []) == []
    assert words_of("The customers' stories, and the bakery's ovens: don't you'll") == [
        "customer",
        "story",
        "bakery",
        "oven",
    ]


def test_a_text_is_wholly_like_itself_and_nothing_exceeds_one() -> None:
    texts = ["roast coffee slowly", "coffee and tea", "a long walk in the dunes"]
    corpus = Corpus(texts)
    assert corpus.scores("roast coffee slowly")[0] > 0.95
    assert all(0 <= score <= 1 for query in texts for score in corpus.scores(query))


def test_common_words_alone_never_make_the_database_weigh_everything() -> None:
    made = embedder.fit([f"coffee number{at} {'rare' if at < 3 else 'common'}" for at in range(200)], 1_000_000)
    assert search.groups_of("coffee", made) == [["coffee"]]
    assert search.groups_of("coffee common", made) in ([["coffee", "common"]], [["common", "coffee"]])
    assert ["zebra"] in search.groups_of("coffee zebra", made)
