"""The twelve voices: told apart, varied, readable, and described as they are."""

import json
import re
import time

import pytest

from cofounder.models.figures import Ledger
from cofounder.models.offline import measuring, voices_page
from cofounder.models.offline.voice import VOICES, article_moves, shared, voice


@pytest.fixture(scope="module")
def posts() -> list:
    return measuring.corpus(measuring.fact_sets(12))


def test_the_voices_are_told_apart_on_facts_never_seen(posts: list) -> None:
    apart = measuring.told_apart(posts)
    assert apart.f1 >= 0.9
    assert apart.f1_without_strongest >= 0.8


def test_no_phrase_is_worn_out(posts: list) -> None:
    texts = [draft.body for _, _, draft in posts]
    assert measuring.commonest(texts, 6)[0] <= 0.08
    assert measuring.commonest_opening(texts)[0] <= 0.05


def test_two_seeds_share_little() -> None:
    facts = measuring.fact_sets(1)[0]
    for name in VOICES:
        shares = measuring.seeds_share(facts, name, 4)
        assert sum(shares) / len(shares) <= 0.4, name


def test_the_grade_lies_where_the_voice_has_it(posts: list) -> None:
    harder = {"newsReporter", "dataNerd", "thoughtLeader"}
    for name, (low, middle, high) in measuring.grades(posts).items():
        assert low >= 0.3, name
        assert high <= (10 if name in harder else 7), name
        assert middle >= (4 if name in harder else 1), name


def test_a_post_is_written_quickly() -> None:
    facts = measuring.fact_sets(2)
    measuring.corpus(facts[:1])
    started = time.process_time()
    measuring.corpus(facts[1:])
    assert (time.process_time() - started) / len(VOICES) < 0.12


def _stock() -> list[tuple[str, str]]:
    moves = [(name, voice(name).moves) for name in VOICES]
    moves += [("shared", shared(one)) for one in ("we", "they")]
    moves += [("article", article_moves(one)) for one in ("we", "they")]
    return [(name, clause.source) for name, by_move in moves for some in by_move.values() for clause in some]


def test_no_clause_brings_a_figure_of_its_own() -> None:
    ledger = Ledger([])
    for name, source in _stock():
        text = re.sub(r"^<[^>]*>", "", source)
        text = re.sub(r"\{[^}]*\}", "Xq", text).replace("[", "").replace("]", "").replace("|", " ")
        wrong = [one.text for one in ledger.trace(text) if one.kind == "unmatched" and one.text != "1"]
        assert not wrong, (name, source)


def test_no_clause_breaks_its_own_voice() -> None:
    for name in VOICES:
        never = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in voice(name).never if word != "I"), re.I)
        for some in voice(name).moves.values():
            for clause in some:
                text = re.sub(r"\{[^}]*\}|^<[^>]*>", "", clause.source)
                assert not never.search(text), (name, clause.source)


def test_every_voice_has_enough_to_say() -> None:
    for name in VOICES:
        assert len(_own(name)) >= 60, name
        assert len(voice(name).schemas) >= 3, name


def _own(name: str) -> list[str]:
    return [clause.source for some in voice(name).moves.values() for clause in some]


def test_the_page_is_current() -> None:
    measured = json.loads(voices_page.MEASURED.read_text(encoding="utf-8"))
    assert voices_page.PAGE.read_text(encoding="utf-8") == voices_page.page(measured), (
        "run python -m cofounder.models.offline.voices_page"
    )


def test_the_measures_on_the_page_meet_the_goals_they_claim() -> None:
    measured = json.loads(voices_page.MEASURED.read_text(encoding="utf-8"))
    assert measured["unmatched"] == 0
    assert measured["f1"] >= 0.8
    assert measured["f1_without_strongest"] >= 0.5
    assert measured["opening"] <= 0.04
