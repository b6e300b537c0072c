"""Complexity gives the tier, measured quality moves it, and without measurement no cheaper model is taken."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cofounder.models.chain import OFFLINE, Target
from cofounder.models.routing.choose import CONFIDENCE, ENOUGH, Candidate, Measured, belief, choose, within
from cofounder.models.routing.complexity import Complexity, Judged, Seen, judge
from cofounder.models.routing.tiers import FIRST, Tier, tier

SMALL = Candidate(Target("openai", "small"), Tier.BUDGET, Decimal("0.4"))
MIDDLE = Candidate(Target("openai", "middle"), Tier.STANDARD, Decimal("3"))
LARGE = Candidate(Target("openai", "large"), Tier.FLAGSHIP, Decimal("12"))
BUILT_IN = Candidate(OFFLINE, Tier.FREE, Decimal(0))
ALL = [LARGE, SMALL, MIDDLE, BUILT_IN]


def _first(level: Complexity, measured: dict[Target, Measured] | None = None, sticky: Target | None = None) -> str:
    return choose(Judged(level, ()), ALL, measured or {}, sticky=sticky).targets[0].name


def test_complexity_alone_names_the_cheapest_model_of_the_tier_or_above() -> None:
    assert [_first(level) for level in Complexity] == ["small", "middle", "large", "large"]


def test_a_cheaper_model_takes_the_place_only_when_enough_was_measured() -> None:
    as_good = Measured(400, 400 * 0.92), Measured(400, 400 * 0.92)
    measured = {SMALL.target: as_good[0], MIDDLE.target: as_good[1]}
    assert _first(Complexity.MEDIUM, measured) == "small"
    few = {SMALL.target: Measured(ENOUGH - 1, ENOUGH - 1.0), MIDDLE.target: as_good[1]}
    assert _first(Complexity.MEDIUM, few) == "middle"


def test_a_cheaper_model_that_is_worse_by_more_than_the_margin_is_not_taken() -> None:
    measured = {SMALL.target: Measured(400, 400 * 0.80), MIDDLE.target: Measured(400, 400 * 0.92)}
    assert _first(Complexity.MEDIUM, measured) == "middle"


def test_a_model_that_was_measured_to_fail_gives_way_to_a_stronger_one() -> None:
    choice = choose(Judged(Complexity.MEDIUM, ()), ALL, {MIDDLE.target: Measured(60, 18.0)})
    assert choice.targets[0] == LARGE.target
    assert choice.rule == "measured_stronger"
    assert "0.30 over 60" in choice.why


def test_the_built_in_model_is_taken_first_only_when_it_was_measured_to_be_as_good() -> None:
    assert _first(Complexity.SIMPLE) == "small"
    measured = {OFFLINE: Measured(500, 480.0), SMALL.target: Measured(500, 480.0)}
    assert choose(Judged(Complexity.SIMPLE, ()), ALL, measured).targets == (OFFLINE,)


def test_a_conversation_keeps_its_model_where_that_is_strong_enough() -> None:
    assert _first(Complexity.SIMPLE, sticky=LARGE.target) == "large"
    assert _first(Complexity.CRITICAL, sticky=SMALL.target) == "large"


def test_what_cannot_be_asked_first_is_asked_after_stronger_ones_before_cheaper_ones_the_built_in_last() -> None:
    names = [target.name for target in choose(Judged(Complexity.MEDIUM, ()), ALL, {}).targets]
    assert names == ["middle", "large", "small", "offline"]


measurements = st.builds(
    lambda n, share: Measured(n, n * share), st.integers(0, 5_000), st.floats(0, 1, allow_nan=False)
)


@given(st.sampled_from(list(Complexity)), st.dictionaries(st.sampled_from([one.target for one in ALL]), measurements))
def test_every_model_is_asked_once_and_a_cheaper_one_never_without_evidence(
    level: Complexity, measured: dict[Target, Measured]
) -> None:
    choice = choose(Judged(level, ()), ALL, measured)
    assert choice.targets[-1] == OFFLINE
    assert len(set(choice.targets)) == len(choice.targets)
    first = next(one for one in ALL if one.target == choice.targets[0])
    if first.tier < FIRST[level] and first.tier < LARGE.tier:
        seen = measured[first.target]
        begun = next(one for one in (SMALL, MIDDLE, LARGE) if one.tier >= FIRST[level])
        assert seen.n >= ENOUGH
        assert within(belief(first.tier, seen), belief(begun.tier, measured.get(begun.target))) >= CONFIDENCE


@given(measurements, st.sampled_from(list(Tier)))
def test_a_belief_lies_between_nought_and_one_and_narrows_with_what_is_measured(seen: Measured, tier: Tier) -> None:
    mean, variance = belief(tier, seen)
    assert 0 < mean < 1
    assert 0 < variance <= 0.25
    more = belief(tier, Measured(seen.n * 100 + 1000, seen.total * 100 + 1000 * mean))
    assert more[1] < variance


def test_the_level_says_what_it_rests_on() -> None:
    plain = judge(Seen("write:headlines", "five headlines about coffee", Complexity.SIMPLE))
    assert plain.level == Complexity.SIMPLE
    grave = judge(Seen("write:post", "Tell investors about the merger", demands=8))
    assert grave.level == Complexity.CRITICAL
    assert any("investors" in reason for reason in grave.reasons)
    again = judge(Seen("write:post", "a post", attempts=1))
    assert again.level == Complexity.COMPLEX


def test_a_price_says_the_tier_and_what_runs_at_home_is_free() -> None:
    assert tier(OFFLINE) == tier(Target("ollama", "qwen3")) == Tier.FREE
    assert tier(Target("openai-compatible", "whatever")) == Tier.STANDARD
    assert tier(Target("openai", "gpt-5-mini")) == Tier.BUDGET
    assert tier(Target("openai", "gpt-5-mini")) < tier(Target("anthropic", "claude-opus-4-1"))
