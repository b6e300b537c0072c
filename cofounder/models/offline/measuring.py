"""Measures of the writer itself: told apart, varied, readable, fast. For the bench, the tests and the voices page."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from cofounder.models.brief import Base, Brief, ChannelForm, Draft, Fact, Period
from cofounder.models.offline.texts import grade, overlap, runs, shared_run, words
from cofounder.models.offline.voice import VOICES
from cofounder.models.offline.writer import write

LINKEDIN = ChannelForm(
    channel="linkedin",
    words=(80, 180),
    max_characters=3_000,
    first_line_characters=140,
    paragraphs=(3, 5),
    hashtags=(0, 3),
    facts=(2, 5),
)
_MONTHS = ("January", "March", "May", "July", "August", "October", "November", "December")


def fact_sets(count: int, seed: int = 1) -> list[list[Fact]]:
    """Different companies and months: revenue, customers, visits, rates; some up, some down, some without a base."""
    rng = Random(seed)
    return [_facts(rng, number) for number in range(count)]


def _facts(rng: Random, number: int) -> list[Fact]:
    month = rng.choice((1, 3, 5, 7, 8, 10, 12))
    year = 2023 + number % 3
    name = date(year, month, 1).strftime("%B %Y")
    period = Period(start=date(year, month, 1), end=date(year, month, 28), grain="month", label=name)
    grown = rng.choice((1.04, 1.09, 1.2, 1.37, 0.93, 0.82, 1.14, 1.6))
    revenue = float(rng.randrange(20, 900) * 1000)
    facts = [_fact("revenue", "revenue", round(revenue * grown), "usd", revenue, period)]
    customers = float(rng.randrange(60, 4000))
    based = rng.random() < 0.4
    facts.append(
        _fact("customers", "customers", customers, "count", round(customers * 0.94) if based else None, period)
    )
    if rng.random() < 0.8:
        visits = float(rng.randrange(8, 600) * 1000)
        was = round(visits * rng.choice((0.8, 1.1))) if rng.random() < 0.4 else None
        facts.append(_fact("traffic", "website visits", visits, "count", was, period))
        facts.append(_fact("conversion_rate", "conversion rate", rng.randrange(8, 90) / 1000, "rate", None, period))
    if rng.random() < 0.3:
        facts.append(_fact("orders", "orders", float(rng.randrange(200, 9000)), "count", None, period))
    return facts


def _fact(metric: str, noun: str, value: float, unit: str, base: float | None, period: Period) -> Fact:
    return Fact.model_validate(
        {
            "id": metric,
            "metric": metric,
            "noun": noun,
            "value": value,
            "unit": unit,
            "period": period,
            "base": Base(value=base, label="the month before") if base else None,
        }
    )


def brief_for(facts: list[Fact], persona: str, seed: str, form: ChannelForm = LINKEDIN) -> Brief:
    """A brief for one post about these facts."""
    period = facts[0].period if facts else None
    request = "Write a LinkedIn post about our figures"
    return Brief(
        request=request, topic="our figures", form=form, facts=facts, persona=persona, period=period, seed=seed
    )


def corpus(sets: Sequence[list[Fact]], voices: Sequence[str] = VOICES) -> list[tuple[str, int, Draft]]:
    """One post per voice and fact set."""
    return [
        (name, number, write(brief_for(facts, name, f"{number}")))
        for number, facts in enumerate(sets)
        for name in voices
    ]


_DIGITS = re.compile(r"[$€£]?\d[\d,.]*\d|\d|%")
_NUMBER_WORDS = re.compile(r"\b(?:\w+ty|one|two|three|four|five|six|seven|eight|nine|ten)(?:-\w+)? percent\b")


def masked(text: str) -> str:
    """A text without its figures, so that nothing is learned from them."""
    return _NUMBER_WORDS.sub("#", _DIGITS.sub("#", text))


@dataclass(frozen=True)
class Apart:
    """How well a simple classifier tells the voices apart on fact sets it has not seen."""

    f1: float
    f1_without_strongest: float
    strongest: list[str]


def told_apart(posts: Sequence[tuple[str, int, Draft]], strongest: int = 30) -> Apart:
    """Macro-F1 of logistic regression on character 2-5-grams, split by fact set; again without its strongest n-grams."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import f1_score

    cut = max(number for _, number, _ in posts) // 2
    texts = [masked(draft.body) for _, _, draft in posts]
    labels = np.array([name for name, _, _ in posts])
    train = np.array([number <= cut for _, number, _ in posts])
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), max_features=20_000, sublinear_tf=True)
    vectors.fit([text for text, use in zip(texts, train, strict=True) if use])
    table = vectors.transform(texts)
    model = LogisticRegression(max_iter=300, C=10.0)
    model.fit(table[train], labels[train])
    first = f1_score(labels[~train], model.predict(table[~train]), average="macro")
    heavy = np.argsort(-np.abs(model.coef_).max(axis=0))[:strongest]
    keep = np.setdiff1d(np.arange(table.shape[1]), heavy)
    rest = table[:, keep]
    model.fit(rest[train], labels[train])
    second = f1_score(labels[~train], model.predict(rest[~train]), average="macro")
    names = vectors.get_feature_names_out()
    return Apart(float(first), float(second), [str(names[at]) for at in heavy])


