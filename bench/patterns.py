"""How often patterns are false, how often real ones are found, and how well those of real tests hold later.

Run: python -m bench.patterns [--companies 200] [--data FOLDER]. Reads upworthy_tests.csv.gz (Upworthy Research Archive,
CC BY 4.0). Everything is drawn from fixed seeds; half an hour on one core. The figures stand in docs/reference/learning.md.
"""

import argparse
import csv
import gzip
import math
import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cofounder.flow.learn.patterns import vocabulary
from cofounder.flow.learn.patterns.mining import RATE, SUPPORT, Found, Table, Unit, interval, laid_out, mine, weigh

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
START = datetime(2025, 1, 6, tzinfo=UTC)
CHANNELS = {"linkedin": 4.0, "x": 3.0, "email": 5.0}
QUESTION = (("has_question", "yes"),)
SIZES = (100, 200, 400, 800)
EFFECTS = (0.2, 0.4, 0.6)


def company(
    seed: int, n: int, effect: float = 0.0, *, pair: float = 0.0, drift: float = 0.05, tail: bool = False
) -> list[Unit]:
    """Posts of a company whose audiences drift. `effect` is what a question adds to the log of engagement.

    `pair` is what a question together with a number adds to that.
    """
    import numpy as np

    draw = np.random.default_rng(seed)
    at, level = START, dict.fromkeys(CHANNELS, 0.0)
    weights = draw.dirichlet(np.ones(len(CHANNELS)) * 3)
    found = []
    for number in range(n):
        at += timedelta(hours=float(draw.exponential(22)))
        channel = str(draw.choice(list(CHANNELS), p=weights))
        for name in level:
            level[name] += float(draw.normal(0, drift))
        features: dict[str, Any] = {"channel": channel, **vocabulary.of_moment(at)}
        features["topic"] = f"topic {draw.integers(8)}"
        features["persona"] = str(draw.integers(12))
        features["tone"] = str(draw.choice(["professional", "casual", "bold"]))
        features["length_band"] = str(draw.choice([name for _, name in vocabulary.LENGTHS]))
        for name, share in (("has_number", 0.5), ("has_question", 0.3), ("mentions_growth", 0.25)):
            if draw.random() < share:
                features[name] = vocabulary.YES
        month = np.random.default_rng([seed, at.year * 12 + at.month])
        features["revenue_growth"] = str(month.choice(["above 15%", "0 to 15%", "below 0"], p=[0.3, 0.5, 0.2]))
        noise = float(draw.standard_t(3)) * 0.6 if tail else float(draw.normal(0, 0.8))
        mean = CHANNELS[channel] + level[channel] + effect * ("has_question" in features) + noise
        mean += pair * ("has_question" in features and "has_number" in features)
        found.append(Unit(f"{number:06}", at, channel, features, float(draw.poisson(math.exp(min(mean, 14.0))))))
    return found


def mined(units: list[Unit], seed: int) -> tuple[list[Found], int]:
    found, tested = mine([laid_out("engagement", units)], seed=seed, intervals=0)
    return [one for one in found if one.q <= RATE and one.explained_by is None], tested


def null(companies: int) -> None:
    """Companies without any effect. What BH promises: at most 10% of them have a discovery at all."""
    for tail, name in ((False, "log-normal noise"), (True, "heavy tails (t with 3 degrees)")):
        fooled, false, tested, sizes = 0, 0, 0, (120, 250, 500)
        for number in range(companies):
            standing, candidates = mined(company(10_000 + number, sizes[number % 3], tail=tail), number)
            fooled, false, tested = fooled + bool(standing), false + len(standing), tested + candidates
        print(
            f"null, {name}: {fooled} of {companies} companies have a pattern ({fooled / companies:.1%}); "
            f"{false} false ones among {tested:,} tested ({false / tested:.4%})",
            flush=True,
        )


