"""The search for words of a request finds every part of an address, and takes what is typed for words and nothing else."""

import asyncio
import json
import unicodedata
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.cli import out
from cofounder.cli.program import run
from cofounder.flow.train.data import queries, service
from cofounder.flow.train.data.counting import queries as counting
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.schemas import FilterIn
from cofounder.flow.train.data.words import words
from cofounder.kit import db
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from tests.flow.server import signed_in
from tests.flow.train.data.test_export import put

AT = "/api/orchestrator/training"
REQUESTS = {
    "mail": "Ask <Anna.Schmidt+news@Example.com>, please",
    "other": "Ask Schmidt of example.org, com and news for anna",
    "quoted": "Write to „bob@example.com“—today…",
    "url": "Sum up https://www.example.com/blog/growth_hacks?id=42#top",
    "hyphen": "A state-of-the-art follow-up and/or C++ for 1.500,50\u00a0€",
    "german": "Ein Gruß an Müllers Café in der Größe 12",
    "signs": "Save 100% _now_ & then | never ! (maybe) :* <-> done",
    "asian": "发布（新闻）anna＠example．jp",
    "apart": "Re\u0301sume\u0301 und Gro\u0308\u00dfe bei A\u030angstro\u0308m",
    "together": "R\u00e9sum\u00e9 und Gr\u00f6\u00dfe bei \u212bngstr\u00f6m",
    "hidden": "Do\u00adnau\u00addampf\u00adschiff\u200d\u2060 at \u200fkim\u200e@exa\ufeffmple.net\u200bnow",
    "greek": "Ο ΔΡΟΜΟΣ, ο δρομος και οι σεισμος’",
    "brand": "Acme™ №7, Prime℠",
    "arabic": "رسالة العربية، مرحبا",
    "kana": "コーヒー・パン",
    "hindi": "हिन्दी। नमस्ते",
    "street": "In der Hohen Straße",
    "capitals": "HOHE STRASSE",
}


@pytest_asyncio.fixture
async def there(session: AsyncSession) -> AsyncSession:
    for request in REQUESTS.values():
        await put(session, user_request=request)
    return session


async def found(session: AsyncSession, asked: str) -> set[str]:
    page = await service.find(session, FilterIn(text=asked))
    names = {request: name for name, request in REQUESTS.items()}
    assert page.filtered_count == len(page.items)
    return {names[one.user_request] for one in page.items}


CASES = [
    ("anna", {"mail", "other", "asian"}),
    ("ANNA@EXAMPLE", {"asian"}),
    ("schmidt", {"mail", "other"}),
    ("news@example.com", {"mail"}),
    ("anna.schmidt+news@example.com", {"mail"}),
    ("<anna.schmidt+news@example.com>,", {"mail"}),
    ("@example.com", {"mail", "quoted", "url"}),
    ("example.com", {"mail", "quoted", "url"}),
    ("example com", {"mail", "quoted", "url", "other"}),
    ("bob@example.com today", {"quoted"}),
    ("today bob", {"quoted"}),
    ("example.jp", {"asian"}),
    ("新闻", {"asian"}),
    ("r\u00e9sum\u00e9", {"apart", "together"}),
    ("re\u0301sume\u0301", {"apart", "together"}),
    ("RE\u0301SUME\u0301", {"apart", "together"}),
    ("\u00e5ngstr\u00f6m", {"apart", "together"}),
    ("a\u030angstro\u0308m", {"apart", "together"}),
    ("resume", set()),
    ("donaudampfschiff", {"hidden"}),
    ("DONAU\u00adDAMPFSCHIFF", {"hidden"}),
    ("kim@example.net", {"hidden"}),
    ("@exam\u00adple.net", {"hidden"}),
    ("kim\u200b@example.net", {"hidden"}),
    ("now", {"hidden", "signs"}),
    ("δρομος", {"greek"}),
    ("δρομοσ", {"greek"}),
    ("ΔΡΟΜΟΣ", {"greek"}),
    ("σεισμος’", {"greek"}),
    ("ΔΡΟΜΟΣ,ο", {"greek"}),
    ("acme", {"brand"}),
    ("acme™", {"brand"}),
    ("7", {"brand"}),
    ("العربية", {"arabic"}),
    ("العربية، مرحبا", {"arabic"}),
    ("コーヒー", {"kana"}),
    ("コーヒー・パン", {"kana"}),
    ("コーヒ", set()),
    ("हिन्दी", {"hindi"}),
    ("हिन्दी।", {"hindi"}),
    ("STRASSE", {"street", "capitals"}),
    ("Straße", {"street", "capitals"}),
    ("www.example.com/blog", {"url"}),
    ("https://www.example.com/blog/growth_hacks?id=42#top", {"url"}),
    ("growth", {"url"}),
    ("hacks", {"url"}),
    ("id=42", {"url"}),
    ("art", {"hyphen"}),
    ("state-of-the-art", {"hyphen"}),
    ("the-state", set()),
    ("follow up", {"hyphen"}),
    ("and/or", {"hyphen"}),
    ("or", {"hyphen"}),
    ("c++", {"hyphen"}),
    ("1.500,50", {"hyphen"}),
    ("€50", {"hyphen"}),
    ("MÜLLERS café", {"german"}),
    ("gruß", {"german"}),
    ("muller", set()),
    ("müll", set()),
    ("exam%", set()),
    ("ex_mple", set()),
    ("100%", {"signs"}),
    ("_now_", {"signs", "hidden"}),
    ("now & then", {"signs"}),
    ("then | anna", set()),
    ("!now", {"signs", "hidden"}),
    ("-now", {"signs", "hidden"}),
    ("now:*", {"signs", "hidden"}),
    ("now <-> never", {"signs"}),
    ('"then never"', {"signs"}),
    ("now OR anna", set()),
    ("it's '); DROP TABLE tasks; --", set()),
]


