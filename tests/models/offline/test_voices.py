"""The twelve voices: told apart, varied, readable, and described as they are."""

import itertools
import json
import re
import time

import pytest

from cofounder.models.figures import Ledger
from cofounder.models.offline import measuring, voices_page
from cofounder.models.offline.slots import overlay_of
from cofounder.models.offline.staging import scene_of
from cofounder.models.offline.texts import overlap
from cofounder.models.offline.voice import VOICES, article_moves, shared, voice
from cofounder.models.offline.writer import write
from tests.models.offline.facts import NOVEMBER, brief, fact
from tests.models.offline.test_reading import ALL


@pytest.fixture(scope="module")
def posts() -> list:
    return measuring.corpus(measuring.fact_sets(17))  # 204 posts


def test_the_voices_are_told_apart_on_facts_never_seen(posts: list) -> None:
    apart = measuring.told_apart(posts)
    assert apart.f1 >= 0.9
    assert apart.f1_without_strongest >= 0.8


def test_no_phrase_is_worn_out(posts: list) -> None:
    texts = [draft.body for _, _, draft in posts]
    assert measuring.commonest(texts, 6)[0] <= 0.05
    assert measuring.commonest_opening(texts)[0] <= 0.04


def test_two_seeds_of_one_voice_share_at_most_a_quarter_of_their_5_grams() -> None:
    """All but one pair in a hundred; the bench says how many of thousands do not."""
    shares = [
        one for facts in measuring.fact_sets(2) for name in VOICES for one in measuring.seeds_share(facts, name, 6)
    ]
    assert sum(shares) / len(shares) <= 0.07
    assert sum(one > 0.25 for one in shares) <= len(shares) / 100


def test_the_grade_lies_where_the_voice_has_it(posts: list) -> None:
    harder = {"newsReporter", "dataNerd", "thoughtLeader"}
    for name, (low, middle, high) in measuring.grades(posts).items():
        assert low >= 1, name
        assert high <= (10 if name in harder else 7), name
        assert middle >= (4 if name in harder else 1.3), name


def test_a_post_is_written_quickly() -> None:
    facts = measuring.fact_sets(2)
    measuring.corpus(facts[:1])
    started = time.process_time()
    measuring.corpus(facts[1:])
    assert (time.process_time() - started) / len(VOICES) < 0.06


def _stock() -> list[tuple[str, str]]:
    moves = [(name, voice(name).moves) for name in VOICES]
    moves += [("shared", shared(one)) for one in ("we", "they")]
    moves += [("article", article_moves(one)) for one in ("we", "they")]
    return [(name, clause.source) for name, by_move in moves for some in by_move.values() for clause in some]


def test_every_slot_that_a_clause_waits_for_is_filled_somewhere() -> None:
    """A clause whose slot nobody fills is never said, and nobody would notice."""
    filled = {"when", "also", "alsol"}
    year = fact("revenue", "revenue", 150_000, "usd", 110_000, "November 2024", "year_earlier")
    series = fact("revenue", "revenue", 150_000, "usd", 125_000, series=[100_000.0 + 1000 * one for one in range(20)])
    ahead = fact("revenue", "revenue", 158_000, "usd").model_copy(
        update={"id": "ahead", "kind": "forecast", "low": 149_000.0, "high": 167_000.0, "level": 0.8}
    )
    cause = fact("cause", "the price went up", 0, "count").model_copy(update={"kind": "cause", "cause_of": "revenue"})
    costs = [
        fact("marketing_spend", "marketing spend", 30_000, "usd"),
        fact("acquisition_cost", "acquisition cost", 90, "usd"),
        fact("lifetime_value", "lifetime value", 900, "usd"),
    ]
    rich = {"rich": ([series, year, ahead, cause, *costs], NOVEMBER)}
    for facts, period in (ALL | rich).values():
        for place in range(len(facts)):
            asked = brief("linkedin").model_copy(update={"facts": facts, "period": period})
            scene = scene_of(asked, lead=facts[place].id)
            filled |= scene.slots.keys()
            for view in scene.others:
                filled |= overlay_of(scene, view)[0].keys()
    for name, source in _stock():
        for slot in re.findall(r"\{(?:a:)?([A-Za-z0-9_.]+)!?\}", source):
            assert slot in filled, (name, source)


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


def test_letters_carry_the_voice_s_own_subject_and_preheader() -> None:
    heads = [(draft.subject, draft.preheader) for draft in (write(brief("email", name)) for name in VOICES)]
    assert len({subject for subject, _ in heads}) == len(VOICES)
    assert not any(preheader.startswith("Also inside") for _, preheader in heads if preheader)
    assert all(subject and 25 <= len(subject) <= 45 for subject, _ in heads)


def test_an_article_is_known_by_its_voice() -> None:
    bodies = {name: write(brief("blog", name)).body.split("## Sources")[0] for name in VOICES}
    for one, other in itertools.combinations(VOICES, 2):
        assert overlap(measuring.masked(bodies[one]), measuring.masked(bodies[other])) <= 0.4, (one, other)