def naive(companies: int) -> None:
    """The same by what is often done: each candidate by itself, posts of all channels and times in one bag, p <= 0.05."""
    from scipy.stats import ttest_ind

    fooled = false = tested = 0
    for number in range(companies):
        units = company(10_000 + number, (120, 250, 500)[number % 3])
        items = sorted({item for unit in units for item in unit.features.items() if item[0] != "channel"})
        hits = 0
        for name, value in items:
            mine_ = [math.log1p(u.metric) for u in units if u.features.get(name) == value]
            rest = [math.log1p(u.metric) for u in units if u.features.get(name) != value]
            if len(mine_) >= SUPPORT and len(rest) >= SUPPORT:
                tested += 1
                hits += float(ttest_ind(mine_, rest).pvalue) <= 0.05
        fooled, false = fooled + bool(hits), false + hits
    print(
        f"null, naive t-tests: {fooled} of {companies} companies have one; {false} false among {tested:,}", flush=True
    )


def power(companies: int) -> None:
    """How often a planted effect stands, by size and n; and how often its interval holds the truth."""
    for effect in EFFECTS:
        for n in SIZES:
            stands = false = found_any = held = 0
            share = 0.0
            for number in range(companies):
                units = company(50_000 + number, n, effect)
                table = laid_out("engagement", units)
                found, _ = mine([table], seed=number, intervals=0)
                passing = [one for one in found if one.q <= RATE and one.explained_by is None]
                stands += any(QUESTION[0] in one.items for one in passing)
                false += sum(QUESTION[0] not in one.items for one in passing)
                found_any += len(passing)
                share += sum(QUESTION[0] not in one.items for one in passing) / max(len(passing), 1)
                one = interval(table, weigh(table, [QUESTION], seed=number)[0], seed=number)
                held += one.low <= effect <= one.high
            print(
                f"power, effect {effect} (x {math.exp(effect):.2f}), n {n}: stands in {stands / companies:.0%} of "
                f"{companies}; {false} of {found_any} patterns are about something else (a company's mean share: {share / companies:.1%}); "
                f"the 95% interval holds the effect in {held / companies:.0%}",
                flush=True,
            )


def pairs(companies: int, n: int = 400) -> None:
    """Where a question alone does it (x 1.82): pairs that stand beside it, all of them chance. And a planted pair."""
    stand = some = planted = 0
    for number in range(companies):
        found, _ = mined(company(50_000 + number, n, 0.6), number)
        beside = sum(len(one.items) == 2 for one in found)
        stand, some = stand + beside, some + bool(beside)
        found, _ = mined(company(50_000 + number, n, 0.3, pair=0.6), number)
        planted += any({("has_question", "yes"), ("has_number", "yes")} == set(one.items) for one in found)
    print(
        f"pairs, n {n}: {stand} that add nothing stand in {some} of {companies} companies; "
        f"a pair that adds x {math.exp(0.6):.2f} stands in {planted / companies:.0%}",
        flush=True,
    )


_WORDS = {
    "opens_with_how_or_why": re.compile(r"^(?:how|why|what|when|where|who)\b", re.IGNORECASE),
    "speaks_to_you": re.compile(r"\b(?:you|your|you're|you'll)\b", re.IGNORECASE),
    "quotes": re.compile(r"[\"“”]"),
    "trails_off": re.compile(r"(?:\.\.\.|…)"),
    "exclaims": re.compile(r"!"),
    "shouts": re.compile(r"\b[A-Z]{3,}\b"),
    "colon": re.compile(r":"),
    "this": re.compile(r"\b(?:this|these)\b", re.IGNORECASE),
    "he_or_she": re.compile(r"\b(?:he|she|his|her|him)\b", re.IGNORECASE),
    "denies": re.compile(r"\b(?:not|never|no|don't|doesn't|isn't|can't|won't)\b", re.IGNORECASE),
    "superlative": re.compile(r"\b(?:best|most|worst|ever|greatest)\b", re.IGNORECASE),
}