@pytest.mark.parametrize(("asked", "names"), CASES)
async def test_every_part_of_a_word_with_signs_is_a_word(there: AsyncSession, asked: str, names: set[str]) -> None:
    assert await found(there, asked) == names


async def test_only_letters_marks_and_digits_make_words_for_python_and_for_the_database(session: AsyncSession) -> None:
    """Whatever Unicode knows but what nobody sees; a newer one may know more."""
    signs: list[str] = []
    within: list[str] = []
    for one in map(chr, range(1, 0x110000)):
        kind = unicodedata.category(one)
        if words(f"a{one}b") == ["ab"] or kind in ("Cn", "Cs") or unicodedata.normalize("NFC", one) != one:
            continue
        (signs if kind[0] in "PSZC" or kind == "Me" else within).append(one)
    assert [one for one in signs if words(f"a{one}b") != ["a", "b"]] == []
    assert [one for one in within if len(words(f"a{one}b")) != 1] == []
    plain = text("SELECT count(*) FROM unnest(CAST(:given AS text[])) AS one WHERE training_words_of(one) = :wanted")
    assert await session.scalar(plain, {"given": [f"a{one}b" for one in signs], "wanted": "a b"}) == len(signs)
    blanks = text(
        "SELECT count(*) FROM unnest(CAST(:given AS text[])) AS one WHERE strpos(training_words_of(one), ' ') > 0"
    )
    assert await session.scalar(blanks, {"given": [f"a{one}b" for one in within]}) == 0


async def test_the_same_is_found_after_the_words_were_made_anew_and_after_a_change(there: AsyncSession) -> None:
    kept = [(asked, await found(there, asked)) for asked, _ in CASES]
    rows = "SELECT array_agg(words::text ORDER BY execution_id) FROM training_words"
    before = await there.scalar(text(rows))
    await counting.rebuild(there)
    assert await there.scalar(text(rows)) == before
    assert kept == [(asked, await found(there, asked)) for asked, _ in CASES]
    await there.execute(
        text("UPDATE orchestrator_training_data SET user_request = :new WHERE user_request = :old"),
        {"old": REQUESTS["quoted"], "new": REQUESTS["german"]},
    )
    assert await found(there, "bob") == set()


async def test_the_last_of_a_thousand_addresses_is_found_as_the_first(session: AsyncSession) -> None:
    """An index of places keeps 256 of a word, and none beyond the 16,383rd."""
    listed = " ".join(f"name{number}@example.com" for number in range(6_000))
    await put(session, user_request=listed[:100_000])
    for asked, n in (
        ("name1@example.com", 1),
        ("name4000@example.com", 1),
        ("name4000@name4001", 0),
        ("name4000.com", 0),
    ):
        assert (await service.find(session, FilterIn(text=asked))).filtered_count == n


