"""Words shift a quality only where they foretell it for jobs held aside."""

import random

from cofounder.models.routing.foretell import ENOUGH, NOTHING, Foretelling, learn, shape


def _jobs(n: int, weight: float, seed: int = 5) -> list[tuple[str, str, float]]:
    draw = random.Random(seed)
    found = []
    for number in range(n):
        length = draw.randrange(5, 200)
        words = " ".join(draw.choice(("growth", "coffee", "spring", "42")) for _ in range(length))
        found.append((f"kind {number % 9}", words, weight * (100 - length) / 100 + draw.gauss(0, 0.3)))
    return found


def test_what_length_foretells_is_learned_and_bounded() -> None:
    learned = learn(_jobs(800, 0.4))
    assert learned.gain > 0.1
    short, long = (learned.shift(shape("growth coffee spring 42 " * times)) for times in (2, 45))
    assert 0.25 >= short > 0.05
    assert -0.25 <= long < -0.05
    assert abs(learned.shift(shape("growth " * 200_000))) <= 0.25
    assert Foretelling.load(learned.dump()) == learned


def test_words_that_foretell_nothing_shift_nothing() -> None:
    kept = [learn(_jobs(400, 0.0, seed)) for seed in range(12)]
    assert sum(one == NOTHING for one in kept) >= 8
    assert all(abs(one.shift(shape("growth " * 50))) < 0.1 for one in kept)


def test_few_outcomes_teach_nothing() -> None:
    assert learn(_jobs(ENOUGH - 1, 0.9)) == NOTHING