def commonest(texts: Sequence[str], length: int) -> tuple[float, str]:
    """The largest share of texts that hold one and the same run of words, figures masked, and that run."""
    counts: Counter[tuple[str, ...]] = Counter()
    for text in texts:
        counts.update(runs(masked(text), length))
    if not counts:
        return 0.0, ""
    run, times = counts.most_common(1)[0]
    return times / len(texts), " ".join(run)


def commonest_opening(texts: Sequence[str]) -> tuple[float, str]:
    """The largest share of texts that begin with the same four words."""
    counts = Counter(" ".join(words(masked(text))[:4]) for text in texts)
    opening, times = counts.most_common(1)[0]
    return times / len(texts), opening


def seeds_share(facts: list[Fact], persona: str, pairs: int) -> list[float]:
    """The share of 5-grams that two posts of one voice on the same facts have in common, for several pairs of seeds."""
    found = []
    for pair in range(pairs):
        one = write(brief_for(facts, persona, f"a{pair}")).body
        other = write(brief_for(facts, persona, f"b{pair}")).body
        found.append(overlap(masked(one), masked(other)))
    return found


FORMS = (
    LINKEDIN,
    ChannelForm(channel="x", words=(20, 48), max_characters=280, hashtags=(0, 1), facts=(1, 1)),
    ChannelForm(channel="email", words=(120, 250), paragraphs=(3, 9), facts=(3, 5), has_subject=True),
)


def runs_between_variants(triples: int, length: int = 7) -> list[str]:
    """The runs of words that a variant shares with one before it, over so many tasks of three variants each."""
    sets, found = fact_sets(40, seed=3), []
    for number in range(triples):
        facts, persona = sets[number % len(sets)], VOICES[number % len(VOICES)]
        made: list[str] = []
        for form in FORMS:
            brief = brief_for(facts, persona, f"{number}:{form.channel}", form)
            body = write(brief.model_copy(update={"avoid": list(made)})).body
            run = shared_run(body, made, length)
            found += [" ".join(run)] if run else []
            made.append(body)
    return found


def grades(posts: Sequence[tuple[str, int, Draft]]) -> dict[str, tuple[float, float, float]]:
    """Flesch-Kincaid grade by voice: lowest tenth, median, highest tenth."""
    found: dict[str, list[float]] = {}
    for name, _, draft in posts:
        found.setdefault(name, []).append(grade(draft.body))
    return {name: _spread(sorted(values)) for name, values in found.items()}


def _spread(values: list[float]) -> tuple[float, float, float]:
    last = len(values) - 1
    return values[round(last * 0.1)], values[last // 2], values[round(last * 0.9)]