@pytest_asyncio.fixture
async def clients(database: Database) -> AsyncIterator[list[httpx.AsyncClient]]:
    async with transaction() as session:
        await put(session, user_request=REQUESTS["mail"])
        await put(session, user_request=REQUESTS["german"])
    async with signed_in("viewer", "operator") as made:
        yield made


async def test_lists_counts_and_changes_mean_the_same_requests(clients: list[httpx.AsyncClient]) -> None:
    viewer, operator = clients
    asked = {"text": "@example.com"}
    answers = [
        await viewer.get(f"{AT}/data/filter", params=asked),
        await viewer.post(f"{AT}/data/filter", json=asked),
        await viewer.get(f"{AT}/stats", params=asked),
    ]
    assert [one.json()["data"]["filtered_count"] for one in answers] == [1, 1, 1]
    preview = (await viewer.post(f"{AT}/data/preview", json={"filter": asked})).json()["data"]
    assert len(preview["lines"]) == 1
    for path, more in (("data/untag", {"tags": ["x"]}), ("data/archive", {})):
        body = {"filter": asked, "expected": 1, **more}
        assert (await operator.post(f"{AT}/{path}", json=body)).status_code == 200
    left = (await viewer.get(f"{AT}/data")).json()["data"]["items"]
    assert [one["user_request"] for one in left] == [REQUESTS["german"]]


@pytest.mark.parametrize("nothing", ["", "   ", "@", "%", "!!! … — „“", "\u200b", "🙂", "a" * 5_000])
async def test_what_has_no_word_and_what_has_too_many_is_refused_by_the_fields_name(
    clients: list[httpx.AsyncClient], nothing: str
) -> None:
    viewer, operator = clients
    answers: list[tuple[httpx.Response, str]] = [
        (await viewer.get(f"{AT}/data/filter", params={"text": nothing}), "text"),
        (await viewer.get(f"{AT}/stats", params={"text": nothing}), "text"),
        (await viewer.post(f"{AT}/data/filter", json={"text": nothing}), "text"),
        (await operator.post(f"{AT}/data/archive", json={"filter": {"text": nothing * 2}}), "filter.text"),
    ]
    for answer, field in answers:
        said = answer.json()["error"]["errors"]
        assert (answer.status_code, [one["field"] for one in said]) == (422, [field])
        assert said[0]["message"]


async def test_of_many_requests_the_index_finds_the_few(session: AsyncSession) -> None:
    await session.execute(
        text(
            """INSERT INTO training_words (execution_id, words)
            SELECT gen_random_uuid(), to_tsvector('simple', 'ask name' || n || ' example com') FROM generate_series(1, 20000) n"""
        )
    )
    await session.execute(
        text(
            """INSERT INTO training_facts (execution_id, requested_at, kind, maker)
            SELECT execution_id, now(), 1, 1 FROM training_words"""
        )
    )
    await session.execute(text("SELECT gin_clean_pending_list('ix_training_words_words')"))  # as time does
    await session.execute(text("ANALYZE training_words, training_facts"))
    for asked in ("name77", "name77@example.com"):
        (wanted,) = queries.of_single(Filter(text=asked))
        meant = select(queries.Fact.execution_id).where(wanted).compile(dialect=asyncpg.dialect())
        given = tuple(meant.params[name] for name in meant.positiontup or ())
        plan = await (await session.connection()).exec_driver_sql(f"EXPLAIN {meant}", given)
        lines = [line for (line,) in plan]
        assert any("ix_training_words_words" in line for line in lines), "\n".join(lines)


def test_the_command_line_finds_an_address_and_says_where_no_word_was_given(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    async def store() -> None:
        async with transaction() as session:
            await put(session, user_request=REQUESTS["mail"])
        await db.dispose()

    asyncio.run(store())
    assert run(["training", "stats", "--text", "news@example.com", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["filtered_count"] == 1
    assert run(["training", "stats", "--text", "@"]) == out.USAGE
    assert "text: It has no letter and no digit; write a word of the request" in capsys.readouterr().err
