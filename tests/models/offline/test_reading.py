"""What a careful reader would stumble over, looked for in every voice, fact set and channel of a sample."""

import re

import pytest

from cofounder.models.brief import Draft, Fact, Period
from cofounder.models.offline.checks import broken
from cofounder.models.offline.texts import count_words, sentences, shared_run
from cofounder.models.offline.voice import VOICES
from cofounder.models.offline.writer import write
from tests.models.offline.facts import DEMO, NOVEMBER, Q4, SETS, brief, fact, form

CHANNELS = ("linkedin", "x", "thread", "facebook", "email", "blog")
SERIES = [100.0 + 3 * number for number in range(24)]
MORE: dict[str, tuple[list[Fact], Period | None]] = {
    "to zero": (
        [fact("revenue", "revenue", 0, "usd", 125_000), fact("customers", "customers", 320, "count")],
        NOVEMBER,
    ),
    "from zero": ([fact("revenue", "revenue", 90_000, "usd", 0)], NOVEMBER),
    "series": ([fact("orders", "orders", 181, "count", 169, series=SERIES)], NOVEMBER),
    "one beside": ([DEMO[0], DEMO[3]], Q4),
    "exact rate": (
        [
            fact("revenue", "revenue", 62_682, "usd", 49_360),
            fact("traffic", "website visits", 34_266, "count"),
            fact("conversion_rate", "conversion rate", 795 / 34_266, "rate"),
        ],
        NOVEMBER,
    ),
}
ALL = SETS | MORE
STUMBLES = {
    "a label in mid-sentence": re.compile(
        r"(?<=[a-z,] )(?:Revenue|Customers|Conversion rate|Website visits|Churn|Orders|Profit)\b(?! [A-Z])"
    ),
    "the about": re.compile(r"\b(?:the|an?|our|your|its|their) about \S", re.IGNORECASE),
    "a small start": re.compile(r"(?:^|(?<=[.!?] ))[a-z]+(?=[ ,.])(?! =)"),
    "stops in a row": re.compile(r",\s*[.,;:?!]|[;:]\s*[.,;:?!]|\(\s*\)"),
    "an open alternative": re.compile(r"\w\|\w"),
    "one thing in the plural": re.compile(
        r"\b(?:stand|lie|are) (?:conversion|a conversion rate|a customer count)(?: at| of)? [\d.,]+%?\.(?=\s|$)"
    ),
    "one of the total": re.compile(r"\byou own one of these\b", re.IGNORECASE),
    "a whole for a part": re.compile(r"\b(?:covering|figures for) Q4 20\d\d\b"),
    "a period still running": re.compile(r"\bso far\b(?= *$)"),
}


def faults(draft: Draft) -> list[str]:
    found = []
    prose = [line for line in draft.body.split("\n") if not line.startswith(("|", "#"))]
    for text in [*prose, draft.title or "", draft.subject or "", draft.preheader or ""]:
        found += [f"{name}: {text}" for name, pattern in STUMBLES.items() if pattern.search(text)]
        fault = broken(text) if text else None
        found += [f"{fault}: {text}"] if fault else []
    return found


@pytest.mark.parametrize("channel", CHANNELS)
def test_nobody_stumbles_over_a_text(channel: str) -> None:
    for number, of in enumerate(ALL):
        facts, period = ALL[of]
        for place, persona in enumerate(VOICES):
            if (number + place) % 3:
                continue
            draft = write(brief(channel, persona).model_copy(update={"facts": facts, "period": period, "seed": of}))
            assert not faults(draft), (persona, of, faults(draft))


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_metric_that_is_forbidden_goes_with_all_that_rests_on_it(channel: str) -> None:
    gone = re.compile(r"visit|traffic|session|250,000|11,250|0\.60|sixty cents", re.IGNORECASE)
    for persona in VOICES:
        draft = write(brief(channel, persona, must_avoid=["do not mention traffic"]))
        text = "\n".join(one for one in (draft.title, draft.subject, draft.preheader, draft.body) if one)
        assert not gone.search(text), text
        assert not any(gone.search(tag) for tag in draft.hashtags)


def test_any_other_forbidden_words_are_in_no_text() -> None:
    for persona in VOICES:
        draft = write(brief(persona=persona, must_avoid=["on average"]))
        assert "on average" not in draft.body.lower()


def test_a_fall_to_zero_names_its_base_and_no_percentage() -> None:
    facts, period = MORE["to zero"]
    for persona in VOICES:
        draft = write(brief(persona=persona, facts=facts, period=period))
        assert "$0" in draft.body
        assert "$125,000" in draft.body
        assert "%" not in draft.body
        assert not re.search(r"no earlier (?:value|figure)s? (?:is|are|was|were) given for [^.]*revenue", draft.body)


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_first_sentence_is_about_what_a_person_wants_first(channel: str) -> None:
    for persona in VOICES:
        draft = write(brief(channel, persona, feedback="start with the customers", attempt=1))
        first = sentences(draft.body.removeprefix("Hello {{name}},\n\n"))[0]
        assert re.search(r"customer|320", first, re.IGNORECASE), first


def test_shorter_stays_above_the_form_s_minimum_and_says_when_it_cannot_cut() -> None:
    for persona in VOICES:
        first = write(brief(persona=persona))
        second = write(brief(persona=persona, feedback="shorter", previous=first, attempt=1))
        assert 80 <= count_words(second.body) <= count_words(first.body)


def test_less_formal_has_contractions() -> None:
    for persona in ("newsReporter", "thoughtLeader", "dataNerd", "coach", "contrarian"):
        first = write(brief(persona=persona))
        looser = write(brief(persona=persona, feedback="less formal", previous=first, attempt=1))
        assert re.search(r"\w['’](?:s|t|re|d|m|ve|ll)\b", looser.body), looser.body


def test_variants_of_one_task_share_no_run_of_seven_words() -> None:
    for persona in VOICES:
        for of in ("demo", "falling", "own metrics"):
            made: list[str] = []
            for channel in ("linkedin", "x", "facebook", "email"):
                draft = write(brief(channel, persona, of, avoid=made, tone="professional"))
                assert shared_run(draft.body, made) is None, (persona, of, channel)
                made.append(draft.body)


def test_a_report_spells_out_no_alternatives() -> None:
    body = write(brief(kind="report", form=form("blog"))).body
    assert "|" not in body
    assert body.count("No earlier figure is given") == 1


def test_a_printed_product_holds_for_a_reader_who_redoes_it() -> None:
    facts, period = MORE["exact rate"]
    for seed in "abcd":
        body = write(brief(persona="dataNerd", facts=facts, period=period, seed=seed)).body
        for visits, rate, made in re.findall(r"([\d,]+) x ([\d.]+)% = ([\d,]+)", body):
            product = float(visits.replace(",", "")) * float(rate) / 100
            assert round(product) == int(made.replace(",", ""))