def arms(folder: Path) -> list[tuple[str, Unit]]:
    """(test, arm) of the randomised tests of headlines: clicks per 1,000 impressions, and what the headline is like.

    Beside the product's vocabulary a dozen plain marks of headlines, since all of them are short.
    """
    found = []
    with gzip.open(folder / "upworthy_tests.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            if row["randomization_risk"] == "1" or not int(row["impressions"]):
                continue
            text, week = row["headline"], row["test_week"]
            at = datetime.strptime(f"{week[:4]}-{int(week[4:])}-1", "%Y-%W-%w").replace(tzinfo=UTC)
            features = {"channel": "site", **vocabulary.of_text(text)}
            words = len(text.split())
            features["length_band"] = "short" if words < 12 else "middling" if words < 17 else "long"
            features |= {name: vocabulary.YES for name, pattern in _WORDS.items() if pattern.search(text)}
            rate = 1000 * int(row["clicks"]) / int(row["impressions"])
            found.append((row["clickability_test_id"], Unit(f"{number:06}", at, "site", features, rate)))
    return found


def by_test(given: Sequence[tuple[str, Unit]]) -> Table:
    """Arms are compared inside their test, where chance decided who saw which."""
    import numpy as np

    ordered = sorted(given, key=lambda pair: (pair[0], pair[1].id))
    numbers = {name: place for place, name in enumerate(sorted({name for name, _ in ordered}))}
    y = np.log1p(np.array([unit.metric for _, unit in ordered]))
    stretch = np.array([numbers[name] for name, _ in ordered])
    return Table("engagement", [unit for _, unit in ordered], y, stretch, ["site"] * len(numbers))


def real(folder: Path) -> None:
    """Patterns of the first half of the weeks, held against the second half."""
    given = arms(folder)
    weeks = sorted({unit.at for _, unit in given})
    middle = weeks[len(weeks) // 2]
    first = [one for one in given if one[1].at < middle]
    second = [one for one in given if one[1].at >= middle]
    ways: tuple[tuple[str, Any], ...] = (
        ("inside tests", by_test),
        ("inside stretches of time, as the product does", lambda of: laid_out("engagement", [unit for _, unit in of])),
    )
    for name, way in ways:
        found, tested = mine([way(first)], seed=1, intervals=0)
        standing = [one for one in found if one.q <= RATE and one.explained_by is None]
        watched = [one for one in found if one.q > RATE]
        print(f"upworthy, {name}: {len(first)} arms, {tested} candidates, {len(standing)} stand", flush=True)
        for kind, mine_ in (("stand", standing), ("are watched", watched)):
            later = {one.items: one for one in weigh(way(second), [one.items for one in mine_], seed=2)}
            both = [(one, later[one.items]) for one in mine_ if one.items in later]
            holds = sum(one.effect * other.effect > 0 for one, other in both)
            chance = float(binomtest(holds, len(both)).pvalue) if both else 1.0
            print(
                f"  of {len(both)} that {kind}, {holds} ({holds / max(len(both), 1):.0%}) have the same sign in the "
                f"second half; half would by chance (p = {chance:.2g})",
                flush=True,
            )
            if kind == "stand":
                for one, other in both:
                    print(
                        f"    {one.items}: x {math.exp(one.effect):.2f}, then x {math.exp(other.effect):.2f}",
                        flush=True,
                    )


def binomtest(hits: int, of: int) -> Any:
    from scipy.stats import binomtest as test

    return test(hits, of)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--companies", type=int, default=200)
    parser.add_argument("--data", type=Path, default=DATA)
    asked = parser.parse_args()
    begun = time.process_time()
    null(asked.companies)
    naive(asked.companies)
    power(max(asked.companies // 4, 10))
    pairs(max(asked.companies // 4, 10))
    if (asked.data / "upworthy_tests.csv.gz").exists():
        real(asked.data)
    else:
        print(f"There is no upworthy_tests.csv.gz in {asked.data}; the check on real data is left out.")
    print(f"{time.process_time() - begun:.0f} s of processor time", flush=True)


if __name__ == "__main__":
    main()
