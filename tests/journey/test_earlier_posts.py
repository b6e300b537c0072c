"""Real posts of others, brought in as a company's own: drafts on their topics use what these achieved."""

import csv
import gzip
from pathlib import Path

from cofounder.flow.learn import history
from cofounder.flow.run import service as runs
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.models.brief import Brief, Draft
from cofounder.models.offline.writer import write
from tests.business.imports.carried import carry_out, mapped, of, real

from .conftest import ask, rest

FACEBOOK = {"platform": {"value": "facebook"}}


def some(path: Path, into: Path, column: str, words: tuple[str, ...], others: int) -> Path:
    """The rows of a data set that hold one of the words, and so many others."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    on = [row for row in rows if any(word in row[column].lower() for word in words)]
    off = [row for row in rows if not any(word in row[column].lower() for word in words)][:others]
    with into.open("w", encoding="utf-8", newline="") as out:
        made = csv.DictWriter(out, list(rows[0]))
        made.writeheader()
        made.writerows(on + off)
    return into


async def carried_through(request: str) -> tuple[Brief, Draft]:
    """(the Facebook text's brief, the text)."""
    task_id = await ask(request, preferences={"channels": ["facebook"]})
    found = await rest(task_id, within=60)
    assert found.status == "pending_approval", found
    async with transaction() as session:
        variant = (await runs.current_variants(session, task_id))["facebook"]
        outputs = await runs.outputs_by_tool(session, task_id)
    brief, draft = Brief.model_validate(variant.brief), Draft.model_validate(variant.draft)
    used = history.used(outputs, {})["earlier_on_topic"]
    assert brief.earlier is not None
    assert write(brief).body == draft.body, "and the text is of this brief"
    assert brief.earlier.model_dump(mode="json") == used, "an example keeps exactly what the writer was given"
    return brief, draft


def without(brief: Brief) -> str:
    """The text of the same brief without what earlier posts achieved."""
    return write(brief.model_copy(update={"earlier": None})).body


async def test_drafts_on_upworthys_topics_use_what_its_headlines_achieved(product: Database, tmp_path: Path) -> None:
    words = ("gay", "marriage", "racism", "racist")
    path = some(real("upworthy_tests"), tmp_path / "upworthy.csv", "headline", words, 200)
    named = of("clickability_test_id", "#line")
    posts = {"title": of("headline"), "content": of("lede"), "published_at": of("test_week", format="%Y%U")}
    read = {"impressions": of("impressions"), "clicks": of("clicks")}
    at = of("test_week", format="%Y%U", add_days=7)
    await carry_out(path, "posts", mapped({**FACEBOOK, "external_id": named, **posts}))
    await carry_out(path, "social", mapped({**FACEBOOK, "post_external_id": named, **read, "measured_at": at}))
    for request in ("Write a Facebook post about gay marriage", "Write a Facebook post about racism"):
        brief, draft = await carried_through(request)
        assert brief.earlier is not None
        assert brief.earlier.n >= 20
        assert brief.passages
        assert draft.body != without(brief), request


async def test_a_draft_on_a_topic_of_mashables_uses_what_its_articles_achieved(
    product: Database, tmp_path: Path
) -> None:
    path = some(
        real("mashable_articles"),
        tmp_path / "mashable.csv",
        "title_from_slug",
        ("facebook", "apple", "iphone", "google"),
        100,
    )
    text = {"title": of("title_from_slug"), "content": of("title_from_slug")}
    posts = {**FACEBOOK, "url": of("url"), **text, "published_at": of("published")}
    read = {**FACEBOOK, "post_url": of("url"), "shares": of("shares")}
    await carry_out(path, "posts", mapped(posts))
    await carry_out(path, "social", mapped({**read, "measured_at": of("published", add_days=21)}))
    brief, draft = await carried_through("Write a Facebook post about google maps")
    assert brief.earlier is not None
    assert brief.earlier.n >= 20
    assert draft.body != without(brief)
